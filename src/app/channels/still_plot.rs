//! A plot that shows and can be clicked, but is neither moved nor zoomed.

use egui::{Color32, Sense, Vec2};
use egui_plot::Plot;

/// Width of the numbers beside every such plot, in points, so that plots below each other line up.
pub const NUMBERS_WIDTH: f32 = 52.0;

/// One of a size, in points; its bounds are set while it is drawn.
pub fn still_plot<'a>(name: &'static str, size: Vec2) -> Plot<'a> {
    Plot::new(name)
        .width(size.x)
        .height(size.y)
        .allow_axis_zoom_drag(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_zoom(false)
        .grid_spacing(20.0..=60.0)
        .label_formatter(|_| None)
        .min_size(Vec2::new(64.0, 32.0))
        .sense(Sense::click())
        .show_crosshair(false)
        .y_axis_min_width(NUMBERS_WIDTH)
}

/// A colour to fill an area with, so that what lies below shows.
pub fn faint(color: Color32) -> Color32 {
    color.gamma_multiply(0.22)
}
