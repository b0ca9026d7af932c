//! The pictures at the end of a run: loss, accuracy, learning rate, and what became of γ.
//!
//! [`palette`] and [`axes`] are the app's too: its curves and these pictures have the same colours,
//! marks and smoothing. `canvas` is what all pictures are drawn on, `curves`, `histogram` and `layers`
//! draw them; [`shapes`] is what a drawing is made of, for who draws it by other means.

pub mod axes;
pub(crate) mod canvas;
mod curves;
mod gammas;
mod histogram;
mod layers;
pub mod palette;
pub mod shapes;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plotters::coord::Shift;
use plotters::prelude::*;

use super::atomic_file::write_atomically;
use super::history::History;
use super::history::quantity::Quantity;
use crate::platform::{IS_A_PAGE, fs};
use canvas::prepare;
pub use gammas::LayerGammas;

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
            Self::GammaLayers => (canvas::SIZE.0, layers::height(run.gammas.len())),
            _ => canvas::SIZE,
        }
    }
}

/// What the pictures show.
#[derive(Clone, Copy, Debug)]
pub struct PlottedRun<'a> {
    /// What it reported.
    pub history: &'a History,
    /// γ of every BatchNorm layer.
    pub gammas: &'a [LayerGammas],
}

/// Whether pictures of a run can be drawn, and pixels at all: a page has no fonts to measure and draw text with.
pub const CAN_DRAW: bool = !IS_A_PAGE;

/// Something that is drawn, the same whatever it is drawn on.
pub(crate) trait Drawing {
    /// Width and height in units of about 1/96 inch.
    fn size(&self) -> (u32, u32);

    /// Draws it on white, with so many pixels a unit.
    fn draw<D: DrawingBackend>(
        &self,
        area: &DrawingArea<D, Shift>,
        scale: u32,
    ) -> canvas::DrawResult<D>;
}

/// A drawing as SVG.
pub(crate) fn drawn_as_svg(drawing: &impl Drawing) -> Result<String, PlotError> {
    prepare()?;
    let mut text = String::new();
    let backend = SVGBackend::with_string(&mut text, drawing.size());
    draw(drawing, &backend.into_drawing_area(), 1)?;
    Ok(text)
}

/// A drawing as PNG, at twice the size of the SVG.
pub(crate) fn drawn_as_png(drawing: &impl Drawing) -> Result<Vec<u8>, PlotError> {
    const SCALE: u32 = 2;
    prepare()?;
    let (width, height) = drawing.size();
    let (width, height) = (width * SCALE, height * SCALE);
    let mut pixels = vec![255; (width * height * 3) as usize];
    let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
    draw(drawing, &backend.into_drawing_area(), SCALE)?;
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| PlotError::Draw(error.to_string()))?;
    Ok(bytes)
}

/// A picture as SVG.
///
/// # Errors
/// A failure of the drawing library; there is no input known that causes one.
pub fn svg(picture: Picture, run: &PlottedRun<'_>) -> Result<String, PlotError> {
    drawn_as_svg(&(picture, run))
}

/// A picture as PNG, at twice the size of the SVG.
///
/// # Errors
/// As [`svg`].
pub fn png(picture: Picture, run: &PlottedRun<'_>) -> Result<Vec<u8>, PlotError> {
    drawn_as_png(&(picture, run))
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

impl Drawing for (Picture, &PlottedRun<'_>) {
    fn size(&self) -> (u32, u32) {
        self.0.size(self.1)
    }

    fn draw<D: DrawingBackend>(
        &self,
        area: &DrawingArea<D, Shift>,
        scale: u32,
    ) -> canvas::DrawResult<D> {
        let (picture, run) = *self;
        let curves = |quantity| curves::draw(quantity, run.history, area, scale);
        match picture {
            Picture::Loss => curves(Quantity::Loss),
            Picture::Accuracy => curves(Quantity::Accuracy),
            Picture::LearningRate => curves(Quantity::LearningRate),
            Picture::Gamma => histogram::draw(run.gammas, area, scale),
            Picture::GammaLayers => layers::draw(run.gammas, area, scale),
        }
    }
}

fn draw<D: DrawingBackend>(
    drawing: &impl Drawing,
    area: &DrawingArea<D, Shift>,
    scale: u32,
) -> Result<(), PlotError> {
    area.fill(&WHITE)
        .and_then(|()| drawing.draw(area, scale))
        .and_then(|()| area.present())
        .map_err(|error| PlotError::Draw(error.to_string()))
}
