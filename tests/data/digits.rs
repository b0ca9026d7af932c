//! The drawn digits are the same everywhere, can be seen, and are no simple matter.

use bnonly::data::digits::{SEED, SIZES, generate, shape};
use bnonly::data::{DataSource, Images, LoadOptions, load};
use sha2::{Digest, Sha256};

use super::files::assert_says;
use super::shapes::nearest_mean_accuracy;

/// Drawing adds, multiplies, divides, takes square roots and rounds, each of which has one result in IEEE arithmetic.
#[test]
fn the_bytes_are_pinned() {
    let digest = |images: &Images| Sha256::digest(&images.pixels)[..4].to_vec();
    let digests = SIZES.map(|size| {
        let data = generate(200, 100, size, SEED);
        [digest(&data.train), digest(&data.test)]
    });
    let expected = [
        [[63, 252, 93, 152], [230, 63, 229, 0]],
        [[56, 91, 87, 40], [78, 115, 69, 212]],
    ];
    assert_eq!(digests, expected);
}

#[test]
fn another_seed_draws_other_pictures() {
    let [one, other] = [3, 4].map(|seed| generate(50, 0, 16, seed).train);
    assert_eq!(one.labels, other.labels);
    assert!((0..50).all(|index| one.image(index) != other.image(index)));
}

#[test]
fn fewer_pictures_are_the_first_of_more() {
    let (more, fewer) = (generate(50, 30, 16, 3), generate(20, 10, 16, 3));
    assert_eq!(fewer.train.pixels, more.train.pixels[..20 * 256]);
    assert_eq!(fewer.test.pixels, more.test.pixels[..10 * 256]);
}

#[test]
fn training_and_test_pictures_differ() {
    let data = generate(300, 300, 16, SEED);
    for test in 0..300 {
        assert!((0..300).all(|train| data.train.image(train) != data.test.image(test)));
    }
}

#[test]
fn classes_are_equally_many_and_any_size_can_be_drawn() {
    for size in [1, 2, 7, 40] {
        let images = generate(30, 0, size, SEED).train;
        assert_eq!(
            (images.channels, images.pixels.len()),
            (1, 30 * (size * size) as usize)
        );
        for class in 0..10 {
            let is_of_class = |label: &&u32| **label == class;
            assert_eq!(images.labels.iter().filter(is_of_class).count(), 3);
        }
    }
}

/// A digit has light lines, and the border of the picture is mostly ground.
#[test]
fn each_picture_shows_a_digit_on_a_darker_ground() {
    for size in SIZES {
        let images = generate(1000, 0, size, SEED).train;
        for index in 0..images.len() {
            let side = size as usize;
            let pixels = images.image(index);
            let is_border = |at: &usize| {
                [at / side, at % side]
                    .iter()
                    .any(|&v| v == 0 || v == side - 1)
            };
            let mut border: Vec<u8> = (0..pixels.len())
                .filter(is_border)
                .map(|at| pixels[at])
                .collect();
            border.sort_unstable();
            let ground = border[border.len() / 2];
            let mut sorted = pixels.to_vec();
            sorted.sort_unstable();
            // As many pixels as the thinnest line has, if it is as long as the picture.
            let ink = sorted[sorted.len() - side / 2];
            assert!(ink > ground + 30, "{index}: ink {ink} on {ground}");
        }
    }
}

#[test]
fn mean_pictures_tell_some_digits_but_not_most() {
    let data = generate(3000, 1000, 16, SEED);
    let all = |images: &Images| -> Vec<Vec<f64>> {
        let image = |at: usize| images.image(at).iter().map(|&v| f64::from(v)).collect();
        (0..images.len()).map(image).collect()
    };
    let accuracy = nearest_mean_accuracy(&all(&data.train), &all(&data.test));
    // Of handwriting, MNIST's, they tell 85 %; chance is 10 %.
    assert!((0.3..0.85).contains(&accuracy), "{accuracy}");
}

#[test]
fn the_word_digits_needs_no_file_and_has_two_sizes() {
    let options = |digits_size: u32| LoadOptions {
        digits_size,
        limit_train: Some(40),
        limit_test: Some(20),
        ..Default::default()
    };
    let read = |options: &LoadOptions| pollster::block_on(load(&"digits".into(), options));
    for size in SIZES {
        let loaded = read(&options(size)).unwrap();
        let expected = bnonly::data::DataShape {
            train: 40,
            test: 20,
            ..shape(size)
        };
        assert_eq!(loaded.shape(), expected);
        assert!(loaded.notes.is_empty());
    }
    for size in [0, 15, 32] {
        let told = read(&options(size)).unwrap_err().to_string();
        assert_says(&told, &["digits-size: ", &size.to_string(), "16 or 28"]);
    }
    let split = LoadOptions {
        test_fraction: Some(0.5),
        ..options(16)
    };
    let told = read(&split).unwrap_err().to_string();
    assert_says(&told, &["digits has test images of its own"]);
    assert_eq!(DataSource::default(), "digits".into());
}
