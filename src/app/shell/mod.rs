//! The shell: it holds the session and the views, and passes events to the ones and what readers ask
//! for to the other.
//!
//! Here is what it holds and how a frame goes; `run` speaks with the session, `act` does what was
//! asked for, `experiment` makes an experiment's runs, `report` writes what it came to, `open` shows a run of earlier, `files` reads and writes, `listed` looks for earlier runs, `gone` asks what to do where a run's folder is, `kept` remembers from one start to the next, `layout` says where
//! form and panes are, `pace` how often a training is drawn, `pictures` draws a pane to be taken away.

mod act;
mod experiment;
mod files;
mod gone;
mod kept;
mod layout;
mod listed;
mod open;
mod pace;
mod pictures;
mod report;
mod run;

use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use eframe::Storage;
use egui::{CentralPanel, Context, FontDefinitions, FontFamily, Frame, Panel, Ui};

use super::action::Action;
use super::dialog::{Dialog, Service, dropped};
use super::dropping;
use super::export::Kind as Export;
use super::fonts;
use super::layout_class::LayoutClass;
use super::notice::{Notices, Offer, Weight};
use super::outcome::Outcome;
use super::palette::Palette;
use super::panes::Panes;
use super::question::Question;
use super::run_view::RunView;
use super::runs;
use super::setup::Setup;
use super::shared::{News, Shared};
use super::spoken;
use super::toolbar::{self, Status};
use super::touch::Touch;
use super::view::View;
use super::views::{ViewId, Views};
use super::waiting;
use crate::gpu::{Capabilities, adapter};
use crate::platform;
use crate::session::{Event, OpenGpu, Session, Stage};
use experiment::Conducting;
use files::{Purpose, Read};
use gone::Gone;
use layout::Layout;
pub use listed::Bin;
use listed::Looks;
use open::Opening;
use pace::Pace;
use pictures::Pictures;

/// The whole app.
pub struct Shell {
    open_gpu: OpenGpu,
    session: Option<Session>,
    /// A run was asked for, and the session has not begun with it.
    is_asked: bool,
    preparing: Option<Stage>,
    /// The folder of the run that was asked for, where it is one to go on with.
    resumes: Option<PathBuf>,
    /// Histories being read, by the threads that read them.
    reading: (mpsc::Sender<Read>, mpsc::Receiver<Read>),
    /// A run of earlier, being read.
    opening: Opening,
    adapters: Vec<Capabilities>,
    adapters_found: mpsc::Receiver<Vec<Capabilities>>,
    setup: Setup,
    is_setup_shown: bool,
    views: Views,
    shared: Shared,
    layout: Layout,
    outcome: Outcome,
    pictures: Pictures,
    palette: Palette,
    notices: Notices,
    dialog: Dialog<Purpose>,
    looks: Looks,
    /// The folder of the run under way is gone, and the reader is asked.
    gone: Option<Gone>,
    /// Whether to begin another run, where a key asked for it.
    question: Option<Question>,
    /// What is taken away once a checkpoint is saved, and where it goes.
    awaiting_save: Option<(Export, PathBuf)>,
    next_request: u64,
    /// The names of another run's classes are shown, and it is not known whether they can be read.
    has_new_names: bool,
    pace: Arc<Pace>,
    /// The run finished, none follows, and the views were not told so yet.
    is_idle: bool,
    conducting: Option<Conducting>,
    /// How many experiments were begun.
    experiments_begun: u64,
}

