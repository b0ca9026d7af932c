// The page's part: the CIFAR ResNet of depth 6n+2 by TensorFlow.js's core operations, and its training.
// Convolutions of stride 2 pad as PyTorch does, which the layers of TensorFlow.js do not.

const WIDTHS = [16, 32, 64];
const CLASSES = 10;
const EPSILON = 1e-5;
const RUNNING = 0.1;

/** A network as `forward`, images [N, 32, 32, 3] to logits, and the variables that train. */
function resnet(blocksAWidth, train) {
    const trained = [];
    const weight = (shape, fanIn) => {
        const first = tf.randomNormal(shape, 0, Math.sqrt(2 / fanIn));
        if (train !== "all") return first;
        trained.push(tf.variable(first));
        return trained.at(-1);
    };
    const convNorm = (from, to, kernel, stride) => {
        const filter = weight([kernel, kernel, from, to], kernel * kernel * from);
        const gamma = tf.variable(tf.randomUniform([to]));
        const beta = tf.variable(tf.zeros([to]));
        trained.push(gamma, beta);
        const runningMean = tf.variable(tf.zeros([to]), false);
        const runningVariance = tf.variable(tf.ones([to]), false);
        const follow = (running, now) => running.assign(running.add(now.sub(running).mul(RUNNING)));
        return (x) => {
            const y = tf.conv2d(x, filter, stride, (kernel - 1) / 2);
            const { mean, variance } = tf.moments(y, [0, 1, 2]);
            tf.tidy(() => follow(runningMean, mean));
            tf.tidy(() => follow(runningVariance, variance));
            return tf.batchNorm(y, mean, variance, beta, gamma, EPSILON);
        };
    };
    const stem = convNorm(3, WIDTHS[0], 3, 1);
    const blocks = [];
    let from = WIDTHS[0];
    for (const to of WIDTHS) {
        for (let at = 0; at < blocksAWidth; at += 1) {
            const stride = from === to ? 1 : 2;
            const [first, second] = [convNorm(from, to, 3, stride), convNorm(to, to, 3, 1)];
            const shortcut = from === to ? (x) => x : convNorm(from, to, 1, stride);
            blocks.push((x) => tf.relu(tf.add(second(tf.relu(first(x))), shortcut(x))));
            from = to;
        }
    }
    const output = weight([from, CLASSES], from);
    const bias = weight([CLASSES], from);
    const forward = (images) => {
        const features = blocks.reduce((x, block) => block(x), tf.relu(stem(images)));
        return tf.add(tf.matMul(tf.mean(features, [1, 2]), output), bias);
    };
    return { forward, trained };
}

/** Seconds of each measured step, the losses of the first step and the last, and where it ran. */
globalThis.measure = async ({ blocksAWidth, train, batch, steps, warmUp }) => {
    await tf.setBackend("webgpu");
    await tf.ready();
    if (tf.getBackend() !== "webgpu") throw new Error(`TensorFlow.js runs on ${tf.getBackend()}, not on WebGPU`);
    const { forward, trained } = resnet(blocksAWidth, train);
    const images = tf.randomNormal([batch, 32, 32, 3]);
    const labels = tf.oneHot(tf.range(0, batch, 1, "int32").mod(tf.scalar(CLASSES, "int32")), CLASSES);
    const optimizer = tf.train.momentum(0.1, 0.9);

    const step = async () => {
        const loss = () => tf.losses.softmaxCrossEntropy(labels, forward(images));
        const { value, grads } = optimizer.computeGradients(loss, trained);
        const found = Object.values(grads).filter(Boolean).length;
        if (found !== trained.length) throw new Error(`gradients of ${found} tensors, not of ${trained.length}`);
        optimizer.applyGradients(grads);
        tf.dispose(grads);
        // Comes back behind all that the step has given to the GPU's queue, the update included.
        const [number] = await value.data();
        value.dispose();
        return number;
    };

    const losses = [];
    const seconds = [];
    for (let at = 0; at < warmUp + steps; at += 1) {
        const start = performance.now();
        losses.push(await step());
        seconds.push((performance.now() - start) / 1000);
        console.info(`step ${at + 1}: ${seconds.at(-1).toFixed(2)} s, loss ${losses.at(-1)}`);
    }
    const info = tf.backend().adapterInfo;
    return {
        seconds: seconds.slice(warmUp),
        first: losses[0],
        last: losses.at(-1),
        version: tf.version.tfjs,
        // The backend's own record names vendor and architecture only.
        adapter: [info.vendor, info.architecture].filter(Boolean).join(" "),
    };
};
