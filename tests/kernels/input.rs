//! Bytes to normalised, moved and mirrored images.

use bnonly::data::Augmentation;
use bnonly::kernels::{Blocked, Precision, input};

use crate::everywhere;
use crate::kernels::bench::{run, unwritten, words, written};
use crate::kernels::blocked::{blocked_len, unblock};
use crate::kernels::random::{Random, seeds};
use crate::reference::input::{DEVIATION, MEAN, Move, prepare};
use crate::reference::{assert_close, narrow};

/// Single layers, relative in norm.
const RELATIVE: f64 = 1e-5;
/// The same of images in f16.
const RELATIVE_HALF: f64 = 5e-4;

/// Bytes as the words of a buffer, with a last word that is not full.
fn packed(bytes: &[u8], max_len: usize) -> Vec<f32> {
    let mut bytes = bytes.to_vec();
    bytes.resize(max_len.next_multiple_of(4), 0xff);
    let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    words(&bytes.as_chunks().0.iter().map(word).collect::<Vec<_>>())
}

async fn check(name: &str, shape: Blocked, moves: &[Move], max_batch: u32, random: &mut Random) {
    let batch = moves.len() as u32;
    let sample = (shape.channels * shape.area()) as usize;
    let pixels: Vec<u8> = (0..moves.len() * sample)
        .map(|_| random.below(256) as u8)
        .collect();
    let [mean, deviation] = [MEAN, DEVIATION].map(|of| of[..shape.channels as usize].to_vec());
    let samples = moves.iter().enumerate().flat_map(|(label, by)| {
        let augmentation = Augmentation {
            down: by.down as i8,
            right: by.right as i8,
            flip: by.flip,
        };
        [label as u32, augmentation.packed()]
    });
    let mut samples: Vec<_> = samples.collect();
    samples.resize(2 * max_batch as usize, u32::MAX);
    let operands = [
        packed(&pixels, max_batch as usize * sample),
        words(&samples),
        unwritten(blocked_len(shape, max_batch)),
    ];
    let kernel = input::prepare(shape, &narrow(&mean), &narrow(&deviation));
    let output = run(&kernel, batch, &operands).await.remove(0);
    let output = written(name, &output, blocked_len(shape, batch));
    let size = (shape.height as usize, shape.width as usize);
    let expected = prepare(&pixels, size, &mean, &deviation, moves);
    assert_close(
        name,
        &unblock(name, &output, shape, batch),
        &expected,
        match shape.precision {
            Precision::F32 => RELATIVE,
            Precision::F16 => RELATIVE_HALF,
        },
    );
}

#[everywhere::test]
async fn random_images_are_their_twins() {
    check_random(seeds(6), Precision::F32).await;
}

/// Random ones, written in numbers of a kind.
pub async fn check_random(seeds: std::ops::Range<u64>, precision: Precision) {
    for seed in seeds {
        let mut random = Random::new(seed);
        let channels = random.pick(&[1, 3]);
        let shape = Blocked::new(channels, random.between(3, 11), random.between(3, 11))
            .stored_in(precision);
        let moves: Vec<_> = (0..random.between(1, 7))
            .map(|_| Move {
                flip: random.coin(),
                down: random.below(9) as isize - 4,
                right: random.below(9) as isize - 4,
            })
            .collect();
        let max_batch = moves.len() as u32 + random.below(2);
        let name = format!("seed {seed}, {moves:?} in {max_batch}, {shape:?}");
        check(&name, shape, &moves, max_batch, &mut random).await;
    }
}

#[everywhere::test]
async fn without_augmentation_images_stay_in_place() {
    assert_eq!(
        Augmentation::default().packed(),
        Augmentation {
            down: 0,
            right: 0,
            flip: false
        }
        .packed()
    );
    for channels in [1, 3] {
        let shape = Blocked::new(channels, 28, 27);
        check(
            "in place",
            shape,
            &[Move::default(); 3],
            3,
            &mut Random::new(1),
        )
        .await;
    }
}
