//! Options that cannot be: a sentence that names the option and the way out, and no run folder.

use std::path::Path;

#[cfg(unix)]
use crate::program::{Ended, bnonly};
use crate::program::{fixture, run, tiny, train};

/// Runs `bnonly train` with options that must fail as wrong usage, before anything is made.
#[track_caller]
fn refused(options: &str, parts: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let data = tiny();
    let mut arguments = vec!["train"];
    if !options.contains("--data") {
        arguments.extend(["--data", &data]);
    }
    let out_text = out.display().to_string();
    arguments.extend(["--out", &out_text]);
    if !options.contains("--epochs") && !options.contains("--max-steps") {
        // Or a check that fails would take a day.
        arguments.extend(["--max-steps", "1"]);
    }
    arguments.extend(options.split_whitespace());
    run(&arguments).fails(2, parts);
    assert!(!out.exists(), "{options} left {} behind", out.display());
}

#[test]
fn networks_that_do_not_exist() {
    refused(
        "--model resnet-15",
        &["resnet-15", "6n+2", "resnet-14 or resnet-20"],
    );
    refused("--model resnet", &["resnet"]);
    refused("--model alexnet", &["alexnet", "resnet-"]);
    refused("--model vgg-12", &["vgg-12", "vgg-11"]);
    refused("--model vgg-11 --no-shortcut", &["--no-shortcut", "vgg-11"]);
    refused("--width 0", &["--width", "0", "at least 1"]);
    refused("--width 4000000000", &["--width: ", "4096"]);
    refused("--width many", &["--width", "many"]);
}

#[test]
fn numbers_out_of_range() {
    refused("--batch-size 0", &["--batch-size", "at least 1"]);
    refused("--lr nan", &["--lr", "NaN", "finite"]);
    refused("--lr inf", &["--lr", "inf", "finite"]);
    refused("--lr -0.1", &["--lr", "-0.1"]);
    refused("--momentum 1", &["--momentum", "less than 1"]);
    refused("--weight-decay nan", &["--weight-decay"]);
    refused("--lr-gamma 0", &["--lr-gamma"]);
    refused("--epochs 0", &["--epochs", "at least 1"]);
    refused("--max-steps 0", &["--max-steps", "at least 1"]);
    refused("--limit-train 0", &["--limit-train"]);
    refused("--seed=-1", &["--seed"]);
}

#[test]
fn names_that_mean_nothing() {
    refused("--optimizer lion", &["--optimizer", "adamw"]);
    refused("--schedule sometimes", &["--schedule", "cosine"]);
    refused("--bn-init zeros", &["--bn-init", "symmetric"]);
    refused("--weights-init ones", &["--weights-init", "orthogonal"]);
    refused("--train bm", &["--train", "bm", "bn-gamma"]);
    refused("--train random:0", &["--train", "random:0"]);
    refused("--train random:5000", &["--train", "5000"]);
    refused("--train bn+", &["--train", "empty"]);
    refused(
        "--train blocks.99.*",
        &["--train", "blocks.99.*", "conv.weight"],
    );
    refused("--optimizer adam --nesterov", &["--nesterov", "sgd"]);
    refused("--backend glide", &["--backend", "vulkan"]);
    refused("--precision f8", &["--precision", "f8", "f32 or f16"]);
}

#[test]
fn an_unknown_adapter_lists_those_there_are() {
    let devices = run(["devices", "--json"]).succeeds();
    let first = &crate::program::json_lines(&devices.stdout)[0];
    let name = first["name"].as_str().expect("a name");
    refused(
        "--adapter no-such-gpu",
        &["no-such-gpu", "there are: 0 ", name],
    );
    refused("--adapter 99", &["99", "there are: 0 ", name]);
}

#[test]
fn settings_files_that_cannot_be_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("settings.toml");
    let text = file.display().to_string();
    refused(
        &format!("--config {text}"),
        &["settings.toml", "cannot be read"],
    );
    std::fs::write(&file, "model = \"resnet-8\"\nlearning-rate = 1\n").expect("a file");
    refused(
        &format!("--config {text}"),
        &["settings.toml", "line 2", "learning-rate"],
    );
    std::fs::write(&file, "batch-size = \"many\"\n").expect("a file");
    refused(
        &format!("--config {text}"),
        &["settings.toml", "line 1", "batch-size"],
    );
    let state = fixture("resnet8-bn/init.safetensors");
    refused(
        &format!("--config {state}"),
        &["init.safetensors", "--config"],
    );
}

