//! The options of settings, made from the table of all settings.

use std::marker::PhantomData;

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::usage;
use crate::experiment::overlay::Overlay;
use crate::field::Field;
use crate::train::setting::{Choice, Kind, Part, Setting};
use crate::train::settings::Settings;
use crate::train::table::SETTINGS;

/// Which settings a command takes as options, and what it says of them.
pub(super) trait Subset {
    /// Whether it takes this one.
    fn takes(setting: &Setting) -> bool;

    /// What it is.
    fn help(setting: &Setting) -> String {
        setting.help.to_owned()
    }

    /// What holds where it is not given.
    fn default_text(setting: &Setting) -> Option<String> {
        setting.default_text()
    }

    /// The heading it stands under; `None` for the command's own options.
    fn heading(setting: &Setting) -> Option<&'static str> {
        Some(setting.part.heading())
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct OfTrain;

impl Subset for OfTrain {
    fn takes(_: &Setting) -> bool {
        true
    }
}

/// All but the seed and the first state, which are each run's own: given for all runs alike.
#[derive(Debug)]
pub(super) struct OfExperiment;

impl Subset for OfExperiment {
    fn takes(setting: &Setting) -> bool {
        !matches!(setting.field, Field::Seed | Field::Init)
    }

    fn default_text(_: &Setting) -> Option<String> {
        None
    }
}

/// Those that decide how a saved network is evaluated.
#[derive(Debug)]
pub(super) struct OfEval;

impl Subset for OfEval {
    fn takes(setting: &Setting) -> bool {
        matches!(setting.part, Part::Data | Part::Sizes | Part::Network) || is_of_a_batch(setting)
    }

    fn default_text(setting: &Setting) -> Option<String> {
        let text = setting.default_text();
        match is_of_a_batch(setting) {
            true => text.map(|text| format!("the run's, or {text}")),
            false => text,
        }
    }

    fn heading(setting: &Setting) -> Option<&'static str> {
        (!is_of_a_batch(setting)).then(|| setting.part.heading())
    }
}

/// Those that decide how fast a network is.
#[derive(Debug)]
pub(super) struct OfBench;

impl Subset for OfBench {
    fn takes(setting: &Setting) -> bool {
        setting.part == Part::Network || is_of_a_batch(setting)
    }

    fn help(setting: &Setting) -> String {
        match setting.field {
            Field::BatchSize => {
                "Images a step, made up: 3 channels of 32×32 pixels, in ten classes".to_owned()
            }
            _ => setting.help.to_owned(),
        }
    }

    fn heading(setting: &Setting) -> Option<&'static str> {
        OfEval::heading(setting)
    }
}

/// Those that decide how many parameters a network has, beside its name.
#[derive(Debug)]
pub(super) struct OfModels;

impl Subset for OfModels {
    fn takes(setting: &Setting) -> bool {
        setting.field == Field::Width
    }

    fn heading(_: &Setting) -> Option<&'static str> {
        None
    }
}

fn is_of_a_batch(setting: &Setting) -> bool {
    matches!(setting.field, Field::BatchSize | Field::Precision)
}

/// The options of settings that were given, as text, in the table's order.
#[derive(Debug)]
pub(super) struct Given<S> {
    texts: Vec<(&'static Setting, String)>,
    subset: PhantomData<S>,
}

impl<S> Given<S> {
    /// Whether an option was given.
    pub fn gives(&self, field: Field) -> bool {
        self.fields().any(|given| given == field)
    }

    /// The settings whose options were given.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.texts.iter().map(|(setting, _)| setting.field)
    }

    /// What was given, to be laid over other settings.
    ///
    /// # Errors
    /// A text that is no value of its option.
    pub fn overlay(&self) -> anyhow::Result<Overlay> {
        self.apply(&mut Settings::default())?;
        let mut overlay = Overlay::default();
        for (setting, text) in &self.texts {
            overlay.set(setting, text.clone());
        }
        Ok(overlay)
    }

    /// Puts what was given into settings.
    ///
    /// # Errors
    /// A text that is no value of its option.
    pub fn apply(&self, settings: &mut Settings) -> anyhow::Result<()> {
        if self.gives(Field::Epochs) {
            settings.max_steps = None;
        }
        self.texts
            .iter()
            .try_for_each(|(setting, text)| setting.set(settings, text))
            .map_err(usage)
    }
}

impl<S: Subset> Args for Given<S> {
    fn augment_args(command: Command) -> Command {
        let taken = SETTINGS.iter().filter(|setting| S::takes(setting));
        taken.fold(command, |command, setting| {
            let command = command.arg(arg::<S>(setting));
            match setting.kind {
                Kind::Either(off, help) => command.arg(
                    Arg::new(off)
                        .long(off)
                        .help(help)
                        .help_heading(S::heading(setting))
                        .action(ArgAction::SetTrue)
                        .conflicts_with(setting.field.key()),
                ),
                _ => command,
            }
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<S: Subset> FromArgMatches for Given<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let text = |setting: &Setting| {
            let key = setting.field.key();
            let is_on = || matches.get_flag(key);
            match setting.kind {
                Kind::SwitchOn => is_on().then(|| true.to_string()),
                Kind::SwitchOff(..) => is_on().then(|| false.to_string()),
                Kind::Either(off, _) => match (is_on(), matches.get_flag(off)) {
                    (false, false) => None,
                    (is_on, _) => Some(is_on.to_string()),
                },
                _ => matches.get_one::<String>(key).cloned(),
            }
        };
        let taken = SETTINGS.iter().filter(|setting| S::takes(setting));
        let texts = taken.filter_map(|setting| Some((setting, text(setting)?)));
        Ok(Self {
            texts: texts.collect(),
            subset: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The option of a setting; its value is judged by [`Given::apply`].
fn arg<S: Subset>(setting: &'static Setting) -> Arg {
    let arg = Arg::new(setting.field.key())
        .long(option(setting))
        .help(help::<S>(setting))
        .help_heading(S::heading(setting));
    match setting.kind {
        Kind::SwitchOn | Kind::SwitchOff(..) | Kind::Either(..) => arg.action(ArgAction::SetTrue),
        Kind::Number(placeholder, _) => arg.value_name(placeholder).allow_negative_numbers(true),
        Kind::Text(placeholder) | Kind::Choice(placeholder, _) => arg.value_name(placeholder),
    }
}

/// An option's name without its dashes.
pub(super) fn option(setting: &Setting) -> &'static str {
    match setting.kind {
        Kind::SwitchOff(option, _) => option,
        _ => setting.field.key(),
    }
}

/// What an option's help says.
fn help<S: Subset>(setting: &Setting) -> String {
    let mut text = match setting.kind {
        Kind::SwitchOff(_, off) => off.to_owned(),
        Kind::Choice(_, choices) => S::help(setting) + &words(choices),
        _ => S::help(setting),
    };
    if let Some(default) = S::default_text(setting) {
        text += &format!(" [default: {default}]");
    }
    text
}

/// What words stand for, where that is more than the word.
fn words(choices: &[Choice]) -> String {
    if choices
        .iter()
        .all(|choice| choice.label.eq_ignore_ascii_case(choice.word))
    {
        return String::new();
    }
    let words = choices.iter();
    let words: Vec<_> = words
        .map(|choice| format!("{} ({})", choice.word, choice.label))
        .collect();
    format!(": {}", words.join(", "))
}
