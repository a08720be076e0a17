//! Headers of other generators, put in our words.

use crate::model::header::{Entry, Node, Value};
use crate::model::release::{FIELDS, Kind};
use crate::text::elsewhere::{Counterpart, counterpart};
use crate::text::fold::fold;
use crate::text::source::{Span, Spanned};

/// Fields that hold several values, so that two of another generator's may become one.
const LISTS: [&str; 3] = ["tags", "authors", "aliases"];

/// Translates the fields of other generators that have a counterpart here, and takes out what none
/// can hold. `declares` says whether the theme knows a field of `extra`.
pub(super) fn translate(entries: &mut Vec<Entry>, declares: &dyn Fn(&Entry) -> bool) -> Vec<Entry> {
    // An empty field says nothing.
    let said = std::mem::take(entries).into_iter().filter(|entry| !is_empty(&entry.value.value));
    // What has our name comes first, wherever it stands.
    let (own, others): (Vec<Entry>, Vec<Entry>) =
        said.partition(|entry| FIELDS.contains(&entry.key.value.as_str()));
    // Jekyll parts the words of a category at spaces, and has a layout in every header.
    let jekyll = others.iter().any(|entry| entry.key.value == "layout");
    let mut header = Translated { own: Vec::new(), aside: Vec::new(), jekyll };
    own.into_iter().for_each(|entry| header.own(entry, declares));
    others.into_iter().for_each(|entry| header.other(entry, declares));
    *entries = header.own;
    header.aside
}

struct Translated {
    own: Vec<Entry>,
    aside: Vec<Entry>,
    jekyll: bool,
}

impl Translated {
    /// A field of ours, unless another generator means something else by it.
    fn own(&mut self, mut entry: Entry, declares: &dyn Fn(&Entry) -> bool) {
        match (entry.key.value.as_str(), &mut entry.value.value) {
            ("extra", _) => return self.extra(entry, declares),
            // « type: post » says which template to use.
            ("kind", Value::Text(kind) | Value::Plain(kind)) => {
                let template =
                    matches!(fold(kind).as_str(), "post" | "posts" | "page" | "blog" | "article" | "news");
                let ours = Kind::NAMES.iter().any(|(name, _)| *name == kind.as_str());
                if template && !ours {
                    return self.aside.push(entry);
                }
            }
            // « author: { name: … } », as Hugo once had it.
            ("authors", Value::Map(about)) => match about.iter().find(|(key, _)| key.value == "name") {
                Some((_, name)) => entry.value = name.clone(),
                None => return self.aside.push(entry),
            },
            // Elsewhere a release may be of several series.
            ("series", Value::List(names)) => match names.as_slice() {
                [one] => entry.value = one.clone(),
                _ => return self.aside.push(entry),
            },
            _ => {}
        }
        self.own.push(entry);
    }

    fn other(&mut self, mut entry: Entry, declares: &dyn Fn(&Entry) -> bool) {
        // Elsewhere the default is to be seen, here as well: only the refusal says something.
        if entry.key.value == "published" && says_no(&entry.value.value) {
            entry.value.value = Value::Bool(true);
            return self.put("draft", entry);
        }
        match (counterpart(&entry.key.value), entry.value.value) {
            (Some(Counterpart::Field(name)), value) => {
                entry.value.value = value;
                self.put(name, entry);
            }
            (Some(Counterpart::Table("tags")), Value::Map(map)) => {
                let is_tags =
                    |name: &str| name == "tags" || counterpart(name) == Some(Counterpart::Field("tags"));
                let (tags, rest): (Vec<_>, Vec<_>) =
                    map.into_iter().partition(|(name, _)| is_tags(&name.value));
                for (key, value) in tags {
                    self.put("tags", Entry { key, value });
                }
                self.rest(entry.key, entry.value.span, rest);
            }
            (Some(Counterpart::Table("extra")), value @ Value::Map(_)) => {
                entry.value.value = value;
                self.extra(entry, declares);
            }
            (_, value) => {
                entry.value.value = value;
                self.aside.push(entry);
            }
        }
    }

    /// A table for the theme: what it does not declare would fail the build.
    fn extra(&mut self, entry: Entry, declares: &dyn Fn(&Entry) -> bool) {
        let Value::Map(map) = entry.value.value else { return self.aside.push(entry) };
        let known = |(key, value): &(Spanned<String>, Node)| {
            declares(&Entry { key: key.clone(), value: value.clone() })
        };
        let (declared, rest): (Vec<_>, Vec<_>) = map.into_iter().partition(known);
        let span = entry.value.span;
        self.rest(entry.key.clone(), span, rest);
        if !declared.is_empty() {
            self.put("extra", Entry { key: entry.key, value: Node { span, value: Value::Map(declared) } });
        }
    }

    /// Sets aside what is left of a table.
    fn rest(&mut self, key: Spanned<String>, span: Span, rest: Vec<(Spanned<String>, Node)>) {
        if !rest.is_empty() {
            self.aside.push(Entry { key, value: Node { span, value: Value::Map(rest) } });
        }
    }

    /// Puts a value where `name` wants it: lists grow together; of other fields the first one counts.
    fn put(&mut self, name: &str, mut entry: Entry) {
        let lists = LISTS.contains(&name);
        if name == "tags" {
            entry.value = Node { span: entry.value.span, value: self.parted(entry.value) };
        }
        match self.own.iter_mut().find(|known| known.key.value == name) {
            Some(known) if lists => {
                let more =
                    nodes(std::mem::replace(&mut entry.value.value, Value::Bool(false)), entry.value.span);
                let held = std::mem::replace(&mut known.value.value, Value::Bool(false));
                known.value.value = Value::List(united(nodes(held, known.value.span), more));
            }
            Some(_) => self.aside.push(entry),
            None => {
                name.clone_into(&mut entry.key.value);
                self.own.push(entry);
            }
        }
    }

    /// The tags that one string holds.
    fn parted(&self, node: Node) -> Value {
        let (Value::Text(text) | Value::Plain(text)) = &node.value else { return node.value };
        let parts: Vec<&str> = match (text.contains([',', ';', '،']), self.jekyll) {
            (true, _) => text.split([',', ';', '،']).collect(),
            (false, true) => text.split_whitespace().collect(),
            (false, false) => vec![text],
        };
        let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
        Value::List(parts.map(|part| Node { span: node.span, value: Value::Text(part.to_owned()) }).collect())
    }
}

/// A value as a list.
fn nodes(value: Value, span: Span) -> Vec<Node> {
    match value {
        Value::List(nodes) => nodes,
        value => vec![Node { span, value }],
    }
}

/// Both lists, each name once: two spellings of one would be an error.
fn united(mut held: Vec<Node>, more: Vec<Node>) -> Vec<Node> {
    let name = |node: &Node| match &node.value {
        Value::Text(text) | Value::Plain(text) => Some(fold(text)),
        _ => None,
    };
    for node in more {
        if name(&node).is_none() || held.iter().all(|known| name(known) != name(&node)) {
            held.push(node);
        }
    }
    held
}

fn says_no(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        Value::Text(word) | Value::Plain(word) => word.eq_ignore_ascii_case("false"),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Plain(text) => text.trim().is_empty(),
        Value::List(nodes) => nodes.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}
