//! Themes: templates, languages, options and declared fields, of the portal and of the chain of
//! themes that it stands on. Loading one checks all of it, before anything is rendered.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use tera::{ErrorKind, Kwargs, State, Tera};

use crate::model::config::Config;
use crate::model::date;
use crate::model::fields::{Fields, into_entries};
use crate::model::header::{Entry, Node, Value, parse_toml};
use crate::model::language::is_rtl;
use crate::model::portal::Asset;
use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::fingerprint::Fingerprint;
use crate::text::problem::{Problem, Table};
use crate::text::source::{Place, Source, SourcePath, Span};
use crate::text::suggest::nearest;

use super::locale::Locale;
use super::markdown::isolated;
use super::strings::{Uses, missing_plural, missing_string, unknown_keys, unknown_placeholders};

/// The files of one theme.
#[derive(Clone, Debug, Default)]
pub struct ThemeFiles {
    pub name: String,
    /// `theme.toml`
    pub manifest: Option<Source>,
    /// Named by their path in the portal: `themes/default/templates/base.html`.
    pub templates: Vec<Source>,
    /// By language tag.
    pub languages: Vec<(String, Source)>,
    /// Address and file.
    pub statics: Vec<(String, Asset)>,
}

/// What a portal has of its own over its theme.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    pub templates: Vec<Source>,
    pub languages: Vec<(String, Source)>,
}

/// A loaded theme, ready to render.
#[derive(Clone)]
pub struct Theme {
    pub tera: Tera,
    /// Templates of what many pages have in common: what pages know it by, and its template.
    pub shared: BTreeMap<String, String>,
    /// In the order of the portal's languages.
    pub locales: Vec<Arc<Locale>>,
    pub options: Map<String, Json>,
    extra: BTreeMap<String, Declared>,
    /// Static files of the whole chain, the nearest theme winning.
    pub statics: Vec<(String, Asset)>,
    /// The files that it was loaded from, the static ones aside, the portal's own first.
    pub sources: Vec<SourcePath>,
    /// Of everything in it that shapes a page.
    pub fingerprint: Fingerprint,
}

/// A declared option or field.
#[derive(Clone, Debug)]
struct Declared {
    kind: DeclaredKind,
    default: Option<Json>,
}

#[derive(Clone, Debug)]
enum DeclaredKind {
    Text,
    Integer,
    Boolean,
    Date,
    List,
    Choice(Vec<String>),
}

const KINDS: [&str; 6] = ["string", "integer", "boolean", "date", "list", "choice"];

/// Templates that the engine renders.
pub const TEMPLATES: [&str; 10] = [
    "home.html",
    "release.html",
    "list.html",
    ROW,
    "archives.html",
    "regions.html",
    "region.html",
    "page.html",
    "404.html",
    "redirect.html",
];

/// The template of a release in a list.
pub const ROW: &str = "row.html";

/// The folder of templates of what many pages have in common; a theme may go without.
const SHARED: &str = "shared/";

/// The name of the theme that `manifest` extends, if it extends one.
pub fn parent_of(manifest: &Source) -> Option<(String, Place)> {
    let mut ignored = Faults::of(&manifest.path);
    let entries = parse_toml(manifest, &mut ignored);
    let entry = entries.into_iter().find(|entry| entry.key.value == "extends")?;
    match entry.value.value {
        Value::Text(name) => Some((name, manifest.at(entry.value.span))),
        _ => None,
    }
}

impl Theme {
    /// Loads a chain of themes, the portal's own first, what it extends after it.
    pub fn load(
        chain: &[ThemeFiles],
        overrides: &Overrides,
        config: &Config,
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut options = BTreeMap::new();
        let mut extra = BTreeMap::new();
        for theme in chain.iter().rev() {
            if let Some(manifest) = &theme.manifest {
                read_manifest(manifest, &mut options, &mut extra, faults);
            }
        }
        let options = chosen_options(&options, config, faults);
        let locales = load_locales(chain, overrides, config, faults);
        let tera = load_templates(chain, overrides, &locales, faults);
        let shared = shared(&tera);
        let statics = statics(chain);
        let fingerprint = fingerprint(chain, overrides, &locales, &options);
        let sources = sources(chain, overrides, config);
        Self { tera, shared, locales, options, extra, statics, sources, fingerprint }
    }

