//! `report.html`: one file, without scripts and without anything from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::blocks::{Block, Section, Table};
use super::content::Content;
use super::figures::Drawn;

/// How it looks: light, dark and on paper.
const STYLE: &str = include_str!("style.css");

/// The whole file.
pub(super) fn html(content: &Content) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (content.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (content.title) }
                    p.question { (content.question) }
                }
                main {
                    (verdict(content))
                    @for (place, part) in content.sections.iter().enumerate() {
                        (section(place + 1, part))
                    }
                }
                footer { p { "Written by bnonly " (env!("CARGO_PKG_VERSION")) "." } }
            }
        }
    };
    page.into_string()
}

fn verdict(content: &Content) -> Markup {
    let class = match content.verdict {
        word @ ("supported" | "contradicted" | "undecided") => word,
        _ => "none",
    };
    html! {
        section.verdict.(class) aria-labelledby="verdict" {
            h2 id="verdict" { "Verdict: " (content.verdict) }
            @for line in &content.because { p { (line) } }
        }
    }
}

fn section(number: usize, section: &Section) -> Markup {
    let id = format!("section-{number}");
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (section.heading) }
            @for part in &section.blocks { (block(part)) }
        }
    }
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Text(text) => p { (text) },
            Block::Facts(facts, is_typed) => dl {
                @for (name, fact) in facts {
                    div {
                        @if *is_typed {
                            dt { code { (name) } } dd { "= " code { (fact) } }
                        } @else {
                            dt { (name) } dd { (fact) }
                        }
                    }
                }
            },
            Block::List(items) => ul { @for item in items { li { (item) } } },
            Block::Code(text) => pre { code { (text) } },
            Block::Table(found) => (table(found)),
            Block::Figure(number, drawn) => (figure(*number, drawn)),
            Block::Source(words, address) => p { a href=(address) { (words) } "." },
        }
    }
}

fn table(table: &Table) -> Markup {
    html! {
        div.wide role="region" aria-label=(table.caption) tabindex="0" {
            table {
                caption { (table.caption) }
                thead { tr { @for cell in &table.head { th scope="col" { (cell) } } } }
                tbody {
                    @for row in &table.rows {
                        tr {
                            @for (place, cell) in row.iter().enumerate() {
                                @if place == 0 {
                                    th scope="row" { (cell) }
                                } @else {
                                    td.number[is_number(cell)] { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a cell holds a number, which stays on one line.
fn is_number(cell: &str) -> bool {
    let first = |letter: char| letter.is_ascii_digit() || "+−<".contains(letter);
    cell.starts_with(first) && cell.chars().count() < 24
}

fn figure(number: usize, drawn: &Drawn) -> Markup {
    let (title, description) = (
        format!("figure-{number}-title"),
        format!("figure-{number}-numbers"),
    );
    // The file's own first tag says its size; this one says what it is, too.
    let (tag, rest) = drawn.svg.split_once('>').unwrap_or_default();
    let size = tag
        .split('"')
        .find(|part| part.starts_with("0 0 "))
        .unwrap_or_default();
    html! {
        figure {
            svg viewBox=(size) role="img" aria-labelledby=(title) aria-describedby=(description) {
                title id=(title) { (drawn.title) }
                desc id=(description) { (drawn.told.join(" ")) }
                (PreEscaped(rest.trim_end().trim_end_matches("</svg>")))
            }
            figcaption {
                p { strong { "Figure " (number) ". " (drawn.title) "." } " " (drawn.explained) }
                @if !drawn.told.is_empty() {
                    details {
                        summary { "The numbers" }
                        ul { @for told in &drawn.told { li { (told) } } }
                    }
                }
            }
        }
    }
}
