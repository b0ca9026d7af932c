//! The app in a page of the browser: the one entry, called when the page has loaded it.
//!
//! Here: the shell on its canvas, and what the page says to it. `dom` is the page around the canvas, `kept` what stays
//! in the browser.

mod dom;
mod kept;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc;

use egui::{Context, Ui};
use wasm_bindgen::JsCast as _;
use web_sys::{DragEvent, HtmlCanvasElement};

use self::dom::{Button, Dom, listen};
use crate::app::action::Action;
use crate::app::setup::Setup;
use crate::app::shell::Shell;
use crate::platform::fs;
use crate::platform::page::{dropped, words};
use crate::session::open_gpu;
use crate::train::link::{from_link, to_link};
use crate::train::settings::Settings;

/// The shell in its page.
struct Page {
    shell: Shell,
    dom: Dom,
    asked: mpsc::Receiver<Asked>,
    tell: Tell,
    /// What the address names.
    linked: Settings,
    /// Data that the visitor was asked about, or that is kept already.
    offered: Vec<PathBuf>,
}

/// Passes on what the page is asked for.
type Tell = Rc<dyn Fn(Asked)>;

/// What the page asks of the shell.
enum Asked {
    /// One of its buttons.
    Action(Action),
    /// Files were dropped onto it, and are in memory now.
    Dropped(Result<Vec<PathBuf>, String>),
    /// Another link was followed.
    Link,
    /// Keep data for the next visit.
    Keep(PathBuf),
    /// Keep nothing any more.
    Forget,
    /// Train on data that is kept.
    Use(PathBuf),
    /// Something of the page's does not work.
    Complaint(String),
}

/// Buttons of the page, for who does not see those of the canvas.
const BUTTONS: [(&str, Action); 4] = [
    ("do-start", Action::Start),
    ("do-pause", Action::PauseOrResume),
    ("do-step", Action::Step),
    ("do-stop", Action::Stop),
];

/// Starts the app.
pub fn main() {
    let Some(dom) = Dom::find() else {
        return;
    };
    let runner = eframe::WebRunner::new();
    dom.tells_of_panics();
    wasm_bindgen_futures::spawn_local(async move {
        let canvas = dom.canvas();
        let page = dom.clone();
        // Before the settings are read that may name it.
        let kept = kept::restore().await;
        let make = move |context: &eframe::CreationContext<'_>| {
            let app: Box<dyn eframe::App> = Box::new(Page::new(context, page, kept));
            Ok(app)
        };
        let Some(canvas) = canvas.dyn_into::<HtmlCanvasElement>().ok() else {
            return;
        };
        let options = eframe::WebOptions::default();
        match runner.start(canvas, options, Box::new(make)).await {
            Ok(()) => dom.has_started(),
            Err(error) => dom.fail("The page cannot be drawn", &words(&error)),
        }
    });
}

impl Page {
    fn new(
        context: &eframe::CreationContext<'_>,
        dom: Dom,
        kept: Result<Vec<PathBuf>, String>,
    ) -> Self {
        let ctx = &context.egui_ctx;
        let shell = Shell::new(ctx, context.storage, open_gpu());
        let state = context.wgpu_render_state.as_ref();
        let kind = state.map(|state| state.adapter.get_info().device_type);
        if kind == Some(wgpu::DeviceType::Cpu) || dom.draws_in_software() {
            shell.draws_in_software();
        }
        if let Some(state) = state {
            state.device.set_device_lost_callback(|_, message| {
                if let Some(dom) = Dom::find() {
                    dom.fail("The page can be drawn no more", &message);
                }
            });
        }
        let (sender, asked) = mpsc::channel();
        let wake = ctx.clone();
        let tell: Tell = Rc::new(move |asked| {
            // The page goes before its listeners do.
            let _ = sender.send(asked);
            wake.request_repaint();
        });
        dom.listen(&tell);
        let mut page = Self {
            shell,
            dom,
            asked,
            tell,
            linked: Settings::default(),
            offered: Vec::new(),
        };
        match kept {
            Ok(kept) => page.tell_of_kept(kept),
            Err(sentence) => page.shell.complain(&sentence),
        }
        match page.dom.link() {
            Some(link) => page.follow(&link),
            None => page.linked = page.shell.setup_mut().settings().clone(),
        }
        // What is small enough for any machine shows itself at once.
        if page.linked == *Setup::first().settings() && page.dom.link().is_none() {
            page.shell.act(ctx, Action::Start);
        }
        page
    }

