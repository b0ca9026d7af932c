// Images a second of training a CIFAR ResNet with TensorFlow.js on its WebGPU backend, in Chromium: one
// line of JSON. Nothing comes from the net but what `npm ci` has put into node_modules.
//
//     npm ci
//     node bench.js --model resnet-8 --train bn --batch 128 --steps 2 --warm-up 1
//
// CHROMIUM names the browser. --gpu leaves its adapter to the browser; without it SwiftShader computes.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

/** A step takes a minute where the processor computes. */
const PATIENCE_MS = 3_600_000;

const SWIFTSHADER = ["--enable-features=Vulkan", "--use-vulkan=swiftshader", "--use-angle=swiftshader"];

const FILES = {
    "/": { type: "text/html", file: "index.html" },
    "/tf.js": { type: "text/javascript", file: "node_modules/@tensorflow/tfjs/dist/tf.min.js" },
    "/webgpu.js": {
        type: "text/javascript",
        file: "node_modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
    },
    "/page.js": { type: "text/javascript", file: "page.js" },
};

function options() {
    const { values } = parseArgs({
        options: {
            model: { type: "string", default: "resnet-8" },
            train: { type: "string", default: "bn" },
            batch: { type: "string", default: "128" },
            steps: { type: "string", default: "2" },
            "warm-up": { type: "string", default: "1" },
            gpu: { type: "boolean", default: false },
        },
    });
    const depth = Number(/^resnet-(\d+)$/.exec(values.model)?.[1]);
    if (!(depth >= 8 && depth % 6 === 2)) {
        throw new Error(`--model is ${values.model}, but a model is resnet-D with D = 6n+2, such as resnet-8`);
    }
    if (!["bn", "all"].includes(values.train)) throw new Error(`--train is ${values.train}; there are bn and all`);
    const [batch, steps, warmUp] = ["batch", "steps", "warm-up"].map((name) => {
        const number = Number(values[name]);
        if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is ${values[name]}, not 1 or more`);
        return number;
    });
    return { ...values, blocksAWidth: (depth - 2) / 6, batch, steps, warmUp };
}

/** Serves the page's four files, and nothing else, on this machine. */
async function serve() {
    const server = createServer(async (request, response) => {
        const found = FILES[new URL(request.url, "http://localhost").pathname];
        const bytes = found && (await readFile(new URL(found.file, import.meta.url)).catch(() => null));
        response.writeHead(bytes ? 200 : 404, { "Content-Type": found?.type ?? "text/plain" });
        response.end(bytes ?? "Not found");
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
}

async function measure(asked) {
    const server = await serve();
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        headless: false,
        args: [
            "--headless=new",
            "--no-sandbox",
            "--enable-unsafe-webgpu",
            ...(asked.gpu ? [] : SWIFTSHADER),
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    });
    try {
        const page = await browser.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        // What is printed is the result alone.
        page.on("console", (message) => console.error(message.text()));
        page.on("pageerror", (error) => console.error(String(error)));
        await page.goto(`http://127.0.0.1:${server.address().port}/`);
        const found = await page.evaluate((asked) => globalThis.measure(asked), asked);
        return { ...found, browser: browser.version() };
    } finally {
        await browser.close();
        server.close();
    }
}

function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

const asked = options();
const { seconds, first, last, version, adapter, browser } = await measure(asked);
// Not finite arrives as null.
if (!(Number.isFinite(first) && Number.isFinite(last) && last < first)) {
    throw new Error(`the loss of one batch went from ${first} to ${last}`);
}
const secondsPerStep = median(seconds);
console.log(
    JSON.stringify({
        peer: "tfjs",
        version,
        adapter: `${adapter || "adapter without a name"} (Chromium ${browser})`,
        variant: "webgpu",
        model: asked.model,
        train: asked.train,
        batch: asked.batch,
        images_per_second: asked.batch / secondsPerStep,
        seconds_per_step: secondsPerStep,
        steps: asked.steps,
        warm_up_steps: asked.warmUp,
        loss_first: first,
        loss_last: last,
    }),
);
