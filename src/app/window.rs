//! The app in a window of its own.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use eframe::wgpu::rwh::{HasDisplayHandle, RawDisplayHandle};
use egui::{
    Context, FallbackRequest, FontInsert, FontProvider, IconData, Ui, ViewportBuilder,
    ViewportCommand,
};
use egui_system_font_provider::SystemFontProvider;

use super::shell::Shell;
use crate::session::open_gpu;

/// Pixels of the icon's side.
const ICON: u32 = 64;

/// Why no window could be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "no window can be opened ({0}); the app needs a desktop, without one there is `bnonly train`"
)]
pub struct WindowError(String);

impl From<eframe::Error> for WindowError {
    fn from(error: eframe::Error) -> Self {
        let said = error.to_string();
        // The window library puts the line of its own source before what the system said.
        let after_line = said.split_once(".rs:").map(|(_, rest)| rest);
        let words = after_line.and_then(|rest| rest.split_once(": "));
        let words = words.map_or(said.as_str(), |(_, words)| words);
        Self(words.trim_end_matches('.').to_owned())
    }
}

/// The shell, and whether the window's own device is gone.
struct Window {
    shell: Shell,
    is_lost: Arc<AtomicBool>,
}

/// The system's fonts, looked at when a letter comes that no other font has.
#[derive(Default)]
pub struct SystemFonts(OnceLock<SystemFontProvider>);

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        self.0
            .get_or_init(SystemFontProvider::new)
            .font_for(request)
    }
}

/// Opens the window, with a run of earlier in it if one is given, and returns when it is closed. The
/// run under way is saved then.
///
/// # Errors
/// If the system has no desktop, or none that can be drawn on.
pub fn open(run: Option<PathBuf>) -> Result<(), WindowError> {
    let viewport = ViewportBuilder::default()
        .with_title("bnonly")
        .with_app_id("bnonly")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([360.0, 360.0])
        .with_icon(icon());
    let options = eframe::NativeOptions {
        viewport,
        // Its own looks at all fonts at each start.
        system_font_fallback: false,
        ..Default::default()
    };
    let make = move |context: &eframe::CreationContext<'_>| {
        let ctx = &context.egui_ctx;
        let is_lost = Arc::new(AtomicBool::new(false));
        if let Some(state) = &context.wgpu_render_state {
            let (lost, ctx) = (is_lost.clone(), ctx.clone());
            state.device.set_device_lost_callback(move |_, message| {
                // Nobody may be there to read it.
                let _ = writeln!(
                    std::io::stderr(),
                    "error: the device that draws the window was lost ({message}); the run is saved, start the program anew"
                );
                lost.store(true, Ordering::Relaxed);
                ctx.request_repaint();
            });
        }
        let mut shell = Shell::new(ctx, context.storage, open_gpu());
        let state = context.wgpu_render_state.as_ref();
        let kind = state.map(|state| state.adapter.get_info().device_type);
        if kind == Some(wgpu::DeviceType::Cpu) {
            shell.draws_in_software();
        }
        ctx.add_font_provider(Arc::new(SystemFonts::default()));
        let display = context.display_handle().map(|handle| handle.as_raw());
        if matches!(display, Ok(RawDisplayHandle::Wayland(_))) {
            shell.takes_no_drops();
        }
        if let Some(run) = run {
            shell.open_run(ctx, &run);
        }
        let app: Box<dyn eframe::App> = Box::new(Window { shell, is_lost });
        Ok(app)
    };
    Ok(eframe::run_native("bnonly", options, Box::new(make))?)
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        if self.is_lost.load(Ordering::Relaxed) {
            // Nothing can be drawn any more; closing saves the run.
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        self.shell.update(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.shell.draw(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.shell.keep(storage);
    }
}

/// Rows of channels that darken.
fn icon() -> IconData {
    let cell = |x: u32, y: u32| {
        let (column, row) = (x / 16, y / 16);
        let is_gap = x % 16 >= 14 || y % 16 >= 14;
        match (is_gap, (column + 2 * row) % 5) {
            (true, _) => [0, 0, 0, 0],
            (false, 0) => [20, 24, 40, 255],
            (false, 1) => [30, 80, 130, 255],
            (false, 2) => [40, 150, 160, 255],
            (false, 3) => [120, 210, 130, 255],
            (false, _) => [240, 230, 90, 255],
        }
    };
    let pixels = (0..ICON).flat_map(|y| (0..ICON).map(move |x| cell(x, y)));
    IconData {
        rgba: pixels.flatten().collect(),
        width: ICON,
        height: ICON,
    }
}
