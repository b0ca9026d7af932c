//! What was painted, as pixels and as lines and text.

use bnonly::app::pane_picture::PanePicture;
use egui::{Color32, Rect, Stroke, Ui, pos2, vec2};

fn picture(draw: impl Fn(&mut Ui)) -> PanePicture {
    let ctx = egui::Context::default();
    let mut made = None;
    let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
        made = Some(PanePicture::draw(ui.ctx(), vec2(200.0, 300.0), &draw));
    });
    output.textures_delta.clear();
    made.unwrap()
}

fn pixels(picture: &PanePicture) -> image::RgbaImage {
    image::load_from_memory(&picture.png().unwrap())
        .unwrap()
        .to_rgba8()
}

const RED: Color32 = Color32::from_rgb(200, 10, 20);

#[test]
fn a_rectangle_is_as_large_as_on_the_screen_and_neighbours_leave_no_gap() {
    let draw = |ui: &mut Ui| {
        let corner = ui.max_rect().min;
        let mut mesh = egui::Mesh::default();
        for place in 0..4 {
            let at = corner + vec2(10.0 * place as f32, 0.0);
            mesh.add_colored_rect(
                Rect::from_min_size(at, vec2(10.0, 20.0)),
                RED.gamma_multiply(0.5),
            );
        }
        ui.painter().add(mesh);
    };
    let picture = picture(draw);
    assert_eq!(
        picture.size(),
        vec2(224.0, 64.0),
        "what is empty below is cut off"
    );
    let image = pixels(&picture);
    assert_eq!(image.dimensions(), (448, 128));
    let inside = *image.get_pixel(24, 24);
    for x in 0..80 {
        assert_eq!(
            *image.get_pixel(24 + x, 40),
            inside,
            "at {x}: painted twice, or not at all"
        );
    }
    for (x, y) in [(23, 30), (104, 30), (30, 23), (30, 64)] {
        assert_ne!(*image.get_pixel(x, y), inside, "{x}, {y}");
    }
    assert_eq!(
        picture.svg().matches("<rect").count(),
        1 + 4 + picture.svg().matches("<clipPath").count()
    );
}

#[test]
fn letters_stay_letters_and_are_dark_in_pixels() {
    let draw = |ui: &mut Ui| {
        ui.colored_label(RED, "γ < β & more");
    };
    let picture = picture(draw);
    let svg = picture.svg();
    assert!(svg.contains(">γ &lt; β &amp; more</text>"), "{svg}");
    assert!(svg.contains("fill=\"#c80a14\""), "{svg}");
    let image = pixels(&picture);
    let is_red = |pixel: &&image::Rgba<u8>| pixel.0[0] > 120 && pixel.0[1] < 40;
    assert!(
        image.pixels().filter(is_red).count() > 20,
        "no letter is drawn"
    );
}

#[test]
fn what_is_clipped_on_the_screen_is_clipped_here() {
    let draw = |ui: &mut Ui| {
        let corner = ui.max_rect().min;
        let half = Rect::from_min_size(corner, vec2(50.0, 100.0));
        let ends = [corner + vec2(0.0, 30.0), corner + vec2(100.0, 30.0)];
        ui.painter()
            .with_clip_rect(half)
            .line_segment(ends, Stroke::new(4.0, RED));
    };
    let picture = picture(draw);
    let image = pixels(&picture);
    let at = |x: f32| *image.get_pixel((2.0 * (12.0 + x)) as u32, 2 * 42);
    assert_eq!(at(40.0).0[0], 200);
    assert_ne!(at(60.0).0[0], 200);
    assert!(picture.svg().contains("<line "));
    assert!(picture.svg().contains("clip-path="));
}

#[test]
fn an_image_is_in_both() {
    let texture = std::cell::RefCell::new(None);
    let draw = |ui: &mut Ui| {
        let image = egui::ColorImage::filled([2, 2], Color32::GREEN);
        let made = bnonly::app::pane_picture::textures::load(ui.ctx(), "a test", image);
        let rect = Rect::from_min_size(ui.max_rect().min, vec2(40.0, 40.0));
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(made.id(), rect, whole, Color32::WHITE);
        *texture.borrow_mut() = Some(made);
    };
    let picture = picture(draw);
    assert_eq!(pixels(&picture).get_pixel(60, 60).0, [0, 255, 0, 255]);
    assert_eq!(picture.svg().matches("<image").count(), 1);
}
