//! Pictures of the app, drawn in software and compared with those kept beside this file.
//!
//! `UPDATE_SNAPSHOTS=1` draws them anew. What varies from run to run (speed, times, names of folders and
//! adapters) is not in them.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use bnonly::app::switching_off::results::Results;
use bnonly::gpu::adapter;
use bnonly::session::Phase;
use bnonly::train::settings::Settings;
use egui::{Event, Theme};
use egui_kittest::SnapshotOptions;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::{App, Begin, settings};

const FOLDER: &str = "tests/app/snapshots";

/// Where the panes begin, and the rightmost of them, in points.
const PANES: u32 = 308;
const RIGHT_PANES: u32 = 886;

/// Another adapter rounds otherwise, by which a curve moves by a pixel or a bar by one image in 12; text
/// is drawn the same. A moved or missing part of the window changes many more of its million pixels.
fn tolerance() -> SnapshotOptions {
    SnapshotOptions::new()
        .threshold(1.0)
        .max_failed_pixels(1500)
        .output_path(FOLDER)
}

/// Whether there is anything to draw with; says so where there is not.
fn can_draw() -> bool {
    let found = !pollster::block_on(adapter::list(None)).is_empty();
    if !found {
        eprintln!("not compared: no adapter draws here; install a Vulkan driver");
    }
    found
}

fn begin(theme: Theme, settings: Settings) -> App {
    let settings = Some(settings);
    Begin {
        settings,
        theme,
        ..Begin::default()
    }
    .app()
}

/// Compares what lies right of `left`, in points, with the picture of that name.
fn snapshot(app: &mut App, name: &str, left: u32) {
    app.event(Event::PointerGone);
    app.settle();
    let whole = app.render().expect("a picture");
    let (width, height) = (whole.width() - left, whole.height());
    let picture = image::imageops::crop_imm(&whole, left, 0, width, height).to_image();
    let compared = egui_kittest::try_image_snapshot_options(&picture, name, &tolerance());
    if let Err(difference) = compared {
        panic!("{difference}");
    }
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        make_small(&Path::new(FOLDER).join(name).with_extension("png"));
    }
}

/// Packs a picture as tightly as PNG can; its pixels stay as they are.
fn make_small(path: &Path) {
    let picture = image::open(path).unwrap().into_rgb8();
    let file = BufWriter::new(File::create(path).unwrap());
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    picture.write_with_encoder(encoder).unwrap();
}

/// A run of six steps that waits.
fn paused(theme: Theme) -> App {
    let mut app = begin(
        theme,
        Settings {
            limit_test: Some(12),
            ..settings()
        },
    );
    for step in 1..=6 {
        app.press("▶▮ Step");
        app.until_step(step);
        app.until_phase(Phase::Paused);
    }
    app
}

#[test]
fn before_the_first_run() {
    if !can_draw() {
        return;
    }
    for (theme, name) in [(Theme::Dark, "first-dark"), (Theme::Light, "first-light")] {
        let mut app = begin(theme, settings());
        app.until("what it takes is worked out", |app| {
            app.says("168 (3.22 %)")
        });
        snapshot(&mut app, name, 0);
    }
}

#[test]
fn a_paused_run() {
    if !can_draw() {
        return;
    }
    let mut app = paused(Theme::Dark);
    snapshot(&mut app, "paused-dark", PANES);
}

#[test]
fn switching_off_with_results() {
    if !can_draw() {
        return;
    }
    let mut app = paused(Theme::Light);
    app.press("Measure now");
    let is_whole = |results: &Results| results.is_curve_fresh() && results.curve.off.len() == 11;
    app.until("all is measured", |app| {
        is_whole(app.shell().views().switching_off.results())
    });
    app.press("Layer");
    app.press("Share off");
    snapshot(&mut app, "switching-off-light", PANES);
}

#[test]
fn images_with_answers() {
    if !can_draw() {
        return;
    }
    let mut app = paused(Theme::Dark);
    app.press("Images");
    app.until_says("of 12 answered, at step 6");
    app.until_says("Maps of 4 channels");
    snapshot(&mut app, "images-dark", RIGHT_PANES);
}
