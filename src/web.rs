//! The app in a page of the browser: the one entry, called when the page has loaded it.

use egui::{Context, Ui};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlCanvasElement;

use crate::app::shell::Shell;
use crate::session::open_gpu;

/// The element of the page that the app draws on.
const CANVAS: &str = "app";

/// The shell in its page.
struct Page {
    shell: Shell,
}

/// Starts the app.
pub fn main() {
    wasm_bindgen_futures::spawn_local(async {
        let runner = eframe::WebRunner::new();
        let make = |context: &eframe::CreationContext<'_>| {
            let shell = Shell::new(&context.egui_ctx, context.storage, open_gpu());
            let state = context.wgpu_render_state.as_ref();
            let kind = state.map(|state| state.adapter.get_info().device_type);
            if kind == Some(wgpu::DeviceType::Cpu) {
                shell.draws_in_software();
            }
            let app: Box<dyn eframe::App> = Box::new(Page { shell });
            Ok(app)
        };
        let document = web_sys::window().and_then(|window| window.document());
        let canvas = document.and_then(|document| document.get_element_by_id(CANVAS));
        let Some(canvas) = canvas.and_then(|canvas| canvas.dyn_into::<HtmlCanvasElement>().ok())
        else {
            return;
        };
        let started = runner
            .start(canvas, Default::default(), Box::new(make))
            .await;
        drop(started);
    });
}

impl eframe::App for Page {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        self.shell.update(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.shell.draw(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.shell.keep(storage);
    }
}
