//! WGSL that is put together from fragments.

use std::fmt::{Arguments, Write};

/// A text of WGSL that grows by fragments. A fragment is indented as the Rust around it is: [`Wgsl::finish`] indents
/// every line by the brackets around it.
#[derive(Debug, Default)]
pub(super) struct Wgsl(String);

impl Wgsl {
    /// Adds whole lines; blank ones before and after them are left out.
    pub fn push(&mut self, fragment: Arguments<'_>) {
        let begin = self.0.len();
        // Writing to a String cannot fail.
        let _ = self.0.write_fmt(fragment);
        if self.0[begin..].starts_with('\n') {
            self.0.remove(begin);
        }
        self.0.truncate(self.0.trim_end().len().max(begin));
        self.0.push('\n');
    }

    /// Adds a blank line, which only stays between declarations.
    pub fn blank(&mut self) {
        self.0.push('\n');
    }

    /// The text, laid out.
    pub fn finish(self) -> String {
        laid_out(&self.0)
    }
}

/// A text with every line indented by the brackets that are open before it. Blank lines stay between declarations, one
/// at a time.
fn laid_out(text: &str) -> String {
    let mut laid_out = String::with_capacity(text.len() + text.len() / 4);
    let mut depth = 0;
    let mut after_blank = true;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            if depth == 0 && !after_blank {
                laid_out.push('\n');
                after_blank = true;
            }
            continue;
        }
        let code = line.split("//").next().unwrap_or_default();
        let closes_first = code.starts_with(['}', ')']);
        for _ in usize::from(closes_first)..depth {
            laid_out.push_str("    ");
        }
        laid_out.push_str(line);
        laid_out.push('\n');
        after_blank = false;
        depth += code.matches(['{', '(']).count();
        depth -= code.matches(['}', ')']).count();
    }
    laid_out
}

/// Adds a fragment, a format string, to a [`Wgsl`].
macro_rules! wgsl {
    ($text:expr, $($fragment:tt)+) => {
        $text.push(format_args!($($fragment)+))
    };
}
pub(super) use wgsl;

#[cfg(test)]
mod tests {
    use super::Wgsl;

    #[test]
    fn lines_are_indented_by_the_brackets_around_them() {
        let mut text = Wgsl::default();
        let name = "x";
        wgsl!(
            text,
            "
            const A = 1; // (

            fn f(
                {name}: u32,
            ) {{
            "
        );
        wgsl!(text, "if {name} > A {{");
        text.blank();
        wgsl!(text, "let y = g({name}, h({name}));");
        wgsl!(text, "}} else {{ g(); }}\n}}");
        text.blank();
        text.blank();
        wgsl!(text, "const B = 1;");
        assert_eq!(
            text.finish(),
            "const A = 1; // (\n\nfn f(\n    x: u32,\n) {\n    if x > A {\n        let y = g(x, h(x));\n    } else { g(); }\n}\n\nconst B = 1;\n"
        );
    }
}
