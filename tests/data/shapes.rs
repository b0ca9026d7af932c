//! The made-up shapes are the same everywhere, and no simple statistic gives its classes away.

use bnonly::data::Images;
use bnonly::data::shapes::{SEED, SIZE, generate};
use sha2::{Digest, Sha256};

#[test]
fn the_bytes_are_pinned() {
    let data = generate(200, 100, SIZE, SEED);
    let digest = |images: &Images| Sha256::digest(&images.pixels)[..8].to_vec();
    assert_eq!(digest(&data.train), [132, 116, 234, 229, 182, 201, 121, 71]);
    assert_eq!(digest(&data.test), [8, 162, 154, 30, 43, 35, 178, 59]);
}

#[test]
fn fewer_pictures_are_the_first_of_more() {
    let (more, fewer) = (generate(50, 30, SIZE, 3), generate(20, 10, SIZE, 3));
    assert_eq!(fewer.train.pixels, more.train.pixels[..20 * 3072]);
    assert_eq!(fewer.test.labels, more.test.labels[..10]);
}

#[test]
fn training_and_test_pictures_differ() {
    let data = generate(300, 300, SIZE, SEED);
    for test in 0..300 {
        assert!((0..300).all(|train| data.train.image(train) != data.test.image(test)));
    }
}

#[test]
fn classes_are_equally_many_and_any_size_can_be_drawn() {
    let data = generate(40, 20, SIZE, SEED);
    for class in 0..10 {
        assert_eq!(
            data.train
                .labels
                .iter()
                .filter(|&&label| label == class)
                .count(),
            4
        );
    }
    for size in [1, 2, 7, 64] {
        let images = generate(11, 0, size, SEED).train;
        assert_eq!(
            (images.len(), images.pixels.len()),
            (11, 11 * 3 * (size * size) as usize)
        );
    }
}

/// Mean, deviation and the eight mean differences between neighbours at distances of 1 to 4, over
/// each channel: what a picture shows without its form.
fn statistics(pixels: &[u8]) -> Vec<f64> {
    let side = SIZE as usize;
    let mut found = Vec::new();
    for plane in pixels.chunks_exact(side * side) {
        let at = |row: usize, column: usize| f64::from(plane[row * side + column]);
        let mean = plane.iter().map(|&v| f64::from(v)).sum::<f64>() / plane.len() as f64;
        let variance = plane
            .iter()
            .map(|&v| (f64::from(v) - mean).powi(2))
            .sum::<f64>()
            / plane.len() as f64;
        found.extend([mean, variance.sqrt()]);
        for distance in 1..=4 {
            let inner = side - distance;
            let pairs = (0..inner).flat_map(|row| (0..inner).map(move |column| (row, column)));
            let (mut right, mut down) = (0.0, 0.0);
            for (row, column) in pairs {
                right += (at(row, column) - at(row, column + distance)).abs();
                down += (at(row, column) - at(row + distance, column)).abs();
            }
            found.extend([right, down].map(|sum| sum / (inner * inner) as f64));
        }
    }
    found
}

/// The share of test vectors whose nearest class mean, in units of each number's deviation, is
/// their own.
pub(super) fn nearest_mean_accuracy(train: &[Vec<f64>], test: &[Vec<f64>]) -> f64 {
    let numbers = train[0].len();
    let column = |n: usize| train.iter().map(move |row| row[n]);
    let mean: Vec<f64> = (0..numbers)
        .map(|n| column(n).sum::<f64>() / train.len() as f64)
        .collect();
    let deviation: Vec<f64> = (0..numbers)
        .map(|n| {
            (column(n).map(|v| (v - mean[n]).powi(2)).sum::<f64>() / train.len() as f64).sqrt()
                + 1e-9
        })
        .collect();
    let mut centres = vec![vec![0.0; numbers]; 10];
    for (index, row) in train.iter().enumerate() {
        for n in 0..numbers {
            centres[index % 10][n] += row[n] * 10.0 / train.len() as f64;
        }
    }
    let distance = |row: &[f64], centre: &[f64]| -> f64 {
        (0..numbers)
            .map(|n| ((row[n] - centre[n]) / deviation[n]).powi(2))
            .sum()
    };
    let right = test.iter().enumerate().filter(|(index, row)| {
        let nearest = (0..10)
            .min_by(|&a, &b| distance(row, &centres[a]).total_cmp(&distance(row, &centres[b])));
        nearest == Some(index % 10)
    });
    right.count() as f64 / test.len() as f64
}

#[test]
fn neither_mean_pictures_nor_colour_and_contrast_tell_the_classes() {
    let data = generate(3000, 1000, SIZE, SEED);
    let accuracy = |of: &dyn Fn(&[u8]) -> Vec<f64>| {
        let all = |images: &Images| -> Vec<Vec<f64>> {
            (0..images.len()).map(|i| of(images.image(i))).collect()
        };
        nearest_mean_accuracy(&all(&data.train), &all(&data.test))
    };
    let pixels = accuracy(&|image| image.iter().map(|&v| f64::from(v)).collect());
    let statistics = accuracy(&statistics);
    println!("nearest class mean: {pixels} by pixels, {statistics} by statistics; chance is 0.1");
    assert!(pixels < 0.2 && statistics < 0.3, "{pixels} {statistics}");
}
