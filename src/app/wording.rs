//! What the app calls fields and ways out of errors.

use std::borrow::Cow;

use crate::field::{Explain, Field, Wording};
use crate::train::table::setting;

/// Fields are those of the form: "Batch".
pub struct InTheApp;

impl Wording for InTheApp {
    fn name(&self, field: Field) -> Option<Cow<'static, str>> {
        label(field).map(Cow::Borrowed)
    }
}

/// What a field of the form is called; `None` for what the form does not have.
pub fn label(field: Field) -> Option<&'static str> {
    match field {
        Field::Adapter => Some("Adapter"),
        Field::Out => Some("Runs go to"),
        _ => setting(field).map(|setting| setting.label),
    }
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