impl Shell {
    /// The app before its first frame; `open_gpu` is how its session opens adapters.
    pub fn new(ctx: &Context, storage: Option<&dyn Storage>, open_gpu: OpenGpu) -> Self {
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        ctx.add_plugin(Touch::default());
        // Signs such as ▶, which the font of the text does not have.
        let mut fonts = FontDefinitions::default();
        if let Some(family) = fonts.families.get_mut(&FontFamily::Proportional) {
            family.push("Hack".into());
        }
        ctx.set_fonts(fonts);
        let (found, adapters_found) = mpsc::channel();
        let wake = ctx.clone();
        let list = move || async move {
            let adapters = adapter::list(None).await;
            // The window may be closed by now.
            let _ = found.send(adapters);
            wake.request_repaint();
        };
        // Without a thread the most capable adapter is all there is to choose.
        let _ = platform::spawn("adapters", list);
        let mut shell = Self {
            open_gpu,
            session: None,
            is_asked: false,
            preparing: None,
            resumes: None,
            reading: mpsc::channel(),
            opening: Opening::default(),
            adapters: Vec::new(),
            adapters_found,
            setup: Setup::first(),
            is_setup_shown: true,
            views: Views::default(),
            shared: Shared::default(),
            layout: Layout::default(),
            outcome: Outcome::default(),
            pictures: Pictures::default(),
            palette: Palette::default(),
            notices: Notices::default(),
            dialog: Dialog::default(),
            looks: Looks::default(),
            gone: None,
            question: None,
            awaiting_save: None,
            next_request: 0,
            has_new_names: false,
            pace: Arc::new(Pace::default()),
            is_idle: false,
            conducting: None,
            experiments_begun: 0,
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
    pub fn run_view(&self) -> Option<&RunView> {
        self.shared.run.as_ref()
    }

    /// The form.
    pub fn setup_mut(&mut self) -> &mut Setup {
        &mut self.setup
    }

    /// The view of a type.
    ///
    /// # Panics
    ///
    /// Where the app has none.
    pub fn view<T: View>(&self) -> &T {
        self.views.of_type()
    }

    /// What the views share.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether an action makes sense now.
    pub fn allows(&self, action: Action) -> bool {
        self.status(&self.setup.problem()).allows(action)
    }

    /// What is going on, in sentences that change only when something begins or ends.
    pub fn state_in_words(&self) -> String {
        let notices: Vec<_> = self.notices.texts().collect();
        spoken::state(self.status(&self.setup.problem()), &notices)
    }

    /// How far the run is, in a sentence that changes with every step.
    pub fn progress_in_words(&self) -> String {
        let run = self.shared.run.as_ref();
        match self.preparing.filter(|stage| stage.share().is_some()) {
            Some(stage) => waiting::sentence(&stage.words()),
            None => run.map_or_else(String::new, spoken::progress),
        }
    }

    /// Tells the reader what does not work.
    pub fn complain(&mut self, sentence: &str) {
        self.notices.add(Weight::Problem, sentence, None);
    }

    /// Asks for paths by another service than the system's dialogs.
    pub fn set_dialogs(&mut self, service: Service) {
        self.dialog = Dialog::with_service(service);
    }

    /// Brings a view to the front.
    pub fn show_view(&mut self, id: ViewId) {
        self.layout.show(id);
    }

    /// What happened in the run that ended: above the panes.
    fn told_ui(&mut self, ui: &mut Ui) {
        if self.outcome.is_shown() {
            Panel::top("outcome").show(ui, |ui| self.outcome.ui(ui));
        }
    }

    /// Says that the window is drawn by the processor, which trainings need: they are then drawn
    /// less often.
    pub fn draws_in_software(&self) {
        self.pace.draws_in_software();
    }

    /// Takes in all that happened since the last frame; draws nothing.
    pub fn update(&mut self, ctx: &Context) {
        self.pace.frame_begins();
        if let Ok(adapters) = self.adapters_found.try_recv() {
            self.adapters = adapters;
        }
        while let Ok(read) = self.reading.1.try_recv() {
            self.take_read(ctx, read);
        }
        self.take_opening();
        loop {
            let next = match &self.session {
                None => break,
                Some(session) => session.try_next(),
            };
            match next {
                Ok(None) => break,
                Ok(Some(event)) => self.take_event(ctx, event),
                Err(error) => {
                    (self.session, self.is_asked, self.preparing) = (None, false, None);
                    self.take_event(ctx, Event::Ended(Err(Arc::new(error))));
                    break;
                }
            }
        }
        self.read_runs(ctx);
        // What the reader did not ask for waits until the sentence at the end is complete.
        if self.is_idle && !self.outcome.is_measuring() {
            self.is_idle = false;
            self.tell(&News::Idle);
        }
        self.ask_prober(ctx);
    }

    /// The sentence about the run that ended last.
    pub fn outcome(&self) -> Option<String> {
        self.outcome.sentence()
    }

    /// Says that the system gives this window nothing that is dropped onto it.
    pub fn takes_no_drops(&mut self) {
        self.setup.takes_no_drops();
    }

    /// Tells of class names that no font can show.
    fn check_names(&mut self, ctx: &Context) {
        if !std::mem::take(&mut self.has_new_names) {
            return;
        }
        if let Some(run) = &self.shared.run {
            let Some(opened) = &run.opened else { return };
            let names = fonts::unreadable(ctx, opened.data.classes.iter());
            if let Some(told) = fonts::told(&names) {
                self.notices.add(Weight::Note, told, None);
            }
        }
    }

    fn status<'a>(&'a self, problem: &'a Option<String>) -> Status<'a> {
        Status {
            run_view: self.shared.run.as_ref(),
            preparing: self.preparing.or(self.is_asked.then_some(Stage::Data)),
            problem: problem.as_deref(),
            reading: self.opening.share,
        }
    }

    /// Draws everything.
    pub fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let class = LayoutClass::settle(ui);
        self.layout.class = class;
        self.shared.preparing = self.status(&None).preparing;
        let problem = self.setup.problem();
        let mut action = self.pressed(&ctx);
        Panel::top("toolbar").show(ui, |ui| {
            let pressed = match class {
                LayoutClass::Compact => {
                    toolbar::narrow::ui(ui, self.status(&problem), self.layout.is_form_open)
                }
                _ => toolbar::ui(ui, self.status(&problem)),
            };
            action = action.or(pressed);
        });
        if self.is_setup_shown && class != LayoutClass::Compact {
            Panel::left("setup")
                .default_size(300.0)
                .size_range(260.0..=460.0)
                .show(ui, |ui| {
                    let is_locked = self.status(&problem).is_busy();
                    self.setup.ui(ui, &self.adapters, is_locked);
                });
        }
        self.told_ui(ui);
        // Behind what leaves gaps.
        let ground = Frame::NONE.fill(ui.visuals().panel_fill);
        CentralPanel::default().frame(ground).show(ui, |ui| {
            if self.layout.is_form_alone() {
                let is_locked = self.status(&problem).is_busy();
                Frame::central_panel(ui.style()).show(ui, |ui| {
                    self.setup.ui(ui, &self.adapters, is_locked);
                });
                return;
            }
            let mut panes = Panes::new(&mut self.views, &mut self.shared);
            self.layout.ui(ui, &mut panes);
            action = panes.action.or(action);
        });
        for news in self.shared.take_news() {
            self.tell(&news);
        }
        // Views ask for runs from more than one place.
        runs::question::ui(&ctx, &mut self.shared.runs);
        self.fulfil_experiments(&ctx);
        self.fulfil_wishes(&ctx);
        self.gone_ui(&ctx);
        self.ask_prober(&ctx);
        // Below what has to be answered first.
        if let Some(Offer::Resume(run)) = self.notices.ui(&ctx, class) {
            self.resume(&ctx, &run, false);
        }
        let problem = self.setup.problem();
        let chosen = {
            let lines = match self.palette.is_open() {
                true => self.lines(&problem),
                false => Vec::new(),
            };
            let chosen = self.palette.ui(&ctx, &lines);
            chosen.and_then(|choice| self.choose(&ctx, choice))
        };
        if let Some(action) = action.or(chosen)
            && self.status(&problem).allows(action)
        {
            self.act(&ctx, action);
        }
        if let Some(answer) = self.dialog.poll(&ctx) {
            self.answered(&ctx, answer);
        }
        self.pictures_ui(&ctx);
        self.question_ui(&ctx);
        self.check_names(&ctx);
        dropping::ui(&ctx);
        for dropped in dropped(&ctx) {
            self.take_dropped(&ctx, dropped);
        }
    }
}
