//! The shell: it holds the session and the views, passes events to the ones and what readers ask for
//! to the other, and opens the window.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use egui::{CentralPanel, Context, Frame, Panel, Ui, ViewportCommand};
use egui_tiles::Tree;

use super::action::Action;
use super::channels::Pick;
use super::comparison;
use super::curves::Earlier;
use super::dialog::{Answer, Ask, Dialog, Dropped, Kind, Service, dropped};
use super::export::{self, Kind as Export};
use super::following::Following;
use super::notice::{Notices, Offer, Weight};
use super::palette::Palette;
use super::panes::{self, Asked, Pane, Panes, Views};
use super::setup::Setup;
use super::toolbar::{self, Status};
use super::tour::{Comparison, Tour};
use crate::gpu::{AdapterChoice, Capabilities, adapter};
use crate::network::{Graph, State};
use crate::session::{
    Command, Event, NewFolder, OpenGpu, Origin, Phase, Request, Session, SessionError, Stage,
};
use crate::train::event::Event as Metric;
use crate::train::run::Ending;
use crate::train::saved::Saved;
use crate::train::settings::Settings;

/// Earlier runs of this sitting that are kept behind the curves.
const EARLIER_KEPT: usize = 8;

/// Between two frames that only news of a training asks for, at least so much time, in milliseconds.
const FRAME_MILLIS: u64 = 33;

/// Drawing may take this share of the time while a training is watched: where there is no GPU,
/// both have the same processor.
const DRAWN_SHARE: f32 = 0.03;

/// What a path was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Data,
    OpenRun,
    CompareRun,
    Export(Export),
}

/// The whole app.
pub struct Shell {
    open_gpu: OpenGpu,
    session: Option<Session>,
    following: Option<Following>,
    preparing: Option<Stage>,
    /// Runs that follow the one under way.
    queue: VecDeque<Settings>,
    earlier: Vec<Earlier>,
    /// Histories being read, by the threads that read them.
    reading: (mpsc::Sender<Read>, mpsc::Receiver<Read>),
    adapters: Vec<Capabilities>,
    adapters_found: mpsc::Receiver<Vec<Capabilities>>,
    setup: Setup,
    is_setup_shown: bool,
    views: Views,
    tree: Option<Tree<Pane>>,
    picked: Option<Pick>,
    tour: Tour,
    palette: Palette,
    notices: Notices,
    dialog: Dialog<Purpose>,
    /// Where the state goes once a checkpoint of it is saved.
    state_export: Option<PathBuf>,
    next_wish: u64,
    frame_millis: Arc<AtomicU64>,
}

/// What a thread that reads or writes for the reader came to.
type Read = Result<Done, String>;

/// What was read or written.
enum Done {
    Earlier(Earlier),
    Exported(PathBuf),
}

impl Shell {
    /// The app before its first frame; `open_gpu` is how its session opens adapters.
    pub fn new(ctx: &Context, storage: Option<&dyn eframe::Storage>, open_gpu: OpenGpu) -> Self {
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        // Signs such as ▶, which the font of the text does not have.
        let mut fonts = egui::FontDefinitions::default();
        if let Some(family) = fonts.families.get_mut(&egui::FontFamily::Proportional) {
            family.push("Hack".into());
        }
        ctx.set_fonts(fonts);
        let (found, adapters_found) = mpsc::channel();
        let wake = ctx.clone();
        std::thread::spawn(move || {
            let adapters = pollster::block_on(adapter::list(None));
            // The window may be closed by now.
            let _ = found.send(adapters);
            wake.request_repaint();
        });
        let mut shell = Self {
            open_gpu,
            session: None,
            following: None,
            preparing: None,
            queue: VecDeque::new(),
            earlier: Vec::new(),
            reading: mpsc::channel(),
            adapters: Vec::new(),
            adapters_found,
            setup: comparison::first_setup(),
            is_setup_shown: true,
            views: Views::default(),
            tree: None,
            picked: None,
            tour: Tour::default(),
            palette: Palette::default(),
            notices: Notices::default(),
            dialog: Dialog::default(),
            state_export: None,
            next_wish: 0,
            frame_millis: Arc::new(AtomicU64::new(FRAME_MILLIS)),
        };
        if let Some(storage) = storage {
            shell.recall(storage);
        }
        shell
    }

