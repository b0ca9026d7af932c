//! Which experiment, how large, and what that is.

use egui::{ComboBox, DragValue, Ui};

use super::known::{Experiments, Laid, Wish};
use crate::experiment::definition::Scale;
use crate::platform::IS_A_PAGE;

/// Most runs of an arm that can be asked for here.
const MOST_SEEDS: u32 = 50;

/// Draws it.
pub(super) fn ui(ui: &mut Ui, experiments: &mut Experiments) {
    let is_free = !experiments.is_under_way();
    let before = experiments.chosen.clone();
    let mut chosen = before.clone();
    let (mut asks_for_file, mut asks_for_images) = (false, false);
    ui.add_enabled_ui(is_free, |ui| {
        ui.horizontal_wrapped(|ui| {
            let title = experiments.experiment().map(|found| found.title.clone());
            let title = title.unwrap_or_else(|| "Choose an experiment".to_owned());
            let width = (ui.available_width() - 90.0).clamp(120.0, 330.0);
            let list = ComboBox::from_id_salt("experiment").width(width).truncate();
            let list = list.selected_text(title);
            let shown = list.show_ui(ui, |ui| {
                for experiment in &experiments.shipped {
                    let is_it = chosen.file.is_none() && chosen.name == experiment.name;
                    let line = ui.selectable_label(is_it, &experiment.title);
                    if line.on_hover_text(&experiment.question).clicked() {
                        chosen.name.clone_from(&experiment.name);
                        (chosen.file, chosen.seeds) = (None, None);
                    }
                }
            });
            shown.response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::ComboBox, is_free, "Experiment")
            });
            let tip = "An experiment of your own: a TOML file, as `bnonly experiment show` prints one. It can also be dropped \
                       onto the window.";
            asks_for_file = ui.button("A file…").on_hover_text(tip).clicked();
        });
        ui.horizontal_wrapped(|ui| {
            scales_ui(ui, experiments, &mut chosen.scale);
            let at = experiments.experiment().and_then(|found| found.scales.get(&chosen.scale));
            let of_file = at.map_or(3, |at| at.seeds);
            let mut seeds = chosen.seeds.unwrap_or(of_file);
            let suffix = if seeds == 1 { " seed" } else { " seeds" };
            let field = DragValue::new(&mut seeds).range(1..=MOST_SEEDS);
            let field = ui.add(field.suffix(suffix));
            let tip = "Runs of each arm. Below three nothing is decided.";
            if field.on_hover_text(tip).changed() {
                chosen.seeds = (seeds != of_file).then_some(seeds);
            }
            let is_of_files = experiments.laid().is_some_and(|laid| {
                laid.plan.arms.iter().any(|arm| arm.settings.data.path().is_some())
            });
            if is_of_files && !IS_A_PAGE {
                let tip = "Other images than those that the file names, such as CIFAR's archive elsewhere";
                asks_for_images = ui.button("Images…").on_hover_text(tip).clicked();
            }
        });
    });
    if chosen != before {
        experiments.choose(chosen);
    }
    if asks_for_file {
        experiments.wish(Wish::OpenFile);
    }
    if asks_for_images {
        experiments.wish(Wish::ChooseImages);
    }
}

fn scales_ui(ui: &mut Ui, experiments: &Experiments, chosen: &mut Scale) {
    for scale in Scale::ALL {
        let has_it = experiments
            .experiment()
            .is_some_and(|found| found.scales.contains_key(&scale));
        let is_here = !IS_A_PAGE || scale == Scale::Glance;
        let tip = match scale {
            _ if !is_here => {
                "A page has neither the files nor the hours for this: use the program outside the browser."
            }
            _ if !has_it => "The file does not say what this scale is.",
            Scale::Glance => {
                "Built-in images and small networks: minutes without a GPU. It shows the idea and proves nothing."
            }
            Scale::Small => {
                "Images of CIFAR-10 and short schedules: an hour or so on a laptop's GPU."
            }
            Scale::Paper => "The paper's recipe: hours to days on a large GPU.",
        };
        let button = egui::Button::selectable(*chosen == scale, scale.name());
        let button = ui.add_enabled(is_here && has_it, button);
        if button
            .on_hover_text(tip)
            .on_disabled_hover_text(tip)
            .clicked()
        {
            *chosen = scale;
        }
    }
}

/// What will run, in a sentence.
pub(super) fn what_runs(laid: &Laid) -> String {
    let arms = || laid.plan.arms.iter().map(|arm| &arm.settings);
    let models = arms().map(|settings| settings.model.to_string());
    let data = arms().map(|settings| {
        let name = settings.data.path().and_then(|path| path.file_name());
        name.map_or_else(
            || settings.data.to_string(),
            |name| name.to_string_lossy().into_owned(),
        )
    });
    format!(
        "{}: {} on {}.",
        laid.plan.size(),
        each_once(models),
        each_once(data)
    )
}

/// Words in their order, each where it comes first.
fn each_once(words: impl Iterator<Item = String>) -> String {
    let mut found: Vec<String> = Vec::new();
    for word in words {
        if !found.contains(&word) {
            found.push(word);
        }
    }
    found.join(", ")
}
