//! What was measured, as text: headings, and tables whose columns stand below each other.

use super::progress::by_purpose;
use crate::bench::{Ceilings, KernelTime, Limit, PassVariants, Training};
use crate::engine::Phase;
use crate::gpu::Capabilities;
use crate::network::{Graph, counts};
use crate::numbers::{bytes, grouped};
use crate::train::runs::table::Table;
use crate::train::settings::Settings;

/// Kernels that take less of a step share one row; `--json` has each.
const SHOWN_SHARE: f64 = 0.005;

/// What is measured on.
pub(super) fn adapter(capabilities: &Capabilities) -> String {
    let build = match cfg!(debug_assertions) {
        true => "debug build",
        false => "release build",
    };
    format!(
        "adapter   {capabilities}\nprogram   bnonly {}, {build}\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// Every variant of each convolution, the fastest first.
pub(super) fn variants(passes: &[PassVariants]) -> String {
    let mut rows = vec![
        ["convolution", "images", "variant", "ms", "GFLOP/s"]
            .map(String::from)
            .to_vec(),
    ];
    for pass in passes {
        let mut variants: Vec<_> = pass.variants.iter().collect();
        variants.sort_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds));
        for (number, variant) in variants.iter().enumerate() {
            let direction = match pass.phase {
                Phase::Backward => "backward",
                Phase::Forward | Phase::Update => "forward",
            };
            let of_pass = match number {
                0 => [
                    format!("{direction} {0}×{0}/{1}", pass.kernel, pass.stride),
                    pass.images.clone(),
                ],
                _ => Default::default(),
            };
            let of_variant = [
                variant.variant.clone(),
                figure(variant.milliseconds),
                figure(variant.gflops_per_second),
            ];
            rows.push(of_pass.into_iter().chain(of_variant).collect());
        }
    }
    format!(
        "Each convolution alone, by each of its variants (GFLOP/s of a direct one)\n{}",
        table(&rows, &[3, 4])
    )
}

/// What the adapter can do at most.
pub(super) fn ceilings(ceilings: &Ceilings) -> String {
    let mut rows = vec![
        vec![
            "multiply-adds, f32".into(),
            figure(ceilings.f32_gflops_per_second),
            "GFLOP/s".into(),
            ceilings.f32_variant.clone(),
        ],
        vec![
            "copy by a kernel".into(),
            figure(ceilings.kernel_copy_gigabytes_per_second),
            "GB/s".into(),
            format!("{}, read and written bytes", ceilings.kernel_copy_variant),
        ],
        vec![
            "copy by the driver".into(),
            figure(ceilings.buffer_copy_gigabytes_per_second),
            "GB/s".into(),
            "buffer to buffer, the same".into(),
        ],
        vec![
            "a dispatch".into(),
            figure(ceilings.dispatch_microseconds),
            "µs".into(),
            "one more in a pass".into(),
        ],
        vec![
            "a submission".into(),
            figure(ceilings.submission_microseconds),
            "µs".into(),
            "of nothing, and waiting for it".into(),
        ],
    ];
    let half = match (ceilings.f16_gflops_per_second, &ceilings.f16_variant) {
        (Some(rate), Some(variant)) => [figure(rate), "GFLOP/s".into(), variant.clone()],
        _ => ["–".into(), "".into(), "not on this adapter".into()],
    };
    let name = String::from("multiply-adds, f16");
    rows.insert(1, std::iter::once(name).chain(half).collect());
    format!("What the adapter can do at most\n{}", table(&rows, &[1]))
}

/// A network in one mode.
pub(super) fn training(settings: &Settings, graph: &Graph, measured: &Training) -> String {
    let step = &measured.step;
    let mut text = format!(
        "{}, training {}: {} of {} parameters, {} images of {} a step, stored in {}\n\n",
        settings.model,
        settings.train,
        grouped(measured.trained_parameters),
        grouped(counts(graph).all),
        settings.batch_size,
        graph.input_shape(),
        settings.precision,
    );
    text += &format!(
        "speed     {} images/s ({} to {} in {} rounds of {} step{}), {} ms a step\n",
        figure(step.images_per_second),
        figure(step.slowest_images_per_second),
        figure(step.fastest_images_per_second),
        step.rounds,
        grouped(step.steps_a_round),
        if step.steps_a_round == 1 { "" } else { "s" },
        figure(step.milliseconds_a_step),
    );
    let memory = &measured.memory_bytes;
    text += &format!(
        "memory    {} on the device: {}\n",
        bytes(memory.total()),
        by_purpose(memory)
    );
    text += &format!(
        "bytes     {} moved in a step by what its kernels read and write",
        bytes(measured.moved_bytes)
    );
    if let Some(fewest) = &measured.fewest_bytes {
        text += &format!(
            ", {} times the fewest: {} ({} forward, {} backward)",
            figure(measured.moved_bytes as f64 / fewest.total() as f64),
            bytes(fewest.total()),
            bytes(fewest.forward),
            bytes(fewest.backward),
        );
    }
    text += "\n\nIts kernels, each alone: time of a call, and as a share of it the time at the adapter's best, measured beside it\n";
    text += &kernels(&measured.kernels);
    let calls: u64 = measured.kernels.iter().map(|kernel| kernel.calls).sum();
    text += &format!(
        "all {} dispatches, each alone: {} ms; a step: {} ms\n",
        grouped(calls),
        figure(measured.kernels_milliseconds),
        figure(step.milliseconds_a_step)
    );
    text
}

