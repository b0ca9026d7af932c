//! The colours of the [`palette`], which pictures have too, as the interface takes them, and what goes
//! with them in light and dark.

use egui::{Color32, Mesh, Rect, Ui};

use crate::train::plot::palette::{self, Rgb};

/// Colours that tell series apart.
pub const SERIES: [Color32; 6] = {
    let mut series = [Color32::BLACK; 6];
    let mut at = 0;
    while at < series.len() {
        series[at] = color(palette::SERIES[at]);
        at += 1;
    }
    series
};

const fn color([red, green, blue]: Rgb) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// The colour of a share of the largest |γ|, from 0 to 1; what lies outside is taken to the end.
pub fn heat(share: f32) -> Color32 {
    color(palette::heat(share))
}

/// The colour of a change from −1 to 1: blue for less, light grey for none, orange for more.
pub fn change(share: f32) -> Color32 {
    color(palette::change(share))
}

/// A strip of [`heat`]'s colours, from left to right those of `from` to `to`.
pub fn heat_strip(rect: Rect, from: f32, to: f32) -> Mesh {
    strip(rect, from, to, heat)
}

/// A strip of colours, from left to right those of `from` to `to`.
pub fn strip(rect: Rect, from: f32, to: f32, colour: fn(f32) -> Color32) -> Mesh {
    const PIECES: u8 = 32;
    let mut mesh = Mesh::default();
    for piece in 0..PIECES {
        let part = |pieces: f32| pieces / f32::from(PIECES);
        let (start, end) = (part(f32::from(piece)), part(f32::from(piece) + 1.0));
        let across = rect.left() + rect.width() * start..=rect.left() + rect.width() * end;
        let color = colour(from + (to - from) * (start + end) / 2.0);
        mesh.add_colored_rect(Rect::from_x_y_ranges(across, rect.y_range()), color);
    }
    mesh
}

/// A value that is no number: no colour of [`heat`].
pub const NOT_A_NUMBER: Color32 = color(palette::NOT_A_NUMBER);

/// The colour of a value from 0 to 1; grey for one that is not a number.
pub fn viridis(value: f32) -> Color32 {
    color(palette::viridis(value))
}

/// How bright a colour is, from 0 to 1 (Rec. 709 luma of the values as they are stored).
pub fn brightness(color: Color32) -> f32 {
    let [red, green, blue, _] = color.to_array().map(f32::from);
    (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255.0
}

/// Black or white, whichever is easier to see on a colour.
pub fn contrasting(color: Color32) -> Color32 {
    if brightness(color) < 0.5 {
        Color32::from_gray(235)
    } else {
        Color32::BLACK
    }
}

/// The colour of what is wrong, readable as small text on both backgrounds.
pub fn problem_colour(ui: &Ui) -> Color32 {
    match ui.visuals().dark_mode {
        true => Color32::from_rgb(255, 150, 90),
        false => Color32::from_rgb(170, 60, 0),
    }
}
