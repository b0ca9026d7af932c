//! Which parameters, or parts of one, may change: what a user asks for, before there is a network.
//! For one network it becomes a [`TrainedSet`].

use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::graph::{Graph, Parameter, Role};
use super::initial::fan_in;
use super::stream::{below, stream};
pub use super::trained_set::{Selection, TrainedSet};

/// What is to train, as words: the union of its terms, which `+` or `,` separates.
///
/// | term | trains |
/// |---|---|
/// | `bn` | γ and β of every BatchNorm, those of projections too |
/// | `bn-gamma`, `bn-beta` | only γ, only β |
/// | `output` | weight and bias of the output layer |
/// | `shortcut` | the projections, convolution and BatchNorm; nothing in a network without them |
/// | `random:K` | K randomly chosen weights of each output channel of every convolution (all of them where a channel has fewer), biases not |
/// | `all`, `none` | everything, nothing; these stand alone |
/// | a name or glob | the parameters it matches: `fc.bias`, `blocks.0.*`, `*.bn?.weight` |
///
/// As text it reads the way it was written, with repeated terms left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Trainable {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    BatchNorm,
    Gamma,
    Beta,
    Output,
    Shortcut,
    Random(u32),
    All,
    None,
    Pattern(glob::Pattern),
}

/// The terms that are words, as written.
const WORDS: [(&str, Term); 7] = [
    ("bn", Term::BatchNorm),
    ("bn-gamma", Term::Gamma),
    ("bn-beta", Term::Beta),
    ("output", Term::Output),
    ("shortcut", Term::Shortcut),
    ("all", Term::All),
    ("none", Term::None),
];

const RANDOM: &str = "random:";

/// Why something cannot train.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainableError {
    /// A term that is no word and cannot be a parameter's name either.
    #[error(
        "`{term}` cannot be trained; there are bn, bn-gamma, bn-beta, output, shortcut, random:K, \
         all, none, joined by +, and names or globs of parameters such as fc.bias or blocks.0.*"
    )]
    UnknownWord {
        /// The term.
        term: String,
    },
    /// Nothing between two separators, or nothing at all.
    #[error(
        "`{text}` has an empty term; write what to train, e.g. bn or bn+output, or none for nothing"
    )]
    Empty {
        /// The whole text.
        text: String,
    },
    /// `all` or `none` beside another term.
    #[error("`{word}` stands alone; it cannot be combined in `{text}`")]
    NotAlone {
        /// `all` or `none`.
        word: &'static str,
        /// The whole text.
        text: String,
    },
    /// The K of `random:K` is no number above 0.
    #[error("`{term}` needs a number of weights from 1 up behind the colon, e.g. random:2")]
    RandomCount {
        /// The term.
        term: String,
    },
    /// A glob that cannot be read.
    #[error("`{pattern}` is no glob: {reason}")]
    BadPattern {
        /// The term.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
    /// A name or glob that matches no parameter.
    #[error("`{pattern}` matches no parameter of this network; it has e.g. {}", examples.join(", "))]
    NoMatch {
        /// The term.
        pattern: String,
        /// Some names that exist.
        examples: Vec<String>,
    },
    /// No convolution has as many weights a channel as `random:K` asks for.
    #[error(
        "random:{count} asks for more weights than any output channel has; the most here is {most}"
    )]
    TooManyRandom {
        /// K.
        count: u32,
        /// The largest fan-in of a convolution.
        most: usize,
    },
    /// Every term is empty in this network.
    #[error("`{trainable}` trains nothing in this network, which has no such layers")]
    Nothing {
        /// The whole text.
        trainable: String,
    },
}

impl Trainable {
    /// Only BatchNorm: `bn`.
    pub fn batch_norm() -> Self {
        Self {
            terms: vec![Term::BatchNorm],
        }
    }

    /// Nothing: `none`.
    pub fn nothing() -> Self {
        Self {
            terms: vec![Term::None],
        }
    }

    /// `random:K`, K from 1 up.
    pub fn random(count: NonZeroU32) -> Self {
        Self {
            terms: vec![Term::Random(count.get())],
        }
    }

    /// The K of `random:K`, if that is all that trains.
    pub fn random_count(&self) -> Option<u32> {
        match self.terms[..] {
            [Term::Random(count)] => Some(count),
            _ => None,
        }
    }

    /// Whether nothing is to train: `none`.
    pub fn is_none(&self) -> bool {
        self.terms == [Term::None]
    }

    /// What that is in one network. `seed` decides which weights `random:K` picks: each
    /// convolution's follow from the seed and its name alone.
    ///
    /// # Errors
    ///
    /// Where a name or glob matches nothing, `random:K` asks for more weights than any channel has,
    /// or nothing at all would train (but for `none`).
    pub fn select(&self, graph: &Graph, seed: u64) -> Result<TrainedSet, TrainableError> {
        let mut trained = TrainedSet::frozen(graph);
        for term in &self.terms {
            term.check(graph)?;
            for (parameter, selection) in graph.parameters.iter().zip(&mut trained.selections) {
                let before = std::mem::replace(selection, Selection::Frozen);
                *selection = before.union(term.select(parameter, seed));
            }
        }
        if trained.trained().next().is_none() && !self.is_none() {
            return Err(TrainableError::Nothing {
                trainable: self.to_string(),
            });
        }
        Ok(trained)
    }
}

