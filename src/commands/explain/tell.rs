//! The words of an explanation, and its JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::alter::Alteration;
use crate::pages::difference::Fate;
use crate::pages::ingredients::{Ingredient, Role};
use crate::pages::plan::{Output, Plan, What};
use crate::pages::site::Page;
use crate::text::diagnostic::Format;
use crate::text::source::SourcePath;

use super::super::terminal;
use super::effects::{Cause, Effect};

/// Files of one effect that a person is shown; programs are shown all.
const MOST: usize = 50;

/// What an address is made of, as one line of JSON.
#[derive(Serialize)]
struct OutputLine<'a> {
    address: String,
    file: String,
    kind: &'static str,
    lang: &'a str,
    sources: &'a [Ingredient],
    shared: &'a [Ingredient],
}

/// What changes to a source would do, as one line of JSON.
#[derive(Serialize)]
struct SourceLine<'a> {
    source: &'a str,
    /// The page whose source it is, where it is one's.
    address: Option<String>,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    change: &'static str,
    added: Vec<&'a str>,
    changed: Vec<&'a str>,
    removed: Vec<&'a str>,
    refused: &'a [String],
}

/// Tells what an output is made of.
pub fn output(plan: &Plan, output: &Output, format: Format) {
    let (sources, shared) = (plan.ingredients(output), plan.shared());
    let (address, file) = (format!("/{}", plan.url(output)), String::from(plan.file(output)));
    let (kind, lang) = (plan.kind(output), plan.site.frame.tag(output.lang));
    if format == Format::Json {
        let line = OutputLine { address, file, kind, lang, sources: &sources, shared: &shared };
        return json(&line);
    }
    terminal::say(&format!("{address} ({kind}, {lang}; {file})"));
    let width = sources.iter().map(|one| role_name(one.role).len()).max().unwrap_or(0);
    for Ingredient { role, source } in &sources {
        terminal::say(&format!("  {:<width$}  {source}", role_name(*role)));
    }
    if sources.is_empty() {
        terminal::say("  made of what all pages share, and of which pages there are");
    }
    if matches!(output.what, What::Copy(_)) {
        return;
    }
    let mut by_role: BTreeMap<Role, Vec<&str>> = BTreeMap::new();
    for Ingredient { role, source } in &shared {
        by_role.entry(*role).or_default().push(source);
    }
    terminal::say("all pages depend on");
    for (role, sources) in by_role {
        terminal::say(&format!("  {}: {}", role_name(role), sources.join(", ")));
    }
}

/// Tells what changes to a source would do.
pub fn source(plan: &Plan, source: &SourcePath, effects: &[Effect], format: Format) {
    let portal = plan.site.portal;
    let own = plan.outputs.iter().find(|output| match &output.what {
        What::Page(Page::Release(ix)) => portal.releases[*ix].source == *source,
        What::Page(Page::Static(ix)) => portal.pages[*ix].written.path == *source,
        _ => false,
    });
    if format == Format::Json {
        let line = SourceLine {
            source,
            address: own.map(|output| format!("/{}", plan.url(output))),
            changes: effects.iter().map(change).collect(),
        };
        return json(&line);
    }
    let what = match own {
        Some(output) => {
            let (kind, lang) = (plan.kind(output), plan.site.frame.tag(output.lang));
            format!("{source} is the {kind} at /{} ({lang})", plan.url(output))
        }
        None => source.to_string(),
    };
    terminal::say(&what);
    if effects.iter().all(|effect| effect.files.is_empty() && effect.refused.is_empty()) {
        terminal::say(
            "  makes nothing that is published: it is a draft, under embargo, or nothing refers to it",
        );
        return;
    }
    for effect in effects {
        let at_most = if effect.cause == Cause::Any { "at most " } else { "" };
        let count = match effect.files.len() {
            _ if !effect.refused.is_empty() => "the build refuses it, and nothing is written".to_owned(),
            0 => "nothing is written".to_owned(),
            1 => format!("{at_most}1 file"),
            count => format!("{at_most}{count} files"),
        };
        terminal::say(&format!("if {}: {count}", words(effect.cause).1));
        for line in effect.refused.iter().take(MOST) {
            terminal::say(&format!("  {line}"));
        }
        for (fate, file) in effect.files.iter().take(MOST) {
            let mark = match fate {
                Fate::Added => '+',
                Fate::Changed => '~',
                Fate::Removed => '-',
            };
            terminal::say(&format!("  {mark} {}", file.as_str()));
        }
        if effect.files.len() > MOST {
            terminal::say(&format!("  and {} more: `--format json` has them all", effect.files.len() - MOST));
        }
    }
}

fn change(effect: &Effect) -> Change<'_> {
    let of = |wanted: Fate| {
        let files = effect.files.iter().filter(|(fate, _)| *fate == wanted);
        files.map(|(_, file)| file.as_str()).collect()
    };
    Change {
        change: words(effect.cause).0,
        added: of(Fate::Added),
        changed: of(Fate::Changed),
        removed: of(Fate::Removed),
        refused: &effect.refused,
    }
}

/// A change, for machines and for people.
fn words(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Alteration(Alteration::Text) => ("text", "its text changes after the first paragraph"),
        Cause::Alteration(Alteration::Summary) => ("summary", "its summary or first paragraph changes"),
        Cause::Alteration(Alteration::Title) => ("title", "its title changes"),
        Cause::Alteration(Alteration::Content) => ("content", "its content changes"),
        Cause::Alteration(Alteration::Dimensions) => ("dimensions", "its width or height changes"),
        Cause::Alteration(Alteration::Removal) => ("removal", "it is removed"),
        Cause::Any => ("any", "it changes"),
    }
}

/// What a source is to an output, or to all pages.
fn role_name(role: Role) -> &'static str {
    match role {
        Role::Itself => "the page itself",
        Role::Newer => "newer",
        Role::Older => "older",
        Role::Related => "related",
        Role::Translation => "in another language",
        Role::Listed => "listed",
        Role::Picture => "picture",
        Role::Linked => "linked",
        Role::Copied => "copied",
        Role::Brings => "brought by",
        Role::Template => "template",
        Role::Target => "leads to",
        Role::Configuration => "configuration",
        Role::Territory => "territory",
        Role::Language => "language",
        Role::Theme => "theme",
        Role::Menu => "title in the menu",
        Role::Asset => "file of the theme",
        Role::Logo => "logo",
    }
}

fn json(line: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(line) {
        terminal::say(&line);
    }
}