    /// This theme with another text in every part of a template. `None` where that does not compile.
    pub fn with_template(&self, path: &SourcePath, text: &str) -> Option<Self> {
        // Where a template extends another there is no place for a word at its end.
        let (inside, at_end) = (altered(text), altered(text) + WORD);
        let tera = [at_end, inside].into_iter().find_map(|text| {
            let mut tera = self.tera.clone();
            tera.add_raw_templates([(&**path, text.as_str())]).ok().map(|()| tera)
        })?;
        let fingerprint = self.fingerprint.with(Fingerprint::of(path));
        Some(Self { tera, fingerprint, ..self.clone() })
    }

    /// This theme with other words in one language.
    pub fn with_language(&self, tag: &str) -> Self {
        let locales = self.locales.iter().map(|locale| match locale.tag == tag {
            true => Arc::new(locale.altered()),
            false => locale.clone(),
        });
        let fingerprint = self.fingerprint.with(Fingerprint::of(tag));
        Self { locales: locales.collect(), fingerprint, ..self.clone() }
    }

    /// The templates with the functions of one language.
    pub fn speaking(&self, locale: &Arc<Locale>) -> Tera {
        let mut tera = self.tera.clone();
        register(&mut tera, locale);
        tera
    }

    /// Checks and types the `extra` fields of a release; those with a default are always there.
    /// A date is `{iso, long}`, in the words of `locale`.
    pub fn extra(
        &self,
        path: &SourcePath,
        entries: &[Entry],
        locale: &Locale,
        faults: &mut Vec<Diagnostic>,
    ) -> Map<String, Json> {
        let mut map = Map::new();
        for (name, declared) in &self.extra {
            map.insert(name.clone(), declared.default.clone().unwrap_or(Json::Null));
        }
        for entry in entries {
            let name = &entry.key.value;
            let Some(declared) = self.extra.get(name) else {
                let suggestion = nearest(name, self.extra.keys().map(String::as_str)).map(str::to_owned);
                let problem = Problem::UnknownField { table: Table::Extra, name: name.clone(), suggestion };
                faults.push(Diagnostic::new(problem, Place::new(path.clone(), entry.key.span)));
                continue;
            };
            match typed(name, &declared.kind, &entry.value) {
                Ok(value) => {
                    let date = match (&declared.kind, &value) {
                        (DeclaredKind::Date, Json::String(iso)) => iso.parse().ok(),
                        _ => None,
                    };
                    let value = match date {
                        Some(date) => serde_json::json!({ "iso": value, "long": locale.long_date(date) }),
                        None => value,
                    };
                    map.insert(name.clone(), value);
                }
                Err(problem) => {
                    faults.push(Diagnostic::new(problem, Place::new(path.clone(), entry.value.span)));
                }
            }
        }
        map
    }
}

/// The `extra` fields that a chain of themes declares, without all else of it.
#[derive(Debug, Default)]
pub struct Declarations(BTreeMap<String, Declared>);

impl Declarations {
    pub fn of(chain: &[ThemeFiles]) -> Self {
        let mut extra = BTreeMap::new();
        for manifest in chain.iter().rev().filter_map(|theme| theme.manifest.as_ref()) {
            // What is wrong with it, a build says.
            read_manifest(manifest, &mut BTreeMap::new(), &mut extra, &mut Vec::new());
        }
        Self(extra)
    }

    /// Whether a release may have this field with this value.
    pub fn allow(&self, entry: &Entry) -> bool {
        let name = &entry.key.value;
        self.0.get(name).is_some_and(|declared| typed(name, &declared.kind, &entry.value).is_ok())
    }
}

fn read_manifest(
    manifest: &Source,
    options: &mut BTreeMap<String, Declared>,
    extra: &mut BTreeMap<String, Declared>,
    faults: &mut Vec<Diagnostic>,
) {
    let mut found = Faults::of(&manifest.path);
    let entries = parse_toml(manifest, &mut found);
    let mut fields = Fields::new(Table::Theme, Span::default(), entries, &mut found);
    for about in ["name", "description", "license", "authors", "homepage", "extends"] {
        fields.take(about);
    }
    for (table, declared) in [("options", options), ("extra", extra)] {
        let Some((_, entries)) = fields.table(table) else { continue };
        for entry in entries {
            if let Some(one) = declaration(&entry, fields.faults) {
                declared.insert(entry.key.value, one);
            }
        }
    }
    fields.finish();
    faults.append(&mut found.list);
}

