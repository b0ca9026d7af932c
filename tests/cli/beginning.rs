//! What is said before the first step: of the state that a run starts from, and of its batches.

use crate::files::small_classes;
use crate::program::{fixture, run, tiny, train};

#[test]
fn a_state_from_elsewhere_trains_and_each_guess_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    // The small network for five classes, in the checkpoint of a script that used DataParallel.
    let file = fixture("torch/resnet8w4-five-classes.pth.tar");
    // Nine images in batches of eight.
    let options = format!(
        "--init {file} --train output --limit-train 9 --batch-size 8 --epochs 1 --limit-test 8"
    );
    let said = train(&out, &options).succeeds().stdout;
    for part in [
        "`state_dict` of the file; passed over: `epoch`, `optimizer`",
        "`module.`",
        "for 5 classes, the data have 10",
        "normalised by mean 0.485, 0.456, 0.406",
        "--normalization",
        "a batch of 1 image, the others have 8",
        "--drop-last",
        "no BatchNorm trains",
        "--freeze-stats",
    ] {
        assert_eq!(said.matches(part).count(), 1, "{part:?} once in: {said}");
    }
    let resumed = run([
        "train",
        "--epochs",
        "2",
        "--resume",
        &out.display().to_string(),
    ]);
    let said = resumed.succeeds().stdout;
    assert!(
        !said.contains("`module.`") && said.contains("step 4"),
        "{said}"
    );

    run([
        "eval",
        &file,
        "--model",
        "resnet-8",
        "--width",
        "4",
        "--data",
        &tiny(),
        "--limit-test",
        "8",
    ])
    .fails(
        1,
        &[
            "resnet8w4-five-classes.pth.tar",
            "for 5 classes, the data have 10",
        ],
    );
}

#[test]
fn images_a_second_are_images_that_were_trained_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let options = "--batch-size 4000000000 --limit-train 8 --limit-test 8 --epochs 1";
    let said = train(&out, options).succeeds().stdout;
    let speed = said
        .split(" images/s")
        .next()
        .and_then(|text| text.rsplit(' ').next());
    let speed: f64 = speed.and_then(|text| text.parse().ok()).expect(&said);
    // Whole batches would be some thousand millions.
    assert!(speed < 1e6, "{said}");
}

#[test]
fn a_batch_of_one_value_a_channel_is_refused_before_a_folder_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let (images, out) = (folder.path().join("images"), folder.path().join("run"));
    small_classes(&images, 4);
    let (images, out_text) = (images.display().to_string(), out.display().to_string());
    let options = "--image-size 4 --model resnet-8 --width 4 --batch-size 1 --max-steps 1";
    let command = ["train", "--data", &images, "--out", &out_text];
    let parts = [
        "--batch-size: each batch has 1 image",
        "blocks.2.",
        "--freeze-stats",
    ];
    run(command.into_iter().chain(options.split_whitespace())).fails(1, &parts);
    assert!(!out.exists());
}
