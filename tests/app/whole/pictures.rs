//! Pictures of the app, drawn in software and compared with those kept in `tests/app/snapshots/`.
//!
//! With `UPDATE_SNAPSHOTS=1` the drawn ones are kept instead; look at each before it goes in. What varies
//! from run to run (speed, times, names of folders and adapters) is not in them.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use bnonly::app::switching_off::SwitchingOff;
use bnonly::app::switching_off::results::Results;
use bnonly::gpu::adapter;
use bnonly::session::Phase;
use bnonly::train::settings::Settings;
use egui::{Event, Theme};
use image::RgbImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use super::{App, Begin, settings};

/// Where the panes begin, and the rightmost of them, in points.
const PANES: u32 = 308;
const RIGHT_PANES: u32 = 886;

/// Another adapter rounds otherwise: a curve moves by a pixel, a bar by one test image, and edges of
/// letters by a few shades. A part of the window that moved or is missing changes many more pixels.
const SHADES: u8 = 48;
const PIXELS: usize = 1500;

/// Pixels of which a colour differs by more than [`SHADES`].
fn difference(drawn: &RgbImage, kept: &RgbImage) -> usize {
    assert_eq!(drawn.dimensions(), kept.dimensions());
    let pixels = drawn.pixels().zip(kept.pixels());
    let differs = |(a, b): &(&image::Rgb<u8>, &image::Rgb<u8>)| {
        a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > SHADES)
    };
    pixels.filter(differs).count()
}

/// As tightly as PNG can.
fn write(picture: &RgbImage, path: &Path) {
    let file = BufWriter::new(File::create(path).unwrap());
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    picture.write_with_encoder(encoder).unwrap();
}

/// Compares what lies right of `left`, in points, with the picture of that name.
fn compare(app: &mut App, name: &str, left: u32) {
    app.event(Event::PointerGone);
    app.settle();
    let whole = image::DynamicImage::from(app.render().expect("a picture")).into_rgb8();
    let (width, height) = (whole.width() - left, whole.height());
    let drawn = image::imageops::crop_imm(&whole, left, 0, width, height).to_image();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/app/snapshots");
    let path = folder.join(name).with_extension("png");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        return write(&drawn, &path);
    }
    let kept = image::open(&path).expect("a kept picture").into_rgb8();
    let pixels = difference(&drawn, &kept);
    if pixels > PIXELS {
        let new = path.with_extension("new.png");
        write(&drawn, &new);
        panic!(
            "{pixels} pixels differ from {}, {PIXELS} may; look at {}, and keep it by UPDATE_SNAPSHOTS=1",
            path.display(),
            new.display()
        );
    }
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
        compare(&mut app, name, 0);
    }
}

#[test]
fn a_paused_run() {
    if !can_draw() {
        return;
    }
    let mut app = paused(Theme::Dark);
    compare(&mut app, "paused-dark", PANES);
}

/// A phone or a tablet that was touched.
fn touched(theme: Theme, size: egui::Vec2) -> App {
    let mut app = Begin {
        size,
        theme,
        ..Begin::default()
    }
    .app();
    app.tap_at(egui::pos2(3.0, size.y - 3.0));
    app.settle();
    app
}

/// The same with a run of six steps that waits.
fn touched_and_paused(theme: Theme, size: egui::Vec2) -> App {
    let mut app = touched(theme, size);
    app.shell_mut().setup_mut().set_settings(Settings {
        limit_test: Some(12),
        ..settings()
    });
    for step in 1..=6 {
        app.settle();
        app.press("▶▮ Step");
        app.until_step(step);
        app.until_phase(Phase::Paused);
    }
    app
}

#[test]
fn a_phone_upright() {
    if !can_draw() {
        return;
    }
    let size = egui::vec2(390.0, 844.0);
    let mut app = touched(Theme::Light, size);
    app.press("Set-up");
    app.until("what it takes is worked out", |app| {
        app.says("168 (3.22 %)")
    });
    compare(&mut app, "phone-set-up-light", 0);
    let mut app = touched_and_paused(Theme::Dark, size);
    app.press("Channels");
    compare(&mut app, "phone-channels-dark", 0);
}

#[test]
fn a_phone_lying() {
    if !can_draw() {
        return;
    }
    let mut app = touched_and_paused(Theme::Light, egui::vec2(844.0, 390.0));
    compare(&mut app, "phone-curves-light", 0);
}

#[test]
fn a_tablet_upright() {
    if !can_draw() {
        return;
    }
    let mut app = touched_and_paused(Theme::Dark, egui::vec2(768.0, 1024.0));
    app.until("what it takes is worked out", |app| {
        app.says("168 (3.22 %)")
    });
    compare(&mut app, "tablet-dark", 0);
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
        is_whole(app.shell().view::<SwitchingOff>().results())
    });
    app.press("Layer");
    app.press("Share off");
    compare(&mut app, "switching-off-light", PANES);
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
    compare(&mut app, "images-dark", RIGHT_PANES);
}