fn declaration(entry: &Entry, faults: &mut Faults) -> Option<Declared> {
    let Value::Map(map) = &entry.value.value else {
        let (name, found) = (entry.key.value.clone(), entry.value.value.kind());
        faults.at(entry.value.span, Problem::WrongType { name, expected: "a table with `type`", found });
        return None;
    };
    let mut fields = Fields::new(Table::Theme, entry.key.span, into_entries(map.clone()), faults);
    fields.take("help");
    let values: Vec<String> =
        fields.texts("values").unwrap_or_default().into_iter().map(|value| value.value).collect();
    let kind = match fields.text("type") {
        None => {
            fields.require("type", Some("`type = \"string\"`".into()));
            None
        }
        Some(name) => match name.value.as_str() {
            "string" => Some(DeclaredKind::Text),
            "integer" => Some(DeclaredKind::Integer),
            "boolean" => Some(DeclaredKind::Boolean),
            "date" => Some(DeclaredKind::Date),
            "list" => Some(DeclaredKind::List),
            "choice" => Some(DeclaredKind::Choice(values)),
            other => {
                let suggestion = nearest(other, KINDS).map(str::to_owned);
                let reason = format!("expected one of {}", KINDS.join(", "));
                let (name_, text) = ("type".into(), other.to_owned());
                fields.faults.at(name.span, Problem::BadValue { name: name_, text, reason, suggestion });
                None
            }
        },
    };
    let default = fields.take("default");
    let default = match (&kind, default) {
        (Some(kind), Some(node)) => match typed("default", kind, &node) {
            Ok(value) => Some(value),
            Err(problem) => {
                fields.faults.at(node.span, problem);
                None
            }
        },
        _ => None,
    };
    fields.finish();
    Some(Declared { kind: kind?, default })
}

/// The theme's options as the portal sets them, others by default.
fn chosen_options(
    declared: &BTreeMap<String, Declared>,
    config: &Config,
    faults: &mut Vec<Diagnostic>,
) -> Map<String, Json> {
    let site: SourcePath = "site.toml".into();
    let mut map = Map::new();
    for (name, declared) in declared {
        map.insert(name.clone(), declared.default.clone().unwrap_or(Json::Null));
    }
    for entry in &config.options {
        let name = &entry.key.value;
        let Some(declared) = declared.get(name) else {
            let suggestion = nearest(name, declared.keys().map(String::as_str)).map(str::to_owned);
            let problem = Problem::UnknownField { table: Table::Options, name: name.clone(), suggestion };
            faults.push(Diagnostic::new(problem, Place::new(site.clone(), entry.key.span)));
            continue;
        };
        match typed(name, &declared.kind, &entry.value) {
            Ok(value) => {
                map.insert(name.clone(), value);
            }
            Err(problem) => faults.push(Diagnostic::new(problem, Place::new(site.clone(), entry.value.span))),
        }
    }
    map
}