    fn take(&mut self, ctx: &Context, asked: Asked) {
        match asked {
            Asked::Action(action) if self.shell.allows(action) => self.shell.act(ctx, action),
            Asked::Action(_) => {}
            Asked::Dropped(dropped) => self.shell.take_files(ctx, dropped),
            Asked::Link => {
                let link = self.dom.link().unwrap_or_default();
                self.follow(&link);
            }
            Asked::Keep(path) => self.afterwards(async move { kept::keep(&path).await }),
            Asked::Forget => self.afterwards(kept::forget()),
            Asked::Use(path) => self.shell.setup_mut().set_data(&*path),
            Asked::Complaint(sentence) => self.shell.complain(&sentence),
        }
    }

    /// Sets up what a link names.
    fn follow(&mut self, link: &str) {
        match from_link(link) {
            Ok(settings) if settings != self.linked => {
                self.linked = settings.clone();
                self.shell.setup_mut().set_settings(settings);
            }
            Ok(_) => {}
            Err(error) => {
                // The address stays as it is, to be corrected.
                self.linked = self.shell.setup_mut().settings().clone();
                self.shell.complain(&error.to_string());
            }
        }
    }

    /// Lets the address name what is set up, and offers to keep data that is new.
    fn link(&mut self) {
        let settings = self.shell.setup_mut().settings();
        if *settings == self.linked {
            return;
        }
        self.linked = settings.clone();
        self.dom.set_link(&to_link(settings));
        if let Some(data) = settings.data.path().map(Path::to_owned)
            && fs::exists(&data)
            && !self.offered.contains(&data)
        {
            self.offered.push(data.clone());
            let question = format!(
                "Keep {} in this browser for the next visit?",
                data.display()
            );
            let tell = self.tell.clone();
            let keep = move || tell(Asked::Keep(data.clone()));
            self.dom.offer(
                &question,
                [("Keep it", Box::new(keep) as _), ("No", Box::new(|| {}))],
            );
        }
    }

    fn tell_of_kept(&mut self, kept: Vec<PathBuf>) {
        let Some(first) = kept.first().cloned() else {
            return;
        };
        let names: Vec<_> = kept.iter().map(|path| path.display().to_string()).collect();
        let told = format!("Kept in this browser: {}.", names.join(", "));
        let (using, forgetting) = (self.tell.clone(), self.tell.clone());
        let buttons: [Button<'_>; 3] = [
            ("Use it", Box::new(move || using(Asked::Use(first.clone())))),
            ("Forget it", Box::new(move || forgetting(Asked::Forget))),
            ("Dismiss", Box::new(|| {})),
        ];
        self.dom.offer(&told, buttons);
        self.offered = kept;
    }

    /// Does something with the browser's storage, and says so if that fails.
    fn afterwards(&self, work: impl Future<Output = Result<(), String>> + 'static) {
        let tell = self.tell.clone();
        wasm_bindgen_futures::spawn_local(async move {
            if let Err(sentence) = work.await {
                tell(Asked::Complaint(sentence));
            }
        });
    }
}

impl eframe::App for Page {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        while let Ok(asked) = self.asked.try_recv() {
            self.take(ctx, asked);
        }
        self.shell.update(ctx);
        self.link();
        self.dom.say(
            &self.shell.state_in_words(),
            &self.shell.progress_in_words(),
        );
        for (name, action) in BUTTONS {
            self.dom.enable(name, self.shell.allows(action));
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.shell.draw(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        self.shell.keep(storage);
    }
}

impl Dom {
    /// Passes on what is done to the page outside its canvas.
    fn listen(&self, tell: &Tell) {
        for (name, action) in BUTTONS {
            let tell = tell.clone();
            self.on_click(name, move || tell(Asked::Action(action)));
        }
        let followed = tell.clone();
        listen(self.window(), "hashchange", move |_| followed(Asked::Link));
        // Without this the browser opens what is dropped beside the canvas.
        listen(self.window(), "dragover", |event| event.prevent_default());
        let dropping = tell.clone();
        listen(self.window(), "drop", move |event| {
            event.prevent_default();
            let Some(transfer) = event
                .dyn_into::<DragEvent>()
                .ok()
                .and_then(|e| e.data_transfer())
            else {
                return;
            };
            let (tell, files) = (dropping.clone(), dropped(&transfer));
            wasm_bindgen_futures::spawn_local(async move { tell(Asked::Dropped(files.await)) });
        });
    }
}
