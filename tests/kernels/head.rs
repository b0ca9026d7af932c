//! The output layer and the loss.

use bnonly::kernels::linear::{self, LinearShape};
use bnonly::kernels::{Blocked, Precision, loss};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, words, written};
use crate::kernels::blocked::{block_within, blocked_len, unblock};
use crate::kernels::random::{Random, seeds};
use crate::reference::linear::Linear;
use crate::reference::loss::{cross_entropy, entropy};
use crate::reference::{assert_close, narrow, widen};

/// Single layers, relative in norm.
const RELATIVE: f64 = 1e-5;

/// An output layer with its loss, on the adapter.
pub struct Head {
    pub name: String,
    pub twin: Linear,
    pub max_batch: u32,
    pub precision: Precision,
}

/// Loss and gradient by the logits of a batch.
pub struct Loss {
    pub sum: f32,
    pub hits: f32,
    pub grad_logits: Vec<f32>,
}

impl Head {
    fn shape(&self) -> LinearShape {
        LinearShape {
            channels: self.twin.c as u32,
            classes: self.twin.o as u32,
            precision: self.precision,
        }
    }

    fn features(&self) -> Blocked {
        Blocked::new(self.twin.c as u32, 1, 1).stored_in(self.precision)
    }

    fn batch(&self) -> u32 {
        self.twin.n as u32
    }

    /// Values of `[N, K]` in a buffer for the largest batch, NaN beyond this one.
    fn within(&self, values: &[f64]) -> Vec<f32> {
        let mut values = narrow(values);
        values.resize(self.max_batch as usize * self.twin.o, f32::NAN);
        values
    }

    pub async fn forward(&self, x: &[f64], weight: &[f64], bias: &[f64]) -> Vec<f32> {
        let x = block_within(x, self.features(), self.batch(), self.max_batch);
        let logits = unwritten(self.max_batch as usize * self.twin.o);
        let operands = [x, narrow(weight), narrow(bias), logits];
        let logits = run(&linear::forward(&self.shape()), self.batch(), &operands)
            .await
            .remove(0);
        written(&self.name, &logits, self.twin.n * self.twin.o)
    }

    pub async fn loss(&self, which: loss::Loss, logits: &[f64], labels: &[u32]) -> Loss {
        let Self {
            name, max_batch, ..
        } = self;
        let (n, max_batch) = (self.twin.n, *max_batch as usize);
        let classes = self.twin.o as u32;
        let mut samples: Vec<u32> = labels
            .iter()
            .flat_map(|label| [*label, 0xffff_ffff])
            .collect();
        samples.resize(2 * max_batch, 0xffff_ffff);
        let operands = [
            self.within(logits),
            words(&samples),
            unwritten(2 * max_batch),
            unwritten(max_batch * self.twin.o),
        ];
        let kernel = loss::of(which, classes);
        let mut results = run(&kernel, self.batch(), &operands).await.into_iter();
        let losses = results.next().expect("it writes the losses");
        written(name, &losses, 2 * n);
        let grad_logits = results.next().expect("it writes the gradient");
        let operands = [losses, unwritten(2)];
        let total = run(&loss::sum_losses(classes), self.batch(), &operands)
            .await
            .remove(0);
        let total = written(name, &total, 2);
        Loss {
            sum: total[0],
            hits: total[1],
            grad_logits: written(name, &grad_logits, n * self.twin.o),
        }
    }

    pub async fn grad_input(&self, weight: &[f64], grad_logits: &[f64]) -> Vec<f32> {
        let (features, batch) = (self.features(), self.batch());
        let target = unwritten(blocked_len(features, self.max_batch));
        let operands = [self.within(grad_logits), narrow(weight), target];
        let grad_x = run(&linear::grad_input(&self.shape()), batch, &operands)
            .await
            .remove(0);
        let grad_x = written(&self.name, &grad_x, blocked_len(features, batch));
        unblock(&self.name, &grad_x, features, batch)
    }