/// A value of a declared type.
fn typed(name: &str, kind: &DeclaredKind, node: &Node) -> Result<Json, Problem> {
    let wrong = |expected| Problem::WrongType { name: name.into(), expected, found: node.value.kind() };
    let bad = |text: &str, reason: String, suggestion: Option<String>| Problem::BadValue {
        name: name.into(),
        text: text.into(),
        reason,
        suggestion,
    };
    match (kind, &node.value) {
        (DeclaredKind::Text, Value::Text(text) | Value::Plain(text)) => Ok(Json::from(text.as_str())),
        (DeclaredKind::Text, _) => Err(wrong("a string")),
        (DeclaredKind::Integer, Value::Integer(number)) => Ok(Json::from(*number)),
        (DeclaredKind::Integer, Value::Plain(text)) => {
            text.parse::<i64>().map(Json::from).map_err(|_| wrong("a whole number"))
        }
        (DeclaredKind::Integer, _) => Err(wrong("a whole number")),
        (DeclaredKind::Boolean, Value::Bool(value)) => Ok(Json::from(*value)),
        (DeclaredKind::Boolean, Value::Plain(text)) if matches!(text.as_str(), "true" | "false") => {
            Ok(Json::from(text == "true"))
        }
        (DeclaredKind::Boolean, _) => Err(wrong("`true` or `false`")),
        (DeclaredKind::Date, Value::Date(text) | Value::Text(text) | Value::Plain(text)) => {
            let date = date::parse(text).map_err(|reason| Problem::BadDate { text: text.clone(), reason })?;
            let day = match date {
                date::Written::Day(day) => day,
                date::Written::Local(local) | date::Written::Instant { local, .. } => local.date(),
            };
            Ok(Json::from(day.to_string()))
        }
        (DeclaredKind::Date, _) => Err(wrong("a date")),
        (DeclaredKind::List, Value::List(nodes)) => {
            let text = |node: &Node| match &node.value {
                Value::Text(text) | Value::Plain(text) => Some(Json::from(text.as_str())),
                _ => None,
            };
            nodes
                .iter()
                .map(text)
                .collect::<Option<Vec<_>>>()
                .map(Json::from)
                .ok_or(wrong("a list of strings"))
        }
        (DeclaredKind::List, _) => Err(wrong("a list of strings")),
        (DeclaredKind::Choice(values), Value::Text(text) | Value::Plain(text)) => match values.contains(text)
        {
            true => Ok(Json::from(text.as_str())),
            false => {
                let near = nearest(text, values.iter().map(String::as_str)).map(str::to_owned);
                Err(bad(text, format!("expected one of {}", values.join(", ")), near))
            }
        },
        (DeclaredKind::Choice(_), _) => Err(wrong("a string")),
    }
}

fn load_locales(
    chain: &[ThemeFiles],
    overrides: &Overrides,
    config: &Config,
    faults: &mut Vec<Diagnostic>,
) -> Vec<Arc<Locale>> {
    let mut locales = Vec::new();
    let (mut said, mut found) = (Vec::new(), Vec::new());
    for (_, tag) in config.languages() {
        let themes = chain.iter().rev().flat_map(|theme| &theme.languages);
        let files: Vec<Source> = themes
            .chain(&overrides.languages)
            .filter(|(known, _)| known == tag)
            .map(|(_, source)| source.clone())
            .collect();
        locales.push(Locale::load(tag, &files, &mut said, &mut found));
    }
    faults.extend(found.into_iter().flat_map(|faults| faults.list));
    let templates = chain.iter().flat_map(|theme| &theme.templates).chain(&overrides.templates);
    let uses = Uses::of(templates);
    faults.extend(unknown_placeholders(&said, &uses));
    let (unknown, found) = unknown_keys(&said, &uses);
    faults.extend(found);
    locales.iter_mut().for_each(|locale| locale.forget(&unknown));
    for locale in &locales {
        let missing = locale.missing(&locales);
        // A language without any file lacks everything: once is enough.
        if missing.contains(&"language.name") {
            let language = locale.tag.clone();
            let place = Place::file(format!("lang/{language}.toml"));
            faults.push(Diagnostic::new(Problem::UnspokenLanguage { language }, place));
            continue;
        }
        faults.extend(missing.into_iter().map(|key| missing_string(key, &locale.tag, &said)));
        let plurals = locale.missing_plurals().into_iter();
        faults.extend(plurals.map(|(key, category)| missing_plural(key, category, &locale.tag, &said)));
    }
    locales.into_iter().map(Arc::new).collect()
}

/// Compiles all templates. A broken one is said and left out, so that the others are checked too.
fn load_templates(
    chain: &[ThemeFiles],
    overrides: &Overrides,
    locales: &[Arc<Locale>],
    faults: &mut Vec<Diagnostic>,
) -> Tera {
    let themes = chain.iter().flat_map(|theme| &theme.templates);
    let mut sources: Vec<&Source> = overrides.templates.iter().chain(themes).collect();
    let mut broken: Vec<&Source> = Vec::new();
    loop {
        let mut tera = empty_tera(chain, locales);
        let added = tera.add_raw_templates(sources.iter().map(|source| (&*source.path, &*source.text)));
        let Err(error) = added else {
            for name in TEMPLATES {
                if broken.is_empty() && !tera.contains_template(name) {
                    let message = format!("no template `{name}` in the theme or what it extends");
                    let place = Place::file(format!("templates/{name}"));
                    faults.push(Diagnostic::new(Problem::TemplateFile { message }, place));
                }
            }
            return tera;
        };
        let found = faults_of_templates(&error, &sources);
        let of_found = |source: &&Source| {
            found.iter().any(|fault| fault.place.as_ref().is_some_and(|place| place.path == source.path))
        };
        let (out, kept): (Vec<&Source>, Vec<&Source>) = sources.iter().copied().partition(of_found);
        faults.extend(found.iter().filter(|fault| !is_consequence(fault, &broken)).cloned());
        if out.is_empty() {
            return empty_tera(chain, locales);
        }
        broken.extend(out);
        sources = kept;
    }
}

