//! The form's fields about what a run computes on, and where it goes.

use egui::Ui;

use super::Setup;
use super::data::Purpose;
use super::fields::{Rows, list, short_path};
use super::problem::Problem;
use crate::app::dialog::{Ask, Kind};
use crate::engine::check_precision;
use crate::field::{Explanation, Field};
use crate::gpu::{AdapterChoice, Capabilities};
use crate::platform::{IS_A_PAGE, fs};

impl Setup {
    pub(super) fn device_ui(&mut self, ui: &mut Ui, rows: Rows<'_>, adapters: &[Capabilities]) {
        let chosen = chosen_place(&self.adapter, adapters);
        let shown = match (chosen, adapters.first(), &self.adapter.adapter) {
            (Some(place), ..) => adapters[place].name.clone(),
            (None, _, Some(name)) => name.clone(),
            (None, Some(first), None) => first.name.clone(),
            (None, None, None) => "most capable".into(),
        };
        let tooltip = match chosen.map(|place| &adapters[place]).or(adapters.first()) {
            Some(adapter) if chosen.is_some() => format!("What the training runs on: {adapter}"),
            Some(adapter) => format!("What the training runs on: the most capable, {adapter}"),
            None => "What the training runs on.".to_owned(),
        };
        let mut choice = None;
        rows.row(ui, Field::Adapter, &tooltip, |ui| {
            list(ui, "adapter", &shown)
                .show_ui(ui, |ui| {
                    let is_open = self.adapter == AdapterChoice::default();
                    let entry = ui.selectable_label(is_open, "most capable");
                    if entry.on_hover_text("A real GPU before software.").clicked() {
                        choice = Some(AdapterChoice::default());
                    }
                    for (place, adapter) in adapters.iter().enumerate() {
                        let text = format!("{place}: {} ({})", adapter.name, adapter.backend);
                        let entry = ui.selectable_label(chosen == Some(place), text);
                        if entry.on_hover_text(adapter.to_string()).clicked() {
                            choice = Some(choice_of(place, adapters));
                        }
                    }
                })
                .response
        });
        if let Some(choice) = choice {
            self.adapter = choice;
        }
        if !IS_A_PAGE {
            self.runs_ui(ui, rows);
        }
    }

    /// Where runs go; in a page that is its memory.
    fn runs_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let runs = std::path::absolute(&self.runs).unwrap_or_else(|_| self.runs.clone());
        let tooltip = format!(
            "Each run gets a folder of its own, with checkpoints, metrics and plots, in {}",
            runs.display()
        );
        let mut asks = false;
        let shown = short_path(ui, &self.runs);
        rows.row(ui, Field::Out, &tooltip, |ui| {
            let button = ui.button(format!("{shown} …"));
            asks = button.clicked();
            button
        });
        if asks {
            let ask = Ask {
                title: "The folder for runs".into(),
                kind: Kind::Folder,
                endings: Vec::new(),
                directory: Some(runs).filter(|runs| fs::is_dir(runs)),
            };
            self.dialog.ask(Purpose::Runs, ask);
        }
    }

    /// The adapter that a run will be on.
    pub(super) fn chosen_adapter<'a>(
        &self,
        adapters: &'a [Capabilities],
    ) -> Option<&'a Capabilities> {
        match self.adapter.adapter {
            None => adapters.first(),
            Some(_) => chosen_place(&self.adapter, adapters).map(|place| &adapters[place]),
        }
    }

    /// An adapter that was chosen, but is not there, or cannot store images as asked.
    pub(super) fn problem_of_adapter(&self, adapters: &[Capabilities]) -> Option<Problem> {
        if let Some(adapter) = self.chosen_adapter(adapters)
            && let Err(error) = check_precision(self.settings.precision, adapter)
        {
            return Some(Problem::of(&error, Field::Precision));
        }
        let asked = self.adapter.adapter.as_ref()?;
        let is_missing = !adapters.is_empty() && chosen_place(&self.adapter, adapters).is_none();
        is_missing.then(|| {
            let told = format!("the adapter {asked} is not there any more; choose another");
            Problem::at(Field::Adapter.into(), &Explanation::new(told))
        })
    }
}

/// The place of the adapter that a choice means.
fn chosen_place(choice: &AdapterChoice, adapters: &[Capabilities]) -> Option<usize> {
    let asked = choice.adapter.as_ref()?;
    let fits = |adapter: &Capabilities| {
        choice
            .backend
            .is_none_or(|backend| backend == adapter.backend)
    };
    match asked.parse::<usize>() {
        Ok(place) => (place < adapters.len() && fits(&adapters[place])).then_some(place),
        Err(_) => {
            let asked = asked.to_lowercase();
            let named = |adapter: &Capabilities| adapter.name.to_lowercase().contains(&asked);
            adapters
                .iter()
                .position(|adapter| fits(adapter) && named(adapter))
        }
    }
}

/// How to ask for an adapter: by name and interface, which hold when others come or go; by number where
/// several are called the same.
fn choice_of(place: usize, adapters: &[Capabilities]) -> AdapterChoice {
    let by_name = AdapterChoice {
        adapter: Some(adapters[place].name.clone()),
        backend: Some(adapters[place].backend),
        turn: 0,
    };
    match chosen_place(&by_name, adapters) == Some(place) {
        true => by_name,
        false => AdapterChoice {
            adapter: Some(place.to_string()),
            backend: None,
            turn: 0,
        },
    }
}
