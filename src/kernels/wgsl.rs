//! How generated WGSL is laid out.

/// A text with every line indented by the brackets that are open before it. Blank lines stay between declarations, one
/// at a time.
pub(super) fn laid_out(text: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn lines_are_indented_by_the_brackets_around_them() {
        let text = "
            const A = 1; // (

            fn f(
            x: u32,
            ) {
            if x > A {

            let y = g(x, h(x));
            } else { g(); }
            }


            const B = 1;";
        assert_eq!(
            laid_out(text),
            "const A = 1; // (\n\nfn f(\n    x: u32,\n) {\n    if x > A {\n        let y = g(x, h(x));\n    } else { g(); }\n}\n\nconst B = 1;\n"
        );
    }
}