fn shared(tera: &Tera) -> BTreeMap<String, String> {
    let inside = |path: &str| {
        let of_theme = path.strip_prefix("themes/").and_then(|path| path.split_once('/'));
        let name = of_theme.map_or(path, |(_, path)| path).strip_prefix("templates/")?;
        let stem = name.strip_prefix(SHARED)?.strip_suffix(".html")?;
        Some((stem.to_owned(), name.to_owned()))
    };
    tera.get_template_names().filter_map(inside).collect()
}

/// Whether a fault only misses what stood in a template that was left out.
fn is_consequence(fault: &Diagnostic, broken: &[&Source]) -> bool {
    let text = match &fault.problem {
        Problem::Template { report } => report,
        Problem::TemplateFile { message } => message,
        _ => return false,
    };
    let named = |what: &str| {
        let (_, after) = text.split_once(what)?;
        after.split('`').next().map(str::to_owned)
    };
    let lost = |name: &str| broken.iter().any(|source| source.path.ends_with(name));
    let lost_component =
        |name: &str| broken.iter().any(|source| source.text.contains(&format!("component {name}")));
    named("template `").is_some_and(|name| lost(&name))
        || named("nknown component `").is_some_and(|name| lost_component(&name))
}

fn empty_tera(chain: &[ThemeFiles], locales: &[Arc<Locale>]) -> Tera {
    let mut tera = Tera::default();
    let themes = chain.iter().map(|theme| format!("themes/{}/templates/", theme.name));
    let prefixes: Vec<String> = std::iter::once("templates/".to_owned()).chain(themes).collect();
    // It fails only once templates have been added, and none has.
    let _ = tera.set_fallback_prefixes(prefixes);
    tera.autoescape_on([".html", ".xml"]);
    // Bound to a language when a page is rendered; here they only make templates compile.
    if let Some(first) = locales.first() {
        register(&mut tera, first);
    }
    tera
}

/// What templates can call: strings and the direction of the page's language, and nothing of the portal.
fn register(tera: &mut Tera, locale: &Arc<Locale>) {
    let rtl = is_rtl(&locale.tag);
    tera.register_filter("isolated", move |text: &str, _: Kwargs, _: &State| -> tera::Value {
        tera::Value::safe_string(&isolated(text, rtl))
    });
    let of_plural = locale.clone();
    tera.register_function("plural", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
        let (key, n) = (kwargs.must_get::<&str>("key")?, kwargs.must_get::<u64>("n")?);
        let message = of_plural.plural(key, n);
        message.ok_or_else(|| {
            tera::Error::message(format!("no plural `{key}` in the language `{}`", of_plural.tag))
        })
    });
    let of_text = locale.clone();
    tera.register_function("text", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
        let key = format!("text.{}", kwargs.must_get::<&str>("key")?);
        if !of_text.contains(&key) {
            return Err(tera::Error::message(format!("no string `{key}` in the language `{}`", of_text.tag)));
        }
        let values: Vec<(String, String)> =
            kwargs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        Ok(of_text.text(&key, &values))
    });
}

/// What Tera says against templates when they are compiled: it may be several reports in one.
fn faults_of_templates(error: &tera::Error, sources: &[&Source]) -> Vec<Diagnostic> {
    if let ErrorKind::MissingParent { current, parent, .. } = error.kind() {
        let message = format!("no template `{parent}`, which this one extends");
        let source = sources.iter().find(|source| *source.path == **current);
        let at = source.and_then(|source| Some((source, source.text.find(parent.as_str())?)));
        let place = match at {
            Some((source, at)) => source.at(Span::new(at, at + parent.len())),
            None => Place::file(current.as_str()),
        };
        return vec![Diagnostic::new(Problem::TemplateFile { message }, place)];
    }
    let whole = error.to_string();
    let reports = whole.split("\n\nerror: ").enumerate().map(|(at, report)| match at {
        0 => report.to_owned(),
        _ => format!("error: {report}"),
    });
    let fault = |report: String| {
        // Of the end of a template, the words are nearer than the span.
        let place = place_in_report(&report, sources).or_else(|| place_of(error));
        Diagnostic { problem: Problem::Template { report }, place, other: None }
    };
    reports.map(fault).collect()
}

