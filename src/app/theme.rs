//! Colours, in light and dark, that hold for those who cannot tell red from green.

use egui::{Color32, Mesh, Rect, Ui};

/// Colours that tell series apart: Okabe and Ito's
/// ([Color Universal Design](https://jfly.uni-koeln.de/color/)), without black and yellow, which one
/// of the two backgrounds swallows.
pub const SERIES: [Color32; 6] = [
    Color32::from_rgb(0, 114, 178),
    Color32::from_rgb(230, 159, 0),
    Color32::from_rgb(0, 158, 115),
    Color32::from_rgb(213, 94, 0),
    Color32::from_rgb(86, 180, 233),
    Color32::from_rgb(204, 121, 167),
];

/// Colours of |γ| from 0, off, to the largest: from dark blue to bright yellow. Brightness alone
/// carries the value, and blue to yellow holds for those who cannot tell red from green. The same in
/// light and dark, as a picture is.
const HEAT: [[u8; 3]; 6] = [
    [14, 12, 46],
    [52, 46, 118],
    [44, 94, 146],
    [46, 144, 138],
    [124, 194, 104],
    [252, 236, 130],
];

/// The colour of a share of the largest |γ|, from 0 to 1; what lies outside is taken to the end.
pub fn heat(share: f32) -> Color32 {
    if share.is_nan() {
        return NOT_A_NUMBER;
    }
    between(&HEAT, share)
}

/// A strip of [`heat`]'s colours, from left to right those of `from` to `to`.
pub fn heat_strip(rect: Rect, from: f32, to: f32) -> Mesh {
    const PIECES: u8 = 32;
    let mut mesh = Mesh::default();
    for piece in 0..PIECES {
        let part = |pieces: f32| pieces / f32::from(PIECES);
        let (start, end) = (part(f32::from(piece)), part(f32::from(piece) + 1.0));
        let across = rect.left() + rect.width() * start..=rect.left() + rect.width() * end;
        let color = heat(from + (to - from) * (start + end) / 2.0);
        mesh.add_colored_rect(Rect::from_x_y_ranges(across, rect.y_range()), color);
    }
    mesh
}

/// A value that is no number: no colour of [`heat`].
pub const NOT_A_NUMBER: Color32 = Color32::from_rgb(213, 94, 0);

/// Viridis, from low to high, at equal distances: lightness rises evenly, for those too who tell few
/// colours apart (van der Walt and Smith, [mpl colormaps](https://bids.github.io/colormap/), CC0).
const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// The colour of a value from 0 to 1; grey for one that is not a number.
pub fn viridis(value: f32) -> Color32 {
    if value.is_nan() {
        return Color32::GRAY;
    }
    between(&VIRIDIS, value)
}

/// The colour at a place from 0 to 1 along others at equal distances; what lies outside is taken to
/// the end.
fn between(colours: &[[u8; 3]], place: f32) -> Color32 {
    let place = place.clamp(0.0, 1.0) * (colours.len() - 1) as f32;
    let low = (place as usize).min(colours.len() - 2);
    let part = place - low as f32;
    let mix = |of: usize| {
        let (from, to) = (f32::from(colours[low][of]), f32::from(colours[low + 1][of]));
        (from + part * (to - from)).round() as u8
    };
    Color32::from_rgb(mix(0), mix(1), mix(2))
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
