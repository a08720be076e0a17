//! What of a Markdown text is not prose: code, addresses, raw HTML, and the marks that tables,
//! notes and pictures are known by. No repair touches it.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use crate::model::body;

/// A part of a text that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub range: Range<usize>,
    /// Whether its first and last character may be looked at from outside, as brackets are.
    edges: bool,
}

/// The held parts of a Markdown text, in order and apart.
pub(super) fn held(text: &str) -> Vec<Held> {
    let parser = Parser::new_ext(text, body::options());
    let whole = |range| Held { range, edges: false };
    let framed = |range| Held { range, edges: true };
    let mut found: Vec<Held> =
        parser.reference_definitions().iter().map(|(_, d)| whole(d.span.clone())).collect();
    // Links whose words are prose, with the end of what they show so far.
    let mut links: Vec<(Range<usize>, usize)> = Vec::new();
    for (event, range) in parser.into_offset_iter() {
        if !matches!(event, Event::End(_))
            && let Some((link, shown)) = links.last_mut()
        {
            *shown = range.end.clamp(*shown, link.end);
        }
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) | Event::Html(_) => found.push(whole(range)),
            Event::Code(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => found.push(framed(range)),
            Event::Start(Tag::Link { link_type, .. } | Tag::Image { link_type, .. }) => match link_type {
                LinkType::Inline | LinkType::Reference | LinkType::ReferenceUnknown => {
                    let opening = if text[range.start..].starts_with('!') { 2 } else { 1 };
                    found.push(whole(range.start..range.start + opening));
                    links.push((range.clone(), range.start + opening));
                }
                // Its words are its address.
                _ => found.push(whole(range)),
            },
            Event::End(TagEnd::Link | TagEnd::Image)
                if links.last().is_some_and(|(link, _)| *link == range) =>
            {
                if let Some((link, shown)) = links.pop() {
                    found.push(framed(shown..link.end));
                }
            }
            _ => {}
        }
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        found.extend(marks(line).map(|range| whole(at + range.start..at + range.end)));
        found.extend(shortcodes(line).map(|range| framed(at + range.start..at + range.end)));
        at += line.len();
    }
    merged(found)
}

/// The label of a definition, or the row below the heads of a table.
fn marks(line: &str) -> Option<Range<usize>> {
    let start = line.len() - line.trim_start_matches([' ', '>', '\t']).len();
    let rest = line[start..].trim_end();
    if rest.contains('-') && rest.bytes().all(|b| matches!(b, b'|' | b':' | b'-' | b' ' | b'\t')) {
        return Some(start..start + rest.len());
    }
    let label = rest.strip_prefix('[')?.find("]:")? + "[]:".len();
    let note = rest.starts_with("[^");
    Some(start..if note { start + label } else { start + rest.len() })
}

/// What Hugo and Zola, or Jekyll, put in the place of a call: `{{ … }}`, `{% … %}`.
fn shortcodes(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + line[at..].find("{{").into_iter().chain(line[at..].find("{%")).min()?;
        let closing = if line[start..].starts_with("{{") { "}}" } else { "%}" };
        let end = start + line[start..].find(closing)? + closing.len();
        at = end;
        Some(start..end)
    })
}

fn merged(mut found: Vec<Held>) -> Vec<Held> {
    found.retain(|held| !held.range.is_empty());
    found.sort_by_key(|held| (held.range.start, std::cmp::Reverse(held.range.end)));
    let mut apart: Vec<Held> = Vec::with_capacity(found.len());
    for held in found {
        match apart.last_mut() {
            Some(last) if held.range.start < last.range.end => {
                if held.range.end > last.range.end {
                    last.range.end = held.range.end;
                    last.edges &= held.edges;
                }
            }
            _ => apart.push(held),
        }
    }
    apart
}

/// The text with letters in place of what is held, byte for byte: no rule holds there, and what
/// adjoins it is judged as beside a word.
pub(super) fn masked(text: &str, held: &[Held]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Held { range, edges } in held {
        out.push_str(&text[at..range.start]);
        let last = text[range.clone()].char_indices().next_back().map_or(0, |(at, _)| at);
        for (inside, c) in text[range.clone()].char_indices() {
            match c {
                '\n' => out.push(c),
                c if *edges && (inside == 0 || inside == last) => out.push(c),
                c => out.extend(std::iter::repeat_n('x', c.len_utf8())),
            }
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Changes what is not held, piece by piece.
pub(super) fn outside(text: &str, held: &[Held], mut change: impl FnMut(&str, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for Held { range, .. } in held {
        change(&text[at..range.start], &mut out);
        out.push_str(&text[range.clone()]);
        at = range.end;
    }
    change(&text[at..], &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_addresses_and_marks_are_held_and_words_are_not() {
        let text = "Un `a 'b'` et [l'eau](x \"t\") ![d'ici](y) <https://z> <b c=\"d\">e</b>[^n]\n\n    code\n\n\
            ```\nf\n```\n\n| a |\n| :- |\n| b |\n\n{{< fig src=\"g\" >}} {% h %}\n\n[^n]: note\n\n[r]: /u 'v'\n\n[i][r] [r]\n";
        let shown: Vec<&str> = held(text).iter().map(|held| text[held.range.clone()].trim_end()).collect();
        assert_eq!(
            shown,
            [
                "`a 'b'`",
                "[",
                "](x \"t\")",
                "![",
                "](y)",
                "<https://z>",
                "<b c=\"d\">",
                "</b>",
                "[^n]",
                "code",
                "```\nf\n```",
                "| :- |",
                "{{< fig src=\"g\" >}}",
                "{% h %}",
                "[^n]:",
                "[r]: /u 'v'",
                "[",
                "][r]",
                "[r]",
            ]
        );
        assert_eq!(masked("a `été` b", &held("a `été` b")).len(), "a `été` b".len());
    }
}