/// Tera's error in rendering as a diagnostic with its place, its own report kept whole.
pub fn template_fault(error: &tera::Error) -> Diagnostic {
    Diagnostic {
        problem: Problem::Template { report: error.to_string() },
        place: place_of(error),
        other: None,
    }
}

fn place_of(error: &tera::Error) -> Option<Place> {
    match error.kind() {
        ErrorKind::SyntaxError(inner) | ErrorKind::RenderingError(inner) => {
            let range = inner.span().range.clone();
            Some(Place::new(inner.filename().to_owned(), Span::from(range)))
        }
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
            Some(Place::file(tpl.as_str()))
        }
        _ => None,
    }
}

/// The place that Tera's report names in words: `--> templates/home.html:2:21`. Some of its errors
/// have no other.
fn place_in_report(report: &str, sources: &[&Source]) -> Option<Place> {
    let (_, after) = report.split_once("--> ")?;
    let mut parts = after.lines().next()?.trim().rsplitn(3, ':');
    let column: usize = parts.next()?.trim_end_matches(']').parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let path = parts.next()?.trim_start_matches('[');
    let source = sources.iter().find(|source| &*source.path == path)?;
    let start: usize = source.text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let inside: usize =
        source.text.get(start..)?.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    Some(source.at(Span::new(start + inside, start + inside)))
}

fn statics(chain: &[ThemeFiles]) -> Vec<(String, Asset)> {
    let mut files: BTreeMap<String, Asset> = BTreeMap::new();
    for theme in chain.iter().rev() {
        for (address, asset) in &theme.statics {
            files.insert(address.clone(), asset.clone());
        }
    }
    files.into_iter().collect()
}

/// Stands for whatever somebody may write.
const WORD: &str = " autrement ";

/// A template with a word more in each of its blocks and components, which other templates may
/// take by themselves.
fn altered(text: &str) -> String {
    let mut altered = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{%")
        && let Some((tag, after)) = after.split_once("%}")
    {
        altered.extend([before, "{%", tag, "%}"]);
        let name = tag.trim_start_matches('-').split_whitespace().next().unwrap_or_default();
        if matches!(name, "block" | "component") {
            altered.push_str(WORD);
        }
        rest = after;
    }
    altered + rest
}

/// The files that shape pages, nearest first.
fn sources(chain: &[ThemeFiles], overrides: &Overrides, config: &Config) -> Vec<SourcePath> {
    let spoken =
        |(tag, source): &(String, Source)| config.find_language(tag).is_some().then(|| source.path.clone());
    let mut sources: Vec<SourcePath> = Vec::new();
    let mut add = |templates: &[Source], languages: &[(String, Source)]| {
        sources.extend(templates.iter().map(|source| source.path.clone()));
        sources.extend(languages.iter().filter_map(spoken));
    };
    add(&overrides.templates, &overrides.languages);
    for theme in chain {
        add(&theme.templates, &theme.languages);
    }
    sources.extend(chain.iter().filter_map(|theme| Some(theme.manifest.as_ref()?.path.clone())));
    sources
}

fn fingerprint(
    chain: &[ThemeFiles],
    overrides: &Overrides,
    locales: &[Arc<Locale>],
    options: &Map<String, Json>,
) -> Fingerprint {
    #[derive(Serialize)]
    struct Rules<'a> {
        version: &'a str,
        templates: Vec<(&'a str, &'a str)>,
        strings: Vec<&'a BTreeMap<String, String>>,
        months: Vec<&'a [String]>,
        options: &'a Map<String, Json>,
    }
    let themes = chain.iter().flat_map(|theme| &theme.templates);
    let templates = overrides.templates.iter().chain(themes);
    Fingerprint::of(&Rules {
        version: env!("CARGO_PKG_VERSION"),
        templates: templates.map(|source| (&*source.path, &*source.text)).collect(),
        strings: locales.iter().map(|locale| locale.strings()).collect(),
        months: locales.iter().map(|locale| locale.months.as_slice()).collect(),
        options,
    })
}
