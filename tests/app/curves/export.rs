//! What is taken away reads back as what was there; earlier runs are read, or a sentence says why not.

use std::fs;
use std::path::Path;

use bnonly::app::export::{
    EarlierError, ExportError, Format, Kind, Source, StepNorms, export, read_earlier,
};
use bnonly::data::Normalization;
use bnonly::network::graph::Shape;
use bnonly::network::{Architecture, BnInit, Graph, Options, State, initial_state};
use bnonly::study::gamma::Norms;
use bnonly::train::history::{Axis, History, Series};
use bnonly::train::plot::Picture;
use bnonly::train::run_folder::{RunFolder, metrics_path};
use bnonly::train::saved::Saved;
use bnonly::train::settings::Settings;

use crate::curves::runs::{eval, events, history, step};

fn network() -> (Graph, State) {
    let shape = Shape {
        channels: 3,
        height: 32,
        width: 32,
    };
    let model = Architecture::parse("resnet-8", Options::default()).expect("a model");
    let graph = model.build(shape, 10).expect("a network");
    let state = initial_state(&graph, 3, BnInit::Uniform);
    (graph, state)
}

/// The rows of a CSV file without quotes, and its header.
fn rows(path: &Path) -> (String, Vec<Vec<String>>) {
    let text = fs::read_to_string(path).expect("a file");
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.next().expect("a header");
    let rows = lines.map(|line| line.split(',').map(str::to_owned).collect());
    (header, rows.collect())
}

#[test]
fn metrics_read_back_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("metrics.csv");
    let history = history(5, 300, 70);
    let source = Source {
        history: &history,
        graph: None,
        snapshots: &[],
        state: None,
        run: None,
    };
    export(Kind::Metrics, &path, &source).expect("a file");
    let (header, rows) = rows(&path);
    assert_eq!(
        header,
        "step,epoch,seconds,kind,loss,accuracy,learning_rate,gamma_below_0.01"
    );
    assert_eq!(rows.len(), 304);
    for row in rows {
        assert_eq!(row.len(), 8);
        let number = |at: usize| row[at].parse::<f64>().expect("a number");
        let is_step = row[3] == "step";
        let (loss, accuracy) = match is_step {
            true => (Series::Loss, Series::Accuracy),
            false => (Series::TestLoss, Series::TestAccuracy),
        };
        let exact = |series: Series| {
            history
                .nearest(series, Axis::Step, number(0), 1)
                .expect("a value")
        };
        let found = exact(loss);
        assert_eq!(
            (found.step as f64, found.epoch, found.seconds),
            (number(0), number(1), number(2))
        );
        assert_eq!(row[4].parse(), Ok(found.value));
        assert_eq!(row[5].parse(), Ok(exact(accuracy).value));
        let (rate, off) = if is_step { ("0.1", "") } else { ("", "0.25") };
        assert_eq!((row[6].as_str(), row[7].as_str()), (rate, off));
    }
}

#[test]
fn gamma_and_beta_have_a_row_a_channel_and_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("norms.csv");
    let (graph, state) = network();
    let first = Norms::of(&graph, &state);
    let mut last = first.clone();
    last.gamma.iter_mut().for_each(|gamma| *gamma *= -0.3);
    let snapshots = [
        StepNorms {
            step: 0,
            norms: &first,
        },
        StepNorms {
            step: 70,
            norms: &last,
        },
    ];
    let history = History::default();
    let source = Source {
        history: &history,
        graph: Some(&graph),
        snapshots: &snapshots,
        state: None,
        run: None,
    };
    export(Kind::Norms, &path, &source).expect("a file");
    let (header, rows) = rows(&path);
    assert_eq!(header, "step,layer,channel,gamma,beta");
    let channels = first.gamma.len();
    assert_eq!(rows.len(), 2 * channels);
    for (at, row) in rows.iter().enumerate() {
        let norms = if at < channels { &first } else { &last };
        assert_eq!(row[0], if at < channels { "0" } else { "70" });
        assert_eq!(row[3].parse(), Ok(norms.gamma[at % channels]));
        assert_eq!(row[4].parse(), Ok(norms.beta[at % channels]));
    }
    let second = &graph.batch_norms[1];
    let row = &rows[graph.batch_norms[0].channels as usize];
    assert_eq!(
        (row[1].as_str(), row[2].as_str()),
        (second.name.as_str(), "0")
    );

    let mut short = last.clone();
    short.gamma.pop();
    let snapshots = [StepNorms {
        step: 70,
        norms: &short,
    }];
    let source = Source {
        snapshots: &snapshots,
        ..source
    };
    let refused = export(Kind::Norms, &path, &source);
    assert!(
        matches!(refused, Err(ExportError::Channels { step: 70, .. })),
        "{refused:?}"
    );
}

