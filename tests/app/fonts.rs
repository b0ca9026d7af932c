//! Class names in other scripts: which letters have a font, and what is said where none has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bnonly::app::fonts::{told, unreadable};
use egui::{Context, RawInput};
use egui::{FallbackRequest, FontInsert};

/// Draws a frame that says `text`.
fn draw(ctx: &Context, text: &str) {
    let output = ctx.run_ui(RawInput::default(), |ui| _ = ui.label(text));
    // Nobody paints it.
    let mut textures = output.textures_delta;
    textures.clear();
}

/// A context whose first frame is over.
fn context() -> Context {
    let ctx = Context::default();
    draw(&ctx, "");
    ctx
}

fn names(of: &[&str]) -> Vec<String> {
    of.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn names_without_a_font_are_told_and_others_are_not() {
    let ctx = context();
    let readable = names(&["cat", "Ζώο", "кошка", "Käfer", "été", ""]);
    assert_eq!(unreadable(&ctx, readable.iter()), [""; 0]);
    assert_eq!(told(&[]), None);

    let mixed = names(&["dog", "猫", "狗", "فراشة", "बिल्ली"]);
    let found = unreadable(&ctx, mixed.iter());
    assert_eq!(found, ["猫", "狗", "فراشة", "बिल्ली"]);
    let told = told(&found).expect("told");
    assert!(told.contains("猫, 狗, فراشة and 1 more"), "{told}");
    assert!(told.contains("Install a font"), "{told}");
}

#[test]
fn fonts_of_the_system_are_asked_for_what_no_other_has_and_not_before() {
    let ctx = context();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    ctx.add_font_provider(Arc::new(
        move |_: &FallbackRequest<'_>| -> Option<FontInsert> {
            count.fetch_add(1, Ordering::Relaxed);
            None
        },
    ));
    draw(&ctx, "cat");
    assert!(unreadable(&ctx, names(&["cat", "кошка"]).iter()).is_empty());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(unreadable(&ctx, names(&["猫"]).iter()).len(), 1);
    assert!(asked.load(Ordering::Relaxed) > 0);
}
