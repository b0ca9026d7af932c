//! A pane as a picture: which, where to, and writing it.

use std::path::PathBuf;

use egui::{Context, Grid, Modal, Ui, vec2};

use super::Shell;
use super::files::{Done, Purpose};
use crate::app::dialog::Kind;
use crate::app::export::Format;
use crate::app::pane_picture::PanePicture;
use crate::app::run_view::RunView;
use crate::app::views::ViewId;
use crate::numbers::grouped;
use crate::train::atomic_file::write_atomically;

/// Width of a picture in points; the view says how high it has to be.
const WIDTH: f32 = 960.0;

/// Frames until everything in a pane has found its place.
const FRAMES: u32 = 3;

/// What is being chosen, and what is being drawn.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    is_choosing: bool,
    drawing: Option<Drawing>,
}

#[derive(Debug)]
struct Drawing {
    view: ViewId,
    format: Format,
    path: PathBuf,
    frames: u32,
}

impl Pictures {
    /// Asks which pane.
    pub fn choose(&mut self) {
        self.is_choosing = true;
    }
}

impl Shell {
    /// Asks where a picture of a pane is to go.
    pub(super) fn ask_picture(&mut self, view: ViewId, format: Format) {
        let Some(run) = &self.shared.run else {
            return;
        };
        let title = self.views.get(view).title();
        let ending = match format {
            Format::Png => "png",
            Format::Svg => "svg",
        };
        let words = title.to_lowercase().replace(' ', "-");
        let name = format!("{}-{words}.{ending}", run.name());
        let asked = format!("{title} as a picture");
        self.ask(Purpose::Picture(view, format), &asked, Kind::Save(name));
    }

    /// The pane is drawn from the next frame on.
    pub(super) fn begin_picture(
        &mut self,
        ctx: &Context,
        view: ViewId,
        format: Format,
        path: PathBuf,
    ) {
        self.pictures.drawing = Some(Drawing {
            view,
            format,
            path,
            frames: 0,
        });
        ctx.request_repaint();
    }

    /// Asks which pane, where that is asked, and draws a picture that is under way.
    pub(super) fn pictures_ui(&mut self, ctx: &Context) {
        if self.pictures.is_choosing {
            let (chosen, is_done) = self.choice_ui(ctx);
            self.pictures.is_choosing = !is_done;
            if let Some((view, format)) = chosen {
                self.ask_picture(view, format);
            }
        }
        let Some(mut drawing) = self.pictures.drawing.take() else {
            return;
        };
        let Some(run) = &self.shared.run else {
            return;
        };
        let header = header(self.views.get(drawing.view).title(), run);
        let view = self.views.get_mut(drawing.view);
        let room = vec2(WIDTH, view.picture_height(&self.shared));
        let shared = &mut self.shared;
        let picture = PanePicture::draw(ctx, room, |ui| {
            ui.strong(header);
            // Nothing is asked for where nobody points.
            let _ = view.draw(ui, shared);
        });
        drawing.frames += 1;
        if drawing.frames < FRAMES {
            self.pictures.drawing = Some(drawing);
            ctx.request_repaint();
            return;
        }
        let Drawing { format, path, .. } = drawing;
        self.on_a_thread(ctx, move || {
            let bytes = match format {
                Format::Svg => picture.svg().into_bytes(),
                Format::Png => picture.png()?,
            };
            write_atomically(&path, |out| out.write_all(&bytes)).map_err(|error| {
                format!(
                    "{} could not be written: {error}. Choose a folder that can be written to and has room",
                    path.display()
                )
            })?;
            Ok(Done::Exported(path))
        });
    }

    /// What was chosen, and whether the question is over.
    fn choice_ui(&self, ctx: &Context) -> (Option<(ViewId, Format)>, bool) {
        let mut chosen = None;
        let modal = Modal::new(egui::Id::unique("which pane as a picture")).show(ctx, |ui| {
            ui.heading("A pane as a picture");
            ui.label("It is drawn whole, with the run's name, as it is set up on the screen.");
            Grid::new("panes as pictures").show(ui, |ui| {
                for id in ViewId::ALL {
                    let title = self.views.get(*id).title();
                    ui.label(title);
                    for (format, words, tip) in FORMATS {
                        if format_ui(ui, title, words, tip) {
                            chosen = Some((*id, format));
                        }
                    }
                    ui.end_row();
                }
            });
            ui.button("Cancel").clicked()
        });
        let is_done = chosen.is_some() || modal.inner || modal.should_close();
        (chosen, is_done)
    }
}

const FORMATS: [(Format, &str, &str); 2] = [
    (Format::Png, "PNG", "Pixels, two a point"),
    (Format::Svg, "SVG", "Lines and text, sharp at any size"),
];

fn format_ui(ui: &mut Ui, title: &str, words: &str, tip: &str) -> bool {
    let button = ui.button(words);
    let name = format!("{title} as {words}");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name.clone()));
    button.on_hover_text(tip).clicked()
}

/// What a picture is of.
fn header(title: &str, run: &RunView) -> String {
    let total = grouped(run.total_steps.max(run.step));
    let step = grouped(run.step);
    let (settings, name) = (run.title(), run.name());
    format!("{title}  ·  {settings}  ·  {name}  ·  step {step} of {total}")
}
