//! The runs that are compared, side by side: in what they differ, and what came of them.

use egui::{Grid, Label, RichText, ScrollArea, Ui};

use crate::app::shared::Shared;
use crate::train::runs::RunSummary;
use crate::train::runs::table::Table;

/// The table of the run that is shown and those behind the curves; `None` where there is nothing to compare.
pub(super) fn table(shared: &Shared) -> Option<Table> {
    let runs: Vec<&RunSummary> = shared.compared().collect();
    (runs.len() >= 2).then(|| Table::of(&runs))
}

/// Draws it.
pub(super) fn ui(ui: &mut Ui, table: &Table) {
    ScrollArea::both()
        .id_salt("runs compared")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            Grid::new("runs compared")
                .striped(true)
                .spacing([12.0, 4.0])
                .show(ui, |ui| {
                    for column in &table.columns {
                        let text = RichText::new(column.name).strong();
                        ui.label(text).on_hover_text(column.help);
                    }
                    ui.end_row();
                    for row in &table.rows {
                        for (text, column) in row.iter().zip(&table.columns) {
                            cell_ui(ui, text, column.is_number);
                        }
                        ui.end_row();
                    }
                });
        });
}

fn cell_ui(ui: &mut Ui, text: &str, is_number: bool) {
    let label = Label::new(text).extend();
    match is_number {
        true => {
            let layout = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(layout, |ui| ui.add(label));
        }
        false => {
            ui.add(label);
        }
    }
}
