//! Everything a person can ask the app to do: one enum, from which buttons, menus, keys and the list
//! of commands derive their words.

use super::export::Kind as Export;
use crate::platform::IS_A_PAGE;
use egui::{Button, Key, KeyboardShortcut, Modifiers, Response, Ui};

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Begin a run with the settings of the form.
    Start,
    /// Hold on, or go on.
    PauseOrResume,
    /// One step.
    Step,
    /// End the run.
    Stop,
    /// A checkpoint now.
    Save,
    /// The test set now.
    Evaluate,
    /// More epochs for the run that is shown.
    TrainLonger,
    /// A run of earlier.
    OpenRun,
    /// A run of earlier, behind the curves.
    CompareRun,
    /// Data: a folder.
    OpenFolder,
    /// Data: an archive.
    OpenArchive,
    /// Write something of the run to a file.
    Export(Export),
    /// The whole screen, or a window again.
    FullScreen,
    /// A pane as a picture.
    ExportPane,
    /// The experiments.
    Experiments,
    /// The list of commands.
    Commands,
    /// The form at the left.
    ToggleSetup,
    /// Light or dark.
    ToggleTheme,
    /// All panes where they were at first.
    ResetLayout,
    /// Larger.
    ZoomIn,
    /// Smaller.
    ZoomOut,
    /// As large as at first.
    ZoomReset,
    /// Leave.
    Quit,
}

impl Action {
    /// All but the exports, in the order of the list of commands.
    const PLAIN: [Self; 20] = [
        Self::Start,
        Self::PauseOrResume,
        Self::Step,
        Self::Stop,
        Self::Save,
        Self::Evaluate,
        Self::TrainLonger,
        Self::OpenRun,
        Self::CompareRun,
        Self::OpenFolder,
        Self::OpenArchive,
        Self::Experiments,
        Self::Commands,
        Self::ToggleSetup,
        Self::ToggleTheme,
        Self::ResetLayout,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::Quit,
    ];

    /// All of them, in the order of the list of commands.
    pub fn all() -> impl Iterator<Item = Self> {
        let exports = Export::offered().map(Self::Export);
        let exports = [Self::FullScreen, Self::ExportPane]
            .into_iter()
            .chain(exports);
        Self::PLAIN
            .into_iter()
            .chain(exports)
            .filter(|action| action.is_offered())
    }

    /// Whether it makes sense here: a page is left and made larger by its browser.
    pub fn is_offered(self) -> bool {
        !(IS_A_PAGE
            && matches!(
                self,
                Self::Quit | Self::FullScreen | Self::ZoomIn | Self::ZoomOut | Self::ZoomReset
            ))
    }

