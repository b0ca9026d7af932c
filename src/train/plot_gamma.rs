//! The pictures of γ: how it is spread, and which channels of which layer are off.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::plot::{
    BLUE, DrawResult, GRID, INK, LayerGammas, VERMILLION, decimals, range, text, tick,
};

/// |γ| below this counts as switched off, as in `gamma_below_0.01`.
const OFF: f32 = 0.01;

/// Bars of a histogram.
const BINS: usize = 60;

/// Steps of colour between |γ| = 0 and the largest.
const SHADES: usize = 24;

/// Layers whose names have room.
const MOST_NAMES: usize = 48;

/// How γ of all layers is spread, at the start and now.
pub(super) fn histogram<D: DrawingBackend>(
    gammas: &[LayerGammas],
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> DrawResult<D> {
    let start: Vec<f32> = gammas
        .iter()
        .flat_map(|layer| &layer.start)
        .copied()
        .collect();
    let end: Vec<f32> = gammas
        .iter()
        .flat_map(|layer| &layer.end)
        .copied()
        .collect();
    let (low, high) = range(start.iter().chain(&end).map(|gamma| f64::from(*gamma)));
    // Equal values, as of γ = 1, get a bar of some width in the middle.
    let (low, high) = if high - low < 1e-6 {
        (low - 0.5, high + 0.5)
    } else {
        (low, high)
    };
    let (before, after) = (counts(&start, low, high), counts(&end, low, high));
    let most = before
        .iter()
        .chain(&after)
        .copied()
        .max()
        .unwrap_or(1)
        .max(1);
    let width = (high - low) / BINS as f64;

    let title = format!(
        "γ of {} channels, {:.1} % with |γ| < {OFF}",
        end.len(),
        100.0 * share_off(&end)
    );
    let mut chart = ChartBuilder::on(area)
        .caption(title, text(20, scale))
        .margin(14 * scale)
        .x_label_area_size(42 * scale)
        .y_label_area_size(64 * scale)
        .build_cartesian_2d(low..high, 0.0..most as f64 * 1.05)?;
    chart
        .configure_mesh()
        .x_desc("γ")
        .y_desc("channels")
        .x_label_formatter(&|x| tick(*x, decimals(high - low)))
        .y_label_formatter(&|y| tick(*y, decimals(most as f64)))
        .axis_desc_style(text(15, scale))
        .label_style(text(13, scale))
        .axis_style(INK)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .disable_x_mesh()
        .set_all_tick_mark_size(4 * scale)
        .draw()?;
    let edge = |bin: usize| low + bin as f64 * width;
    let bars = after.iter().enumerate().filter(|(_, count)| **count > 0);
    let side = 12 * scale as i32;
    chart
        .draw_series(bars.map(|(bin, count)| {
            let corners = [(edge(bin), 0.0), (edge(bin + 1), *count as f64)];
            Rectangle::new(corners, BLUE.mix(0.75).filled())
        }))?
        .label("at the end")
        .legend(move |(x, y)| {
            Rectangle::new(
                [(x, y - side / 2), (x + side, y + side / 2)],
                BLUE.mix(0.75).filled(),
            )
        });
    // The start as an outline, so that it covers nothing.
    let mut outline = vec![(edge(0), 0.0)];
    for (bin, count) in before.iter().enumerate() {
        outline.extend([(edge(bin), *count as f64), (edge(bin + 1), *count as f64)]);
    }
    outline.push((edge(BINS), 0.0));
    let style = VERMILLION.stroke_width(2 * scale);
    chart
        .draw_series(LineSeries::new(outline, style))?
        .label("at the start")
        .legend(move |(x, y)| PathElement::new([(x, y), (x + side, y)], style));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .label_font(text(14, scale))
        .legend_area_size(22 * scale)
        .margin(12 * scale)
        .background_style(WHITE.mix(0.85))
        .draw()
}

fn counts(values: &[f32], low: f64, high: f64) -> Vec<usize> {
    let mut counts = vec![0; BINS];
    for value in values
        .iter()
        .map(|value| f64::from(*value))
        .filter(|value| value.is_finite())
    {
        let bin = ((value - low) / (high - low) * BINS as f64) as usize;
        counts[bin.min(BINS - 1)] += 1;
    }
    counts
}

fn share_off(gammas: &[f32]) -> f64 {
    let off = gammas.iter().filter(|gamma| gamma.abs() < OFF).count();
    off as f64 / gammas.len().max(1) as f64
}

/// The height of [`layers`] for so many of them.
pub(super) fn layers_height(layers: usize) -> u32 {
    let row = if layers <= MOST_NAMES { 20 } else { 4 };
    (110 + row * layers as u32).clamp(240, 2_000)
}

/// |γ| of every channel now: a row a layer, in the order they run from the top; a row's channels
/// from the weakest to the strongest, so that the dark part of a row is the share switched off.
pub(super) fn layers<D: DrawingBackend>(
    gammas: &[LayerGammas],
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> DrawResult<D> {
    let magnitudes = gammas
        .iter()
        .flat_map(|layer| &layer.end)
        .map(|gamma| f64::from(gamma.abs()));
    let (_, strongest) = range(magnitudes);
    let (main, key) = area.split_horizontally((800 - 96) * scale);
    let count = gammas.len().max(1);
    let mut chart = ChartBuilder::on(&main)
        .caption("|γ| at the end of the run, a row a layer", text(20, scale))
        .margin(14 * scale)
        .x_label_area_size(42 * scale)
        .y_label_area_size(if count <= MOST_NAMES { 150 } else { 60 } * scale)
        .build_cartesian_2d(0.0..100.0, (count as f64)..0.0)?;
    let mut mesh = chart.configure_mesh();
    mesh.x_desc("channels of the layer, weakest first (%)")
        .x_label_formatter(&|x| tick(*x, 0))
        .axis_desc_style(text(15, scale))
        .label_style(text(13, scale))
        .axis_style(INK)
        .disable_mesh()
        .set_all_tick_mark_size(4 * scale);
    if count <= MOST_NAMES {
        mesh.y_labels(0);
    } else {
        mesh.y_desc("layer").y_label_formatter(&|y| tick(*y, 0));
    }
    mesh.draw()?;
    for (row, layer) in gammas.iter().enumerate() {
        let (top, bottom) = (
            row as f64,
            row as f64 + if count <= MOST_NAMES { 0.92 } else { 1.0 },
        );
        chart.draw_series(runs_of_shade(&layer.end, strongest).into_iter().map(
            |(from, to, shade)| Rectangle::new([(from, top), (to, bottom)], colour(shade).filled()),
        ))?;
    }
    if count <= MOST_NAMES {
        names(gammas, &main, &chart, scale)?;
    }
    colour_key(&key, strongest, scale)
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

/// Black for off; else along cividis, which reads the same for every kind of colour vision.
fn colour(shade: usize) -> RGBColor {
    const CIVIDIS: [(u8, u8, u8); 6] = [
        (0, 48, 111),
        (66, 78, 107),
        (107, 109, 112),
        (147, 141, 119),
        (194, 179, 108),
        (254, 232, 56),
    ];
    if shade == 0 {
        return BLACK;
    }
    let place = (shade - 1) as f64 / (SHADES - 1) as f64 * (CIVIDIS.len() - 1) as f64;
    let below = (place as usize).min(CIVIDIS.len() - 2);
    let part = place - below as f64;
    let (a, b) = (CIVIDIS[below], CIVIDIS[below + 1]);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
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
        area.draw(&Rectangle::new(corners, colour(shade).filled()))?;
    }
    let bottom = top + SHADES as i32 * height;
    let off = [(left, bottom + 10 * px), (left + width, bottom + 22 * px)];
    area.draw(&Rectangle::new(off, colour(0).filled()))?;
    let beside = left + width + 6 * px;
    let places = decimals(strongest) + 1;
    for (label, y) in [
        (tick(strongest, places), top),
        (
            tick(strongest / 2.0, places),
            top + SHADES as i32 * height / 2,
        ),
        ("0".to_owned(), bottom - 6 * px),
        (format!("< {OFF}"), bottom + 16 * px),
    ] {
        area.draw(&Text::new(label, (beside, y - 6 * px), text(13, scale)))?;
    }
    Ok(())
}
