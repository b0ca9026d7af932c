//! The whole app: its real widgets and keys, trainings on whatever adapter there is, files in a folder
//! of its own.

mod experiments;
mod exports;
mod failures;
mod kept;
mod keys;
mod layout_class;
mod listed;
mod notices;
mod opened;
mod outcome;
mod panes;
mod phone;
mod pictures;
mod probing;
mod runs;
mod spoken;
mod waiting;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bnonly::app::run_view::RunView;
use bnonly::app::shell::Shell;
use bnonly::data::DataSource;
use bnonly::session::{OpenGpu, Phase, open_gpu};
use bnonly::train::checkpoint::Checkpoint;
use bnonly::train::run_folder::last_path;
use bnonly::train::saved::Saved;
use bnonly::train::settings::Settings;
use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, TouchDeviceId, TouchId, TouchPhase, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

/// A software adapter shared with other tests is slow; only what hangs takes longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// The window's first size, in points.
const WINDOW: Vec2 = Vec2::new(1280.0, 800.0);

/// 4 steps of 16 images an epoch, two epochs, of made-up shapes.
fn settings() -> Settings {
    Settings {
        data: DataSource::Shapes,
        model: "resnet-8".parse().unwrap(),
        width: Some(4),
        batch_size: 16,
        limit_train: Some(64),
        limit_test: Some(64),
        epochs: 2,
        lr: 0.05,
        ..Settings::default()
    }
}

/// A run that ends only when it is told to.
fn endless() -> Settings {
    Settings {
        epochs: 100_000,
        ..settings()
    }
}

/// What the app keeps, in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Memory(HashMap<String, String>);

impl eframe::Storage for Memory {
    fn get_string(&self, key: &str) -> Option<String> {
        self.0.get(key).cloned()
    }

    fn set_string(&mut self, key: &str, value: String) {
        self.0.insert(key.to_owned(), value);
    }

    fn remove_string(&mut self, key: &str) {
        self.0.remove(key);
    }

    fn flush(&mut self) {}
}

/// How an app is begun.
struct Begin {
    open_gpu: OpenGpu,
    stored: Option<Memory>,
    settings: Option<Settings>,
    size: Vec2,
    theme: egui::Theme,
}

impl Default for Begin {
    fn default() -> Self {
        Self {
            open_gpu: open_gpu(),
            stored: None,
            settings: Some(settings()),
            size: WINDOW,
            theme: egui::Theme::Dark,
        }
    }
}

impl Begin {
    fn app(self) -> App {
        let folder = tempfile::tempdir().unwrap();
        let made = Rc::new(RefCell::new(None));
        let (make, runs) = (made.clone(), folder.path().to_owned());
        let Self {
            open_gpu,
            stored,
            settings,
            size,
            theme,
        } = self;
        let setup = move |ctx: &egui::Context| {
            let stored = stored.as_ref().map(|stored| stored as &dyn eframe::Storage);
            let mut shell = Shell::new(ctx, stored, open_gpu);
            shell.set_dialogs(|_| None);
            shell.setup_mut().set_runs_folder(&runs);
            shell.set_experiments_folder(&runs.join("experiments"));
            if let Some(settings) = settings {
                shell.setup_mut().set_settings(settings);
            }
            *make.borrow_mut() = Some(shell);
        };
        let draw = move |ui: &mut egui::Ui, shell: &mut Option<Shell>| {
            let shell = shell.get_or_insert_with(|| made.take().expect("made once"));
            shell.update(ui.ctx());
            shell.draw(ui);
        };
        let harness = Harness::builder()
            .with_size(size)
            .with_theme(theme)
            .with_step_dt(1.0 / 20.0)
            .with_max_steps(8)
            .with_context_setup(setup)
            .build_ui_state(draw, None);
        App { harness, folder }
    }
}

/// The app in its window, and the folder that its runs go to.
struct App {
    // Before the folder: dropping the shell saves the run.
    harness: Harness<'static, Option<Shell>>,
    folder: tempfile::TempDir,
}

impl Deref for App {
    type Target = Harness<'static, Option<Shell>>;

    fn deref(&self) -> &Self::Target {
        &self.harness
    }
}

impl DerefMut for App {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.harness
    }
}

impl App {
    fn new() -> Self {
        Begin::default().app()
    }

    fn with(settings: Settings) -> Self {
        let settings = Some(settings);
        Begin {
            settings,
            ..Begin::default()
        }
        .app()
    }

    fn shell(&self) -> &Shell {
        self.state().as_ref().unwrap()
    }

    fn shell_mut(&mut self) -> &mut Shell {
        self.state_mut().as_mut().unwrap()
    }

    fn run_view(&self) -> &RunView {
        self.shell().run_view().expect("a run is shown")
    }

    /// The folder of the run that is shown.
    fn run_folder(&self) -> PathBuf {
        self.run_view().folder.clone()
    }

    /// Draws until another run than this is shown; while one is prepared, none is.
    fn until_another(&mut self, folder: &Path) {
        self.until("another run", |app| {
            let run = app.shell().run_view();
            run.is_some_and(|run| run.folder != folder)
        });
    }

    fn step_of_run(&self) -> u64 {
        self.shell().run_view().map_or(0, |run| run.step)
    }

