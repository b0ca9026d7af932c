//! Order and moves are functions of seed, epoch and image alone, the same on every platform.

use bnonly::data::order::{AugmentationDraw, augmentation, epoch_order};
use bnonly::data::{Augmentation, Batch, Images, Normalization};

#[test]
fn order_is_pinned() {
    assert_eq!(epoch_order(0, 0, 10, true), [8, 5, 0, 1, 9, 6, 4, 2, 7, 3]);
    assert_eq!(epoch_order(0, 1, 10, true), [8, 7, 4, 1, 9, 0, 3, 6, 2, 5]);
    assert_eq!(epoch_order(7, 0, 10, true), [3, 6, 7, 2, 1, 4, 5, 8, 0, 9]);
    assert_eq!(epoch_order(7, 3, 5, false), [0, 1, 2, 3, 4]);
    assert!(epoch_order(7, 3, 0, true).is_empty());
}

#[test]
fn moves_are_pinned() {
    let moves = |seed, epoch| -> Vec<(i8, i8, bool)> {
        (0..4)
            .map(|index| augmentation(seed, epoch, index))
            .map(|a| (a.down, a.right, a.flip))
            .collect()
    };
    assert_eq!(
        moves(0, 0),
        [(4, -4, true), (2, -2, true), (4, -3, false), (0, -2, true)]
    );
    assert_eq!(
        moves(0, 1),
        [(4, -4, true), (-1, 0, true), (4, 0, true), (-3, -3, true)]
    );
    assert_eq!(
        moves(7, 0),
        [
            (2, -1, false),
            (-4, -4, false),
            (-3, -1, false),
            (-3, 3, false)
        ]
    );
}

#[test]
fn every_order_is_a_permutation() {
    for epoch in 0..20 {
        let mut order = epoch_order(3, epoch, 1000, true);
        assert_ne!(order, epoch_order(3, epoch + 1, 1000, true));
        order.sort();
        assert_eq!(order, (0..1000).collect::<Vec<u32>>());
    }
}

#[test]
fn every_place_in_the_order_is_equally_likely() {
    let mut counts = [[0_u32; 5]; 5];
    for epoch in 0..10_000 {
        for (place, image) in epoch_order(1, epoch, 5, true).into_iter().enumerate() {
            counts[place][image as usize] += 1;
        }
    }
    // 2,000 expected, with a deviation of 40.
    assert!(
        counts
            .iter()
            .flatten()
            .all(|count| count.abs_diff(2000) < 200),
        "{counts:?}"
    );
}

#[test]
fn moves_are_even_and_in_range() {
    let mut counts = [[0_u32; 81]; 2];
    let mut draw = AugmentationDraw::new(5, 2);
    for index in 0..162_000 {
        let Augmentation { down, right, flip } = draw.at(index);
        assert!((-4..=4).contains(&down) && (-4..=4).contains(&right));
        counts[usize::from(flip)][(down + 4) as usize * 9 + (right + 4) as usize] += 1;
    }
    // 1,000 expected, with a deviation of 32.
    assert!(
        counts
            .iter()
            .flatten()
            .all(|count| count.abs_diff(1000) < 180),
        "{counts:?}"
    );
}

#[test]
fn moves_do_not_depend_on_what_was_drawn_before() {
    let mut draw = AugmentationDraw::new(5, 2);
    for index in [9, 1, 1_000_000, 0, u32::MAX, 64, 9] {
        assert_eq!(draw.at(index), augmentation(5, 2, index));
    }
}

#[test]
fn moving_and_mirroring_can_be_left_out_apart() {
    for index in 0..100 {
        let both = augmentation(5, 2, index);
        let only = |crop, flip| AugmentationDraw::new(5, 2).only(crop, flip).at(index);
        assert_eq!(only(true, true), both);
        assert_eq!(
            only(true, false),
            Augmentation {
                flip: false,
                ..both
            }
        );
        let flip = both.flip;
        assert_eq!(
            only(false, true),
            Augmentation {
                flip,
                ..Augmentation::default()
            }
        );
    }
}

