//! The colours of all that is drawn, by the app and into pictures. They hold for those who cannot tell
//! red from green.

/// Red, green and blue, as sRGB stores them.
pub type Rgb = [u8; 3];

/// Colours that tell series apart: Okabe and Ito's
/// ([Color Universal Design](https://jfly.uni-koeln.de/color/)), without black and yellow, which one
/// of the two backgrounds swallows. The first is what training steps are drawn in, the fourth what
/// evaluations are.
pub const SERIES: [Rgb; 6] = [
    [0, 114, 178],
    [230, 159, 0],
    [0, 158, 115],
    [213, 94, 0],
    [86, 180, 233],
    [204, 121, 167],
];

/// How opaque the band is from the least to the greatest value, 1 for wholly.
pub const BAND: f32 = 0.25;

/// A value that is no number: no colour of [`heat`].
pub const NOT_A_NUMBER: Rgb = SERIES[3];

/// Colours of |γ| from 0, off, to the largest: from dark blue to bright yellow. Brightness alone
/// carries the value, and blue to yellow holds for those who cannot tell red from green. The same in
/// light and dark, as a picture is.
const HEAT: [Rgb; 6] = [
    [14, 12, 46],
    [52, 46, 118],
    [44, 94, 146],
    [46, 144, 138],
    [124, 194, 104],
    [252, 236, 130],
];

/// The colour of a share of the largest |γ|, from 0 to 1; what lies outside is taken to the end.
pub fn heat(share: f32) -> Rgb {
    if share.is_nan() {
        return NOT_A_NUMBER;
    }
    between(&HEAT, share)
}

/// Colours of a change, from the largest loss over none to the largest gain: blue, light grey, orange.
/// Both ends are as dark, and hold for those who cannot tell red from green.
const CHANGE: [Rgb; 5] = [
    [20, 62, 140],
    [104, 158, 214],
    [232, 232, 232],
    [236, 160, 76],
    [166, 72, 0],
];

/// The colour of a change from −1 to 1; what lies outside is taken to the end.
pub fn change(share: f32) -> Rgb {
    if share.is_nan() {
        return [128, 0, 128];
    }
    between(&CHANGE, (share + 1.0) / 2.0)
}

/// Viridis, from low to high, at equal distances: lightness rises evenly, for those too who tell few
/// colours apart (van der Walt and Smith, [mpl colormaps](https://bids.github.io/colormap/), CC0).
const VIRIDIS: [Rgb; 9] = [
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
pub fn viridis(value: f32) -> Rgb {
    if value.is_nan() {
        return [160; 3];
    }
    between(&VIRIDIS, value)
}

/// The colour at a place from 0 to 1 along others at equal distances; what lies outside is taken to
/// the end.
fn between(colours: &[Rgb], place: f32) -> Rgb {
    let place = place.clamp(0.0, 1.0) * (colours.len() - 1) as f32;
    let low = (place as usize).min(colours.len() - 2);
    let part = place - low as f32;
    [0, 1, 2].map(|of| {
        let (from, to) = (f32::from(colours[low][of]), f32::from(colours[low + 1][of]));
        (from + part * (to - from)).round() as u8
    })
}