#[test]
fn the_state_reads_back_as_a_plain_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.safetensors");
    let (graph, state) = network();
    let history = History::default();
    let source = Source {
        history: &history,
        graph: Some(&graph),
        snapshots: &[],
        state: Some(&state),
        run: None,
    };
    export(Kind::State, &path, &source).expect("a file");
    let saved = Saved::read(&path).expect("a state");
    assert!(
        matches!(saved, Saved::Tensors(_)),
        "no run's settings stand in it"
    );
    let read = saved
        .into_state(&graph, "it", Normalization::default())
        .expect("a state");
    assert_eq!(read.state, state);
}

#[test]
fn every_kind_is_written_under_its_own_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let (graph, state) = network();
    let norms = Norms::of(&graph, &state);
    let history = history(5, 200, 50);
    let run = folder.path().join("a run");
    fs::create_dir_all(run.join("checkpoints")).expect("folders");
    fs::write(run.join("checkpoints/last.safetensors"), [7; 101]).expect("a file");
    let snapshots = [StepNorms {
        step: 1,
        norms: &norms,
    }];
    let source = Source {
        history: &history,
        graph: Some(&graph),
        snapshots: &snapshots,
        state: Some(&state),
        run: Some(&run),
    };
    for kind in Kind::ALL {
        let path = folder.path().join(kind.file_name());
        assert!(!path.exists(), "{kind:?} has another's name");
        export(kind, &path, &source).unwrap_or_else(|error| panic!("{kind:?}: {error}"));
        assert!(kind.file_name().ends_with(kind.extension()) && !kind.label().is_empty());
        let bytes = fs::read(&path).expect("a file");
        match kind {
            Kind::Picture(_, Format::Png) => {
                assert_eq!(image::open(&path).expect("a picture").width(), 1600)
            }
            Kind::Picture(_, Format::Svg) => assert!(bytes.ends_with(b"</svg>\n")),
            _ => assert!(bytes.len() > 100),
        }
    }
    let files = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(
        files,
        Kind::ALL.len() + 1,
        "beside the run nothing half-written is left"
    );
}

#[test]
fn what_is_not_there_or_cannot_be_written_gives_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = History::default();
    let source = Source {
        history: &history,
        graph: None,
        snapshots: &[],
        state: None,
        run: None,
    };
    for kind in Kind::ALL {
        let path = folder.path().join(kind.file_name());
        let sentence = export(kind, &path, &source)
            .expect_err("nothing to write")
            .to_string();
        for part in [kind.label(), &path.display().to_string(), "start a run"] {
            assert!(sentence.contains(part), "{sentence}");
        }
        assert!(!path.exists());
    }
    let some = crate::curves::runs::history(1, 10, 5);
    let source = Source {
        history: &some,
        ..source
    };
    let path = folder.path().join("no such folder").join("metrics.csv");
    for kind in [Kind::Metrics, Kind::Picture(Picture::Loss, Format::Svg)] {
        let sentence = export(kind, &path, &source)
            .expect_err("no folder")
            .to_string();
        assert!(
            sentence.contains("no such folder") && sentence.contains("could not be written"),
            "{sentence}"
        );
    }
}

