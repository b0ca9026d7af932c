//! The rows of the form: a name, a control, a tooltip over both, and below them what is wrong.

use std::hash::Hash;
use std::path::Path;

use egui::emath::Numeric;
use egui::{
    Align, ComboBox, DragValue, Label, Layout, Response, RichText, TextEdit, TextStyle, Ui,
    UiBuilder, vec2,
};

use super::problem::{Problem, Row};
use crate::app::icons::{self, picture_button};
use crate::app::layout_class::drag_speed;
use crate::app::theme::problem_colour;

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
    pub fn switch(
        self,
        ui: &mut Ui,
        row: impl Into<Row>,
        name: &str,
        tooltip: &str,
        on: &mut bool,
    ) {
        let row = row.into();
        steady(ui, row, |ui| {
            ui.add_enabled_ui(!self.locked, |ui| {
                ui.checkbox(on, name)
                    .on_hover_text(tooltip)
                    .on_disabled_hover_text(tooltip);
            });
            self.problem_ui(ui, row);
        });
    }

    /// A number to drag or type. `unit` stands behind it.
    pub fn number<N: Numeric>(
        self,
        ui: &mut Ui,
        row: impl Into<Row>,
        tooltip: &str,
        value: &mut N,
        unit: &str,
    ) {
        self.row(ui, row, tooltip, |ui| {
            let number = number(ui, value, unit);
            ui.add(number)
        });
    }

    /// A number that may be left out: a checkbox, and the number where it is on.
    pub fn optional<N: Numeric>(
        self,
        ui: &mut Ui,
        row: impl Into<Row>,
        tooltip: &str,
        value: &mut Option<N>,
        first: N,
        (unit, left_out): (&str, &str),
    ) {
        let row = row.into();
        self.row(ui, row, tooltip, |ui| {
            let mut is_on = value.is_some();
            let text = if is_on { "" } else { left_out };
            let switch = ui.checkbox(&mut is_on, text);
            if switch.changed() {
                *value = is_on.then_some(first);
            }
            if let Some(value) = value {
                let number = number(ui, value, unit);
                let number = ui.add(number).on_hover_text(tooltip);
                number.accessible_name(format!("{}, number", row.label()));
            }
            switch
        });
    }

    /// A list to choose one from; each entry has a value, a name and a sentence.
    pub fn choice<T: PartialEq + Copy>(
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

    /// A text that stands for a value: what is typed is kept while it cannot be read.
    pub fn draft<T>(
        self,
        ui: &mut Ui,
        row: impl Into<Row>,
        tooltip: &str,
        (draft, written): (&mut Draft, String),
        parse: impl FnOnce(&str) -> Result<T, String>,
        extra: impl FnOnce(&mut Ui) -> Option<T>,
    ) -> Option<T> {
        let row = row.into();
        draft.follow(written);
        let mut parsed = None;
        self.row(ui, row, tooltip, |ui| {
            // From the right, so that the text takes what room is left.
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                parsed = extra(ui);
                let field = TextEdit::singleline(&mut draft.text)
                    .align(egui::Align2::LEFT_CENTER)
                    .desired_width(ui.available_width());
                let field = ui.add(field);
                if field.changed() {
                    match parse(draft.text.trim()) {
                        Ok(value) => {
                            draft.problem = None;
                            // The value may be written another way: 007.
                            draft.is_typed = true;
                            parsed = Some(value);
                        }
                        Err(sentence) => draft.problem = Some(Problem::typed(row, &sentence)),
                    }
                }
                field
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
        parsed
    }

    /// What is wrong with a row, if anything is.
    pub fn problem_ui(self, ui: &mut Ui, row: Row) {
        if let Some(problem) = self.problem.filter(|problem| problem.row == row) {
            let text = RichText::new(&problem.sentence).small();
            ui.add(Label::new(text.color(problem_colour(ui))).wrap());
        }
    }
}

/// Draws widgets whose ids do not depend on what is drawn before them: a sentence that comes or goes above
/// a field must not take the focus from it.
pub(super) fn steady<R>(ui: &mut Ui, name: impl Hash, content: impl FnOnce(&mut Ui) -> R) -> R {
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
fn number<'a, N: Numeric>(ui: &Ui, value: &'a mut N, unit: &str) -> DragValue<'a> {
    let speed = if N::INTEGRAL { 0.2 } else { 0.002 };
    let number = DragValue::new(value)
        .speed(drag_speed(ui, speed))
        .suffix(unit)
        .custom_parser(finite);
    match N::INTEGRAL {
        true => number,
        false => number.max_decimals(9).custom_formatter(plainly),
    }
}

/// What is typed as a number; never NaN or an infinity, which TOML would hold but no run could use.
pub(super) fn finite(text: &str) -> Option<f64> {
    let text: String = text
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != ',')
        .map(|letter| if letter == '−' { '-' } else { letter })
        .collect();
    text.parse().ok().filter(|value: &f64| value.is_finite())
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
