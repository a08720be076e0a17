//! Decodes a table field by field, so that every fault is found and keeps its place.

use crate::text::bidi;
use crate::text::diagnostic::Faults;
use crate::text::problem::{Problem, Table};
use crate::text::source::{Span, Spanned};
use crate::text::suggest::nearest;

use super::header::{Entry, Node, Value};

/// The fields of one table that are still to be taken.
pub struct Fields<'f> {
    table: Table,
    /// Where the table begins, for what is missing in it.
    span: Span,
    entries: Vec<Entry>,
    known: Vec<&'static str>,
    present: Vec<&'static str>,
    missing: Vec<(&'static str, Option<String>)>,
    pub faults: &'f mut Faults,
}

impl<'f> Fields<'f> {
    pub fn new(table: Table, span: Span, entries: Vec<Entry>, faults: &'f mut Faults) -> Self {
        let (known, present, missing) = (Vec::new(), Vec::new(), Vec::new());
        Self { table, span, entries, known, present, missing, faults }
    }

    /// The value of a field, if the field is there.
    pub fn take(&mut self, name: &'static str) -> Option<Node> {
        self.known.push(name);
        let at = self.entries.iter().position(|entry| entry.key.value == name)?;
        self.present.push(name);
        Some(self.entries.remove(at).value)
    }

    /// Says at the end that `name` is missing, unless it was refused or a misspelt field explains it.
    pub fn require(&mut self, name: &'static str, proposal: Option<String>) {
        // What is there but was refused is not missing.
        if !self.present.contains(&name) {
            self.missing.push((name, proposal));
        }
    }

    pub fn text(&mut self, name: &'static str) -> Option<Spanned<String>> {
        let node = self.take(name)?;
        text(name, node, self.faults)
    }

    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let node = self.take(name)?;
        let value = match &node.value {
            Value::Bool(value) => Some(*value),
            Value::Plain(word) => truth(word),
            _ => None,
        };
        if value.is_none() {
            self.wrong(name, &node, "`true` or `false`");
        }
        value
    }

    pub fn integer(&mut self, name: &'static str) -> Option<Spanned<i64>> {
        let node = self.take(name)?;
        let value = match &node.value {
            Value::Integer(value) => Some(*value),
            Value::Plain(word) => word.parse().ok(),
            _ => None,
        };
        if value.is_none() {
            self.wrong(name, &node, "a whole number");
        }
        Some(Spanned::new(value?, node.span))
    }

    /// A string, or a list of strings.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<Spanned<String>>> {
        let node = self.take(name)?;
        Some(match node.value {
            Value::List(nodes) => {
                nodes.into_iter().filter_map(|node| text(name, node, self.faults)).collect()
            }
            value => text(name, Node { value, span: node.span }, self.faults).into_iter().collect(),
        })
    }

    /// The entries of a table, and its place.
    pub fn table(&mut self, name: &'static str) -> Option<(Span, Vec<Entry>)> {
        let node = self.take(name)?;
        match node.value {
            Value::Map(entries) => Some((node.span, into_entries(entries))),
            _ => {
                self.wrong(name, &node, "a table");
                None
            }
        }
    }

    /// Everything that is left, for tables whose keys are names given by the person.
    pub fn rest(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.entries)
    }

    pub fn wrong(&mut self, name: &str, node: &Node, expected: &'static str) {
        let found = node.value.kind();
        self.faults.at(node.span, Problem::WrongType { name: name.into(), expected, found });
    }

    /// Whether a field that nobody took looks like `name`, or `name` was there but refused.
    pub fn explains(&self, name: &str) -> bool {
        let near = |entry: &Entry| nearest(&entry.key.value, self.known.iter().copied()) == Some(name);
        self.present.contains(&name) || self.entries.iter().any(near)
    }

    /// What is left is unknown; what is missing and not explained by it is missing.
    pub fn finish(mut self) {
        for entry in std::mem::take(&mut self.entries) {
            let suggestion = nearest(&entry.key.value, self.known.iter().copied()).map(str::to_owned);
            if let Some(meant) = &suggestion {
                self.missing.retain(|(name, _)| name != meant);
            }
            let problem = Problem::UnknownField { table: self.table, name: entry.key.value, suggestion };
            self.faults.at(entry.key.span, problem);
        }
        for (name, proposal) in std::mem::take(&mut self.missing) {
            self.faults
                .at(self.span, Problem::MissingField { table: self.table, name: name.into(), proposal });
        }
    }
}

/// What a yes or a no says, in any of the three languages.
pub fn truth(word: &str) -> Option<bool> {
    match crate::text::fold::fold(word).as_str() {
        "true" | "oui" | "yes" | "نعم" => Some(true),
        "false" | "non" | "no" | "لا" => Some(false),
        _ => None,
    }
}

/// The entries of a map node.
pub fn into_entries(map: Vec<(Spanned<String>, Node)>) -> Vec<Entry> {
    map.into_iter().map(|(key, value)| Entry { key, value }).collect()
}

/// A node as text; numbers and dates that no quotation marks made a string count as written.
pub fn text(name: &str, node: Node, faults: &mut Faults) -> Option<Spanned<String>> {
    let value = match node.value {
        Value::Text(text) | Value::Plain(text) => text,
        ref other => {
            let (name, found) = (name.to_owned(), other.kind());
            faults.at(node.span, Problem::WrongType { name, expected: "a string", found });
            return None;
        }
    };
    if value.trim().is_empty() {
        faults.at(node.span, Problem::EmptyValue { name: name.into() });
        return None;
    }
    if let Some((_, character)) = bidi::forged(&value) {
        faults.at(node.span, Problem::BidiControl { character });
        return None;
    }
    Some(Spanned::new(value, node.span))
}