fn kernels(kernels: &[KernelTime]) -> String {
    let heading = [
        "kernel",
        "phase",
        "images",
        "first for",
        "calls",
        "ms",
        "GFLOP/s",
        "GB/s",
        "of limit",
        "",
        "of step",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    let mut by_time: Vec<_> = kernels.iter().collect();
    by_time.sort_by(|a, b| b.share_of_step.total_cmp(&a.share_of_step));
    let (shown, rest): (Vec<_>, Vec<_>) = by_time
        .into_iter()
        .partition(|kernel| kernel.share_of_step >= SHOWN_SHARE);
    for kernel in shown {
        rows.push(vec![
            kernel.kernel.into(),
            match kernel.phase {
                Phase::Forward => "forward",
                Phase::Backward => "backward",
                Phase::Update => "update",
            }
            .into(),
            kernel.images.clone(),
            kernel.module.clone(),
            kernel.calls.to_string(),
            figure(kernel.milliseconds_a_call),
            kernel.gflops_per_second.map_or("–".into(), figure),
            figure(kernel.gigabytes_per_second),
            format!("{:.0} %", 100.0 * kernel.share_of_limit),
            match kernel.limit {
                Limit::Arithmetic => "arithmetic",
                Limit::Memory => "memory",
            }
            .into(),
            format!("{:.1} %", 100.0 * kernel.share_of_step),
        ]);
    }
    if !rest.is_empty() {
        let calls: u64 = rest.iter().map(|kernel| kernel.calls).sum();
        let share: f64 = rest.iter().map(|kernel| kernel.share_of_step).sum();
        let mut row = vec![String::new(); heading.len()];
        row[0] = format!("{} others", rest.len());
        row[4] = calls.to_string();
        row[10] = format!("{:.1} %", 100.0 * share);
        rows.push(row);
    }
    table(&rows, &[4, 5, 6, 7, 8, 10])
}

/// Three digits that count, and commas in what is large.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => grouped(value.round().max(0.0) as u64),
        size if size >= 9.995 => format!("{value:.1}"),
        size if size >= 0.995 || size == 0.0 => format!("{value:.2}"),
        size if size >= 0.0995 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

/// Runs side by side, each with its folder behind.
pub(super) fn runs_table(runs: &Table, folders: impl Iterator<Item = String>) -> String {
    let names = runs.columns.iter().map(|column| column.name.to_owned());
    let mut rows = vec![names.chain(["folder".to_owned()]).collect::<Vec<_>>()];
    for (row, folder) in runs.rows.iter().zip(folders) {
        rows.push(row.iter().cloned().chain([folder]).collect());
    }
    let columns = runs.columns.iter().enumerate();
    let right: Vec<usize> = columns
        .filter_map(|(at, column)| column.is_number.then_some(at))
        .collect();
    table(&rows, &right)
}

/// Rows with their columns below each other, two blanks between them; those in `right` end below each
/// other.
pub(super) fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match right.contains(&column) {
            true => format!("{cell:>width$}"),
            false => format!("{cell:<width$}"),
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text += &format!("  {}\n", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{figure, table};

    #[test]
    fn figures_have_three_digits() {
        let said = [0.0, 0.012_34, 0.123_4, 1.234, 12.34, 123.4, 12_345.6].map(figure);
        let expected = ["0.00", "0.0123", "0.123", "1.23", "12.3", "123", "12,346"];
        assert_eq!(said, expected);
    }

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [["β", "1", "x"], ["long", "10", ""]].map(|row| row.map(String::from).to_vec());
        assert_eq!(table(&rows, &[1]), "  β      1  x\n  long  10\n");
    }
}