#[test]
fn packing_can_be_undone() {
    assert_eq!(Augmentation::default().packed(), 0x0808);
    for (down, right, flip) in [(-4, 4, true), (4, -4, false), (0, 1, true)] {
        let word = Augmentation { down, right, flip }.packed();
        assert_eq!((word & 0xff) as i32 - 8, i32::from(down));
        assert_eq!((word >> 8 & 0xff) as i32 - 8, i32::from(right));
        assert_eq!(word >> 16 == 1, flip);
    }
}

#[test]
fn a_moved_picture_comes_from_where_it_was() {
    let moved = Augmentation {
        down: 2,
        right: -1,
        flip: true,
    };
    // Row 2 shows row 0; column 0 shows column 1 of the mirrored picture, column 3 of five.
    assert_eq!(moved.source(2, 0, 5, 5), Some((0, 3)));
    assert_eq!(moved.source(1, 0, 5, 5), None);
    assert_eq!(moved.source(2, 4, 5, 5), None);
    assert_eq!(Augmentation::default().source(4, 3, 5, 5), Some((4, 3)));
}

fn three_images() -> Images {
    Images {
        channels: 1,
        height: 1,
        width: 2,
        pixels: vec![1, 2, 3, 4, 5, 6],
        labels: vec![7, 8, 9],
    }
}

#[test]
fn a_batch_is_refilled_in_place() {
    let images = three_images();
    let mut batch = Batch::with_capacity(3, &images);
    batch.fill(&images, &[2, 0, 2], Some(&mut AugmentationDraw::new(1, 0)));
    assert_eq!(batch.pixels, [5, 6, 1, 2, 5, 6]);
    assert_eq!(batch.labels, [9, 7, 9]);
    assert_eq!(
        batch.augmentations,
        [2, 0, 2].map(|index| augmentation(1, 0, index))
    );
    let memory = |batch: &Batch| {
        (
            batch.pixels.as_ptr(),
            batch.labels.as_ptr(),
            batch.augmentations.as_ptr(),
        )
    };
    let before = memory(&batch);
    batch.fill(&images, &[1], None);
    assert_eq!((batch.len(), &batch.pixels[..]), (1, &[3, 4][..]));
    assert_eq!(batch.augmentations, [Augmentation::default()]);
    batch.fill(&images, &[0, 1, 2], None);
    assert_eq!(memory(&batch), before);
}

#[test]
fn truncating_keeps_pixels_and_labels_together() {
    let mut images = three_images();
    images.truncate(2);
    assert_eq!((images.len(), &images.pixels[..]), (2, &[1, 2, 3, 4][..]));
    images.truncate(5);
    assert_eq!(images.len(), 2);
}

#[test]
fn normalization_is_image_nets_where_nothing_is_said() {
    let values = Normalization::default().values(3);
    assert_eq!(
        values,
        (vec![0.485, 0.456, 0.406], vec![0.229, 0.224, 0.225])
    );
    assert_eq!(
        Normalization::default().values(1),
        (vec![0.449], vec![0.226])
    );
}

#[test]
fn a_normalization_is_read_as_it_is_written() {
    for text in [
        "imagenet",
        "cifar10",
        "half",
        "data",
        "0.5/0.25",
        "0.1,0.2,0.3/0.25,1,2",
    ] {
        let read: Normalization = text.parse().unwrap();
        assert_eq!(read.to_string(), text);
    }
    for text in [
        "",
        "ImageNet",
        "0.5",
        "0.5/0",
        "0.5/-1",
        "0.5,0.5/0.2",
        "nan/1",
        "1/2/3",
        "0.5/inf",
    ] {
        assert!(text.parse::<Normalization>().is_err(), "{text}");
    }
}

#[test]
fn the_training_images_own_normalization_is_their_mean_and_deviation() {
    let mut images = Images::empty(3, 1, 2);
    // Red 0 and 255 by turns; green always 51, which has no deviation; blue 0, 0, 0, 255.
    images.pixels = vec![0, 255, 51, 51, 0, 0, 0, 255, 51, 51, 0, 255];
    images.labels = vec![0, 1];
    let settled = Normalization::Data.settled(&images);
    assert_eq!(settled.to_string(), "0.5,0.2,0.25/0.5,1,0.433");
    assert_eq!(Normalization::Half.settled(&images), Normalization::Half);
}
