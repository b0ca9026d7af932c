//! Asking for a file or a folder without holding up a frame, and what was dropped onto the window.
//!
//! The system's dialog is a future that each frame polls once; its waker asks for a repaint, so
//! nothing is drawn while the reader is choosing. Where a system has no dialogs, or they fail, a path
//! can be typed.

#[cfg_attr(target_arch = "wasm32", path = "page.rs")]
mod system;

mod complete;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use egui::text::CCursorRange;
use egui::{Key, Modal, Modifiers, TextEdit};
use web_time::{Duration, Instant};

use crate::platform::{IS_A_PAGE, fs};
use crate::train::tensor_file::is_of_torch;

/// What to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The dialog's title, which says what the path is for.
    pub title: String,
    /// A folder, a file, or where to save.
    pub kind: Kind,
    /// Endings of the files to offer, without dots; empty for all.
    pub endings: Vec<String>,
    /// Where to begin.
    pub directory: Option<PathBuf>,
}

/// What kind of path to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder that is there.
    Folder,
    /// A file that is there.
    File,
    /// Either, which can only be typed: systems have dialogs for one or the other.
    Any,
    /// A file to write, by default of this name.
    Save(String),
}

/// A path, and what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// What it was asked for.
    pub purpose: T,
    /// What was chosen.
    pub path: PathBuf,
}

/// A path being chosen; `None` if the reader changed their mind, or if there is no dialog.
pub type Pending = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// Opens the system's dialog; `None` where it is known to have none.
pub type Service = fn(&Ask) -> Option<Pending>;

pub use system::{deliver, dropped};

/// A dialog that came back empty sooner than this was never on the screen.
const TOO_SOON: Duration = Duration::from_millis(400);

/// A question for a path, at most one at a time.
pub struct Dialog<T> {
    service: Service,
    open: Option<Open<T>>,
}

struct Open<T> {
    purpose: T,
    ask: Ask,
    way: Way,
}

enum Way {
    System {
        pending: Pending,
        since: Instant,
    },
    Typed {
        text: String,
        why: &'static str,
        told: Told,
    },
}

/// What is told below a path that is typed.
#[derive(Default)]
struct Told {
    complaint: Option<String>,
    /// Names that it could be completed to.
    fitting: Vec<String>,
    /// The path that was there at first was selected, to be typed over.
    was_selected: bool,
}

const NO_DIALOGS: &str =
    "This system offers no file dialog (a desktop portal or zenity). Type the path:";
const FAILED: &str = "The system's file dialog did not open. Type the path, or cancel:";
const CHOSEN: &str = "Type the path:";

impl<T> Default for Dialog<T> {
    fn default() -> Self {
        Self::with_service(system::ask)
    }
}

impl<T> std::fmt::Debug for Dialog<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialog")
            .field("ask", &self.open.as_ref().map(|open| &open.ask))
            .finish_non_exhaustive()
    }
}

impl<T> Dialog<T> {
    /// Dialogs of another service than the system's.
    pub fn with_service(service: Service) -> Self {
        Self {
            service,
            open: None,
        }
    }

    /// Asks for a path; the question before it, if still open, is dropped. To be called from the main
    /// thread, which macOS wants for its dialogs.
    pub fn ask(&mut self, purpose: T, ask: Ask) {
        let way = match (self.service)(&ask) {
            Some(pending) => Way::System {
                pending,
                since: Instant::now(),
            },
            None => Way::typed(&ask, NO_DIALOGS),
        };
        self.open = Some(Open { purpose, ask, way });
    }

    /// Asks for a path to be typed.
    pub fn ask_to_type(&mut self, purpose: T, ask: Ask) {
        let way = Way::typed(&ask, CHOSEN);
        self.open = Some(Open { purpose, ask, way });
    }

