//! Files that cannot be used: a sentence that names the file, what was found and the way out, and no
//! run folder.

use std::fs;
use std::path::{Path, PathBuf};

use bnonly::train::checkpoint::Checkpoint;

use crate::files::{plain_picture, png_claiming, small_classes, write};
use crate::program::{Ended, bnonly, fixture, last, run, tiny, train};

/// Runs `bnonly train` on data that must be refused, before anything is made.
#[track_caller]
fn refused_data(data: &Path, parts: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let mut command = bnonly([
        "train",
        "--model",
        "resnet-8",
        "--width",
        "4",
        "--max-steps",
        "1",
    ]);
    command.arg("--data").arg(data).arg("--out").arg(&out);
    Ended::from(command.output().expect("the program starts")).fails(1, parts);
    assert!(!out.exists(), "{} is left behind", out.display());
}

/// The made-up data set, with one file changed.
fn damaged(folder: &Path, file: &str, damage: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
    let copy = folder.join("cifar");
    fs::create_dir(&copy).expect("a folder");
    for entry in fs::read_dir(tiny()).expect("the made-up data set") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), copy.join(entry.file_name())).expect("a copy");
    }
    let mut bytes = fs::read(copy.join(file)).expect("a file");
    damage(&mut bytes);
    fs::write(copy.join(file), bytes).expect("written");
    copy
}

#[test]
fn a_batch_file_that_was_cut_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = damaged(folder.path(), "data_batch_3.bin", |bytes| {
        bytes.truncate(128 * 3073 - 100)
    });
    refused_data(&data, &["data_batch_3.bin", "393244", "3073", "cut short"]);
}

#[test]
fn a_label_of_ten() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = damaged(folder.path(), "test_batch.bin", |bytes| {
        bytes[3073 * 7] = 10
    });
    refused_data(&data, &["test_batch.bin", "record 7", "10", "below 10"]);
}

#[test]
fn folders_without_a_data_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    fs::create_dir(path.join("empty")).expect("a folder");
    refused_data(&path.join("empty"), &["empty", "CIFAR-10"]);
    write(&path.join("texts/a/letter.txt"), b"dear");
    write(&path.join("texts/b/letter.txt"), b"dear");
    refused_data(&path.join("texts"), &["texts", "no pictures", "2 .txt"]);
    refused_data(&path.join("nowhere"), &["nowhere", "no file or folder"]);
    // What looks like an option is part of the path.
    refused_data(&path.join("a--width/x"), &["--data: ", "a--width/x;"]);
    // A state is no data set.
    let state = fixture("resnet8-bn/init.safetensors");
    refused_data(state.as_ref(), &["init.safetensors"]);
}

#[test]
fn pictures_that_are_none_or_too_large() {
    for (name, bytes, found) in [
        ("nothing", png_claiming(0, 0), "nothing.png"),
        ("huge", png_claiming(30_000, 30_000), "30000"),
        (
            "broken",
            plain_picture(8, 8, [1; 3], image::ImageFormat::Png)[..50].to_vec(),
            "broken.png",
        ),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        small_classes(folder.path(), 4);
        write(&folder.path().join(format!("ant/{name}.png")), &bytes);
        refused_data(folder.path(), &[&format!("{name}.png"), found]);
    }
}

/// A file that is no state of the network: refused by `train --init`, by `eval`, and, if it lies where
/// a checkpoint should, by `--resume`.
#[track_caller]
fn refused_state(bytes: &[u8], parts: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.safetensors");
    fs::write(&file, bytes).expect("a file");
    let (text, out) = (file.display().to_string(), folder.path().join("run"));
    let parts: Vec<_> = parts.iter().copied().chain(["bad.safetensors"]).collect();
    train(&out, &format!("--width 16 --max-steps 1 --init {text}")).fails(1, &parts);
    assert!(!out.exists());
    run(["eval", &text, "--model", "resnet-8", "--data", &tiny()]).fails(1, &parts);
}

fn state() -> Vec<u8> {
    fs::read(fixture("resnet8-bn/init.safetensors")).expect("a state")
}

#[test]
fn states_that_are_damaged() {
    let mut long = state();
    long[..8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    refused_state(&long, &["1099511627776"]);
    refused_state(&state()[..100_000], &["cut short"]);
    refused_state(b"", &["0 bytes"]);
    refused_state(&[0xff; 5000], &["5000 bytes"]);
    let mut nan = state();
    let end = nan.len();
    nan[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    refused_state(&nan, &["NaN", "finite"]);
}

/// The first tensor that differs, in the network's order, with both shapes.
#[test]
fn states_of_another_network() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let init = fixture("resnet8-bn/init.safetensors");
    let ended = train(&out, &format!("--width 8 --max-steps 1 --init {init}"));
    ended.fails(
        1,
        &["--init", "conv.weight", "[16, 3, 3, 3]", "[8, 3, 3, 3]"],
    );
    assert!(!out.exists());
    run(["eval", &init, "--model", "resnet-14", "--data", &tiny()]).fails(
        1,
        &[
            "init.safetensors",
            "blocks.1.conv1.weight",
            "[32, 16, 3, 3]",
            "[16, 16, 3, 3]",
        ],
    );
}

/// Writes a run's last checkpoint anew, with a right digest, but another optimiser's memory.
fn rewrite(run: &Path, first_moment: Vec<f32>) {
    let mut checkpoint = Checkpoint::read(&last(run)).expect("a checkpoint");
    checkpoint.optimizer.first_moment = first_moment;
    let mut file = fs::File::create(last(run)).expect("a file");
    checkpoint.write(&mut file).expect("written");
}

#[test]
fn checkpoints_that_cannot_be_resumed() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    train(&out, "--max-steps 1 --batch-size 8 --limit-test 8 --quiet").succeeds();
    let whole = fs::read(last(&out)).expect("a checkpoint");
    let text = out.display().to_string();
    let resume = || run(["train", "--quiet", "--max-steps", "2", "--resume", &text]);

    for moment in [vec![], vec![0.0; 7]] {
        rewrite(&out, moment);
        resume().fails(1, &["checkpoint", "optimizer.first_moment", "168"]);
        fs::write(last(&out), &whole).expect("written");
    }

    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(last(&out), &bytes).expect("written");
    resume().fails(1, &["last.safetensors", "damaged", "best.safetensors"]);
    fs::write(last(&out), &whole[..whole.len() - 9]).expect("written");
    resume().fails(1, &["last.safetensors", "cut short", "--init"]);
    fs::write(last(&out), &whole).expect("written");
    resume().succeeds();
}
