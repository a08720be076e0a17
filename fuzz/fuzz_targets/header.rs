//! A header alone, in whichever form it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tribune::model::header::{Entry, Node, Value, parse, parse_toml};
use tribune::text::diagnostic::Faults;
use tribune::text::source::Source;

fn inside(text: &str, node: &Node) {
    assert!(text.get(node.span.range()).is_some(), "{node:?}");
    match &node.value {
        Value::List(nodes) => nodes.iter().for_each(|node| inside(text, node)),
        Value::Map(fields) => fields.iter().for_each(|(key, node)| {
            assert!(text.get(key.span.range()).is_some(), "{key:?}");
            inside(text, node);
        }),
        _ => {}
    }
}

fuzz_target!(|text: &str| {
    let all = |entries: &[Entry]| {
        for entry in entries {
            assert!(text.get(entry.key.span.range()).is_some(), "{entry:?}");
            inside(text, &entry.value);
        }
    };
    let source = Source::new("content/a.md", text);
    let mut faults = Faults::of(&source.path);
    let header = parse(&source, &mut faults);
    assert!(text.get(header.body..).is_some() && text.get(header.span.range()).is_some(), "{header:?}");
    assert!(!header.broken || faults.has_errors(), "{header:?}");
    all(&header.entries);
    all(&parse_toml(&source, &mut faults));
});
