//! Earlier runs: which there are, and how those that are ticked compare.
//!
//! [`listed`] is what is known of them; here the list, `compared` draws the table below it, `question` asks
//! before something is done.

mod compared;
pub mod listed;
pub mod question;

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Button, Label, RichText, ScrollArea, Sense, TextEdit, Ui};
use web_time::{SystemTime, UNIX_EPOCH};

use self::listed::{Question, Runs, Wish, is_same};
use super::action::Action;
use super::curves::earlier::LOOKS;
use super::shared::Shared;
use super::view::{Place, View};
use crate::numbers::{counted, duration, grouped};
use crate::train::runs::table::{accuracy, epochs};
use crate::train::runs::{RunState, RunSummary};

/// Time between two looks for runs of other programs while the list is shown.
pub const LOOK_EVERY: Duration = Duration::from_secs(10);

/// From so many runs on there is a field to find one.
const MANY: usize = 8;

/// Height of a run's two lines, in points.
const ROW: f32 = 46.0;

/// Which runs are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Which {
    #[default]
    All,
    Interrupted,
    Finished,
}

impl Which {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (
            Self::All,
            "All",
            "Every run, the one that was written to last first",
        ),
        (
            Self::Interrupted,
            "Interrupted",
            "Runs that were stopped or broke off, and can go on",
        ),
        (Self::Finished, "Finished", "Runs whose steps are all done"),
    ];

    fn has(self, state: &RunState) -> bool {
        match self {
            Self::All => true,
            Self::Interrupted => *state == RunState::Interrupted,
            Self::Finished => *state == RunState::Finished,
        }
    }
}

/// The view: what the reader chose in it.
#[derive(Debug, Default)]
pub struct RunsView {
    which: Which,
    sought: String,
}

/// How a run in the list stands to the one that is shown and to the curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is the one that is shown.
    Shown,
    /// It lies behind the curves.
    Compared,
    Other,
}

impl RunsView {
    fn header_ui(&mut self, ui: &mut Ui, runs: &mut Runs) {
        ui.horizontal_wrapped(|ui| {
            for (which, text, tip) in Which::ALL {
                ui.selectable_value(&mut self.which, which, text)
                    .on_hover_text(tip);
            }
            let tip = format!("Look again for runs in {}", runs.folder.display());
            if ui.button("Look again").on_hover_text(tip).clicked() {
                runs.wish(Wish::Refresh);
            }
            if runs.listing().runs.len() >= MANY {
                let field = TextEdit::singleline(&mut self.sought)
                    .hint_text("find a run")
                    .desired_width(120.0);
                let field = ui.add(field);
                field.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Find a run")
                });
            }
        });
        let unreadable = &runs.listing().unreadable;
        if let Some((_, error)) = unreadable.first() {
            let count = counted(unreadable.len() as u64, "run");
            let text = format!("{count} cannot be read: {error}");
            let all: Vec<_> = unreadable
                .iter()
                .map(|(_, error)| error.to_string())
                .collect();
            ui.add(Label::new(RichText::new(text).weak()).truncate())
                .on_hover_text(all.join("\n"));
        }
    }

    fn list_ui(&self, ui: &mut Ui, shared: &mut Shared) {
        let sought = self.sought.to_lowercase();
        let wanted = |(run, name): &(&RunSummary, &str)| {
            let text = format!("{name} {}", run.folder_name()).to_lowercase();
            self.which.has(&run.state) && sought.split_whitespace().all(|word| text.contains(word))
        };
        let rows: Vec<usize> = shared
            .runs
            .named()
            .enumerate()
            .filter(|(_, run)| wanted(run))
            .map(|(at, _)| at)
            .collect();
        if rows.is_empty() {
            ui.weak(nothing(&shared.runs, self.which));
            return;
        }
        let full = shared.earlier.len() >= LOOKS;
        ScrollArea::vertical()
            .id_salt("runs")
            .auto_shrink([false, true])
            .show_rows(ui, ROW, rows.len(), |ui, range| {
                for at in &rows[range] {
                    let found = shared.runs.named().nth(*at);
                    let found = found.map(|(run, name)| (run.clone(), name.to_owned()));
                    if let Some((run, name)) = found {
                        let standing = standing(shared, &run.folder);
                        row_ui(ui, &mut shared.runs, &run, &name, standing, full);
                    }
                }
            });
    }
}

/// What is said where no run is listed.
fn nothing(runs: &Runs, which: Which) -> String {
    let folder = runs.folder.display();
    match (runs.is_read, which) {
        (false, _) => "Looking for runs …".to_owned(),
        (true, Which::All) => format!("There are no runs in {folder} yet. Press Start."),
        (true, Which::Interrupted) => "No run is interrupted.".to_owned(),
        (true, Which::Finished) => "No run is finished yet.".to_owned(),
    }
}

fn standing(shared: &Shared, folder: &Path) -> Standing {
    let is_shown = |path: &PathBuf| is_same(path, folder);
    let shown = shared.run.as_ref().map(|run| &run.folder);
    let mut compared = shared.earlier.iter().filter_map(|run| run.folder.as_ref());
    match shown.is_some_and(is_shown) {
        true => Standing::Shown,
        false if compared.any(is_shown) || shared.runs.being_read.iter().any(is_shown) => {
            Standing::Compared
        }
        false => Standing::Other,
    }
}

