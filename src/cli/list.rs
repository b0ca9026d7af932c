//! `bnonly models` and `bnonly devices`.

use super::options::{DevicesOptions, ModelsOptions};
use super::print::line;
use super::{Outcome, usage};
use crate::gpu::adapter;
use crate::network::graph::Shape;
use crate::network::{Architecture, ArchitectureName, Family, Options, counts};
use crate::numbers::bytes;
use crate::train::settings::Settings;

/// Depths and widths of the published comparisons, listed where no width is asked for.
const WIDE: [u32; 3] = [32, 64, 128];

/// Lists networks with their parameter counts, for the images and classes they are known for.
pub(super) fn models(options: &ModelsOptions) -> anyhow::Result<Outcome> {
    let mut settings = Settings::default();
    options.settings.apply(&mut settings)?;
    let mut rows: Vec<_> = ArchitectureName::usual()
        .map(|name| (name, settings.width))
        .collect();
    if settings.width.is_none() {
        let wide = WIDE.map(|width| (ArchitectureName::default(), Some(width)));
        let after = rows
            .iter()
            .position(|(name, _)| name.family() == Family::Vgg)
            .unwrap_or(rows.len());
        rows.splice(after..after, wide);
    }
    if !options.json {
        line(format_args!(
            "{:<24} {:>12} {:>12} {:>8} {:>12}",
            "network", "all", "BatchNorm", "output", "projections"
        ))?;
    }
    for (name, width) in rows {
        let network = Options {
            width,
            ..Options::default()
        };
        let architecture = Architecture::new(name, network).map_err(usage)?;
        let (input, classes) = sizes(name.family());
        let graph = architecture.build(input, classes).map_err(usage)?;
        let counts = counts(&graph);
        if options.json {
            line(serde_json::json!({
                "model": name.to_string(), "width": architecture.width(), "classes": classes, "all": counts.all,
                "batch_norm": counts.batch_norm, "output": counts.output, "projections": counts.shortcut,
            }))?;
        } else {
            let label = width.map_or(name.to_string(), |width| format!("{name}, width {width}"));
            line(format_args!(
                "{label:<24} {:>12} {:>12} {:>8} {:>12}",
                counts.all, counts.batch_norm, counts.output, counts.shortcut
            ))?;
        }
    }
    if !options.json {
        line(
            "(for images of three channels and ten classes, 1,000 classes for torchvision's resnet18 to wide_resnet50_2; \
             resnet-D and cifar-resnetD take any depth D = 6n+2)",
        )?;
    }
    Ok(Outcome::Done)
}

/// The images and classes that a family's counts are usually told for.
fn sizes(family: Family) -> (Shape, u32) {
    match family {
        Family::Torchvision | Family::Wide => (Shape::new(3, 224, 224), 1000),
        Family::ResNet | Family::OptionA | Family::Vgg => (Shape::new(3, 32, 32), 10),
    }
}

/// Lists adapters.
pub(super) fn devices(options: &DevicesOptions) -> anyhow::Result<Outcome> {
    let adapters = pollster::block_on(adapter::list(options.backend));
    if adapters.is_empty() && !options.json {
        let usual = "on Debian, mesa-vulkan-drivers computes without a GPU";
        let hint = adapter::unseen_gpu().unwrap_or_else(|| usual.to_owned());
        line(format_args!("no adapter found; {hint}"))?;
    }
    for (number, found) in adapters.iter().enumerate() {
        if options.json {
            line(serde_json::json!({
                "index": number, "name": found.name, "driver": found.driver,
                "backend": found.backend.to_string(),
                "max_binding_bytes": found.max_binding_bytes, "max_buffer_bytes": found.max_buffer_bytes,
                "f16": found.half_precision,
            }))?;
        } else {
            line(format_args!(
                "{number} {found}, bindings of up to {}, {} f16",
                bytes(found.max_binding_bytes),
                if found.half_precision { "with" } else { "no" }
            ))?;
        }
    }
    Ok(Outcome::Done)
}
