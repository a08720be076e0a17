//! What a reader comes to in an output, link by link, as a browser finds them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use crate::harness::Tree;
use crate::html;

/// The files of the portal that a file of the output leads to or shows.
type Targets = BTreeSet<String>;

/// Outputs of the portal at one address.
pub struct Reach {
    base: &'static str,
    /// Where the pages seen so far lead, by path and bytes: most are met again and again.
    targets: Mutex<HashMap<(String, Vec<u8>), Targets>>,
}

impl Reach {
    pub fn of(base: &'static str) -> Self {
        Self { base, targets: Mutex::default() }
    }

    /// Links that lead nowhere, of all files that are come to from some. What they lead to may be let off.
    pub fn broken(
        &self,
        output: &Tree,
        mut next: Vec<String>,
        is_let_off: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut seen: BTreeSet<String> = next.iter().cloned().collect();
        let mut broken = Vec::new();
        while let Some(path) = next.pop() {
            let Some(bytes) = output.get(&path) else {
                broken.push(format!("there is no {path}"));
                continue;
            };
            let mut known = self.targets.lock().unwrap();
            let targets = known
                .entry((path.clone(), bytes.clone()))
                .or_insert_with(|| targets(self.base, &path, bytes));
            for target in targets.iter().filter(|target| !is_let_off(target)) {
                if !output.contains_key(target) {
                    broken.push(format!("{path} leads to {target}, which is not there"));
                } else if seen.insert(target.clone()) {
                    next.push(target.clone());
                }
            }
        }
        broken
    }
}

fn targets(base: &str, path: &str, bytes: &[u8]) -> Targets {
    let Ok(text) = std::str::from_utf8(bytes) else { return Targets::new() };
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | '\\' | '&' | '(' | ')');
    let absolute = text.split(base).skip(1).map(|rest| rest.split(ends).next().unwrap_or_default());
    let mut found: Vec<Option<String>> = absolute.map(|inside| html::resolve("", inside)).collect();
    if path.ends_with(".html") {
        for element in html::elements(text) {
            let set = element.attr("srcset").split(',').filter_map(|one| one.split_whitespace().next());
            let refresh = element.attr("content").split("url=").nth(1);
            let refresh = refresh.filter(|_| element.attr("http-equiv") == "refresh");
            let plain = ["href", "src", "poster"].into_iter().filter_map(|name| element.attrs.get(name));
            for target in plain.map(String::as_str).chain(set).chain(refresh) {
                found.push(match target.strip_prefix('/') {
                    Some(inside) => html::resolve("", inside),
                    None => html::resolve(path, target),
                });
            }
        }
    }
    let file = |target: String| match target.is_empty() || target.ends_with('/') {
        true => format!("{target}index.html"),
        false => target,
    };
    found.into_iter().flatten().map(file).collect()
}
