//! A kernel's text: a family's WGSL file, its head made for a shape.
//!
//! A file holds the head of a small sample between two marks, so that an editor and naga read it as it lies.
//! The tests hold that head to what is made here, and write it anew with `BNONLY_WRITE_HEADS=1`.

use std::fmt::{Display, Write};

use super::binding::{Binding, declarations};
use super::precision::Precision;

const BEGIN: &str = "// ---- head: of a sample; the host makes one for each shape ----\n";
const END: &str = "// ---- end of head ----\n";

/// What every kernel shares.
const COMMON: &str = include_str!("../../shaders/common.wgsl");
/// What BatchNorm keeps, and how partial results are joined.
pub(super) const STATISTICS: &str = include_str!("../../shaders/statistics.wgsl");
/// Two neighbouring pixels at once.
pub(super) const PAIRS: &str = include_str!("../../shaders/pairs.wgsl");

/// A family's file and what its head says.
pub(super) struct Source {
    file: &'static str,
    all: &'static [Binding],
    directives: &'static str,
    constants: String,
    prelude: String,
}

impl Source {
    /// A file whose text names the bindings in `all`.
    pub fn new(file: &'static str, all: &'static [Binding]) -> Self {
        Self {
            file,
            all,
            directives: "",
            constants: String::new(),
            prelude: String::new(),
        }
    }

    /// Allows f16 in the text.
    pub fn half(mut self, half: bool) -> Self {
        self.directives = if half { "enable f16;\n" } else { "" };
        self
    }

    /// Images are stored in `precision`: `Stored` and `StoredValue`.
    pub fn stored_in(self, precision: Precision) -> Self {
        let half = precision == Precision::F16;
        self.half(half).declare(&precision.prelude())
    }

    /// `const NAME = 3u;`
    pub fn count(self, name: &str, value: u32) -> Self {
        self.constant(name, format_args!("{value}u"))
    }

    /// `const NAME = 3;`
    pub fn integer(self, name: &str, value: u32) -> Self {
        self.constant(name, value)
    }

    /// `const NAME = 0.3;`
    pub fn number(self, name: &str, value: f32) -> Self {
        self.constant(name, format_args!("{value:?}"))
    }

    /// `const NAME = vec4f(0.3, …);`, where there are no further values `rest`.
    pub fn vector(self, name: &str, values: &[f32], rest: f32) -> Self {
        let [x, y, z, w] = std::array::from_fn(|i| values.get(i).copied().unwrap_or(rest));
        self.constant(name, format_args!("vec4f({x:?}, {y:?}, {z:?}, {w:?})"))
    }

    /// `const NAME = true;`
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.constant(name, value)
    }

    fn constant(mut self, name: &str, value: impl Display) -> Self {
        writeln!(self.constants, "const {name} = {value};").expect("a string takes all");
        self
    }

    /// Further declarations.
    pub fn declare(mut self, wgsl: &str) -> Self {
        self.prelude.push('\n');
        self.prelude.push_str(wgsl);
        self
    }

    /// The text of a kernel that binds `bound`.
    pub fn bind(&self, bound: &[Binding]) -> String {
        let (before, rest) = self.file.split_once(BEGIN).expect("a file has a head");
        let (_, after) = rest.split_once(END).expect("a head has an end");
        let Self {
            directives,
            constants,
            prelude,
            ..
        } = self;
        let declarations = declarations(bound, self.all);
        format!(
            "{before}{BEGIN}{directives}{constants}\n{COMMON}{prelude}\n{declarations}{END}{after}"
        )
    }
}

/// What a generated text over images stored in `precision` begins with, perhaps touched two pixels at a time.
pub(super) fn images_head(precision: Precision, pairs: bool) -> String {
    let directives = match precision {
        Precision::F16 => "enable f16;\n",
        Precision::F32 => "",
    };
    let stored = precision.prelude();
    let pairs = if pairs { PAIRS } else { "" };
    let between = if pairs.is_empty() { "" } else { "\n" };
    format!("{directives}{COMMON}\n{STATISTICS}\n{stored}{between}{pairs}\n")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::*;

    /// By file: what its head says for a small sample.
    fn samples() -> [(&'static str, Source); 12] {
        use super::super::*;
        let [reductions, passes] = batch_norm::samples();
        [
            ("batch_norm", reductions),
            ("normalise", passes),
            ("ceilings", ceilings::sample()),
            ("elementwise", elementwise::sample()),
            ("input", input::sample()),
            ("linear", linear::sample()),
            ("loss", loss::sample()),
            ("optimizer", optimizer::sample()),
            ("pack_weights", conv::pack::sample()),
            ("pool", pool::sample()),
            ("reduce", reduce::sample()),
            ("shortcut", shortcut::sample()),
        ]
    }

    fn assert_valid(name: &str, text: &str, capabilities: Capabilities) {
        let module = naga::front::wgsl::parse_str(text)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(text)));
        Validator::new(ValidationFlags::all(), capabilities)
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(text)));
    }

    #[test]
    fn the_head_in_each_file_is_that_of_its_sample() {
        for (name, sample) in samples() {
            let text = sample.bind(sample.all);
            if std::env::var_os("BNONLY_WRITE_HEADS").is_some() {
                let shaders = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
                std::fs::write(shaders.join(format!("{name}.wgsl")), &text).expect("it is there");
            } else {
                assert!(text == sample.file, "{name}: see the head of {}", file!());
            }
        }
    }

    #[test]
    fn every_file_is_valid_as_it_lies() {
        for (name, sample) in samples() {
            assert_valid(name, sample.file, Capabilities::default());
        }
        assert_valid("common", COMMON, Capabilities::default());
        assert_valid("statistics", STATISTICS, Capabilities::default());
        assert_valid("pairs", PAIRS, Capabilities::SHADER_INT64);
    }
}
