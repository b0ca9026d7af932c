//! The rows of the form: a name, a control, a tooltip over both, and below them what is wrong.

use std::cell::Cell;
use std::fmt::Debug;
use std::hash::Hash;
use std::path::Path;
use std::rc::Rc;

use egui::emath::Numeric;
use egui::{
    Align, ComboBox, DragValue, Id, Label, Layout, Response, RichText, TextEdit, TextStyle, Ui,
    UiBuilder, vec2,
};

use super::problem::{Problem, Row};
use crate::app::icons::{self, picture_button};
use crate::app::layout_class::drag_speed;
use crate::app::theme::problem_colour;
use crate::field::{Explain, Field};
use crate::numbers::{self, grouped};
use crate::train::setting::{Kind, Part};
use crate::train::settings::Settings;
use crate::train::table::{SETTINGS, setting};

/// Points that the names of fields take, at the usual size of letters.
const NAME_WIDTH: f32 = 92.0;
/// The usual size of letters, in points.
const USUAL: f32 = 13.0;

fn name_width(ui: &Ui) -> f32 {
    NAME_WIDTH * TextStyle::Body.resolve(ui.style()).size / USUAL
}

/// What all rows are drawn with.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// What is wrong, if anything is.
    pub problem: Option<&'a Problem>,
    /// Nothing can be changed now.
    pub locked: bool,
}

