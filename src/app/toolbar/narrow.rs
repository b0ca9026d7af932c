//! The bar where there is little room: one row of what can be pressed, one of how far it is.

use egui::{Align, Button, Layout, ProgressBar, RichText, ScrollArea, Ui};

use super::{Status, menus};
use crate::app::action::Action;
use crate::numbers::grouped;
use crate::session::Phase;

/// Width of a button that has a sign for its words, in points.
const SIGN: f32 = 38.0;
/// From this width, in points, signs have words and the progress stands in the same row.
const WORDS: f32 = 620.0;
/// Least width of the progress, in points.
const PROGRESS: f32 = 110.0;

/// Draws the bar; what was pressed. `is_form_open` says whether the form is shown in place of the panes.
pub fn ui(ui: &mut Ui, status: Status<'_>, is_form_open: bool) -> Option<Action> {
    let mut pressed = None;
    let has_words = ui.available_width() >= WORDS;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        menu_ui(ui, status, &mut pressed);
        let form = ui.selectable_label(is_form_open, "Set-up");
        if form
            .on_hover_text("What to train, in place of the panes.")
            .clicked()
        {
            pressed = Some(Action::ToggleSetup);
        }
        buttons_ui(ui, status, has_words, &mut pressed);
        if has_words {
            ui.separator();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                progress_ui(ui, status)
            });
        }
    });
    if !has_words {
        ui.horizontal(|ui| progress_ui(ui, status));
    }
    pressed
}

/// All menus in one list that scrolls.
fn menu_ui(ui: &mut Ui, status: Status<'_>, pressed: &mut Option<Action>) {
    let room = ui.ctx().content_rect().size();
    ui.menu_button("Menu", |ui| {
        ui.set_min_width(240.0_f32.min(room.x - 40.0));
        ScrollArea::vertical()
            .max_height(room.y - 80.0)
            .show(ui, |ui| {
                for (title, actions) in menus(&super::exports()) {
                    ui.label(RichText::new(title).strong());
                    for action in actions.iter().filter(|action| action.is_offered()) {
                        // Keys are for those who have some.
                        let line = Button::selectable(false, action.text());
                        let line = ui.add_enabled(status.allows(*action), line);
                        if line.on_hover_text(action.tooltip()).clicked() {
                            *pressed = Some(*action);
                            ui.close();
                        }
                    }
                }
            });
    });
}

fn buttons_ui(ui: &mut Ui, status: Status<'_>, has_words: bool, pressed: &mut Option<Action>) {
    for (action, name) in super::buttons(status) {
        // Start is what a newcomer looks for.
        let text = match has_words || action == Action::Start {
            true => name,
            false => name.split(' ').next().unwrap_or(name),
        };
        let button = Button::new(text).min_size(egui::vec2(SIGN, 0.0));
        let button = ui.add_enabled(status.allows(action), button);
        if super::told(button.accessible_name(name), status, action).clicked() {
            *pressed = Some(action);
        }
    }
}

fn progress_ui(ui: &mut Ui, status: Status<'_>) {
    ui.label(status.words());
    if let Some(stage) = status.preparing {
        let width = ui.available_width().max(PROGRESS);
        super::preparing_ui(ui, stage, width);
        return;
    }
    let Some(run_view) = status.run_view else {
        return;
    };
    if let Some(accuracy) = run_view.accuracy {
        ui.label(super::accuracy_text(accuracy))
            .on_hover_text(super::ACCURACY);
    }
    let (share, epochs, steps) = super::progress(run_view);
    let width = ui.available_width().max(PROGRESS);
    let speed = run_view.images_per_second();
    let speed = speed.filter(|_| run_view.phase == Some(Phase::Running) && width >= 2.0 * PROGRESS);
    let text = match speed {
        Some(speed) => format!("{epochs}, {} images/s", grouped(speed.round() as u64)),
        None => epochs,
    };
    ui.add(
        ProgressBar::new(share)
            .desired_width(width)
            .desired_height(super::BAR)
            .text(text),
    )
    .on_hover_text(format!("{}\n{steps}", run_view.title()));
}