impl Default for Trainable {
    /// Only BatchNorm.
    fn default() -> Self {
        Self::batch_norm()
    }
}

impl Term {
    fn parse(text: &str) -> Result<Self, TrainableError> {
        if let Some((_, term)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(term.clone());
        }
        if let Some(count) = text.strip_prefix(RANDOM) {
            return match count.parse() {
                Ok(count) if count > 0 => Ok(Self::Random(count)),
                _ => Err(TrainableError::RandomCount {
                    term: text.to_owned(),
                }),
            };
        }
        // Every parameter's name has a dot, so that a misspelt word is found without a network.
        if !text.contains(['.', '*', '?', '[']) {
            return Err(TrainableError::UnknownWord {
                term: text.to_owned(),
            });
        }
        match glob::Pattern::new(text) {
            Ok(pattern) => Ok(Self::Pattern(pattern)),
            Err(error) => Err(TrainableError::BadPattern {
                pattern: text.to_owned(),
                reason: error.msg.to_owned(),
            }),
        }
    }

    /// Whether the term makes sense in a network.
    fn check(&self, graph: &Graph) -> Result<(), TrainableError> {
        match self {
            Self::Pattern(pattern) => {
                if graph.parameters.iter().any(|p| pattern.matches(&p.name)) {
                    return Ok(());
                }
                let names: Vec<&String> = graph.parameters.iter().map(|p| &p.name).collect();
                // The first and the last few: a network's middle looks like its beginning.
                let shown = names.iter().enumerate();
                let shown = shown.filter(|(at, _)| *at < 4 || at + 2 >= names.len());
                Err(TrainableError::NoMatch {
                    pattern: pattern.as_str().to_owned(),
                    examples: shown.map(|(_, name)| (*name).clone()).collect(),
                })
            }
            &Self::Random(count) => {
                let weights = graph.parameters.iter();
                let weights = weights.filter(|p| p.role == Role::ConvWeight);
                let most = weights.map(fan_in).max().unwrap_or(0);
                if count as usize > most {
                    return Err(TrainableError::TooManyRandom { count, most });
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn select(&self, parameter: &Parameter, seed: u64) -> Selection {
        let whole = match self {
            Self::BatchNorm => matches!(parameter.role, Role::Gamma | Role::Beta),
            Self::Gamma => parameter.role == Role::Gamma,
            Self::Beta => parameter.role == Role::Beta,
            Self::Output => matches!(parameter.role, Role::OutputWeight | Role::OutputBias),
            Self::Shortcut => parameter.on_shortcut,
            Self::All => true,
            Self::None => false,
            Self::Pattern(pattern) => pattern.matches(&parameter.name),
            &Self::Random(count) => return random_weights(parameter, count, seed),
        };
        if whole {
            Selection::Whole
        } else {
            Selection::Frozen
        }
    }
}

/// `count` places of each output channel of a convolution's weight, each set of places equally
/// likely (Floyd's sampling, Bentley and Floyd 1987).
fn random_weights(parameter: &Parameter, count: u32, seed: u64) -> Selection {
    if parameter.role != Role::ConvWeight {
        return Selection::Frozen;
    }
    let fan_in = fan_in(parameter) as u32;
    if count >= fan_in {
        return Selection::Whole;
    }
    let mut random = stream(seed, "random weights", &parameter.name);
    let mut places = Vec::with_capacity(parameter.shape[0] * count as usize);
    for channel in 0..parameter.shape[0] as u32 {
        let mut chosen = BTreeSet::new();
        for last in fan_in - count..fan_in {
            let draw = below(&mut random, last + 1);
            if !chosen.insert(draw) {
                chosen.insert(last);
            }
        }
        places.extend(chosen.into_iter().map(|place| channel * fan_in + place));
    }
    Selection::Some(places)
}

impl FromStr for Trainable {
    type Err = TrainableError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut terms = Vec::new();
        for part in text.split(['+', ',']) {
            let part = part.trim();
            if part.is_empty() {
                let text = text.to_owned();
                return Err(TrainableError::Empty { text });
            }
            let term = Term::parse(part)?;
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        for (word, alone) in [("all", Term::All), ("none", Term::None)] {
            if terms.len() > 1 && terms.contains(&alone) {
                let text = text.to_owned();
                return Err(TrainableError::NotAlone { word, text });
            }
        }
        Ok(Self { terms })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random(count) => write!(f, "{RANDOM}{count}"),
            Self::Pattern(pattern) => f.write_str(pattern.as_str()),
            word => {
                let (name, _) = WORDS.iter().find(|(_, term)| term == word).expect("a word");
                f.write_str(name)
            }
        }
    }
}

impl fmt::Display for Trainable {
    /// Words are joined by `+`, names and globs by `,`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<&Term> = None;
        for term in &self.terms {
            if let Some(before) = before {
                let is_name = |term: &Term| matches!(term, Term::Pattern(_));
                f.write_str(if is_name(before) || is_name(term) {
                    ","
                } else {
                    "+"
                })?;
            }
            write!(f, "{term}")?;
            before = Some(term);
        }
        Ok(())
    }
}

impl From<Trainable> for String {
    fn from(trainable: Trainable) -> Self {
        trainable.to_string()
    }
}

impl TryFrom<String> for Trainable {
    type Error = TrainableError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}