    /// Gradients of weight and bias.
    pub async fn grad_weight(&self, x: &[f64], grad_logits: &[f64]) -> [Vec<f32>; 2] {
        let x = block_within(x, self.features(), self.batch(), self.max_batch);
        let weights = self.twin.o * self.twin.c;
        let operands = [
            self.within(grad_logits),
            x,
            unwritten(weights),
            unwritten(self.twin.o),
        ];
        let results = run(&linear::grad_weight(&self.shape()), self.batch(), &operands).await;
        let all_written = |values: &Vec<f32>| written(&self.name, values, values.len());
        [all_written(&results[0]), all_written(&results[1])]
    }
}

#[everywhere::test]
async fn random_heads_are_their_twins() {
    for seed in seeds(6) {
        let mut random = Random::new(seed);
        let twin = Linear {
            n: random.pick(&[1, 2, 7, 65, 130]),
            c: random.pick(&[1, 3, 5, 33, 64, 70]),
            o: random.pick(&[1, 2, 7, 10, 101]),
        };
        let max_batch = twin.n as u32 + random.pick(&[0, 3]);
        let name = format!("seed {seed}, {twin:?} of {max_batch}");
        let head = Head {
            name: name.clone(),
            twin,
            max_batch,
            precision: Precision::F32,
        };
        let x = random.normal(twin.n * twin.c);
        let weight = random.normal(twin.o * twin.c);
        let bias = random.normal(twin.o);
        let labels: Vec<_> = (0..twin.n).map(|_| random.below(twin.o as u32)).collect();

        let logits = head.forward(&x, &weight, &bias).await;
        assert_close(&name, &logits, &twin.forward(&x, &weight, &bias), RELATIVE);
        let logits = widen(&logits);
        for (which, expected) in [
            (loss::Loss::Entropy, entropy(&logits, &labels, twin.o)),
            (
                loss::Loss::CrossEntropy,
                cross_entropy(&logits, &labels, twin.o),
            ),
        ] {
            let name = format!("{which:?}, {name}");
            let loss = head.loss(which, &logits, &labels).await;
            let sum = expected.mean * twin.n as f64;
            assert_close(&format!("loss, {name}"), &[loss.sum], &[sum], RELATIVE);
            assert_eq!(loss.hits, expected.hits as f32, "hits, {name}");
            assert_close(
                &format!("grad_logits, {name}"),
                &loss.grad_logits,
                &expected.grad_logits,
                RELATIVE,
            );
        }
        let grad_logits = cross_entropy(&logits, &labels, twin.o).grad_logits;
        let grad_x = head.grad_input(&weight, &grad_logits).await;
        let expected = twin.grad_input(&weight, &grad_logits);
        assert_close(&format!("grad_input, {name}"), &grad_x, &expected, RELATIVE);
        let [grad_weight, grad_bias] = head.grad_weight(&x, &grad_logits).await;
        let expected = twin.grad_weight(&x, &grad_logits);
        assert_close(
            &format!("grad_weight, {name}"),
            &grad_weight,
            &expected,
            RELATIVE,
        );
        let expected = twin.grad_bias(&grad_logits);
        assert_close(
            &format!("grad_bias, {name}"),
            &grad_bias,
            &expected,
            RELATIVE,
        );
    }
}

#[everywhere::test]
async fn of_equal_logits_the_first_counts_and_large_ones_do_not_overflow() {
    let twin = Linear { n: 3, c: 1, o: 3 };
    let head = Head {
        name: "edges".into(),
        twin,
        max_batch: 3,
        precision: Precision::F32,
    };
    let logits = [2.0, 2.0, 1.0, 2.0, 2.0, 1.0, 5000.0, -5000.0, 0.0];
    let labels = [0, 0, 1];
    let expected = cross_entropy(&logits, &labels, 3);
    let loss = head.loss(loss::Loss::CrossEntropy, &logits, &labels).await;
    assert_eq!(loss.hits, 2.0);
    assert_close("loss", &[loss.sum], &[3.0 * expected.mean], RELATIVE);
    assert_close(
        "grad_logits",
        &loss.grad_logits,
        &expected.grad_logits,
        RELATIVE,
    );
}
