//! In which order images are seen, and how each is moved: functions of seed and epoch alone.
//!
//! Every draw is a ChaCha8 stream whose key spells out what it is for, and whole-number arithmetic
//! turns it into a choice, so the same seed gives the same run on every platform, and a resumed run
//! sees what the uninterrupted one would have seen.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::Augmentation;

/// The furthest a picture moves, in pixels, along each axis.
pub const LARGEST_MOVE: i8 = 4;

/// The order in which epoch `epoch` (from 0) of the run of seed `seed` sees `len` images: a
/// permutation of `0..len`, or `0..len` itself without `shuffle`.
///
/// # Panics
///
/// If `len` does not fit into 32 bits.
pub fn epoch_order(seed: u64, epoch: u64, len: usize, shuffle: bool) -> Vec<u32> {
    let len = u32::try_from(len).expect("fewer than 2^32 images");
    let mut order: Vec<u32> = (0..len).collect();
    if shuffle {
        shuffle_in_place(&mut order, &mut stream(seed, epoch, *b"order   "));
    }
    order
}

/// How image `index` of the training set is moved in epoch `epoch` (from 0) of the run of seed
/// `seed`: down and right by −4 to 4 pixels each, all equally likely, and mirrored half the time.
pub fn augmentation(seed: u64, epoch: u64, index: u32) -> Augmentation {
    AugmentationDraw::new(seed, epoch).at(index)
}

/// The augmentations of one epoch: as [`augmentation`], and cheaper for many images.
#[derive(Clone, Debug)]
pub struct AugmentationDraw {
    rng: ChaCha8Rng,
    crop: bool,
    flip: bool,
}

impl AugmentationDraw {
    /// The augmentations of epoch `epoch` (from 0) of the run of seed `seed`.
    pub fn new(seed: u64, epoch: u64) -> Self {
        Self {
            rng: stream(seed, epoch, *b"augment "),
            crop: true,
            flip: true,
        }
    }

    /// The same draws, of which only these are used: moving (`crop`), mirroring (`flip`).
    #[must_use]
    pub fn only(self, crop: bool, flip: bool) -> Self {
        Self { crop, flip, ..self }
    }

    /// How image `index` of the training set is moved.
    pub fn at(&mut self, index: u32) -> Augmentation {
        // One word of the stream an image: the top bit flips, the 31 others choose one of 9 × 9
        // moves (uneven by less than 81 in 2^31).
        self.rng.set_word_pos(u128::from(index));
        let word = self.rng.next_u32();
        let choices = i64::from(LARGEST_MOVE) * 2 + 1;
        let choice = (i64::from(word & 0x7fff_ffff) * choices * choices) >> 31;
        let centred = |v: i64| match self.crop {
            true => v as i8 - LARGEST_MOVE,
            false => 0,
        };
        Augmentation {
            down: centred(choice / choices),
            right: centred(choice % choices),
            flip: self.flip && word >> 31 == 1,
        }
    }
}

impl Augmentation {
    /// The form in which a kernel takes it: `(down + 8) | (right + 8) << 8 | flip << 16`, that is
    /// `down = i32(w & 0xff) - 8`, `right = i32((w >> 8) & 0xff) - 8`, `flip = (w >> 16) & 1`.
    /// An image left as it is gives `0x0808`.
    pub fn packed(self) -> u32 {
        let byte = |v: i8| u32::from((v + 8) as u8);
        byte(self.down) | byte(self.right) << 8 | u32::from(self.flip) << 16
    }

    /// Row and column of the picture that end up at `row` and `column` of the moved picture, both of
    /// `height` rows and `width` columns; `None` where nothing of the picture does (zero after
    /// normalisation).
    pub fn source(self, row: u32, column: u32, height: u32, width: u32) -> Option<(u32, u32)> {
        let inside = |at: u32, moved: i8, size: u32| {
            let from = i64::from(at) - i64::from(moved);
            u32::try_from(from).ok().filter(|&from| from < size)
        };
        let row = inside(row, self.down, height)?;
        let column = inside(column, self.right, width)?;
        Some((
            row,
            if self.flip {
                width - 1 - column
            } else {
                column
            },
        ))
    }
}

/// The stream of random words for one purpose: `first` and `second` are numbers such as a seed and an
/// epoch, `purpose` keeps draws of different kinds apart.
pub(crate) fn stream(first: u64, second: u64, purpose: [u8; 8]) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&first.to_le_bytes());
    key[8..16].copy_from_slice(&second.to_le_bytes());
    key[16..24].copy_from_slice(&purpose);
    key[24..].copy_from_slice(b"bnonly/1");
    ChaCha8Rng::from_seed(key)
}

/// Puts `items` into a random order, all orders equally likely (Fisher and Yates).
pub(crate) fn shuffle_in_place<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        let bound = u32::try_from(last + 1).expect("fewer than 2^32 items");
        items.swap(last, below(rng, bound) as usize);
    }
}

/// A whole number below `bound`, all equally likely (Lemire, "Fast random integer generation in an
/// interval", 2019).
pub(super) fn below(rng: &mut ChaCha8Rng, bound: u32) -> u32 {
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let product = u64::from(rng.next_u32()) * u64::from(bound);
        if product as u32 >= threshold {
            return (product >> 32) as u32;
        }
    }
}