#[test]
fn folders_that_are_not_free() {
    let folder = tempfile::tempdir().expect("a folder");
    let occupied = folder.path().join("occupied");
    std::fs::create_dir(&occupied).expect("a folder");
    std::fs::write(occupied.join("letter.txt"), "dear").expect("a file");
    let options = "--max-steps 1 --batch-size 8 --limit-test 8 --quiet";
    train(&occupied, options).fails(2, &["--out", "occupied", "not empty", "choose"]);
    assert_eq!(std::fs::read_dir(&occupied).expect("a folder").count(), 1);
    let file = occupied.join("letter.txt");
    train(&file, options).fails(2, &["--out", "letter.txt", "is a file"]);
    assert_eq!(std::fs::read_to_string(&file).expect("a letter"), "dear");

    let run_folder = folder.path().join("run");
    train(&run_folder, options).succeeds();
    train(&run_folder, options).fails(2, &["--out", "already holds a run", "--resume"]);

    // That is found before any image is read.
    let anew = |out: &Path, code, parts: &[&str]| {
        let out = out.display().to_string();
        let data = "/nowhere";
        run(["train", "--max-steps", "1", "--data", data, "--out", &out]).fails(code, parts);
    };
    anew(&run_folder, 2, &["--out", "already holds a run"]);
    let within_a_file = file.join("run");
    anew(
        &within_a_file,
        1,
        &["--out", "cannot be written to", "another folder"],
    );

    let text = occupied.display().to_string();
    run(["train", "--resume", &text]).fails(2, &["--resume", "occupied", "config.toml"]);
    let text = folder.path().join("nowhere").display().to_string();
    run(["train", "--resume", &text]).fails(2, &["--resume", "nowhere"]);
    assert!(!folder.path().join("nowhere").exists());
}

/// A shell leaves `~` alone in these.
#[cfg(unix)]
#[test]
fn a_tilde_is_the_users_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let expected = home.path().join("nowhere").display().to_string();
    for arguments in [
        ["train", "--max-steps=1", "--data=~/nowhere"],
        ["train", "--max-steps=1", "--config=~/nowhere"],
        ["train", "--max-steps=1", "--resume=~/nowhere"],
        ["eval", "--model=resnet-8", "~/nowhere"],
    ] {
        let mut command = bnonly(arguments);
        let folder = home.path();
        let output = command.env("HOME", folder).current_dir(folder).output();
        let ended = Ended::from(output.expect("the program starts"));
        assert!(ended.code.is_some_and(|code| code > 0));
        assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
    }
}

/// A plan that the adapter cannot hold is found before a folder is made.
#[test]
fn a_batch_too_large_for_the_adapter() {
    let devices = run(["devices", "--json"]).succeeds();
    let binding = &crate::program::json_lines(&devices.stdout)[0]["max_binding_bytes"];
    // 640 images of 64 channels and 32×32 pixels.
    if binding.as_u64().expect("bytes") >= 640 << 18 {
        println!("this adapter holds it");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    let options = "--width 64 --batch-size 640 --max-steps 1 --quiet";
    train(&out, options).fails(1, &["bytes at this batch size", "--batch-size"]);
    assert!(!out.exists());
}

#[test]
fn no_command_or_a_wrong_one() {
    if !cfg!(feature = "app") {
        assert_eq!(run::<&str>([]).code, Some(2));
    }
    run(["trane"]).fails(2, &["trane", "--help"]);
    run(["train", "--no-such-option"]).fails(2, &["--no-such-option"]);
    run(["eval", "nowhere.safetensors"]).fails(1, &["nowhere.safetensors", "could not be read"]);
    run(["--version"]).succeeds();
}

#[test]
#[cfg(all(feature = "app", target_os = "linux"))]
fn the_app_without_a_desktop() {
    for arguments in [Vec::<&str>::new(), vec!["app"]] {
        let mut command = bnonly(arguments);
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            command.env_remove(name);
        }
        let ended = Ended::from(command.output().expect("the program starts"));
        ended.fails(1, &["no window can be opened", "bnonly train"]);
        assert!(!ended.stderr.contains(".rs"), "{}", ended.stderr);
    }
}

#[cfg(all(unix, not(feature = "mpi")))]
#[test]
fn a_build_without_mpi_says_which_has_it() {
    refused("--data-parallel", &["--data-parallel", "--features mpi"]);
    let mut rank = bnonly(["experiment", "run", "few-parameters"]);
    rank.env("OMPI_COMM_WORLD_SIZE", "2");
    let told = Ended::from(rank.output().expect("the program starts"));
    told.fails(2, &["one of several processes", "--features mpi"]);
}
