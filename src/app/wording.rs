//! What the app calls fields and ways out of errors.

use std::borrow::Cow;

use crate::field::{Explain, Field, Wording};

/// Fields are those of the form: "Batch".
pub struct InTheApp;

impl Wording for InTheApp {
    fn name(&self, field: Field) -> Option<Cow<'static, str>> {
        label(field).map(Cow::Borrowed)
    }
}

/// What a field of the form is called; `None` for what the form does not have.
pub fn label(field: Field) -> Option<&'static str> {
    Some(match field {
        Field::Data => "Images",
        Field::ImageSize => "Resize to",
        Field::TestFraction => "Test share",
        Field::LimitTrain => "Training limit",
        Field::LimitTest => "Test limit",
        Field::Model => "Network",
        Field::Width => "Width",
        Field::Shortcut => "Shortcuts",
        Field::BnAfterActivation => "BatchNorm after the activation",
        Field::Train => "Trains",
        Field::BnInit => "γ and β start",
        Field::Init => "Start from",
        Field::Optimizer => "Optimiser",
        Field::LrGamma => "Factor",
        Field::Lr => "Learning rate",
        Field::Momentum => "Momentum",
        Field::Nesterov => "Nesterov",
        Field::WeightDecay => "Weight decay",
        Field::Schedule => "Schedule",
        Field::WarmupEpochs => "Warm-up",
        Field::Epochs | Field::MaxSteps => "Train for",
        Field::BatchSize => "Batch",
        Field::Seed => "Seed",
        Field::Shuffle => "New order each epoch",
        Field::Augment => "Crop and flip at random",
        Field::FreezeStats => "Freeze statistics",
        Field::Precision => "Precision",
        Field::Adapter => "Adapter",
        Field::Out => "Runs go to",
        Field::Backend | Field::Resume => return None,
    })
}

/// An error as a sentence of the app.
pub fn sentence(error: &dyn Explain) -> String {
    error.explain().say(&InTheApp)
}

/// A sentence as one that stands alone.
pub fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
