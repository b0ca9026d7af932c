//! The pictures at the end of a run: loss, accuracy, learning rate, and what became of γ.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::atomic_file::write_atomically;
use super::metric::Metric;
use super::plot_gamma;
use crate::platform::{IS_A_PAGE, fs};

/// The γ of one BatchNorm layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerGammas {
    /// The layer, e.g. `blocks.3.bn2`.
    pub name: String,
    /// γ before the first step, one a channel.
    pub start: Vec<f32>,
    /// γ now.
    pub end: Vec<f32>,
}

/// A picture of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Cross-entropy on training and test set.
    Loss,
    /// Share classified correctly on training and test set.
    Accuracy,
    /// The learning rate.
    LearningRate,
    /// A histogram of γ before and after.
    Gamma,
    /// |γ| of every channel, a row a layer.
    GammaLayers,
}

impl Picture {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Loss,
        Self::Accuracy,
        Self::LearningRate,
        Self::Gamma,
        Self::GammaLayers,
    ];

    /// The name of its files, without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Accuracy => "accuracy",
            Self::LearningRate => "learning-rate",
            Self::Gamma => "gamma",
            Self::GammaLayers => "gamma-layers",
        }
    }

    /// Width and height in units of about 1/96 inch.
    fn size(self, run: &PlottedRun<'_>) -> (u32, u32) {
        match self {
            Self::GammaLayers => (800, plot_gamma::layers_height(run.gammas.len())),
            _ => (800, 480),
        }
    }
}

/// What the pictures show.
#[derive(Clone, Copy, Debug)]
pub struct PlottedRun<'a> {
    /// The lines of `metrics.jsonl`.
    pub events: &'a [Metric],
    /// γ of every BatchNorm layer.
    pub gammas: &'a [LayerGammas],
}

/// Whether pictures can be drawn: a page has no fonts to measure and draw text with.
pub const CAN_DRAW: bool = !IS_A_PAGE;

/// A picture as SVG.
///
/// # Errors
/// A failure of the drawing library; there is no input known that causes one.
pub fn svg(picture: Picture, run: &PlottedRun<'_>) -> Result<String, PlotError> {
    prepare()?;
    let mut text = String::new();
    draw(
        picture,
        run,
        &SVGBackend::with_string(&mut text, picture.size(run)).into_drawing_area(),
        1,
    )?;
    Ok(text)
}

/// A picture as PNG, at twice the size of the SVG.
///
/// # Errors
/// As [`svg`].
pub fn png(picture: Picture, run: &PlottedRun<'_>) -> Result<Vec<u8>, PlotError> {
    const SCALE: u32 = 2;
    prepare()?;
    let (width, height) = picture.size(run);
    let (width, height) = (width * SCALE, height * SCALE);
    let mut pixels = vec![255; (width * height * 3) as usize];
    let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
    draw(picture, run, &backend.into_drawing_area(), SCALE)?;
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| PlotError::Draw(error.to_string()))?;
    Ok(bytes)
}

/// Draws every picture of a run into a folder, as SVG and as PNG, where it [can](CAN_DRAW).
///
/// # Errors
/// A folder that cannot be made or written to.
pub fn plot_run(run: &PlottedRun<'_>, folder: &std::path::Path) -> Result<(), PlotError> {
    if !CAN_DRAW {
        return Ok(());
    }
    let failed = |path: &std::path::Path, source| PlotError::Write {
        file: path.display().to_string(),
        source,
    };
    fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    for picture in Picture::ALL {
        for (ending, bytes) in [
            ("svg", svg(picture, run)?.into_bytes()),
            ("png", png(picture, run)?),
        ] {
            let path = folder.join(picture.name()).with_extension(ending);
            write_atomically(&path, |out| out.write_all(&bytes))
                .map_err(|source| failed(&path, source))?;
        }
    }
    Ok(())
}

/// Why a picture could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotError {
    /// The drawing library gave up.
    #[error("a plot could not be drawn: {0}")]
    Draw(String),
    /// The operating system refused.
    #[error("{file} could not be written: {source}")]
    Write {
        /// The file or folder.
        file: String,
        /// Why.
        source: std::io::Error,
    },
}

// Okabe and Ito's palette, which colour-blind readers can tell apart.
pub(super) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(super) const VERMILLION: RGBColor = RGBColor(213, 94, 0);
pub(super) const INK: RGBColor = RGBColor(50, 50, 55);
pub(super) const GRID: RGBColor = RGBColor(225, 226, 230);

