//! Diagnostics are data; a [`Report`] puts words on them for people and machines.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str};
use serde::Serialize;

use super::problem::{Problem, Severity};
use super::source::{Place, Position, SourcePath, Span};

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub problem: Problem,
    pub place: Option<Place>,
    /// The other place, where two are at odds.
    pub other: Option<Place>,
}

impl Diagnostic {
    pub fn new(problem: Problem, place: Place) -> Self {
        Self { problem, place: Some(place), other: None }
    }

    pub fn and(mut self, other: Place) -> Self {
        self.other = Some(other);
        self
    }

    pub fn is_error(&self) -> bool {
        self.problem.severity() == Severity::Error
    }
}

/// Gathers the diagnostics of one source.
#[derive(Debug)]
pub struct Faults {
    path: SourcePath,
    pub list: Vec<Diagnostic>,
    /// The places of those that may explain others: few, where all faults may be very many.
    explaining: Vec<Span>,
}

impl Faults {
    pub fn of(path: &SourcePath) -> Self {
        Self { path: path.clone(), list: Vec::new(), explaining: Vec::new() }
    }

    /// Adds a fault, unless one at the same place explains it: a syntax error explains all but a bad
    /// date, which says it better; a forged direction is said once.
    pub fn at(&mut self, span: Span, problem: Problem) {
        let near = |other: Span| other.start < span.end && span.start < other.end;
        let explains = |d: &Diagnostic| {
            let other = d.place.as_ref().and_then(|place| place.span);
            other.is_some_and(near)
                && match (&d.problem, &problem) {
                    (Problem::Syntax { .. }, Problem::Syntax { .. }) => false,
                    (Problem::Syntax { .. }, _) => true,
                    (Problem::BidiControl { .. }, Problem::BidiControl { .. }) => true,
                    _ => false,
                }
        };
        let explained = self.explaining.iter().any(|other| near(*other));
        if let Some(at) = explained.then(|| self.list.iter().position(explains)).flatten() {
            if !matches!(problem, Problem::BadDate { .. }) {
                return;
            }
            self.list.remove(at);
        }
        if matches!(problem, Problem::Syntax { .. } | Problem::BidiControl { .. }) {
            self.explaining.push(span);
        }
        self.list.push(Diagnostic::new(problem, Place::new(self.path.clone(), span)));
    }

    pub fn whole(&mut self, problem: Problem) {
        self.list.push(Diagnostic::new(problem, Place::file(self.path.clone())));
    }

    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }
}

/// How diagnostics are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// With a snippet of the source and help.
    #[default]
    Human,
    /// One line each: `path:line:col: error: message`.
    Short,
    /// One JSON object a line.
    Json,
}

/// All diagnostics of a run, sorted by place.
#[derive(Debug, Default)]
pub struct Report {
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    severity: &'static str,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a str>,
}

impl Report {
    pub fn new(mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by(|a, b| a.place.cmp(&b.place));
        diagnostics.dedup();
        Self { diagnostics }
    }

    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.is_error()).count()
    }

    pub fn warnings(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.problem.severity() == Severity::Warning).count()
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The report as text. `read` gives the text of a source, for lines, columns and snippets.
    pub fn render(&self, format: Format, colour: bool, read: &dyn Fn(&str) -> Option<String>) -> String {
        let mut texts = BTreeMap::new();
        let places = self.diagnostics.iter().flat_map(|d| d.place.iter().chain(&d.other));
        for place in places.filter(|place| place.span.is_some()) {
            if !texts.contains_key(&place.path) {
                let text = read(&place.path).unwrap_or_default();
                texts.insert(place.path.clone(), Text { text, last: Cell::default() });
            }
        }
        let mut out = String::new();
        let mut shown: BTreeMap<Option<&SourcePath>, usize> = BTreeMap::new();
        for diagnostic in &self.diagnostics {
            let path = diagnostic.place.as_ref().map(|place| &place.path);
            let of_path = shown.entry(path).or_default();
            *of_path += 1;
            match format {
                Format::Human if *of_path > MOST_SNIPPETS => {}
                Format::Human => human(diagnostic, &texts, colour, &mut out),
                Format::Short => short(diagnostic, &texts, &mut out),
                Format::Json => json(diagnostic, &texts, &mut out),
            }
        }
        if format == Format::Human && !self.diagnostics.is_empty() {
            for (path, count) in shown.iter().filter(|(_, count)| **count > MOST_SNIPPETS) {
                let (path, more) = (path.map_or("the portal", |path| path), count - MOST_SNIPPETS);
                let path = normalize_untrusted_str(path);
                let _ = writeln!(out, "{more} more in {path}: `--format short` lists them all\n");
            }
            let _ = writeln!(out, "{}, {}", count(self.errors(), "error"), count(self.warnings(), "warning"));
        }
        out
    }
}

fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// Nobody reads more of one file, and each takes time that grows with the file.
const MOST_SNIPPETS: usize = 100;

type Texts = BTreeMap<SourcePath, Text>;

/// A source with the place that was last asked for: diagnostics come in the order of their places,
/// so a text is counted through once, however many there are.
struct Text {
    text: String,
    last: Cell<(usize, Position)>,
}

impl Text {
    fn position(&self, offset: usize) -> Position {
        let (from, before) = self.last.get();
        let (from, before) = if from <= offset { (from, before) } else { Default::default() };
        let position = before.after(self.text.get(from..).unwrap_or_default(), offset - from);
        if self.text.is_char_boundary(offset) {
            self.last.set((offset, position));
        }
        position
    }
}

fn position(place: &Place, texts: &Texts) -> Option<Position> {
    let span = place.span?;
    Some(texts.get(&place.path)?.position(span.start as usize))
}

fn located(place: &Place, texts: &Texts) -> String {
    format!("{}:{}", place.path, position(place, texts).unwrap_or_default())
}

/// The same for a place that does not come in their order.
fn aside(place: &Place, texts: &Texts) -> String {
    let text = place.span.and_then(|span| Some((span, texts.get(&place.path)?)));
    let at = text.map(|(span, text)| Position::of(&text.text, span.start as usize));
    format!("{}:{}", place.path, at.unwrap_or_default())
}

fn short(diagnostic: &Diagnostic, texts: &Texts, out: &mut String) {
    if let Some(place) = &diagnostic.place {
        let _ = write!(out, "{}: ", located(place, texts));
    }
    let _ = write!(out, "{}: {}", diagnostic.problem.severity().word(), diagnostic.problem.message());
    if let Some(other) = &diagnostic.other {
        let _ = write!(out, " (the other: {})", aside(other, texts));
    }
    out.push('\n');
}

fn json(diagnostic: &Diagnostic, texts: &Texts, out: &mut String) {
    let at = diagnostic.place.as_ref().and_then(|place| position(place, texts));
    let line = JsonDiagnostic {
        severity: diagnostic.problem.severity().word(),
        code: diagnostic.problem.code(),
        message: diagnostic.problem.message(),
        path: diagnostic.place.as_ref().map(|place| &*place.path),
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        label: diagnostic.problem.label(),
        help: diagnostic.problem.help(),
        other: diagnostic.other.as_ref().map(|place| aside(place, texts)),
        report: match &diagnostic.problem {
            Problem::Template { report } => Some(report),
            _ => None,
        },
    };
    if let Ok(line) = serde_json::to_string(&line) {
        out.push_str(&line);
        out.push('\n');
    }
}

fn human(diagnostic: &Diagnostic, texts: &Texts, colour: bool, out: &mut String) {
    let problem = &diagnostic.problem;
    if let Problem::Template { report } = problem {
        // Tera's own report has the file, the line and the snippet.
        let report = report.trim();
        let prefix = if report.starts_with("error") { "" } else { "error: " };
        let _ = writeln!(out, "{prefix}{report}\n");
        return;
    }
    let level = match problem.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(normalize_untrusted_str(&problem.message()));
    let mut group = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        group = with_place(group, place, texts, AnnotationKind::Primary, problem.label());
    }
    if let Some(other) = &diagnostic.other {
        group = with_place(group, other, texts, AnnotationKind::Context, Some("the other is here".into()));
    }
    if let Some(help) = problem.help() {
        group = group.element(Level::HELP.message(normalize_untrusted_str(&help)));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    // The renderer shows C0 controls as pictures; terminals that are not of UTF-8 act on C1 as well.
    let shown = renderer.render(&[group]).replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}");
    let _ = writeln!(out, "{shown}\n");
}

fn with_place<'a>(
    group: Group<'a>,
    place: &'a Place,
    texts: &'a Texts,
    kind: AnnotationKind,
    label: Option<String>,
) -> Group<'a> {
    let (Some(span), Some(text)) = (place.span, texts.get(&place.path)) else {
        return group.element(Origin::path(&*place.path));
    };
    let text = &text.text;
    // One line is enough of a place: a value over many lines is marked on its first.
    let fit = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = fit(span.start as usize);
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |n| start + n);
    let end = fit(span.end as usize).clamp(start, line_end);
    let mut annotation = kind.span(start..end);
    if let Some(label) = label {
        annotation = annotation.label(normalize_untrusted_str(&label));
    }
    group.element(Snippet::source(&**text).path(&*place.path).annotation(annotation))
}