impl Rows<'_> {
    /// A row: its name, the control, and what is wrong with it.
    pub fn row(
        self,
        ui: &mut Ui,
        row: impl Into<Row>,
        tooltip: &str,
        control: impl FnOnce(&mut Ui) -> Response,
    ) {
        let row = row.into();
        steady(ui, row, |ui| {
            ui.horizontal(|ui| self.name_and_control(ui, row, tooltip, control));
            self.problem_ui(ui, row);
        });
    }

    fn name_and_control(
        self,
        ui: &mut Ui,
        row: Row,
        tooltip: &str,
        control: impl FnOnce(&mut Ui) -> Response,
    ) {
        let size = vec2(name_width(ui), ui.spacing().interact_size.y);
        let layout = Layout::left_to_right(Align::Center);
        let name = ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_size(size);
            ui.add(Label::new(row.label()).truncate())
                .on_hover_text(tooltip)
        });
        ui.add_enabled_ui(!self.locked, |ui| {
            control(ui)
                .labelled_by(name.inner.id)
                .on_hover_text(tooltip)
                .on_disabled_hover_text(tooltip);
        });
    }

    /// A checkbox with its name beside it.
    pub fn switch(self, ui: &mut Ui, field: Field, on: &mut bool) {
        let (row, tooltip) = (Row::Field(field), tooltip(field));
        steady(ui, row, |ui| {
            ui.add_enabled_ui(!self.locked, |ui| {
                ui.checkbox(on, row.label())
                    .on_hover_text(&tooltip)
                    .on_disabled_hover_text(tooltip);
            });
            self.problem_ui(ui, row);
        });
    }

    /// A number to drag or type, with its unit behind it.
    pub fn number<N: Numeric>(self, ui: &mut Ui, field: Field, value: &mut N) {
        self.row(ui, field, &tooltip(field), |ui| {
            let number = number(ui, value, unit(field));
            add_number::<N>(ui, field, number)
        });
    }

    /// A number that may be left out: a checkbox, and the number where it is on.
    pub fn optional<N: Numeric>(
        self,
        ui: &mut Ui,
        field: Field,
        value: &mut Option<N>,
        first: N,
        left_out: &str,
    ) {
        let (row, tooltip) = (Row::Field(field), tooltip(field));
        self.row(ui, row, &tooltip, |ui| {
            let mut is_on = value.is_some();
            let text = if is_on { "" } else { left_out };
            let switch = ui.checkbox(&mut is_on, text);
            if switch.changed() {
                *value = is_on.then_some(first);
            }
            if let Some(value) = value {
                let number = number(ui, value, unit(field));
                let number = add_number::<N>(ui, field, number).on_hover_text(&tooltip);
                number.accessible_name(format!("{}, number", row.label()));
            }
            switch
        });
    }

    /// The settings of a part that have no row of their own making, each by its kind. Texts, and what
    /// may be left out, need one.
    pub fn others(self, ui: &mut Ui, part: Part, drawn: &[Field], settings: &mut Settings) {
        let others = SETTINGS
            .iter()
            .filter(|setting| setting.part == part && !drawn.contains(&setting.field));
        for setting in others {
            let field = setting.field;
            let Some(written) = setting.get(settings) else {
                continue;
            };
            match setting.kind {
                Kind::SwitchOn | Kind::SwitchOff(..) => {
                    let before = written == "true";
                    let mut on = before;
                    self.switch(ui, field, &mut on);
                    if on != before {
                        let _ = setting.set(settings, &on.to_string());
                    }
                }
                Kind::Number(..) => {
                    let before: f64 = written.parse().unwrap_or_default();
                    let mut value = before;
                    self.number(ui, field, &mut value);
                    if value != before && setting.set(settings, &value.to_string()).is_err() {
                        // It is a whole number.
                        let _ = setting.set(settings, &value.round().to_string());
                    }
                }
                Kind::Choice(..) => self.choice(ui, field, settings),
                Kind::Either(..) | Kind::Text(_) => {}
            }
        }
    }

    /// A setting that has a few values, to choose one of.
    pub fn choice(self, ui: &mut Ui, field: Field, settings: &mut Settings) {
        let Some(setting) = setting(field) else {
            return;
        };
        let Kind::Choice(_, choices) = setting.kind else {
            return;
        };
        let written = setting.get(settings).unwrap_or_default();
        let entries: Vec<_> = choices
            .iter()
            .map(|choice| (choice.word, choice.label, choice.help))
            .collect();
        let mut word = written.as_str();
        self.one_of(ui, field, &tooltip(field), &mut word, &entries);
        if word != written {
            // The table's own words are values.
            let _ = setting.set(settings, word);
        }
    }

    /// A list to choose one from; each entry has a value, a name and a sentence.
    pub fn one_of<T: PartialEq + Copy>(
        self,
        ui: &mut Ui,
        row: impl Into<Row>,
        tooltip: &str,
        value: &mut T,
        entries: &[(T, &str, &str)],
    ) {
        let row = row.into();
        let shown = entries.iter().find(|(entry, ..)| entry == value);
        let shown = shown.map_or("", |(_, name, _)| *name);
        self.row(ui, row, tooltip, |ui| {
            list(ui, row.label(), shown)
                .show_ui(ui, |ui| {
                    for (entry, name, sentence) in entries {
                        ui.selectable_value(value, *entry, *name)
                            .on_hover_text(*sentence);
                    }
                })
                .response
        });
    }

    /// A text that stands for a setting: what is typed is kept while it cannot be read. `written` makes the
    /// setting's text of what is typed; `extra` draws behind the text, and may give another value.
    pub fn typed(
        self,
        ui: &mut Ui,
        (row, field, tooltip): (Row, Field, &str),
        (draft, shown): (&mut Draft, String),
        settings: &mut Settings,
        written: impl FnOnce(&str) -> String,
        extra: impl FnOnce(&mut Ui) -> Option<String>,
    ) {
        let Some(setting) = setting(field) else {
            return;
        };
        draft.follow(shown);
        let mut picked = None;
        self.row(ui, row, tooltip, |ui| {
            // From the right, so that the text takes what room is left.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                picked = extra(ui);
                let text = TextEdit::singleline(&mut draft.text)
                    .align(egui::Align2::LEFT_CENTER)
                    .desired_width(ui.available_width());
                let text = ui.add(text);
                if text.changed() {
                    let mut changed = settings.clone();
                    let set = setting.set(&mut changed, &written(draft.text.trim()));
                    match set.and_then(|()| setting.check(&changed)) {
                        Ok(()) => {
                            draft.problem = None;
                            // The value may be written another way: 007.
                            draft.is_typed = true;
                            *settings = changed;
                        }
                        Err(error) => draft.problem = Some(Problem::at(row, &error.explain())),
                    }
                }
                text
            })
            .inner
        });
        if let Some(problem) = draft.problem.as_ref().filter(|_| self.problem.is_none()) {
            let rows = Rows {
                problem: Some(problem),
                ..self
            };
            rows.problem_ui(ui, row);
        }
        if let Some(picked) = picked {
            *draft = Draft::default();
            // What can be picked can be set.
            let _ = setting.set(settings, &picked);
        }
    }

    /// What is wrong with a row, if anything is.
    pub fn problem_ui(self, ui: &mut Ui, row: Row) {
        let mistake = ui.data(|data| data.get_temp::<String>(mistake_id(row)));
        if let Some(text) = mistake.filter(|_| !self.locked) {
            let text = RichText::new(text).small();
            ui.add(Label::new(text.color(problem_colour(ui))).wrap());
        }
        if let Some(problem) = self.problem.filter(|problem| problem.row == row) {
            let text = RichText::new(&problem.text).small();
            ui.add(Label::new(text.color(problem_colour(ui))).wrap());
        }
    }
}

/// What a setting is and what it may be, in sentences.
pub(super) fn tooltip(field: Field) -> String {
    let Some(setting) = setting(field) else {
        return String::new();
    };
    match setting.kind {
        Kind::Number(..) => format!("{}. Expected: {}.", setting.help, setting.expected),
        _ => format!("{}.", setting.help),
    }
}

fn unit(field: Field) -> &'static str {
    match setting(field).map(|setting| setting.kind) {
        Some(Kind::Number(_, unit)) => unit,
        _ => "",
    }
}

/// Draws widgets whose ids do not depend on what is drawn before them: a sentence that comes or goes above
/// a field must not take the focus from it.
pub(super) fn steady<R>(
    ui: &mut Ui,
    name: impl Hash + Debug,
    content: impl FnOnce(&mut Ui) -> R,
) -> R {
    let id = ui.scope_id().with(name);
    ui.scope_builder(UiBuilder::new().scope_id(id), content)
        .inner
}

