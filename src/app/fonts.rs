//! Letters that the app's own fonts lack, as class names in many scripts have them.
//!
//! A page draws them by the browser. A program looks among the system's fonts, once the first such letter is to
//! be drawn (`window` has that); where none has it, a box stands for it, which is told.

use egui::{Context, FontId};

use crate::platform::IS_A_PAGE;

/// Those of `names` that have letters of which no font is found. To be asked while a frame is drawn.
pub fn unreadable<'a>(ctx: &Context, names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    // What the browser has is not known, and it has most.
    if IS_A_PAGE {
        return Vec::new();
    }
    let font = FontId::default();
    ctx.fonts_mut(|fonts| {
        names
            .filter(|name| !fonts.has_glyphs(&font, name))
            .map(String::as_str)
            .collect()
    })
}

/// The sentence for class names that cannot be read.
pub fn told(names: &[&str]) -> Option<String> {
    const SHOWN: usize = 3;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!names.is_empty()).then(|| {
        format!(
            "No font of this system has all letters of the class names {shown}{more}: boxes stand for them. Install a \
             font that has them, such as one of the Noto family, and start the program anew."
        )
    })
}