    /// Whether a question is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The answer, once it is there; once each frame. Draws the field to type a path into where that is
    /// the way.
    pub fn poll(&mut self, ctx: &egui::Context) -> Option<Answer<T>> {
        let open = self.open.as_mut()?;
        let path = match &mut open.way {
            Way::System { pending, since } => {
                let waker = Waker::from(Arc::new(Repaint(ctx.clone())));
                match pending.as_mut().poll(&mut Context::from_waker(&waker)) {
                    Poll::Pending => return None,
                    Poll::Ready(None) if since.elapsed() < TOO_SOON && !IS_A_PAGE => {
                        open.way = Way::typed(&open.ask, FAILED);
                        ctx.request_repaint();
                        return None;
                    }
                    Poll::Ready(path) => path,
                }
            }
            Way::Typed { text, why, told } => match typed_ui(ctx, &open.ask, why, text, told) {
                Typed::Going => return None,
                Typed::Cancelled => None,
                Typed::Done(path) => Some(path),
            },
        };
        let purpose = self.open.take()?.purpose;
        path.map(|path| Answer { purpose, path })
    }
}

impl Way {
    fn typed(ask: &Ask, why: &'static str) -> Self {
        let mut text = ask.directory.clone().unwrap_or_default();
        if let Kind::Save(name) = &ask.kind {
            text.push(name);
        }
        Self::Typed {
            text: text.display().to_string(),
            why,
            told: Told::default(),
        }
    }
}

enum Typed {
    Going,
    Cancelled,
    Done(PathBuf),
}

fn typed_ui(
    ctx: &egui::Context,
    ask: &Ask,
    why: &str,
    text: &mut String,
    told: &mut Told,
) -> Typed {
    let mut result = Typed::Going;
    let modal = Modal::new(egui::Id::unique("a path to type")).show(ctx, |ui| {
        ui.set_width(420.0_f32.min(ui.ctx().content_rect().width() - 48.0));
        ui.heading(&ask.title);
        let label = ui.label(why);
        let (field, goes_on) = path_ui(ui, ask, text, told);
        let field = field.labelled_by(label.id);
        if field.changed() {
            told.complaint = None;
            told.fitting.clear();
        }
        if let Some(complaint) = &told.complaint {
            ui.colored_label(super::theme::problem_colour(ui), complaint);
        }
        if !told.fitting.is_empty() {
            ui.weak(told.fitting.join("   "));
        }
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        ui.horizontal_wrapped(|ui| {
            let enter = ui
                .button("Use this path")
                .on_hover_text("Takes the path as typed (Enter). Tab completes it.");
            if goes_on {
                enter.request_focus();
            }
            if enter.clicked() || is_entered {
                match judged(ask, text) {
                    Ok(path) => result = Typed::Done(path),
                    Err(sentence) => {
                        told.complaint = Some(sentence);
                        // To be put right at once.
                        field.request_focus();
                    }
                }
            }
            let cancel = ui
                .button("Cancel")
                .on_hover_text("Leaves all as it was (Esc).");
            if cancel.clicked() {
                result = Typed::Cancelled;
            }
        });
        // Whoever asked for a path wants to type it at once.
        let is_idle = ui.memory(|memory| memory.focused().is_none());
        if is_idle {
            field.request_focus();
        }
    });
    if modal.should_close() && matches!(result, Typed::Going) {
        result = Typed::Cancelled;
    }
    result
}

/// The field, selected when it is first shown, and completed by Tab; whether Tab had nothing to complete and goes
/// on to what follows.
fn path_ui(
    ui: &mut egui::Ui,
    ask: &Ask,
    text: &mut String,
    told: &mut Told,
) -> (egui::Response, bool) {
    let id = ui.make_persistent_id("path");
    let mut goes_on = false;
    let mut cursor = None;
    if !told.was_selected {
        // A field that does not have the keyboard yet forgets what is selected in it.
        told.was_selected = ui.memory(|memory| memory.has_focus(id));
        cursor = told
            .was_selected
            .then(|| CCursorRange::select_all_str(text));
        ui.ctx().request_repaint();
    }
    let tab = |input: &mut egui::InputState| input.consume_key(Modifiers::NONE, Key::Tab);
    if ui.memory(|memory| memory.has_focus(id)) && ui.input_mut(tab) {
        let completed = complete::complete(text, ask.kind == Kind::Folder);
        goes_on = completed.text == *text && completed.fitting.is_empty();
        told.fitting = completed.fitting;
        if completed.text != *text {
            *text = completed.text;
            told.complaint = None;
        }
        let end = CCursorRange::select_all_str(text).primary;
        cursor = Some(CCursorRange::one(end));
    }
    if let Some(cursor) = cursor {
        let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
        state.cursor.set_char_range(Some(cursor));
        state.store(ui.ctx(), id);
    }
    let field = TextEdit::singleline(text)
        .id(id)
        // Tab completes in place of going on.
        .lock_focus(true)
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY);
    (ui.add(field), goes_on)
}