/// What was typed for a value, as long as it is not the value's own text.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    text: String,
    /// The value's text when last seen.
    of: String,
    is_typed: bool,
    /// Why it cannot be read.
    pub problem: Option<Problem>,
}

impl Draft {
    /// Takes over the value's own text where the value changed, but not by typing here.
    fn follow(&mut self, written: String) {
        if self.of != written {
            if !std::mem::take(&mut self.is_typed) {
                self.text.clone_from(&written);
                self.problem = None;
            }
            self.of = written;
        }
    }
}

/// A number to drag or type; any that its type holds, so that a bad one is answered by a sentence.
pub(super) fn number<'a, N: Numeric>(ui: &Ui, value: &'a mut N, unit: &str) -> DragValue<'a> {
    let speed = if N::INTEGRAL { 0.2 } else { 0.002 };
    let number = DragValue::new(value)
        .speed(drag_speed(ui, speed))
        .suffix(unit);
    match N::INTEGRAL {
        true => number.custom_formatter(in_threes),
        false => number.max_decimals(9).custom_formatter(plainly),
    }
}

/// What reads a number that is typed.
pub(super) type Reader = Box<dyn Fn(&str) -> Option<f64>>;

/// Adds a number to a row, and keeps what was typed there that is none, to be told below it.
pub(super) fn add_number<N: Numeric>(
    ui: &mut Ui,
    row: impl Into<Row>,
    number: DragValue<'_>,
) -> Response {
    let add = |ui: &mut Ui, reader: Reader| ui.add(number.custom_parser(reader));
    with_reader(ui, row.into(), N::INTEGRAL, add)
}

/// The same for any widget that a number can be typed into.
pub(super) fn with_reader(
    ui: &mut Ui,
    row: Row,
    is_whole: bool,
    add: impl FnOnce(&mut Ui, Reader) -> Response,
) -> Response {
    let typed: Rc<Cell<Option<Result<(), String>>>> = Rc::default();
    let read = typed.clone();
    let reader = move |text: &str| {
        let value = numbers::read(text).filter(|value| !is_whole || value.fract() == 0.0);
        read.set(Some(value.map(drop).ok_or_else(|| text.trim().to_owned())));
        value
    };
    let response = add(ui, Box::new(reader));
    let place = mistake_id(row);
    let typed = typed.take();
    ui.data_mut(|data| match typed {
        Some(Err(text)) => {
            let kind = if is_whole { "whole number" } else { "number" };
            let told = format!("“{text}” is no {kind}; it was not taken.");
            data.insert_temp(place, told);
        }
        None if !response.changed() => {}
        Some(Ok(())) | None => data.remove::<String>(place),
    });
    response
}

/// Where it is kept what was typed at a row that is no number.
fn mistake_id(row: Row) -> Id {
    Id::unique(("no number", row))
}

/// A whole number as it is written elsewhere.
pub(super) fn in_threes(value: f64, _: std::ops::RangeInclusive<usize>) -> String {
    match value >= 0.0 {
        true => grouped(value as u64),
        false => value.to_string(),
    }
}

/// A number with all of its digits and no more.
pub(super) fn plainly(value: f64, _: std::ops::RangeInclusive<usize>) -> String {
    value.to_string()
}

/// A list to choose from, as wide as there is room.
pub(super) fn list<'a>(ui: &Ui, salt: &'a str, shown: &'a str) -> ComboBox<'a> {
    ComboBox::from_id_salt(salt)
        .width(ui.available_width())
        .height(420.0_f32.min(ui.ctx().content_rect().height() - 80.0))
        .selected_text(shown)
        .truncate()
}

/// A button with a triangle that opens a menu.
pub(super) fn menu_button(ui: &mut Ui, name: &str, menu: impl FnOnce(&mut Ui)) {
    let button = picture_button(ui, name, icons::menu);
    egui::Popup::menu(&button).show(menu);
}

/// A path with its middle left out where it is longer than `letters`.
pub fn shortened(path: &str, letters: usize) -> String {
    let count = path.chars().count();
    if count <= letters {
        return path.to_owned();
    }
    let kept = letters.saturating_sub(1);
    // The end says more than the beginning; a separator is a good place to cut.
    let head: String = path.chars().take(kept / 4).collect();
    let tail: String = path.chars().skip(count - (kept - kept / 4)).collect();
    let tail = match tail.find(std::path::MAIN_SEPARATOR) {
        Some(at) if at < tail.len() / 2 => &tail[at..],
        _ => &tail,
    };
    format!("{head}…{tail}")
}

/// A path cut to the room that a row's control has.
pub(super) fn short_path(ui: &Ui, path: &Path) -> String {
    /// Points of a usual letter.
    const LETTER: f32 = 7.2;
    let room = ui.available_width() - name_width(ui) - 48.0;
    shortened(
        &path.display().to_string(),
        (room / LETTER).max(12.0) as usize,
    )
}
