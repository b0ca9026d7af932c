//! Which channels of which layer are off: |γ| of every channel now.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::axes::{number, sizes};
use super::canvas::{DrawResult, INK, SIZE, colour, text};
use super::gammas::{LayerGammas, OFF, share_off};
use super::palette::heat;
use crate::study::gamma::scale_end;

/// Steps of colour between |γ| = 0 and the largest.
const SHADES: usize = 24;

/// Layers whose names have room.
const MOST_NAMES: usize = 48;

/// The height of the picture of so many layers.
pub(super) fn height(layers: usize) -> u32 {
    let row = if layers <= MOST_NAMES { 20 } else { 4 };
    (110 + row * layers as u32).clamp(240, 2_000)
}

/// |γ| of every channel now: a row a layer, in the order they run from the top; a row's channels
/// from the weakest to the strongest, so that the dark part of a row is the share switched off.
pub(super) fn draw<D: DrawingBackend>(
    gammas: &[LayerGammas],
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> DrawResult<D> {
    let strongest = scale_end_of(gammas);
    let (main, key) = area.split_horizontally((SIZE.0 - 96) * scale);
    let count = gammas.len().max(1);
    let mut chart = ChartBuilder::on(&main)
        .caption(
            "|γ| at the end of the run, a row a layer (brightest: 99th percentile at the start)",
            text(20, scale),
        )
        .margin(14 * scale)
        .x_label_area_size(42 * scale)
        .y_label_area_size(if count <= MOST_NAMES { 150 } else { 60 } * scale)
        .build_cartesian_2d(0.0..100.0, (count as f64)..0.0)?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("channels of the layer, weakest first (%)")
        .x_label_formatter(&|x| number(*x, 10.0))
        .axis_desc_style(text(15, scale))
        .label_style(text(13, scale))
        .axis_style(INK)
        .disable_mesh()
        .set_all_tick_mark_size(4 * scale);
    if count <= MOST_NAMES {
        mesh.y_labels(0);
    } else {
        mesh.y_desc("layer")
            .y_label_formatter(&|y| number(*y, 10.0));
    }
    mesh.draw()?;
    for (row, layer) in gammas.iter().enumerate() {
        let (top, bottom) = (
            row as f64,
            row as f64 + if count <= MOST_NAMES { 0.92 } else { 1.0 },
        );
        chart.draw_series(runs_of_shade(&layer.end, strongest).into_iter().map(
            |(from, to, shade)| {
                Rectangle::new([(from, top), (to, bottom)], shade_colour(shade).filled())
            },
        ))?;
    }
    if count <= MOST_NAMES {
        names(gammas, &main, &chart, scale)?;
    }
    colour_key(&key, strongest, scale)
}

/// The |γ| that is brightest: as in the app, the 99th percentile at the start.
fn scale_end_of(gammas: &[LayerGammas]) -> f64 {
    let start = gammas.iter().flat_map(|layer| layer.start.iter().copied());
    f64::from(scale_end(start).unwrap_or(1.0))
}

/// A layer's name left of its row.
fn names<D: DrawingBackend, X, Y>(
    gammas: &[LayerGammas],
    area: &DrawingArea<D, Shift>,
    chart: &ChartContext<'_, D, Cartesian2d<X, Y>>,
    scale: u32,
) -> DrawResult<D>
where
    X: Ranged<ValueType = f64>,
    Y: Ranged<ValueType = f64>,
{
    use plotters::style::text_anchor::{HPos, Pos, VPos};

    let style = text(12, scale).pos(Pos::new(HPos::Right, VPos::Center));
    let (corner_x, corner_y) = area.get_base_pixel();
    for (row, layer) in gammas.iter().enumerate() {
        let (x, y) = chart.backend_coord(&(0.0, row as f64 + 0.46));
        let off = 100.0 * share_off(&layer.end);
        let label = format!("{}  {off:.0} % off", layer.name);
        let at = (x - corner_x - 8 * scale as i32, y - corner_y);
        area.draw(&Text::new(label, at, style.clone()))?;
    }
    Ok(())
}

/// A row as few rectangles: from and to in percent, and the shade between.
fn runs_of_shade(gammas: &[f32], strongest: f64) -> Vec<(f64, f64, usize)> {
    let mut sorted: Vec<f64> = gammas.iter().map(|gamma| f64::from(gamma.abs())).collect();
    sorted.sort_by(f64::total_cmp);
    let mut runs: Vec<(f64, f64, usize)> = Vec::new();
    for (channel, magnitude) in sorted.iter().enumerate() {
        let shade = match *magnitude < f64::from(OFF) {
            true => 0,
            false => 1 + ((magnitude / strongest * SHADES as f64) as usize).min(SHADES - 1),
        };
        let from = 100.0 * channel as f64 / sorted.len() as f64;
        let to = 100.0 * (channel + 1) as f64 / sorted.len() as f64;
        match runs.last_mut() {
            Some(run) if run.2 == shade => run.1 = to,
            _ => runs.push((from, to, shade)),
        }
    }
    runs
}

/// Black for off; else the colours of the app's map of channels.
fn shade_colour(shade: usize) -> RGBColor {
    match shade {
        0 => BLACK,
        shade => colour(heat((shade - 1) as f32 / (SHADES - 1) as f32)),
    }
}

/// Which colour is which |γ|.
fn colour_key<D: DrawingBackend>(
    area: &DrawingArea<D, Shift>,
    strongest: f64,
    scale: u32,
) -> DrawResult<D> {
    let px = scale as i32;
    let (left, top, width, height) = (8 * px, 60 * px, 16 * px, 5 * px);
    area.draw(&Text::new("|γ|", (left, 38 * px), text(14, scale)))?;
    for shade in 1..=SHADES {
        let y = top + (SHADES - shade) as i32 * height;
        let corners = [(left, y), (left + width, y + height)];
        area.draw(&Rectangle::new(corners, shade_colour(shade).filled()))?;
    }
    let bottom = top + SHADES as i32 * height;
    let off = [(left, bottom + 10 * px), (left + width, bottom + 22 * px)];
    area.draw(&Rectangle::new(off, shade_colour(0).filled()))?;
    let beside = left + width + 6 * px;
    let apart = sizes(strongest / 20.0)[1];
    for (label, y) in [
        (format!("≥ {}", number(strongest, apart)), top),
        (
            number(strongest / 2.0, apart),
            top + SHADES as i32 * height / 2,
        ),
        ("0".to_owned(), bottom - 6 * px),
        (format!("< {OFF}"), bottom + 16 * px),
    ] {
        area.draw(&Text::new(label, (beside, y - 6 * px), text(13, scale)))?;
    }
    Ok(())
}