    /// A few words: what buttons and menus say.
    pub fn text(self) -> &'static str {
        self.words().0
    }

    /// A sentence: what it does.
    pub fn tooltip(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Start => (
                "Start",
                "Begin a run with the settings at the left. A run under way is saved first.",
            ),
            Self::PauseOrResume => (
                "Pause or go on",
                "Hold the run after the step under way, or go on with it; with one that was stopped, from its last checkpoint.",
            ),
            Self::Step => ("One step", "Train on one batch and hold on."),
            Self::Stop => (
                "Stop",
                "Save a checkpoint and end the run; it can be resumed.",
            ),
            Self::Save => ("Save a checkpoint", "Write the run's last checkpoint now."),
            Self::Evaluate => (
                "Evaluate",
                "Measure loss and accuracy on the whole test set now, and save.",
            ),
            Self::TrainLonger => (
                "Train longer",
                "Go on with the run shown for as many epochs or steps more as the form says, with the run's own settings.",
            ),
            Self::OpenRun => (
                "Open a run…",
                "Show a run of earlier from its folder, ready to be continued.",
            ),
            Self::CompareRun => (
                "Compare with a run…",
                "Lay the curves of an earlier run behind those of this one.",
            ),
            Self::OpenFolder => (
                "Open a folder of images…",
                "Train on a CIFAR folder, a folder of IDX files, or a folder of pictures with a subfolder a class.",
            ),
            Self::OpenArchive => (
                "Open an archive…",
                "Train on a CIFAR .tar.gz as downloaded.",
            ),
            Self::Export(export) => (export.label(), export.tooltip()),
            Self::FullScreen => (
                "Full screen",
                "Fill the whole screen, or be a window again.",
            ),
            Self::ExportPane => (
                "A pane as a picture…",
                "Save what a pane shows as PNG or SVG: curves, the map, feature maps.",
            ),
            Self::Experiments => (
                "Experiments",
                "The paper's points as questions: choose one, start it, and see what its runs answer.",
            ),
            Self::Commands => (
                "All commands…",
                "A list of everything, to search by typing.",
            ),
            Self::ToggleSetup => ("Show or hide the form", "The settings at the left."),
            Self::ToggleTheme => (
                "Light or dark",
                "Change between a light and a dark background.",
            ),
            Self::ResetLayout => (
                "Put all panes back",
                "Forget how panes were moved and resized.",
            ),
            Self::ZoomIn => ("Larger", "Make text and pictures larger."),
            Self::ZoomOut => ("Smaller", "Make text and pictures smaller."),
            Self::ZoomReset => ("Usual size", "Undo larger and smaller."),
            Self::Quit => ("Quit", "Save the run under way and leave."),
        }
    }

    /// The keys that ask for it.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        match IS_A_PAGE {
            true => self.shortcut_in_a_page(),
            false => self.shortcut_in_a_window(),
        }
    }

    /// Most keys are the browser's own, which a page should leave it.
    fn shortcut_in_a_page(self) -> Option<KeyboardShortcut> {
        let command = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
        Some(match self {
            Self::Start => command(Key::Enter),
            Self::PauseOrResume => command(Key::Period),
            Self::Save => command(Key::S),
            Self::Commands => command(Key::P),
            _ => return None,
        })
    }

    fn shortcut_in_a_window(self) -> Option<KeyboardShortcut> {
        let plain = |key| KeyboardShortcut::new(Modifiers::NONE, key);
        let command = |key| KeyboardShortcut::new(Modifiers::COMMAND, key);
        let shifted = |key| KeyboardShortcut::new(Modifiers::COMMAND | Modifiers::SHIFT, key);
        Some(match self {
            Self::Start => plain(Key::F5),
            Self::PauseOrResume => plain(Key::F6),
            Self::Step => plain(Key::F7),
            Self::Stop => plain(Key::F8),
            Self::Save => command(Key::S),
            Self::Evaluate => command(Key::E),
            Self::TrainLonger => command(Key::F5),
            Self::OpenRun => command(Key::O),
            Self::CompareRun => shifted(Key::O),
            Self::OpenFolder => command(Key::D),
            Self::FullScreen => plain(Key::F11),
            Self::ExportPane => shifted(Key::P),
            Self::Export(Export::State) => shifted(Key::S),
            Self::Export(Export::Metrics) => shifted(Key::M),
            Self::Export(Export::Norms) => shifted(Key::N),
            Self::Experiments => plain(Key::F1),
            Self::Commands => command(Key::K),
            Self::ToggleSetup => command(Key::B),
            Self::ToggleTheme => command(Key::L),
            Self::ZoomIn => command(Key::Plus),
            Self::ZoomOut => command(Key::Minus),
            Self::ZoomReset => command(Key::Num0),
            Self::Quit => command(Key::Q),
            Self::OpenArchive | Self::ResetLayout | Self::Export(_) => return None,
        })
    }

    /// What the keys pressed since the last frame ask for.
    pub fn pressed(ctx: &egui::Context) -> Option<Self> {
        let equals = KeyboardShortcut::new(Modifiers::COMMAND, Key::Equals);
        ctx.input_mut(|input| {
            // Longer combinations first: Ctrl+Shift+S is not Ctrl+S.
            let is_long = |keys: &KeyboardShortcut| keys.modifiers.shift;
            let mut pressed = |long: bool| {
                Self::all().find(|action| {
                    let keys = action.shortcut().filter(|keys| is_long(keys) == long);
                    keys.is_some_and(|keys| input.consume_shortcut(&keys))
                })
            };
            pressed(true)
                .or_else(|| pressed(false))
                // On many keyboards plus is shifted equals.
                .or_else(|| input.consume_shortcut(&equals).then_some(Self::ZoomIn))
        })
    }

    /// Tooltip and keys in one.
    pub fn hint(self, ctx: &egui::Context) -> String {
        match self.shortcut() {
            Some(keys) => format!("{} ({})", self.tooltip(), ctx.format_shortcut(&keys)),
            None => self.tooltip().to_owned(),
        }
    }

    /// A line of a menu.
    pub fn menu_button(self, ui: &mut Ui, is_enabled: bool) -> Response {
        let mut button = Button::selectable(false, self.text());
        if let Some(keys) = self.shortcut() {
            button = button.shortcut_text(ui.ctx().format_shortcut(&keys));
        }
        ui.add_enabled(is_enabled, button)
            .on_hover_text(self.tooltip())
            .on_disabled_hover_text(self.tooltip())
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn no_two_actions_share_words_or_keys() {
        for (at, first) in Action::all().enumerate() {
            for second in Action::all().skip(at + 1) {
                assert_ne!(first, second);
                assert_ne!(first.text(), second.text());
                for keys in [Action::shortcut_in_a_window, Action::shortcut_in_a_page] {
                    let first_keys = keys(first);
                    assert!(
                        first_keys.is_none() || first_keys != keys(second),
                        "{first:?} {second:?}"
                    );
                }
            }
        }
    }
}
