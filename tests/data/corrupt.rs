//! Corruptions of images.

use bnonly::data::Images;
use bnonly::data::corrupt::Corruption;

/// Two images of a gradient with an edge.
fn images(channels: u32) -> Images {
    let mut images = Images::empty(channels, 8, 12);
    let area = 8 * 12;
    for image in 0..2 {
        for channel in 0..channels {
            images.pixels.extend((0..area).map(|at| {
                let (y, x) = (at / 12, at % 12);
                let edge = if x >= 6 { 120 } else { 20 };
                (edge + 6 * y + 10 * channel + image) as u8
            }));
        }
        images.labels.push(image);
    }
    images
}

fn corrupted(images: &Images, text: &str) -> Images {
    let corruption: Corruption = text.parse().expect("a corruption");
    assert_eq!(corruption.to_string(), text);
    let mut corrupted = images.clone();
    corruption.apply(&mut corrupted);
    corrupted
}

/// Root of the mean square of what changed, of 0–255.
fn change(a: &Images, b: &Images) -> f64 {
    let pairs = a.pixels.iter().zip(&b.pixels);
    let sum: f64 = pairs
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    (sum / a.pixels.len() as f64).sqrt()
}

#[test]
fn each_level_changes_more_and_the_same_way_every_time() {
    for channels in [1, 3] {
        let clean = images(channels);
        for kind in ["noise", "blur", "contrast", "jpeg"] {
            let mut before = 0.0;
            for level in 1..=5 {
                let text = format!("{kind}:{level}");
                let once = corrupted(&clean, &text);
                assert_eq!(once, corrupted(&clean, &text), "{text}");
                assert_eq!((once.labels.clone(), once.len()), (clean.labels.clone(), 2));
                let change = change(&clean, &once);
                // JPEG's quality moves in steps of its tables, and little of so plain a picture is lost.
                assert!(
                    change > before || (kind == "jpeg" && change > 0.0),
                    "{text}: {change}"
                );
                before = change;
            }
        }
    }
}

#[test]
fn noise_has_the_deviation_and_contrast_the_share_that_the_table_says() {
    let mut grey = Images::empty(3, 32, 32);
    grey.pixels = vec![128; 3 * 32 * 32];
    grey.labels = vec![0];
    let deviation = change(&grey, &corrupted(&grey, "noise:5"));
    assert!((deviation / 25.5 - 1.0).abs() < 0.05, "{deviation}");
    let clean = images(1);
    let flat = corrupted(&clean, "contrast:5");
    let range = |images: &Images| {
        let pixels = &images.pixels[..8 * 12];
        f64::from(pixels.iter().max().unwrap() - pixels.iter().min().unwrap())
    };
    assert!((range(&flat) / range(&clean) - 0.15).abs() < 0.02);
}

#[test]
fn other_words_are_no_corruption() {
    for text in [
        "",
        "noise",
        "noise:0",
        "noise:6",
        "rain:1",
        "noise:1:2",
        "Noise:1",
    ] {
        assert!(text.parse::<Corruption>().is_err(), "{text}");
    }
}
