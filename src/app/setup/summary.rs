//! What a run will take, beside what training everything would.

use egui::{Grid, Label, RichText, Ui};

use super::needs::Needs;
use crate::data::DataShape;
use crate::engine::MemoryReport;
use crate::numbers::{bytes, grouped, percent_closely};

/// The name of a part of memory, what lies there, and its bytes.
type Part = (&'static str, &'static str, fn(&MemoryReport) -> u64);

const PARTS: [Part; 4] = [
    (
        "  activations",
        "What lives within a step: activations and their gradients.",
        MemoryReport::tensors,
    ),
    (
        "  parameters",
        "All parameters, trained or not, their packed copies, and running averages.",
        |memory| memory.parameters,
    ),
    (
        "  optimiser",
        "Gradients of what trains, what the optimiser remembers of it, and the list of what trains.",
        |memory| memory.optimizer,
    ),
    (
        "  other",
        "Images on their way to the device, partial sums and results.",
        |memory| memory.other,
    ),
];

/// Draws it. `is_current` says whether it is what the form says now; `assumed` the shape of images where
/// it is a guess; `parts` whether memory is shown by part.
pub(super) fn needs_ui(
    ui: &mut Ui,
    needs: &Needs,
    is_current: bool,
    assumed: Option<DataShape>,
    parts: &mut bool,
) {
    if !is_current {
        ui.multiply_opacity(0.6);
    }
    let memory = |memory: &MemoryReport| match needs.memory_is_exact {
        true => bytes(memory.total()),
        false => format!("at most {}", bytes(memory.total())),
    };
    let trains_all = needs.trained == needs.parameters;
    Grid::new("what it takes")
        .num_columns(3)
        .spacing([10.0, 3.0])
        // There is nothing to press in it.
        .min_row_height(20.0)
        .show(ui, |ui| {
            let mut line = |name: &str, tooltip: &str, this: String, all: String| {
                ui.label(name).on_hover_text(tooltip);
                ui.label(RichText::new(this).strong()).on_hover_text(tooltip);
                if !trains_all {
                    ui.label(all).on_hover_text(tooltip);
                }
                ui.end_row();
            };
            line(
                "",
                "This run, and the same with all parameters trained.",
                "this run".into(),
                "all trained".into(),
            );
            line(
                "Parameters",
                "How many parameters (numbers that training changes) train; the others keep their first \
                 values.",
                format!("{} ({})", grouped(needs.trained), percent_closely(needs.share())),
                grouped(needs.parameters),
            );
            line(
                "Memory",
                "On the device, in 10⁶ bytes (MB), at this batch size. Less trains, so fewer activations \
                 and gradients are kept. \"At most\" until the fastest convolutions of this adapter \
                 are known.",
                memory(&needs.memory),
                memory(&needs.memory_of_all),
            );
            if *parts {
                for (name, tooltip, part) in PARTS {
                    let (this, all) = (part(&needs.memory), part(&needs.memory_of_all));
                    line(name, tooltip, bytes(this), bytes(all));
                }
            }
            line(
                "Result",
                "The file delta.safetensors: what trained and the running statistics, without what can \
                 be made from the seed again.",
                bytes(needs.delta_bytes),
                bytes(needs.delta_bytes_of_all),
            );
        });
    let steps = format!(
        "{} steps, {} an epoch",
        grouped(needs.steps),
        grouped(needs.steps_per_epoch)
    );
    ui.label(steps)
        .on_hover_text("A step is one update, from one batch of images.");
    ui.checkbox(parts, "Memory by part")
        .on_hover_text("Shows what the memory is for.");
    if let Some(shape) = assumed {
        assumed_ui(ui, shape);
    }
}

/// Says which shape of images is a guess.
fn assumed_ui(ui: &mut Ui, shape: DataShape) {
    let text = format!(
        "assuming {}×{}×{}, {} classes, {} images",
        shape.height,
        shape.width,
        shape.channels,
        shape.classes,
        grouped(shape.train as u64)
    );
    ui.add(Label::new(RichText::new(text).small()).wrap())
        .on_hover_text("Known once the images were read.");
}