    /// Draws until something holds.
    fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let begin = Instant::now();
        loop {
            self.step();
            if holds(self) {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "waited in vain until {what}; the screen says:\n{}",
                self.screen().join("\n")
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn until_says(&mut self, text: &str) {
        self.until(&format!("it says {text:?}"), |app| app.says(text));
    }

    /// Waits for the sentence at a run's end: as long as it grows, what lies below it moves.
    fn until_summed_up(&mut self) {
        self.until_says("mean and standard error");
        self.settle();
    }

    fn until_step(&mut self, step: u64) {
        self.until(&format!("step {step}"), |app| app.step_of_run() >= step);
    }

    fn until_phase(&mut self, phase: Phase) {
        self.until(&format!("{phase:?}"), |app| {
            let run = app.shell().run_view();
            run.is_some_and(|run| run.phase == Some(phase))
        });
    }

    fn until_ended(&mut self, words: &str) {
        self.until(&format!("the run is {words}"), |app| {
            let run = app.shell().run_view();
            run.is_some_and(RunView::has_ended) && app.says(words)
        });
    }

    /// Draws until nothing asks for a frame any more, where it does not go on and on.
    fn settle(&mut self) {
        self.run_ok();
    }

    /// All that can be read or heard, from top to bottom of the tree.
    fn screen(&self) -> Vec<String> {
        let nodes = self.root().children_recursive();
        let said = nodes.filter_map(|node| {
            let node = node.accesskit_node();
            let text = node.label().or_else(|| node.value())?;
            Some(format!("{:?}: {text}", node.role()))
        });
        said.collect()
    }

    fn says(&self, text: &str) -> bool {
        self.query_all_by_label_contains(text).next().is_some()
    }

    /// A button of exactly this text.
    fn button<'a>(&'a self, text: &'a str) -> Node<'a> {
        self.get_by_role_and_label(Role::Button, text)
    }

    fn is_enabled(&self, text: &str) -> bool {
        !self.button(text).accesskit_node().is_disabled()
    }

    /// Clicks a button, which has to be enabled.
    fn press(&mut self, text: &str) {
        assert!(self.is_enabled(text), "{text} is disabled");
        self.button(text).click();
        self.settle();
    }

    /// Clicks the last of several buttons of one text.
    fn press_last(&mut self, text: &str) {
        let buttons = self.get_all_by_role_and_label(Role::Button, text);
        buttons.last().expect("a button").click();
        self.settle();
    }

    /// Chooses a line of a menu.
    fn choose(&mut self, menu: &str, line: &str) {
        self.press(menu);
        // Its keys stand behind its words.
        let is_line = |node: &Node<'_>| {
            let label = node.accesskit_node().label().unwrap_or_default();
            label.starts_with(line)
        };
        let line = self.get_all_by_role(Role::Button).rfind(is_line);
        line.expect("a line of the menu").click();
        self.settle();
    }

    fn key(&mut self, key: Key) {
        self.key_press(key);
        self.settle();
    }

    fn command(&mut self, key: Key) {
        self.key_press_modifiers(Modifiers::COMMAND, key);
        self.settle();
    }

    fn shifted(&mut self, key: Key) {
        self.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, key);
        self.settle();
    }

    fn click_at(&mut self, pos: Pos2) {
        self.event(Event::PointerMoved(pos));
        for pressed in [true, false] {
            self.event(Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        self.settle();
    }

    /// Taps with a finger, as browsers tell it: pressed in one frame, lifted in a later one.
    fn tap_at(&mut self, pos: Pos2) {
        self.touch(TouchPhase::Start, pos);
        self.step();
        self.touch(TouchPhase::End, pos);
        self.step();
        self.settle();
    }

    /// What one frame gets to know of a finger.
    fn touch(&mut self, phase: TouchPhase, pos: Pos2) {
        let touch = Event::Touch {
            device_id: TouchDeviceId(1),
            id: TouchId(1),
            phase,
            pos,
            force: None,
        };
        let button = |pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let events = &mut self.input_mut().events;
        match phase {
            TouchPhase::Start => events.extend([button(true), touch]),
            TouchPhase::Move => events.extend([Event::PointerMoved(pos), touch]),
            _ => events.extend([button(false), Event::PointerGone, touch]),
        }
    }

    /// Types over what the field of this role and name holds.
    fn type_over(&mut self, role: Role, name: &str, text: &str) {
        self.get_by_role_and_label(role, name).focus();
        self.settle();
        self.command(Key::A);
        self.event(Event::Text(text.to_owned()));
        self.settle();
        self.key(Key::Enter);
    }

    /// Answers the question for a path.
    fn answer(&mut self, path: &Path) {
        let name = "This system offers no file dialog (a desktop portal or zenity). Type the path:";
        self.settle();
        self.type_over(Role::TextInput, name, &path.display().to_string());
        assert!(!self.says("Type the path"), "{:#?}", self.screen());
    }

    /// The last sentence that the app told.
    fn notice(&self) -> Option<String> {
        self.shell().notices().last().map(str::to_owned)
    }
}

fn checkpoint(run: &Path) -> Checkpoint {
    match Saved::read(&last_path(run)).unwrap() {
        Saved::Checkpoint(checkpoint) => *checkpoint,
        other => panic!("{other:?}"),
    }
}