/// A typed path, if it can be what was asked for.
fn judged(ask: &Ask, text: &str) -> Result<PathBuf, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("There is no path yet; type one, or cancel.".into());
    }
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    let path = match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(text),
    };
    // A page has no folder that paths are relative to.
    let path = std::path::absolute(&path).unwrap_or(path);
    let shown = path.display();
    match ask.kind {
        Kind::Folder if !fs::is_dir(&path) => Err(format!("There is no folder {shown}.")),
        Kind::File if !fs::is_file(&path) => Err(format!("There is no file {shown}.")),
        Kind::Any if !fs::exists(&path) => Err(format!("There is no file or folder {shown}.")),
        Kind::Save(_) if fs::exists(&path) => Err(format!(
            "There is something at {shown} already; choose another name."
        )),
        Kind::Save(_) if !path.parent().is_some_and(fs::is_dir) => Err(format!(
            "There is no folder for {shown}; make it first, or choose another."
        )),
        _ => Ok(path),
    }
}

struct Repaint(egui::Context);

impl Wake for Repaint {
    fn wake(self: Arc<Self>) {
        self.0.request_repaint();
    }
}

/// Endings of files of states: safetensors, and those that PyTorch's users give to what `torch.save` writes.
pub(super) const STATES: [&str; 8] = [
    "safetensors",
    "pt",
    "pth",
    "th",
    "ckpt",
    "pkl",
    "tar",
    "bin",
];

/// What a path that was dropped onto the window is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// Images: a folder or an archive, to be set as data.
    Data(PathBuf),
    /// The folder of a run.
    Run(PathBuf),
    /// A file of a network: checkpoint, delta, or a state of safetensors or `torch.save`.
    State(PathBuf),
    /// The file of an experiment.
    Experiment(PathBuf),
    /// None of these; a sentence that says so.
    Unknown(String),
}

impl Dropped {
    /// What a path is for: by what lies in a folder, by a file's first bytes where they are PyTorch's, else by its
    /// name. What is inside a file is judged when it is read.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let folder = || path.parent().unwrap_or(path).to_owned();
        if fs::is_dir(path) {
            let experiment = path.join("experiment.toml");
            if fs::is_file(&experiment) {
                return Self::Experiment(experiment);
            }
            return match fs::is_file(&path.join("config.toml")) {
                true => Self::Run(path.to_owned()),
                false => Self::Data(path.to_owned()),
            };
        }
        if name == "config.toml" {
            Self::Run(folder())
        } else if ends(&[".toml"]) {
            Self::Experiment(path.to_owned())
        } else if is_of_torch(path) {
            // Before `.pth.tar` and `.bin` are taken for data by their names.
            Self::State(path.to_owned())
        } else if STATES.contains(&ending) && !["tar", "bin"].contains(&ending) {
            Self::State(path.to_owned())
        } else if ends(&[".tar.gz", ".tgz", ".tar"]) {
            Self::Data(path.to_owned())
        } else if ends(&[".bin"]) || name.contains("-ubyte") {
            // One file of a data set stands for the folder it lies in.
            Self::Data(folder())
        } else {
            Self::Unknown(format!(
                "{} is nothing that can be used here; drop a folder of images, CIFAR's .tar.gz, the \
                 folder of a run, the file of a network (.safetensors, .pt, .pth), or the .toml file of \
                 an experiment",
                path.display()
            ))
        }
    }
}
