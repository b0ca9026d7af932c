//! Images on the screen, and what they were made of: a GPU does not give it back.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, Id, TextureHandle, TextureId, TextureOptions};

type Pixels = HashMap<TextureId, Arc<ColorImage>>;

fn place() -> Id {
    Id::unique("what textures are made of")
}

/// A texture whose pixels stay pixels however large it is drawn.
pub fn load(ctx: &Context, name: impl Into<String>, image: ColorImage) -> TextureHandle {
    let image = Arc::new(image);
    let texture = ctx.load_texture(name, image.clone(), TextureOptions::NEAREST);
    remember(ctx, texture.id(), image);
    texture
}

/// Makes a texture of another image.
pub fn set(ctx: &Context, texture: &mut TextureHandle, image: ColorImage) {
    let image = Arc::new(image);
    texture.set(image.clone(), TextureOptions::NEAREST);
    remember(ctx, texture.id(), image);
}

fn remember(ctx: &Context, texture: TextureId, image: Arc<ColorImage>) {
    let manager = ctx.tex_manager();
    ctx.data_mut(|data| {
        let pixels = data.get_temp_mut_or_default::<Pixels>(place());
        // What is not drawn any more need not be kept.
        pixels.retain(|id, _| manager.read().meta(*id).is_some());
        pixels.insert(texture, image);
    });
}

/// All that are in use.
pub fn all(ctx: &Context) -> HashMap<TextureId, Arc<ColorImage>> {
    ctx.data(|data| data.get_temp::<Pixels>(place()).unwrap_or_default())
}
