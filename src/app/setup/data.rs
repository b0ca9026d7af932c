//! The form's fields about the images.

use std::path::{Path, PathBuf};

use egui::{Label, RichText, Ui};

use super::Setup;
use super::fields::{Rows, list, short_path, shortened, steady, tooltip};
use super::problem::Section;
use crate::app::dialog::{Answer, Ask, Kind};
use crate::data::DataSource;
use crate::field::Field;
use crate::train::setting::Part;

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Data,
    Labels,
    Init,
    Runs,
}

const DIGITS: &str = "drawn digits";
const DIGITS_HELP: &str = "The digits need no file: they are drawn as if by many hands, 60,000 to train on and \
                           10,000 to test on, 16×16 or 28×28 pixels.";
const SHAPES: &str = "made-up shapes";
const SHAPES_HELP: &str = "The made-up shapes need no file: 10 classes, 10,000 images to train on and 2,000 \
                           to test on, 32×32 pixels.";

const NO_DROPS: &str =
    "Files cannot be dropped here: Wayland gives this window none. Choose them with these buttons.";

impl Setup {
    pub(super) fn data_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        /// What was chosen from the list.
        enum Chosen {
            Source(DataSource),
            Typing,
        }
        let tooltip = match &self.settings.data {
            DataSource::Digits => format!("{DIGITS_HELP} {}", tooltip(Field::Data)),
            DataSource::Shapes => format!("{SHAPES_HELP} {}", tooltip(Field::Data)),
            DataSource::Path(path) => format!("{}. {}", path.display(), tooltip(Field::Data)),
        };
        let shown = match &self.settings.data {
            DataSource::Digits => DIGITS.to_owned(),
            DataSource::Shapes => SHAPES.to_owned(),
            DataSource::Path(path) => short_path(ui, path),
        };
        let mut chosen = None;
        rows.row(ui, Field::Data, &tooltip, |ui| {
            list(ui, "data", &shown)
                .show_ui(ui, |ui| {
                    let recent = self.recent.iter().cloned().map(DataSource::Path);
                    for data in DataSource::BUILT_IN.into_iter().chain(recent) {
                        let name = match &data {
                            DataSource::Digits => DIGITS.to_owned(),
                            DataSource::Shapes => SHAPES.to_owned(),
                            DataSource::Path(path) => shortened(&path.display().to_string(), 60),
                        };
                        let entry = ui.selectable_label(data == self.settings.data, name);
                        if entry.on_hover_text(data.to_string()).clicked() {
                            chosen = Some(Chosen::Source(data));
                        }
                    }
                    let entry = ui.selectable_label(false, "Type a path …");
                    if entry
                        .on_hover_text("Asks for the path of a folder or a file.")
                        .clicked()
                    {
                        chosen = Some(Chosen::Typing);
                    }
                })
                .response
        });
        match chosen {
            Some(Chosen::Typing) => self
                .dialog
                .ask_to_type(Purpose::Data, self.ask_data(Kind::Any)),
            Some(Chosen::Source(data)) => self.set_data(data),
            None => {}
        }
        steady(ui, "choose", |ui| {
            ui.add_enabled_ui(!rows.locked, |ui| self.choose_data_ui(ui));
            if !self.takes_drops {
                ui.add(Label::new(RichText::new(NO_DROPS).small().weak()).wrap());
            }
        });
        self.group(ui, rows, Section::Of(Part::Sizes), |setup, ui, rows| {
            setup.sizes_ui(ui, rows);
        });
    }

    fn choose_data_ui(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            let folder = ui.button("Folder…").on_hover_text(
                "Chooses a CIFAR-10 or CIFAR-100 folder (binary version), an IDX folder such as \
                     MNIST's, or a folder of images with a folder for each class, or a table of labels.",
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
        rows.number(ui, Field::ImageSize, &mut settings.image_size);
        rows.choice(ui, Field::DigitsSize, settings);
        rows.optional(
            ui,
            Field::LimitTrain,
            &mut settings.limit_train,
            5_000,
            "use all",
        );
        rows.optional(
            ui,
            Field::LimitTest,
            &mut settings.limit_test,
            1_000,
            "use all",
        );
        let share = &mut settings.test_fraction;
        rows.optional(ui, Field::TestFraction, share, 0.2, "as the data have it");
        rows.number(ui, Field::SplitSeed, &mut settings.split_seed);
        let least = &mut settings.min_images;
        rows.optional(ui, Field::MinImages, least, 2, "any number");
        let texts = [
            (Field::Background, settings.background.to_string()),
            (Field::Normalization, settings.normalization.to_string()),
        ];
        let drafts = [&mut self.drafts.background, &mut self.drafts.normalization];
        for ((field, shown), draft) in texts.into_iter().zip(drafts) {
            let help = tooltip(field);
            let what = (field.into(), field, help.as_str());
            rows.typed(ui, what, (draft, shown), settings, str::to_owned, |_| None);
        }
        rows.switch(ui, Field::SkipBad, &mut settings.skip_bad);
        self.labels_ui(ui, rows);
    }

    fn labels_ui(&mut self, ui: &mut Ui, rows: Rows<'_>) {
        let file = self.settings.labels.clone();
        let (mut asks, mut clears) = (false, false);
        let shown = match &file {
            None => "as the data have them".to_owned(),
            Some(file) => short_path(ui, file),
        };
        rows.row(ui, Field::Labels, &tooltip(Field::Labels), |ui| {
            let button = ui.button(format!("{shown} …"));
            asks = button.clicked();
            if file.is_some() {
                let clear = ui
                    .button("×")
                    .on_hover_text("Takes the labels that the data have.");
                clears = clear
                    .accessible_name("Take the data's own labels")
                    .clicked();
            }
            button
        });
        if asks {
            let folder = file
                .as_deref()
                .and_then(Path::parent)
                .or(self.settings.data.path());
            let ask = Ask {
                title: "A table of labels".into(),
                kind: Kind::File,
                endings: vec!["csv".into(), "tsv".into(), "txt".into()],
                directory: folder.map(Path::to_owned),
            };
            self.dialog.ask(Purpose::Labels, ask);
        }
        if clears {
            self.settings.labels = None;
        }
    }

    /// A path that was chosen.
    pub(super) fn answered(&mut self, answer: Answer<Purpose>) {
        match answer.purpose {
            Purpose::Data => self.set_data(&*answer.path),
            Purpose::Labels => self.settings.labels = Some(answer.path),
            Purpose::Init => self.settings.init = Some(answer.path),
            Purpose::Runs => self.runs = answer.path,
        }
    }

    fn ask_data(&self, kind: Kind) -> Ask {
        let folder = self.settings.data.path().and_then(Path::parent);
        Ask {
            title: "Images to train on".into(),
            endings: match kind {
                Kind::File => vec!["tar.gz".into(), "tgz".into(), "gz".into(), "tar".into()],
                _ => Vec::new(),
            },
            directory: folder.map(PathBuf::from),
            kind,
        }
    }
}
