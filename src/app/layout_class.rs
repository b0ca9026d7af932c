//! The layout class of a window, and how large things are drawn in it. Its size decides, and whether it
//! is touched, never the platform: a small window on a desktop looks as a phone does.

use egui::{
    Button, Context, FontFamily, FontId, Response, Spacing, Style, TextStyle, Ui, Vec2, style, vec2,
};

/// Points below which there is no room for the form beside the panes.
const NARROW: f32 = 700.0;
/// Points below which there is no room for panes above each other.
const LOW: f32 = 480.0;
/// Points below which a window that stands upright has no room for panes beside each other.
const UPRIGHT: f32 = 900.0;

/// Least height of what a finger presses, in points.
const TOUCH_HEIGHT: f32 = 38.0;

/// What a window has room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayoutClass {
    /// One thing at a time: the form, or one pane. Phones, either way up.
    Compact,
    /// The form, and beside it panes above each other. Tablets held upright.
    Tall,
    /// The form, and panes beside and above each other.
    #[default]
    Wide,
}

impl LayoutClass {
    /// What a window of a size in points has room for.
    pub fn of(size: Vec2) -> Self {
        if size.x < NARROW || size.y < LOW {
            Self::Compact
        } else if size.x < UPRIGHT && size.x < size.y {
            Self::Tall
        } else {
            Self::Wide
        }
    }

    /// Works out the class of the window that `ui` fills, and draws things as large in it as they need
    /// to be: for touch where the class is compact or the screen was touched.
    pub fn settle(ui: &mut Ui) -> Self {
        let ctx = ui.ctx().clone();
        let class = Self::of(ctx.content_rect().size());
        let for_touch = class == Self::Compact || is_touched(&ctx);
        if for_touch != is_large(&ctx.global_style()) {
            ctx.all_styles_mut(|style| resize(style, for_touch));
        }
        ui.set_style(ctx.global_style());
        class
    }
}

/// Whether the reader touches the screen: then there is nothing that hovers, and no second button.
pub fn is_touched(ctx: &Context) -> bool {
    ctx.input(|input| input.has_touch_screen())
}

/// How fast a number is dragged, where it can be: a finger that scrolls drags none by mistake. It taps,
/// and the number is typed.
pub fn drag_speed(ui: &Ui, speed: f64) -> f64 {
    match is_touched(ui.ctx()) {
        true => 0.0,
        false => speed,
    }
}

/// Whether things are drawn large enough for touch.
pub fn is_for_touch(ui: &Ui) -> bool {
    is_large(ui.style())
}

fn is_large(style: &Style) -> bool {
    style.spacing.interact_size.y >= TOUCH_HEIGHT
}

fn resize(style: &mut Style, for_touch: bool) {
    style.spacing = Spacing::default();
    style.interaction = style::Interaction::default();
    style.text_styles = style::default_text_styles();
    if !for_touch {
        return;
    }
    let spacing = &mut style.spacing;
    spacing.interact_size = vec2(TOUCH_HEIGHT, TOUCH_HEIGHT);
    spacing.item_spacing = vec2(6.0, 4.0);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.icon_width = 20.0;
    spacing.icon_width_inner = 12.0;
    spacing.icon_spacing = 6.0;
    spacing.tooltip_width = 300.0;
    spacing.menu_width = 320.0;
    style.interaction.resize_grab_radius_side = 10.0;
    style.interaction.resize_grab_radius_corner = 16.0;
    let sizes = [
        (TextStyle::Small, 12.0),
        (TextStyle::Body, 14.0),
        (TextStyle::Button, 14.0),
    ];
    for (name, size) in sizes {
        let font = FontId::new(size, FontFamily::Proportional);
        style.text_styles.insert(name, font);
    }
}

/// The least size of a button with a single letter.
pub fn letter_size(ui: &Ui) -> Vec2 {
    match is_for_touch(ui) {
        true => Vec2::splat(TOUCH_HEIGHT),
        false => Vec2::ZERO,
    }
}

/// A button that stands in a line of text; as large as others where it is for touch.
pub fn small_button(ui: &mut Ui, text: &str) -> Response {
    let button = Button::new(text);
    ui.add(match is_for_touch(ui) {
        true => button.min_size(letter_size(ui)),
        false => button.small(),
    })
}

/// Whether things are large and room for them is short.
pub fn is_short(ui: &Ui) -> bool {
    /// Points below which room is short.
    const SHORT: Vec2 = vec2(560.0, 480.0);
    let room = ui.available_size();
    is_for_touch(ui) && (room.x < SHORT.x || room.y < SHORT.y)
}

/// A switch in a row of widgets that opens others below it; whether it is on.
pub fn fold_switch(ui: &mut Ui, name: &str) -> bool {
    let id = ui.scope_id().with(name);
    let mut is_open = ui.data(|data| data.get_temp(id)).unwrap_or(false);
    if ui.toggle_value(&mut is_open, name).changed() {
        ui.data_mut(|data| data.insert_temp(id, is_open));
    }
    is_open
}

/// Widgets that are seldom used: folded away behind `name` where room is short, else as they are.
pub fn fold(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    if is_short(ui) {
        egui::CollapsingHeader::new(name).show_unindented(ui, content);
    } else {
        content(ui);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_and_height_decide() {
        for (width, height, class) in [
            (390.0, 844.0, LayoutClass::Compact),
            (360.0, 740.0, LayoutClass::Compact),
            (844.0, 390.0, LayoutClass::Compact),
            (768.0, 1024.0, LayoutClass::Tall),
            (1024.0, 768.0, LayoutClass::Wide),
            (1280.0, 800.0, LayoutClass::Wide),
            (853.0, 533.0, LayoutClass::Wide),
        ] {
            assert_eq!(
                LayoutClass::of(vec2(width, height)),
                class,
                "{width}×{height}"
            );
        }
    }

    #[test]
    fn large_and_back_is_as_at_first() {
        let first = Style::default();
        let mut style = first.clone();
        resize(&mut style, true);
        assert!(is_large(&style) && style != first);
        resize(&mut style, false);
        assert!(style == first);
    }
}
