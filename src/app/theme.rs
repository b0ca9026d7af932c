//! Colours, in light and dark, that hold for those who cannot tell red from green.

use egui::Color32;

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
