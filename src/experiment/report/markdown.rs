//! `report.md`: the same as the page, for where Markdown is read.

use super::blocks::{Block, Table};
use super::content::Content;

/// The whole file.
pub(super) fn markdown(content: &Content) -> String {
    let mut parts = vec![
        format!("# {}", plain(&content.title)),
        plain(&content.question),
        format!("> **Verdict: {}**", content.verdict),
    ];
    let because = content.because.iter();
    parts.extend(because.map(|line| format!("> {}", plain(line))));
    // One box: no blank line within it.
    let quoted = parts.split_off(2).join("\n>\n");
    parts.push(quoted);
    for section in &content.sections {
        parts.push(format!("## {}", section.heading));
        parts.extend(section.blocks.iter().map(block));
    }
    parts.join("\n\n") + "\n"
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => plain(text),
        Block::Facts(facts, true) => {
            let lines = facts
                .iter()
                .map(|(name, fact)| format!("- {}", code(&format!("{name} = {fact}"))));
            lines.collect::<Vec<_>>().join("\n")
        }
        Block::Facts(facts, false) => {
            let lines = facts
                .iter()
                .map(|(name, fact)| format!("- {name}: {}", plain(fact)));
            lines.collect::<Vec<_>>().join("\n")
        }
        Block::List(items) => list(items),
        Block::Code(text) => format!("```sh\n{text}\n```"),
        Block::Table(found) => table(found),
        Block::Figure(number, figure) => format!(
            "![{}](figures/{}.svg)\n\n**Figure {number}. {}.** {}\n\n{}",
            plain(&figure.title),
            figure.name,
            plain(&figure.title),
            plain(&figure.explained),
            list(&figure.told)
        ),
        Block::Source(words, address) => format!("[{}]({address}).", plain(words)),
    }
}

fn list(items: &[String]) -> String {
    let items = items.iter().map(|item| format!("- {}", plain(item)));
    items.collect::<Vec<_>>().join("\n")
}

fn table(table: &Table) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
        format!("| {} |", cells.join(" | "))
    };
    let mut lines = vec![plain(&table.caption), String::new(), row(&table.head)];
    lines.push(format!("|{}", " --- |".repeat(table.head.len())));
    lines.extend(table.rows.iter().map(|cells| row(cells)));
    lines.join("\n")
}

/// Text of which no letter is Markdown's.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => escaped.extend(['\\', letter]),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Text as it is typed.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{text}{fence}")
}
