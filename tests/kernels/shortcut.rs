//! The shortcut without parameters.

use bnonly::kernels::shortcut::{self, ShortcutShape};
use bnonly::kernels::{Blocked, Precision};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, written};
use crate::kernels::blocked::{block_within, blocked_len, nearest, unblock};
use crate::kernels::random::{Random, seeds};
use crate::reference::shortcut::Shortcut;
use crate::reference::widen;

#[everywhere::test]
async fn random_identity_shortcuts_are_their_twins() {
    check_shortcuts(seeds(8), Precision::F32).await;
}

/// Random ones over images in numbers of a kind: values only move, so they stay what they are to the bit.
pub async fn check_shortcuts(seeds: std::ops::Range<u64>, precision: Precision) {
    for seed in seeds {
        let mut random = Random::new(seed);
        let channels = random.pick(&[1, 3, 4, 5, 8]);
        let more = random.pick(&[0, 1, 2, 3, 4, 5, 6, 8, 16]);
        let twin = Shortcut {
            n: random.between(1, 3) as usize,
            c: channels as usize,
            h: random.between(1, 7) as usize,
            w: random.between(1, 7) as usize,
            o: (channels + more) as usize,
            stride: random.between(1, 3) as usize,
        };
        let name = format!("seed {seed}, {precision}, {twin:?}");
        let (batch, max_batch) = (twin.n as u32, twin.n as u32 + random.below(2));
        let shape = ShortcutShape {
            input: Blocked::new(channels, twin.h as u32, twin.w as u32).stored_in(precision),
            output: Blocked::new(twin.o as u32, twin.p() as u32, twin.q() as u32)
                .stored_in(precision),
            stride: twin.stride as u32,
        };
        let x = nearest(&random.normal(twin.n * twin.c * twin.h * twin.w), precision);
        let grad_y = random.normal(twin.n * twin.o * twin.p() * twin.q());
        let grad_y = nearest(&grad_y, precision);
        let one = async |kernel, from, to, values: &[f64]| {
            let operands = [
                block_within(values, from, batch, max_batch),
                unwritten(blocked_len(to, max_batch)),
            ];
            let result = run(&kernel, batch, &operands).await.remove(0);
            let result = written(&name, &result, blocked_len(to, batch));
            widen(&unblock(&name, &result, to, batch))
        };
        let y = one(shortcut::identity(&shape), shape.input, shape.output, &x).await;
        assert_eq!(y, twin.forward(&x), "{name}");
        let backward = shortcut::identity_backward(&shape);
        let grad_x = one(backward, shape.output, shape.input, &grad_y).await;
        assert_eq!(grad_x, twin.backward(&grad_y), "backward, {name}");
    }
}
