//! What a person takes away, through the menu, and read back.

use bnonly::app::export::Kind;
use bnonly::session::Phase;
use bnonly::train::tensor_file::read_tensors;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{App, checkpoint};

/// Exports through the menu, and gives what was written.
fn export(app: &mut App, kind: Kind) -> Vec<u8> {
    let path = app.folder.path().join(kind.file_name());
    app.choose("Export", kind.label());
    app.answer(&path);
    let saved = format!("Saved {}.", path.display());
    app.until_says(&saved);
    // A window's first frame is drawn unseen, to measure it.
    app.settle();
    app.press_last("Dismiss");
    std::fs::read(path).unwrap()
}

#[test]
fn everything_can_be_taken_away_and_read_back() {
    let mut app = App::new();
    app.press("▶ Start");
    app.until_ended("finished");
    let saved = checkpoint(&app.run_folder());
    for kind in Kind::ALL {
        let bytes = export(&mut app, kind);
        let text = || String::from_utf8(bytes.clone()).unwrap();
        match kind {
            Kind::Metrics => {
                let rows = |kind: &str| text().lines().filter(|row| row.contains(kind)).count();
                assert_eq!((rows(",step,"), rows(",eval,")), (8, 2));
            }
            Kind::Norms => {
                let snapshots = app.run_view().norms.snapshots().len();
                assert!(snapshots >= 2);
                assert_eq!(text().lines().count(), 1 + 84 * snapshots);
            }
            Kind::State => {
                let path = app.folder.path().join(kind.file_name());
                let mut tensors = read_tensors(&path).unwrap().tensors;
                let mut expected = saved.tensors.clone();
                tensors.sort_by(|a, b| a.name.cmp(&b.name));
                expected.sort_by(|a, b| a.name.cmp(&b.name));
                assert_eq!(tensors, expected);
            }
            Kind::Checkpoint => {
                let last = app.run_folder().join("checkpoints/last.safetensors");
                assert_eq!(bytes, std::fs::read(last).unwrap());
            }
            Kind::Run => {
                let unpacked = app.folder.path().join("unpacked");
                let reader = flate2::read::GzDecoder::new(bytes.as_slice());
                tar::Archive::new(reader).unpack(&unpacked).unwrap();
                let run = unpacked.join(app.run_folder().file_name().unwrap());
                for file in [
                    "config.toml",
                    "metrics.jsonl",
                    "checkpoints/last.safetensors",
                    "delta.safetensors",
                ] {
                    let original = std::fs::read(app.run_folder().join(file)).unwrap();
                    assert_eq!(std::fs::read(run.join(file)).unwrap(), original, "{file}");
                }
            }
            Kind::Picture(..) if kind.extension() == "png" => {
                let picture = image::load_from_memory(&bytes).unwrap();
                assert!(picture.width() >= 800, "{}", kind.label());
            }
            Kind::Picture(..) => {
                assert!(text().contains("<svg") && text().contains("</svg>"));
            }
        }
    }
}

#[test]
fn the_state_of_a_run_under_way_is_that_of_now() {
    let mut app = App::new();
    app.press("▶▮ Step");
    app.until_step(1);
    app.until_phase(Phase::Paused);
    export(&mut app, Kind::State);
    let path = app.folder.path().join(Kind::State.file_name());
    let saved = checkpoint(&app.run_folder());
    assert_eq!(saved.progress.step, 1);
    let tensors = read_tensors(&path).unwrap().tensors;
    assert_eq!(tensors.len(), saved.tensors.len());
    assert!(tensors.iter().all(|tensor| saved.tensors.contains(tensor)));
}

#[test]
fn without_a_run_there_is_nothing_to_export_and_a_bad_place_is_told() {
    let mut app = App::new();
    app.press("Export");
    let line = app.get_all_by_role(Role::Button).find(|node| {
        use egui_kittest::kittest::NodeT;
        let label = node.accesskit_node().label().unwrap_or_default();
        label.starts_with(Kind::Metrics.label()) && node.accesskit_node().is_disabled()
    });
    assert!(line.is_some(), "{:#?}", app.screen());
    app.key(egui::Key::Escape);
    app.press("▶▮ Step");
    app.until_step(1);
    app.choose("Export", Kind::Metrics.label());
    let nowhere = app.folder.path().join("nowhere/metrics.csv");
    let name = "This system offers no file dialog (a desktop portal or zenity). Type the path:";
    app.type_over(Role::TextInput, name, &nowhere.display().to_string());
    assert!(app.says("There is no folder for"));
    app.press("Cancel");
    assert!(!app.says("Type the path"));
    assert_eq!(app.notice(), None);
}