    /// What the reader is told at the moment, newest last.
    pub fn notices(&self) -> impl Iterator<Item = &str> {
        self.notices.texts()
    }

    /// The run that is shown.
    pub fn following(&self) -> Option<&Following> {
        self.following.as_ref()
    }

    /// The form.
    pub fn setup_mut(&mut self) -> &mut Setup {
        &mut self.setup
    }

    /// The views.
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// Asks for paths by another service than the system's dialogs.
    pub fn set_dialogs(&mut self, service: Service) {
        self.dialog = Dialog::with_service(service);
    }

    /// Brings a pane to the front.
    pub fn show_pane(&mut self, pane: Pane) {
        if let Some(tree) = &mut self.tree {
            panes::show(tree, pane);
        }
    }

    /// Shows a run of earlier, ready to be continued.
    pub fn open_run(&mut self, ctx: &Context, run: &Path) {
        self.begin(ctx, resume(run, self.setup.adapter(), true));
    }

    fn recall(&mut self, storage: &dyn eframe::Storage) {
        /// What was kept under a name; what cannot be read any more is as at first.
        fn take<T: serde::de::DeserializeOwned>(
            storage: &dyn eframe::Storage,
            name: &str,
            into: &mut T,
        ) {
            if let Some(kept) = eframe::get_value(storage, name) {
                *into = kept;
            }
        }
        take(storage, "setup", &mut self.setup);
        take(storage, "setup-shown", &mut self.is_setup_shown);
        take(storage, "curves", &mut self.views.curves);
        take(storage, "heat-map", &mut self.views.heat_map);
        take(storage, "layer", &mut self.views.layer);
        take(storage, "share", &mut self.views.share);
        take(storage, "switching-off", &mut self.views.switching_off);
        take(storage, "inside", &mut self.views.inside);
        take(storage, "tour", &mut self.tour);
        take(storage, "panes", &mut self.tree);
        self.tree = self.tree.take().filter(panes::is_whole);
    }

