//! `bnonly runs`: the runs in a folder, side by side.

use std::path::Path;

use bnonly::train::metric::Metric;
use bnonly::train::run_folder::{Facts, RunFolder};
use bnonly::train::settings::Settings;

use crate::program::{json_lines, run};

/// A run of one evaluation.
fn make(path: &Path, seed: u64, accuracy: f64) {
    let settings = Settings {
        seed,
        ..Settings::default()
    };
    let mut run = RunFolder::create_at(path, &settings).unwrap();
    run.save_facts(&Facts {
        total_steps: 20,
        test_images: 100,
        trained_parameters: 1_234,
        ..Facts::default()
    })
    .unwrap();
    run.log(&Metric::Eval {
        step: 10,
        epoch: 1.0,
        loss: 1.0,
        accuracy,
        gamma_below_001: 0.25,
        seconds: 61.0,
    })
    .unwrap();
}

#[test]
fn runs_stand_side_by_side_with_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    make(&folder.path().join("one"), 0, 0.5);
    make(&folder.path().join("two"), 1, 0.9);
    let broken = folder.path().join("broken");
    make(&broken, 2, 0.1);
    std::fs::write(broken.join("config.toml"), "seed = 'many'").unwrap();
    let text = folder.path().display().to_string();

    let ended = run(["runs", &text]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("config.toml"), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ended.stdout);
    for word in [
        "run", "seed", "trained", "accuracy", "off", "time", "folder",
    ] {
        assert!(lines[0].contains(word), "{}", lines[0]);
    }
    let first = lines.iter().find(|line| line.contains("seed 0"));
    let first = first.expect("the first run");
    for word in [
        "not begun",
        "1.0 of 2",
        "1,234",
        "50.0 % ± 5.0 %",
        "25.0 %",
        "1 min 1 s",
    ] {
        assert!(first.contains(word), "{word} is not in {first}");
    }

    let found = json_lines(&run(["runs", "--json", &text]).stdout);
    let mut seeds: Vec<_> = found.iter().map(|run| &run["settings"]["seed"]).collect();
    seeds.sort_by_key(|seed| seed.as_u64());
    assert_eq!(seeds, [0, 1]);
    let best = found
        .iter()
        .find(|run| run["name"] == "seed 1")
        .expect("it");
    assert_eq!(
        (&best["accuracy"], &best["total_steps"]),
        (&0.9.into(), &20.into())
    );
    assert!((best["accuracy_error"].as_f64().unwrap() - 0.03).abs() < 1e-12);

    // One run is as good as several.
    let one = folder.path().join("one").display().to_string();
    assert_eq!(
        json_lines(&run(["runs", "--json", &one]).succeeds().stdout).len(),
        1
    );
}

#[test]
fn no_runs_and_no_folder_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().display().to_string();
    let said = run(["runs", &text]).succeeds().stdout;
    assert!(said.contains("no runs in"), "{said}");
    assert_eq!(run(["runs", "--json", &text]).succeeds().stdout, "");
    let missing = folder.path().join("missing").display().to_string();
    run(["runs", &missing]).fails(2, &[&missing, "expected one that holds runs"]);
}