/// A family name that every SVG viewer has; in PNGs it is the font of [`prepare`].
const FONT: &str = "sans-serif";

/// Points of one curve that are drawn; more than any screen shows.
const MOST_POINTS: usize = 2_000;

/// Readies what text is drawn with.
#[cfg(target_arch = "wasm32")]
fn prepare() -> Result<(), PlotError> {
    Err(PlotError::Draw(
        "a page has no fonts to draw with".to_owned(),
    ))
}

/// Readies what text is drawn with.
#[cfg(not(target_arch = "wasm32"))]
fn prepare() -> Result<(), PlotError> {
    static REGISTERED: std::sync::Once = std::sync::Once::new();
    let mut result = Ok(());
    REGISTERED.call_once(|| {
        let font = epaint_default_fonts::UBUNTU_LIGHT;
        result = plotters::style::register_font(FONT, FontStyle::Normal, font)
            .map_err(|_| PlotError::Draw("the built-in font does not read".to_owned()));
    });
    result
}

pub(super) fn text(size: u32, scale: u32) -> TextStyle<'static> {
    (FONT, size * scale).into_font().color(&INK)
}

pub(super) type DrawResult<D> = Result<(), DrawingAreaErrorKind<<D as DrawingBackend>::ErrorType>>;

fn draw<D: DrawingBackend>(
    picture: Picture,
    run: &PlottedRun<'_>,
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> Result<(), PlotError> {
    let steps = |value: fn(&Metric) -> Option<(f64, f64)>| {
        run.events
            .iter()
            .filter_map(value)
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .collect()
    };
    let drawn = area.fill(&WHITE).and_then(|()| match picture {
        Picture::Loss => {
            let curves = Curves {
                title: "Loss",
                y_label: "cross-entropy (nats)",
                train: steps(|event| match event {
                    Metric::Step { epoch, loss, .. } => Some((*epoch, *loss)),
                    Metric::Eval { .. } => None,
                }),
                test: steps(|event| match event {
                    Metric::Eval { epoch, loss, .. } => Some((*epoch, *loss)),
                    Metric::Step { .. } => None,
                }),
                smoothed: true,
            };
            curves.draw(area, scale)
        }
        Picture::Accuracy => {
            let curves = Curves {
                title: "Accuracy",
                y_label: "classified correctly (%)",
                train: steps(|event| match event {
                    Metric::Step {
                        epoch, accuracy, ..
                    } => Some((*epoch, 100.0 * accuracy)),
                    Metric::Eval { .. } => None,
                }),
                test: steps(|event| match event {
                    Metric::Eval {
                        epoch, accuracy, ..
                    } => Some((*epoch, 100.0 * accuracy)),
                    Metric::Step { .. } => None,
                }),
                smoothed: true,
            };
            curves.draw(area, scale)
        }
        Picture::LearningRate => {
            let curves = Curves {
                title: "Learning rate",
                y_label: "learning rate",
                train: steps(|event| match event {
                    Metric::Step { epoch, lr, .. } => Some((*epoch, *lr)),
                    Metric::Eval { .. } => None,
                }),
                test: Vec::new(),
                smoothed: false,
            };
            curves.draw(area, scale)
        }
        Picture::Gamma => plot_gamma::histogram(run.gammas, area, scale),
        Picture::GammaLayers => plot_gamma::layers(run.gammas, area, scale),
    });
    drawn
        .and_then(|()| area.present())
        .map_err(|error| PlotError::Draw(error.to_string()))
}

/// Curves over epochs: one of the training steps, one of the evaluations.
struct Curves {
    title: &'static str,
    y_label: &'static str,
    train: Vec<(f64, f64)>,
    test: Vec<(f64, f64)>,
    /// Whether the training curve is drawn smoothed, the raw one pale behind it.
    smoothed: bool,
}

impl Curves {
    fn draw<D: DrawingBackend>(&self, area: &DrawingArea<D, Shift>, scale: u32) -> DrawResult<D> {
        let raw = thinned(&self.train);
        let smooth = if self.smoothed {
            thinned(&smoothed(&self.train))
        } else {
            Vec::new()
        };
        let test = thinned(&self.test);
        let last = raw.iter().chain(&test).map(|(x, _)| *x).fold(0.0, f64::max);
        // The pale raw curve may leave the picture, the ones to be read may not.
        let read = if self.smoothed { &smooth } else { &raw };
        let (mut low, mut high) = range(read.iter().chain(&test).map(|(_, y)| *y));
        low = low.min(0.0);
        high += 0.05 * (high - low).max(1e-12);
        let last = if last > 0.0 { last } else { 1.0 };

        let mut chart = ChartBuilder::on(area)
            .caption(self.title, text(20, scale))
            .margin(14 * scale)
            .x_label_area_size(42 * scale)
            .y_label_area_size(64 * scale)
            .build_cartesian_2d(0.0..last, low..high)?;
        let decimals = decimals(high - low);
        chart
            .configure_mesh()
            .x_desc("epochs")
            .y_desc(self.y_label)
            .x_label_formatter(&|x| tick(*x, self::decimals(last)))
            .y_label_formatter(&|y| tick(*y, decimals))
            .axis_desc_style(text(15, scale))
            .label_style(text(13, scale))
            .axis_style(INK)
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .set_all_tick_mark_size(4 * scale)
            .draw()?;
        if raw.is_empty() && test.is_empty() {
            return Ok(());
        }
        let line = |colour: RGBColor| colour.stroke_width(2 * scale);
        let key = move |colour: RGBColor| {
            let length = 18 * scale as i32;
            move |(x, y)| {
                PathElement::new([(x, y), (x + length, y)], colour.stroke_width(2 * scale))
            }
        };
        if self.smoothed {
            let inside = raw.iter().map(|(x, y)| (*x, y.clamp(low, high)));
            chart.draw_series(LineSeries::new(inside, BLUE.mix(0.22).stroke_width(scale)))?;
            chart
                .draw_series(LineSeries::new(smooth.iter().copied(), line(BLUE)))?
                .label("training, smoothed")
                .legend(key(BLUE));
        } else {
            chart.draw_series(LineSeries::new(raw.iter().copied(), line(BLUE)))?;
        }
        if !test.is_empty() {
            let is_dense = test.len() > 200;
            let test_line = VERMILLION.stroke_width(if is_dense { scale } else { 2 * scale });
            chart
                .draw_series(LineSeries::new(test.iter().copied(), test_line))?
                .label("test")
                .legend(key(VERMILLION));
            if test.len() <= 60 {
                let radius = 3 * scale;
                let dots = test
                    .iter()
                    .map(|at| Circle::new(*at, radius, VERMILLION.filled()));
                chart.draw_series(dots)?;
            }
        }
        if !self.smoothed {
            return Ok(());
        }
        let value = |point: Option<&(f64, f64)>| point.map(|(_, y)| *y);
        let rises = value(read.last()) > value(read.first());
        chart
            .configure_series_labels()
            .position(if rises {
                SeriesLabelPosition::LowerRight
            } else {
                SeriesLabelPosition::UpperRight
            })
            .label_font(text(14, scale))
            .legend_area_size(26 * scale)
            .margin(12 * scale)
            .background_style(WHITE.mix(0.85))
            .draw()
    }
}

/// The least and the greatest finite value; 0 and 1 where there is none.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(v), h.max(v))
    });
    if low > high {
        (0.0, 1.0)
    } else {
        (low, high.max(low + 1e-12))
    }
}

/// Decimals that tell the ticks of an axis apart.
pub(super) fn decimals(extent: f64) -> usize {
    (1.0 - extent.log10()).ceil().clamp(0.0, 12.0) as usize
}

pub(super) fn tick(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// An exponential mean over about a fiftieth of the curve, 200 steps at most, without the pull
/// towards its first value.
fn smoothed(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let keep = 1.0 - 1.0 / (points.len() as f64 / 50.0).clamp(1.0, 200.0);
    let (mut sum, mut weight) = (0.0, 0.0);
    points
        .iter()
        .map(|(x, y)| {
            sum = keep * sum + y;
            weight = keep * weight + 1.0;
            (*x, sum / weight)
        })
        .collect()
}

/// At most [`MOST_POINTS`], each the mean of as many neighbours.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let size = points.len().div_ceil(MOST_POINTS).max(1);
    let mean = |values: &mut dyn Iterator<Item = f64>, count| values.sum::<f64>() / count;
    points
        .chunks(size)
        .map(|chunk| {
            let count = chunk.len() as f64;
            (
                mean(&mut chunk.iter().map(|p| p.0), count),
                mean(&mut chunk.iter().map(|p| p.1), count),
            )
        })
        .collect()
}
