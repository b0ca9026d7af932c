//! The form's fields about the images.

use std::path::{Path, PathBuf};

use egui::Ui;

use super::Setup;
use super::fields::{Rows, list, short_path, shortened, steady};
use crate::app::dialog::{Answer, Ask, Kind};
use crate::field::Field;

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Data,
    Init,
    Runs,
}

pub(super) const SIZES: &str = "More: size, limits, split";
const SHAPES: &str = "made-up shapes";

impl Setup {
    pub(super) fn data_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        const TYPE: &str = "Type a path …";
        let tooltip = match self.settings.data.as_str() {
            "shapes" => {
                "Images to train and test on. The made-up shapes need no file: 10 classes, 10,000 \
                         images to train on and 2,000 to test on, 32×32 pixels."
                    .to_owned()
            }
            path => format!("Images to train and test on: {path}"),
        };
        let shown = data_name(ui, &self.settings.data);
        let mut chosen = None;
        rows.row(ui, Field::Data, &tooltip, |ui| {
            list(ui, "data", &shown)
                .show_ui(ui, |ui| {
                    let known =
                        std::iter::once("shapes").chain(self.recent.iter().map(String::as_str));
                    for data in known {
                        let name = match data {
                            "shapes" => SHAPES.to_owned(),
                            path => shortened(path, 60),
                        };
                        let entry = ui.selectable_label(data == self.settings.data, name);
                        if entry.on_hover_text(data).clicked() {
                            chosen = Some(data.to_owned());
                        }
                    }
                    let entry = ui.selectable_label(false, TYPE);
                    if entry
                        .on_hover_text("Asks for the path of a folder or a file.")
                        .clicked()
                    {
                        chosen = Some(TYPE.to_owned());
                    }
                })
                .response
        });
        match chosen.as_deref() {
            Some(TYPE) => self
                .dialog
                .ask_to_type(Purpose::Data, self.ask_data(Kind::Any)),
            Some(data) => self.set_data(data),
            None => {}
        }
        steady(ui, "choose", |ui| {
            ui.add_enabled_ui(!rows.locked, |ui| self.choose_data_ui(ui));
        });
        self.group(ui, rows, SIZES, false, |setup, ui, rows| {
            setup.sizes_ui(ui, rows);
        });
    }

    fn choose_data_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let folder = ui.button("Folder…").on_hover_text(
                "Chooses a CIFAR-10 or CIFAR-100 folder (binary version), an IDX folder such as \
                     MNIST's, or a folder of images with one subfolder a class.",
            );
            if folder.clicked() {
                self.dialog.ask(Purpose::Data, self.ask_data(Kind::Folder));
            }
            let file = ui
                .button("Archive or file…")
                .on_hover_text("Chooses CIFAR-10's or CIFAR-100's .tar.gz, as downloaded.");
            if file.clicked() {
                self.dialog.ask(Purpose::Data, self.ask_data(Kind::File));
            }
        });
    }

    fn sizes_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let settings = &mut self.settings;
        rows.number(
            ui,
            Field::ImageSize,
            "Rows and columns that the pictures of a folder are brought to, in pixels (1 to 1,024). Other \
             data keep their size.",
            &mut settings.image_size,
            " pixels",
        );
        let unit = " images";
        rows.optional(
            ui,
            Field::LimitTrain,
            "Use only the first so many training images.",
            &mut settings.limit_train,
            5_000,
            (unit, "use all"),
        );
        rows.optional(
            ui,
            Field::LimitTest,
            "Use only the first so many test images.",
            &mut settings.limit_test,
            1_000,
            (unit, "use all"),
        );
        rows.optional(
            ui,
            Field::TestFraction,
            "The share of each class to test on (0 to 1), in a folder of images that has no test images of \
             its own; 0.2 if not set.",
            &mut settings.test_fraction,
            0.2,
            ("", "as the data have it"),
        );
    }

    /// A path that was chosen.
    pub(super) fn answered(&mut self, answer: Answer<Purpose>) {
        match answer.purpose {
            Purpose::Data => self.set_data(&answer.path.to_string_lossy()),
            Purpose::Init => self.settings.init = Some(answer.path),
            Purpose::Runs => self.runs = answer.path,
        }
    }

    fn ask_data(&self, kind: Kind) -> Ask {
        let path = Path::new(&self.settings.data);
        let is_path = self.settings.data != "shapes";
        Ask {
            title: "Images to train on".into(),
            endings: match kind {
                Kind::File => vec!["tar.gz".into(), "tgz".into(), "gz".into(), "tar".into()],
                _ => Vec::new(),
            },
            directory: path.parent().filter(|_| is_path).map(PathBuf::from),
            kind,
        }
    }
}

fn data_name(ui: &Ui, data: &str) -> String {
    match data {
        "shapes" => SHAPES.to_owned(),
        path => short_path(ui, Path::new(path)),
    }
}
