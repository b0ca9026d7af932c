//! What a run was tested on is never trained on, by it or by those that start from it, whatever is added meanwhile.

use std::path::Path;

use bnonly::data::Part;
use bnonly::train::manifest::read;
use image::ImageFormat;

use crate::files::{plain_picture, small_classes, write};
use crate::program::{Ended, bnonly, last};

/// Trains on a folder of images, with more options; what it prints.
fn train(data: &Path, options: &[&str]) -> String {
    let mut command = bnonly(["train", "--data"]);
    command.arg(data).args(options);
    let ended: Ended = command.output().expect("the program starts").into();
    ended.succeeds().stdout
}

/// The paths of the files for one part, as a run keeps them.
fn files(run: &Path, part: Part) -> Vec<String> {
    let manifest = read(run).expect("a manifest").expect("a manifest");
    let files = manifest.files.into_iter();
    let files = files.filter(|file| file.part == part);
    files.map(|file| file.path).collect()
}

#[test]
fn a_run_its_evaluation_and_those_that_start_from_it_keep_its_test_images() {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, first, second] = ["images", "first", "second"].map(|name| folder.path().join(name));
    small_classes(&data, 6);
    let network = ["--model", "resnet-8", "--width", "4", "--batch-size", "4"];
    let network = [
        &network[..],
        &["--max-steps", "1", "--image-size", "8", "--out"],
    ]
    .concat();
    let out = first.display().to_string();
    train(&data, &[&network[..], &[&out]].concat());
    let tested = files(&first, Part::Test);
    assert!(!tested.is_empty() && !files(&first, Part::Train).is_empty());

    for number in 0..5 {
        let picture = plain_picture(8, 8, [200, 100 + number, 0], ImageFormat::Png);
        write(&data.join(format!("ant/new {number}.png")), &picture);
    }
    let text = out.clone();
    let mut eval = bnonly(["eval"]);
    let ended: Ended = eval.arg(last(&first)).output().expect("it starts").into();
    let said = ended.succeeds().stderr;
    assert!(
        said.contains("note: ") && said.contains("5 files were added"),
        "{said}"
    );

    let said = train(&data, &["--resume", &text, "--max-steps", "2"]);
    assert!(said.contains("5 files were added"), "{said}");
    assert_eq!(files(&first, Part::Test), tested);
    // It knows them from now on.
    let said = train(&data, &["--resume", &text, "--max-steps", "3"]);
    assert!(!said.contains("added"), "{said}");

    let (init, out) = (
        last(&first).display().to_string(),
        second.display().to_string(),
    );
    let other = ["--init", &init, "--seed", "1", "--split-seed", "1"];
    let all = [&network[..], &[&out], &other].concat();
    train(&data, &all);
    assert_eq!(files(&second, Part::Test), tested);
}
