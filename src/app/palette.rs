//! The list of commands: type a few letters, choose, press Enter.

use std::path::PathBuf;

use egui::{Button, Context, Key, Modal, Response, ScrollArea, TextEdit, Ui, vec2};

use super::action::Action;
use super::layout_class::is_touched;
use super::views::ViewId;

/// What the list offers beside the actions that are always there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Something to do.
    Do(Action),
    /// A pane to bring to the front.
    Show(ViewId),
    /// A run to go on with, by its folder.
    GoOn(PathBuf),
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is for.
    pub choice: Choice,
    /// What it says.
    pub text: String,
    /// The same in a sentence.
    pub tip: String,
    /// Whether it can be chosen now.
    pub is_enabled: bool,
}

impl Line {
    fn ui(&self, ui: &mut Ui, is_chosen: bool) -> Response {
        let mut button = Button::selectable(is_chosen, self.text.as_str());
        let keys = match self.choice {
            Choice::Do(action) => action.shortcut(),
            _ => None,
        };
        // With something at its right, the line fills the list.
        let keys = keys.map(|keys| ui.ctx().format_shortcut(&keys));
        button = button.shortcut_text(keys.unwrap_or_default());
        let button = button.min_size(vec2(ui.available_width(), 0.0));
        ui.add_enabled(self.is_enabled, button)
            .on_hover_text(&self.tip)
            .on_disabled_hover_text(&self.tip)
    }
}

/// The list, open or not.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    open: bool,
    sought: String,
    chosen: usize,
}

impl Palette {
    /// Opens it, empty.
    pub fn open(&mut self) {
        *self = Self {
            open: true,
            ..Self::default()
        };
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Draws it if it is open; what was chosen.
    pub fn ui(&mut self, ctx: &Context, lines: &[Line]) -> Option<Choice> {
        if !self.open {
            return None;
        }
        let mut taken = None;
        let modal = Modal::new(egui::Id::unique("commands")).show(ctx, |ui| {
            let screen = ui.ctx().content_rect().size();
            ui.set_width(440.0_f32.min(screen.x - 48.0));
            // Before the text field, which would take the arrows.
            let (down, up, enter) = ui.input_mut(|input| {
                let mut press = |key| input.consume_key(egui::Modifiers::NONE, key);
                (
                    press(Key::ArrowDown),
                    press(Key::ArrowUp),
                    press(Key::Enter),
                )
            });
            let field = TextEdit::singleline(&mut self.sought)
                .align(egui::Align2::LEFT_CENTER)
                .hint_text("What to do, e.g. save")
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            field.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search commands")
            });
            // The keyboard of a touch screen would cover the list; it comes when the field is tapped.
            if !is_touched(ui.ctx()) {
                field.request_focus();
            }
            if field.changed() {
                self.chosen = 0;
            }
            let is_sought = |line: &&Line| matches(&line.text, &self.sought);
            let found: Vec<&Line> = lines.iter().filter(is_sought).collect();
            let last = found.len().saturating_sub(1);
            self.chosen = match (down, up) {
                (true, _) => (self.chosen + 1).min(last),
                (_, true) => self.chosen.saturating_sub(1),
                _ => self.chosen.min(last),
            };
            let height = 360.0_f32.min(screen.y - 130.0);
            ScrollArea::vertical().max_height(height).show(ui, |ui| {
                for (place, line) in found.iter().copied().enumerate() {
                    let is_chosen = place == self.chosen;
                    let button = line.ui(ui, is_chosen);
                    if is_chosen && (down || up) {
                        button.scroll_to_me(None);
                    }
                    if button.clicked() || (is_chosen && enter && line.is_enabled) {
                        taken = Some(line.choice.clone());
                    }
                }
                if found.is_empty() {
                    ui.weak("No command has these letters.");
                }
            });
        });
        if taken.is_some() || modal.should_close() {
            self.open = false;
        }
        taken
    }
}

/// Whether every word sought begins somewhere in a text.
fn matches(text: &str, sought: &str) -> bool {
    let text = text.to_lowercase();
    sought
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn words_are_found_in_any_order() {
        assert!(matches("Save curves as a picture…", "pict save"));
        assert!(!matches("Save curves as a picture…", "pict csv"));
        assert!(matches("Stop", ""));
    }
}