    /// Keeps what the reader chose for the next start.
    pub fn keep(&self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, "setup", &self.setup);
        eframe::set_value(storage, "setup-shown", &self.is_setup_shown);
        eframe::set_value(storage, "curves", &self.views.curves);
        eframe::set_value(storage, "heat-map", &self.views.heat_map);
        eframe::set_value(storage, "layer", &self.views.layer);
        eframe::set_value(storage, "share", &self.views.share);
        eframe::set_value(storage, "switching-off", &self.views.switching_off);
        eframe::set_value(storage, "inside", &self.views.inside);
        eframe::set_value(storage, "tour", &self.tour);
        eframe::set_value(storage, "panes", &self.tree);
    }

    /// Says how long the last frame took to draw, in seconds: news of a training asks for frames
    /// only so often that a training without a GPU of its own keeps the processor.
    pub fn set_frame_time(&self, seconds: f32) {
        let pause = (1000.0 * seconds / DRAWN_SHARE) as u64;
        let pause = pause.clamp(FRAME_MILLIS, 1000);
        self.frame_millis.store(pause, Ordering::Relaxed);
    }

    /// Takes in all that happened since the last frame; draws nothing.
    pub fn update(&mut self, ctx: &Context) {
        if let Ok(adapters) = self.adapters_found.try_recv() {
            self.adapters = adapters;
        }
        while let Ok(read) = self.reading.1.try_recv() {
            self.take_read(read);
        }
        loop {
            let next = match &self.session {
                None => break,
                Some(session) => session.try_next(),
            };
            match next {
                Ok(None) => break,
                Ok(Some(event)) => self.take_event(ctx, event),
                Err(error) => {
                    self.session = None;
                    self.ended(ctx, Err(Arc::new(error)));
                    break;
                }
            }
        }
        if self.views.switching_off.due(ctx) {
            self.measure();
        }
    }

    fn take_event(&mut self, ctx: &Context, event: Event) {
        if let Some(following) = &mut self.following {
            following.take(&event);
        }
        match event {
            Event::Preparing(stage) => self.preparing = Some(stage),
            Event::Opened(opened) => {
                self.preparing = None;
                let data = opened.settings.data.clone();
                self.setup.set_shape(&data, opened.data.shape());
                self.keep_earlier(&opened.folder);
                let threshold = self.views.switching_off.threshold();
                self.views.switching_off.forget();
                self.views.inside.forget();
                self.views.scrub.go(None);
                self.picked = Some(Pick {
                    layer: 0,
                    channel: Some(0),
                });
                self.following = Some(Following::new(opened, threshold));
                self.look();
            }
            Event::Metric(Metric::Eval { .. }) => {
                self.views.switching_off.evaluated();
                self.look_if_shown();
            }
            Event::Phase(Phase::Paused) => self.look_if_shown(),
            Event::Ended(ended) => self.ended(ctx, ended),
            Event::Found(found) => {
                self.views.switching_off.take(&found);
                self.views.inside.take(&found);
            }
            Event::ProbeFailed(error) => {
                self.views.switching_off.fail(&error);
                let text = format!("Looking into the network failed: {error}");
                self.notices.add(Weight::Problem, text, None);
            }
            Event::Saved { .. } => {
                if let Some(path) = self.state_export.take() {
                    self.write_out(ctx, Export::State, path);
                }
            }
            Event::Metric(Metric::Step { .. }) | Event::Norms { .. } | Event::Phase(_) => {}
        }
    }

    /// The run before becomes one to compare with.
    fn keep_earlier(&mut self, folder: &Path) {
        let Some(following) = self.following.take() else {
            return;
        };
        if following.history.is_empty() || following.opened.folder == folder {
            return;
        }
        let name = following.name();
        let history = Arc::new(following.history);
        let earlier = Earlier::among(&self.earlier, name, history);
        self.earlier.push(earlier);
        let surplus = self.earlier.len().saturating_sub(EARLIER_KEPT);
        self.earlier.drain(..surplus);
    }

    fn ended(&mut self, ctx: &Context, ended: Result<Ending, Arc<SessionError>>) {
        self.preparing = None;
        match ended {
            Ok(Ending::Finished) => {
                if let Some(next) = self.queue.pop_front() {
                    self.begin(ctx, self.request(next));
                    return;
                }
                // Nothing is held up by it any more.
                self.views.switching_off.measure();
                self.look();
            }
            Ok(Ending::Interrupted) => {}
            Err(error) => {
                self.queue.clear();
                let can_resume =
                    matches!(&*error, SessionError::Run { .. } | SessionError::Thread(_));
                let folder = self.following.as_ref().map(|f| f.opened.folder.clone());
                let offer = folder.filter(|_| can_resume).map(Offer::Resume);
                self.notices.add(Weight::Problem, error.to_string(), offer);
            }
        }
    }

    fn take_read(&mut self, read: Read) {
        match read {
            Ok(Done::Earlier(mut earlier)) => {
                let named = Earlier::among(&self.earlier, String::new(), earlier.history.clone());
                earlier.look = named.look;
                self.earlier.push(earlier);
            }
            Ok(Done::Exported(path)) => {
                let text = format!("Saved {}.", path.display());
                self.notices.add(Weight::Note, text, None);
            }
            Err(sentence) => self.notices.add(Weight::Problem, sentence, None),
        }
    }

    fn request(&self, mut settings: Settings) -> Request {
        settings.make_absolute();
        Request {
            origin: Origin::New {
                settings: Box::new(settings),
                folder: NewFolder::Within(self.setup.runs_folder().to_owned()),
            },
            adapter: self.setup.adapter().clone(),
            paused: false,
            watched: true,
        }
    }

    fn begin(&mut self, ctx: &Context, request: Request) {
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let (wake, pace) = (ctx.clone(), self.frame_millis.clone());
                let spawned = Session::spawn(self.open_gpu.clone(), move || {
                    let pause = Duration::from_millis(pace.load(Ordering::Relaxed));
                    wake.request_repaint_after(pause);
                });
                match spawned {
                    Ok(session) => session,
                    Err(error) => {
                        self.notices.add(Weight::Problem, error.to_string(), None);
                        return;
                    }
                }
            }
        };
        self.preparing = Some(Stage::Data);
        session.send(Command::Start(Box::new(request)));
        self.session = Some(session);
    }

    fn send(&self, command: Command) {
        if let Some(session) = &self.session {
            session.send(command);
        }
    }

    fn wish_id(&mut self) -> u64 {
        self.next_wish += 1;
        self.next_wish
    }

    fn measure(&mut self) {
        let id = self.wish_id();
        let Some(last) = self.following.as_ref().and_then(|f| f.norms.last()) else {
            return;
        };
        let wish = self.views.switching_off.wish(id, &last.norms);
        self.views.switching_off.expect(&wish);
        self.send(Command::Measure(Box::new(wish)));
    }

    fn look(&mut self) {
        let id = self.wish_id();
        let Some(following) = &self.following else {
            return;
        };
        let Some(last) = following.norms.last() else {
            return;
        };
        let ablation = self.views.switching_off.ablation(&last.norms).clone();
        let look = self.views.inside.look(id, ablation);
        if look.images.is_empty() && look.maps.is_none() {
            return;
        }
        self.views.inside.expect(&look);
        self.send(Command::Look(Box::new(look)));
    }

    fn look_if_shown(&mut self) {
        let is_shown = self.tree.as_ref().is_some_and(|tree| {
            tree.active_tiles()
                .into_iter()
                .any(|tile| tree.tiles.get_pane(&tile).copied() == Some(Pane::Images))
        });
        if is_shown {
            self.look();
        }
    }

    fn status<'a>(&'a self, problem: &'a Option<String>) -> Status<'a> {
        Status {
            following: self.following.as_ref(),
            preparing: self.preparing,
            problem: problem.as_deref(),
        }
    }

    /// Draws everything.
    pub fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let problem = self.setup.problem();
        let mut action = Action::pressed(&ctx);
        Panel::top("toolbar").show(ui, |ui| {
            let pressed = toolbar::ui(ui, self.status(&problem));
            action = action.or(pressed);
            if let Some(Offer::Resume(run)) = self.notices.ui(ui) {
                let request = resume(&run, self.setup.adapter(), false);
                self.begin(ui.ctx(), request);
            }
        });
        if self.is_setup_shown {
            Panel::left("setup")
                .default_size(300.0)
                .size_range(260.0..=460.0)
                .show(ui, |ui| {
                    let is_locked =
                        self.status(&problem).is_under_way() || self.preparing.is_some();
                    self.setup.ui(ui, &self.adapters, is_locked);
                });
        }
        let mut asked = Asked::default();
        CentralPanel::default().frame(Frame::NONE).show(ui, |ui| {
            let size = ui.available_size();
            let tree = self.tree.get_or_insert_with(|| panes::first_layout(size));
            let mut panes = Panes {
                views: &mut self.views,
                following: self.following.as_mut(),
                earlier: &mut self.earlier,
                picked: &mut self.picked,
                asked,
            };
            tree.ui(&mut panes, ui);
            asked = panes.asked;
        });
        if asked.measure {
            self.measure();
        }
        if asked.look {
            self.look();
        }
        if asked.compare {
            action = Some(Action::CompareRun);
        }
        if let Some(comparison) = self.tour.window(&ctx) {
            self.set_up(&ctx, comparison);
        }
        let problem = self.setup.problem();
        let chosen = {
            let mut palette = std::mem::take(&mut self.palette);
            let chosen = palette.ui(&ctx, |action| self.status(&problem).allows(action));
            self.palette = palette;
            chosen
        };
        if let Some(action) = action.or(chosen)
            && self.status(&problem).allows(action)
        {
            self.act(&ctx, action);
        }
        if let Some(answer) = self.dialog.poll(&ctx) {
            self.answered(&ctx, answer);
        }
        for dropped in dropped(&ctx) {
            self.take_dropped(&ctx, dropped);
        }
    }

    /// Does what was asked for.
    pub fn act(&mut self, ctx: &Context, action: Action) {
        let is_open = self.following.as_ref().is_some_and(|f| !f.has_ended());
        match action {
            Action::Start => {
                self.queue.clear();
                let request = self.request(self.setup.settings().clone());
                self.begin(ctx, request);
            }
            Action::PauseOrResume => {
                let is_paused = self
                    .following
                    .as_ref()
                    .is_some_and(|f| f.phase == Some(Phase::Paused));
                self.send(if is_paused {
                    Command::Resume
                } else {
                    Command::Pause
                });
            }
            Action::Step if is_open => self.send(Command::Step),
            Action::Step => {
                let mut request = self.request(self.setup.settings().clone());
                request.paused = true;
                self.begin(ctx, request);
                self.send(Command::Step);
            }
            Action::Stop => {
                self.queue.clear();
                self.send(Command::Stop);
            }
            Action::Save => self.send(Command::Save),
            Action::Evaluate => self.send(Command::Evaluate),
            Action::OpenRun => self.ask(Purpose::OpenRun, "The folder of a run", Kind::Folder),
            Action::CompareRun => {
                self.ask(
                    Purpose::CompareRun,
                    "The folder of a run to compare with",
                    Kind::Folder,
                );
            }
            Action::OpenFolder => self.ask(Purpose::Data, "A folder of images", Kind::Folder),
            Action::OpenArchive => self.ask(Purpose::Data, "An archive of images", Kind::File),
            Action::Export(export) => self.ask_export(export),
            Action::Tour => self.tour.open = !self.tour.open,
            Action::Commands => self.palette.open(),
            Action::ToggleSetup => self.is_setup_shown = !self.is_setup_shown,
            Action::ToggleTheme => ctx.set_theme(match ctx.theme() {
                egui::Theme::Dark => egui::Theme::Light,
                egui::Theme::Light => egui::Theme::Dark,
            }),
            Action::ResetLayout => self.tree = None,
            Action::ZoomIn => egui::gui_zoom::zoom_in(ctx),
            Action::ZoomOut => egui::gui_zoom::zoom_out(ctx),
            Action::ZoomReset => ctx.set_zoom_factor(1.0),
            Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// Sets up what a page of the tour compares, and begins with it.
    fn set_up(&mut self, ctx: &Context, comparison: Comparison) {
        let has_run = self
            .following
            .as_ref()
            .is_some_and(|f| !f.history.is_empty());
        if comparison::looks_at_the_last_run(comparison) && has_run {
            self.show_pane(comparison::pane(comparison));
            self.views.switching_off.measure();
            return;
        }
        let mut runs: VecDeque<Settings> =
            comparison::runs(comparison, self.setup.settings()).into();
        self.show_pane(comparison::pane(comparison));
        let Some(first) = runs.pop_front() else {
            return;
        };
        self.setup.set_settings(first.clone());
        self.queue = runs;
        let request = self.request(first);
        self.begin(ctx, request);
    }

    fn ask(&mut self, purpose: Purpose, title: &str, kind: Kind) {
        let endings = match purpose {
            Purpose::Data if kind == Kind::File => vec!["gz".into(), "tgz".into(), "tar".into()],
            _ => Vec::new(),
        };
        let directory = match purpose {
            Purpose::OpenRun | Purpose::CompareRun => {
                std::path::absolute(self.setup.runs_folder()).ok()
            }
            _ => std::env::current_dir().ok(),
        };
        let ask = Ask {
            title: title.into(),
            kind,
            endings,
            directory,
        };
        self.dialog.ask(purpose, ask);
    }

    fn ask_export(&mut self, export: Export) {
        let kind = Kind::Save(export.file_name());
        self.ask(Purpose::Export(export), export.label(), kind);
    }

    fn answered(&mut self, ctx: &Context, answer: Answer<Purpose>) {
        match answer.purpose {
            Purpose::Data => self.setup.set_data(&answer.path.to_string_lossy()),
            Purpose::OpenRun => self.open_run(ctx, &answer.path),
            Purpose::CompareRun => self.compare(ctx, answer.path),
            Purpose::Export(export) => self.export(ctx, export, answer.path),
        }
    }

    fn take_dropped(&mut self, ctx: &Context, dropped: Dropped) {
        match dropped {
            Dropped::Data(path) => {
                self.setup.set_data(&path.to_string_lossy());
                let text = format!("{} is the data of the next run.", path.display());
                self.notices.add(Weight::Note, text, None);
            }
            Dropped::Run(path) => self.open_run(ctx, &path),
            Dropped::State(path) => {
                self.setup.set_init(&path);
                let text = format!("The next run begins with the state in {}.", path.display());
                self.notices.add(Weight::Note, text, None);
            }
            Dropped::Unknown(sentence) => self.notices.add(Weight::Problem, sentence, None),
        }
    }

    /// Reads an earlier run to compare with, on a thread: it may have a million lines.
    fn compare(&self, ctx: &Context, run: PathBuf) {
        self.on_a_thread(ctx, move || {
            let (name, events) = export::read_earlier(&run).map_err(|error| error.to_string())?;
            let mut history = super::history::History::default();
            events.iter().for_each(|event| history.push(event));
            Ok(Done::Earlier(Earlier::among(&[], name, Arc::new(history))))
        });
    }

    fn export(&mut self, ctx: &Context, export: Export, path: PathBuf) {
        let Some(following) = &self.following else {
            return;
        };
        if export == Export::State && !following.has_ended() {
            // A checkpoint of now comes first.
            self.state_export = Some(path);
            self.send(Command::Save);
            return;
        }
        self.write_out(ctx, export, path);
    }

    fn write_out(&self, ctx: &Context, export: Export, path: PathBuf) {
        let Some(following) = &self.following else {
            return;
        };
        let (opened, history) = (following.opened.clone(), following.history.clone());
        let snapshots = following.norms.snapshots().iter();
        let snapshots: Vec<_> = snapshots.map(|s| (s.step, s.norms.clone())).collect();
        self.on_a_thread(ctx, move || {
            let graph = &opened.start.graph;
            let state = match export {
                Export::State => Some(last_state(graph, &opened.folder)?),
                _ => None,
            };
            let snapshots: Vec<_> = snapshots
                .iter()
                .map(|(step, norms)| export::Snapshot { step: *step, norms })
                .collect();
            let source = export::Source {
                history: &history,
                graph: Some(graph),
                snapshots: &snapshots,
                state: state.as_ref(),
            };
            export::export(export, &path, &source).map_err(|error| error.to_string())?;
            Ok(Done::Exported(path))
        });
    }

    fn on_a_thread(&self, ctx: &Context, work: impl FnOnce() -> Read + Send + 'static) {
        let (done, wake) = (self.reading.0.clone(), ctx.clone());
        std::thread::spawn(move || {
            // The window may be closed by now.
            let _ = done.send(work());
            wake.request_repaint();
        });
    }
}

/// The state in a run's last checkpoint.
fn last_state(graph: &Graph, run: &Path) -> Result<State, String> {
    let saved = Saved::read(run).map_err(|error| error.to_string())?;
    let state = saved.into_state(graph, &run.display().to_string());
    state.map_err(|error| error.to_string())
}

fn resume(run: &Path, adapter: &AdapterChoice, paused: bool) -> Request {
    Request {
        origin: Origin::Resumed {
            run: run.to_owned(),
            data: None,
            epochs: None,
            max_steps: None,
        },
        adapter: adapter.clone(),
        paused,
        watched: true,
    }
}