#[test]
fn an_earlier_run_is_read_as_its_folder_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("20261122-resnet-14-bn");
    let mut run = RunFolder::create_at(&path, &Settings::default()).expect("a folder");
    let events = events(9, 120, 50);
    events
        .iter()
        .for_each(|event| run.log(event).expect("a line"));
    run.flush().expect("a file");
    for place in [
        path.clone(),
        metrics_path(&path),
        path.join("."),
        path.join("checkpoints/.."),
    ] {
        let (name, found) = read_earlier(&place).expect("a run");
        assert_eq!(name, "20261122-resnet-14-bn", "{}", place.display());
        let other = found
            .iter()
            .zip(&events)
            .find(|(found, event)| found != event);
        assert_eq!((other, found.len()), (None, events.len()));
    }
}

#[test]
fn odd_files_of_earlier_runs_are_read_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = metrics_path(folder.path());
    let line = |event| serde_json::to_string(&event).expect("a line") + "\n";
    let two = line(step(1, 2.0)) + &line(eval(1, 2.5));
    let read = |text: &[u8]| {
        fs::write(&path, text).expect("a file");
        read_earlier(folder.path())
    };
    // Still being written, or cut off by a killed process.
    for end in ["", "{\"kind\":\"step\",\"st", "not yet a line"] {
        let found = read((two.clone() + end).as_bytes()).expect("a run");
        assert_eq!(found.1, [step(1, 2.0), eval(1, 2.5)]);
    }
    // Of a version that did not say when a step was taken.
    let old = "{\"kind\":\"step\",\"step\":1,\"epoch\":0.5,\"loss\":2,\"accuracy\":0,\"lr\":0.1}\n";
    let found = read(old.as_bytes()).expect("a run").1;
    assert_eq!(found.iter().collect::<History>().extent(Axis::Time), None);

    let long = format!("{two}{}\n", "x".repeat(1 << 20));
    let lines = [
        (two.clone() + "<html>\n", 3),
        (two.clone() + "\n", 3),
        (line(step(1, 2.0)).replace("2.0", "1e999"), 1),
        (line(step(1, 2.0)).replace("\"lr\":0.1,", ""), 1),
        (line(eval(1, 2.0)).replace("eval", "test") + &two, 1),
        (long, 3),
        ("\u{0}\u{1b}[31m\n".to_owned(), 1),
    ];
    for (text, expected) in lines {
        let error = read(text.as_bytes()).expect_err("no metric");
        let sentence = error.to_string();
        assert!(
            matches!(error, EarlierError::Line { number, .. } if number == expected),
            "{sentence}"
        );
        assert!(
            sentence.len() < 500 && !sentence.contains('\u{1b}'),
            "{sentence}"
        );
        assert!(sentence.contains(&path.display().to_string()) && sentence.contains("expected"));
    }
    assert!(matches!(
        read(b"").expect_err("empty"),
        EarlierError::Empty { .. }
    ));
    fs::remove_file(&path).expect("a file");
    assert!(matches!(
        read_earlier(folder.path()),
        Err(EarlierError::NotARun { .. })
    ));
    assert!(matches!(
        read_earlier(&path),
        Err(EarlierError::File { .. })
    ));
    fs::create_dir(&path).expect("a folder");
    assert!(matches!(
        read_earlier(folder.path()),
        Err(EarlierError::NotARun { .. })
    ));
}

/// `BNONLY_LONG=1` reads a million lines and says how long that took.
#[test]
fn a_million_lines() {
    if std::env::var_os("BNONLY_LONG").is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut run =
        RunFolder::create_at(&folder.path().join("long"), &Settings::default()).expect("a folder");
    for at in 1..=1_000_000 {
        run.log(&step(at, 1.0 + 1.0 / at as f64)).expect("a line");
    }
    run.flush().expect("a file");
    let clock = std::time::Instant::now();
    let (_, events) = read_earlier(run.path()).expect("a run");
    println!("{:?}", clock.elapsed());
    let history: History = events.iter().collect();
    println!("{:?}", clock.elapsed());
    assert_eq!(history.len(Series::Loss), 1_000_000);
}