fn row_ui(
    ui: &mut Ui,
    runs: &mut Runs,
    run: &RunSummary,
    name: &str,
    standing: Standing,
    is_full: bool,
) {
    ui.allocate_ui(egui::vec2(ui.available_width(), ROW), |ui| {
        ui.horizontal(|ui| {
            tick_ui(ui, runs, run, name, standing, is_full);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                menu_ui(ui, runs, run, name);
                if run.can_go_on() && standing != Standing::Shown {
                    let button = ui.button("Go on");
                    button.widget_info(|| {
                        let label = format!("Go on with {name}");
                        egui::WidgetInfo::labeled(egui::Role::Button, true, label)
                    });
                    if button
                        .on_hover_text("Train on from its last checkpoint")
                        .clicked()
                    {
                        runs.wish(Wish::GoOn(run.folder.clone()));
                    }
                }
                ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                    let text = match standing {
                        Standing::Shown => RichText::new(name).strong(),
                        _ => RichText::new(name),
                    };
                    let label = Label::new(text).truncate().sense(Sense::click());
                    let label = ui
                        .add(label)
                        .on_hover_text(format!("{}\nClick to show it.", run.folder.display()));
                    label.widget_info(|| {
                        let label = format!("Open {name}");
                        egui::WidgetInfo::labeled(egui::Role::Link, true, label)
                    });
                    if label.clicked() {
                        runs.wish(Wish::Open(run.folder.clone()));
                    }
                    ui.add(Label::new(RichText::new(state_text(run)).weak()).truncate());
                });
            });
        });
    });
}

/// The box that lays a run behind the curves.
fn tick_ui(
    ui: &mut Ui,
    runs: &mut Runs,
    run: &RunSummary,
    name: &str,
    standing: Standing,
    is_full: bool,
) {
    let mut ticked = standing != Standing::Other;
    let can_tick = standing != Standing::Shown && (ticked || !is_full) && run.step > 0;
    let tick = ui.add_enabled(can_tick, egui::Checkbox::without_text(&mut ticked));
    tick.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::Role::CheckBox,
            can_tick,
            ticked,
            format!("Compare {name}"),
        )
    });
    let why = match standing {
        Standing::Shown => "This is the run that is shown".to_owned(),
        _ if run.step == 0 => "It has taken no step yet".to_owned(),
        _ => format!("{LOOKS} runs beside the one shown are as many as can be told apart"),
    };
    let tick = tick
        .on_hover_text("Lay its curves behind those of the run shown, and put it into the table")
        .on_disabled_hover_text(why);
    if tick.changed() {
        runs.wish(Wish::Compare(run.folder.clone(), ticked));
    }
}

fn menu_ui(ui: &mut Ui, runs: &mut Runs, run: &RunSummary, name: &str) {
    let menu = ui.menu_button("…", |ui| {
        let folder = || run.folder.clone();
        if ui
            .button("Open")
            .on_hover_text("Show it, ready to go on")
            .clicked()
        {
            runs.wish(Wish::Open(folder()));
        }
        let tip = "Give it another name; its folder stays where it is";
        if ui.button("Rename…").on_hover_text(tip).clicked() {
            let given = run.given_name.clone();
            runs.question = Some(Question::Name(folder(), given.unwrap_or_default()));
        }
        let is_idle = !matches!(run.state, RunState::Training(_));
        let delete = ui.add_enabled(is_idle, Button::new("Delete…"));
        let delete = delete
            .on_hover_text("Asks before")
            .on_disabled_hover_text("It is being trained; stop it first");
        if delete.clicked() {
            runs.question = Some(Question::Delete(folder()));
        }
    });
    menu.response.widget_info(|| {
        let label = format!("What to do with {name}");
        egui::WidgetInfo::labeled(egui::Role::Button, true, label)
    });
}

/// How far a run is, in a line.
fn state_text(run: &RunSummary) -> String {
    let mut parts = vec![match (&run.state, run.step) {
        (RunState::Finished, _) => "finished".to_owned(),
        (state, 0) => state.word().to_owned(),
        (state, step) if run.progress().is_none() => {
            format!("{} at step {}", state.word(), grouped(step))
        }
        (state, _) => format!("{} at epoch {}", state.word(), epochs(run)),
    }];
    parts.extend(accuracy(run));
    if let Some(seconds) = run.changed.and_then(since) {
        parts.push(format!("{} ago", duration(seconds)));
    }
    parts.join(" · ")
}

fn since(seconds: u64) -> Option<f64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(now.as_secs_f64() - seconds as f64)
}

impl View for RunsView {
    fn title(&self) -> &'static str {
        "Runs"
    }

    fn icon(&self) -> &'static str {
        "≡"
    }

    fn help(&self) -> &'static str {
        "Earlier runs: open, go on, compare, rename, delete"
    }

    fn place(&self) -> Place {
        Place::Channels
    }

    fn least_height(&self) -> f32 {
        300.0
    }

    fn draw(&mut self, ui: &mut Ui, shared: &mut Shared) -> Option<Action> {
        ui.ctx().request_repaint_after(LOOK_EVERY);
        self.header_ui(ui, &mut shared.runs);
        ui.separator();
        let table = compared::table(shared);
        let room = ui.available_height();
        let list = match table.is_some() {
            true => (room * 0.55).max(ROW),
            false => room,
        };
        ui.scope(|ui| {
            ui.set_max_height(list);
            self.list_ui(ui, shared);
        });
        if let Some(table) = table {
            ui.separator();
            compared::ui(ui, &table);
        }
        None
    }
}
