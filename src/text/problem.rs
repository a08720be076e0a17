//! The catalogue of what can be wrong: facts here, words put on at the edge.
//!
//! A message is one fact in lower case with the offending text in backticks; a label says what
//! was expected; help is only what can be acted on.

use std::fmt;

use super::elsewhere::{Counterpart, counterpart};

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is published while it stands.
    Error,
    /// Published all the same.
    Warning,
    /// Nothing wrong, but worth knowing.
    Note,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The table a key was looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    Header,
    Config,
    Theme,
    Extra,
    Options,
    Territory,
    Language,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "a release's header",
            Self::Config => "`site.toml`",
            Self::Theme => "`theme.toml`",
            Self::Extra => "the theme's `extra` fields",
            Self::Options => "the theme's options",
            Self::Territory => "a territory",
            Self::Language => "a language file",
        })
    }
}

/// What a link or a file name in a release leads to that it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    Parent,
    Absolute,
    Nul,
    Control,
    Backslash,
    TooLong,
    Empty,
    Hidden,
    Symlink,
    NotLocal,
    NotUtf8,
    Query,
    Slash,
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parent => "leads out of its folder by `..`",
            Self::Absolute => "is an absolute path",
            Self::Nul => "holds a NUL character",
            Self::Control => "holds a control or invisible character",
            Self::Backslash => "holds a backslash",
            Self::TooLong => "has a part longer than 200 bytes",
            Self::Empty => "is empty or has an empty part",
            Self::Hidden => "has a part that starts with a dot",
            Self::Symlink => "leads through a symbolic link",
            Self::NotLocal => "has a host or a scheme",
            Self::NotUtf8 => "is no UTF-8 once decoded",
            Self::Query => "holds `?` or `#`",
            Self::Slash => "holds a slash",
        })
    }
}

/// A translation whose original is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub language: String,
    /// Where the original would stand.
    pub original: String,
    /// What it would have taken over.
    pub lacks: Vec<&'static str>,
    /// An original that has no translation, and what this one would be called as its translation.
    pub suggestion: Option<(String, String)>,
}

impl Orphan {
    fn lacks(&self) -> String {
        let names: Vec<String> = self.lacks.iter().map(|name| format!("`{name}`")).collect();
        names.join(" and ")
    }
}

/// Everything that Tribune can find wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    // A file as a whole.
    Unreadable { reason: String },
    NotUtf8 { offset: usize },
    Binary { offset: usize },
    TooLarge { bytes: u64, limit: u64 },
    ConflictMarkers,
    SyncLeftover,
    BidiControl { character: char },
    NestedTooDeep { limit: usize },
    // Headers and other tables.
    UnclosedHeader { fence: &'static str },
    HeaderTooLarge { limit: usize },
    Syntax { format: &'static str, message: String },
    QuoteTheTitle,
    UnknownField { table: Table, name: String, suggestion: Option<String> },
    DuplicateField { name: String },
    MissingField { table: Table, name: String, proposal: Option<String> },
    OrphanedTranslation(Box<Orphan>),
    WrongType { name: String, expected: &'static str, found: &'static str },
    EmptyValue { name: String },
    BadValue { name: String, text: String, reason: String, suggestion: Option<String> },
    UnknownLanguage { tag: String, known: Vec<String>, in_name: bool },
    // Dates.
    BadDate { text: String, reason: String },
    MissingDay { text: String, month: String },
    FutureWithoutPublish,
    EmbargoWithoutPublish { until: Option<String>, has_publish: bool },
    FutureChange { name: &'static str },
    NeverShown { after: &'static str },
    // Places of the territory.
    UnknownRegion { name: String, suggestion: Option<String> },
    UnknownProvince { name: String, suggestion: Option<String> },
    AmbiguousPlace { name: String, candidates: Vec<String> },
    ProvinceOutsideRegion { province: String, region: String },
    // Addresses and paths.
    SlugRequired { proposal: String },
    BadPath { what: &'static str, text: String, fault: PathFault },
    AddressTaken { address: String },
    IdTaken { id: String },
    TwoSpellings { what: &'static str, first: String, second: String },
    // What a release refers to.
    MissingImage { src: String, suggestion: Option<String> },
    MissingFile { target: String, suggestion: Option<String> },
    RemoteImage { src: String },
    UnsafeLink { target: String },
    NotPublicTarget { target: String },
    UnusedFile,
    // Found by `check` alone.
    BrokenLink { target: String, suggestion: Option<String> },
    MissingAlt { src: String, in_text: bool },
    NoText,
    MissingTranslations { language: String, count: usize, newest: Vec<String> },
    RegionDisagrees { evidence: String, region: String },
    LabelAsSummary { text: String },
    // Configuration and theme.
    UnknownTheme { name: String, known: Vec<String> },
    ThemeCycle { name: String },
    Template { report: String },
    TemplateFile { message: String },
    UnspokenLanguage { language: String },
    UnknownString { key: String, suggestions: Vec<String> },
    MissingString { key: String, language: String, file: String },
    UnknownPlaceholder { name: String, key: String, known: Vec<String>, suggestion: Option<String> },
    MissingPlural { key: String, category: &'static str },
    NoSiteFile,
    NoReleases,
}

impl Problem {
    pub fn severity(&self) -> Severity {
        match self {
            Self::SyncLeftover
            | Self::RemoteImage { .. }
            | Self::NotPublicTarget { .. }
            | Self::UnusedFile
            | Self::MissingAlt { .. }
            | Self::RegionDisagrees { .. }
            | Self::LabelAsSummary { .. }
            | Self::MissingPlural { .. }
            | Self::NoText
            | Self::NoReleases => Severity::Warning,
            Self::MissingTranslations { .. } => Severity::Note,
            _ => Severity::Error,
        }
    }

    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::NotUtf8 { .. } => "not-utf8",
            Self::Binary { .. } => "binary",
            Self::TooLarge { .. } => "too-large",
            Self::ConflictMarkers => "conflict-markers",
            Self::SyncLeftover => "sync-leftover",
            Self::BidiControl { .. } => "bidi-control",
            Self::NestedTooDeep { .. } => "nested-too-deep",
            Self::UnclosedHeader { .. } => "unclosed-header",
            Self::HeaderTooLarge { .. } => "header-too-large",
            Self::Syntax { .. } => "syntax",
            Self::QuoteTheTitle => "quote-the-title",
            Self::UnknownField { .. } => "unknown-field",
            Self::DuplicateField { .. } => "duplicate-field",
            Self::MissingField { .. } => "missing-field",
            Self::OrphanedTranslation(_) => "orphaned-translation",
            Self::WrongType { .. } => "wrong-type",
            Self::EmptyValue { .. } => "empty-value",
            Self::BadValue { .. } => "bad-value",
            Self::UnknownLanguage { .. } => "unknown-language",
            Self::BadDate { .. } => "bad-date",
            Self::MissingDay { .. } => "missing-day",
            Self::FutureWithoutPublish => "future-without-publish",
            Self::EmbargoWithoutPublish { .. } => "embargo-without-publish",
            Self::FutureChange { .. } => "future-change",
            Self::NeverShown { .. } => "never-shown",
            Self::UnknownRegion { .. } => "unknown-region",
            Self::UnknownProvince { .. } => "unknown-province",
            Self::AmbiguousPlace { .. } => "ambiguous-place",
            Self::ProvinceOutsideRegion { .. } => "province-outside-region",
            Self::SlugRequired { .. } => "slug-required",
            Self::BadPath { .. } => "bad-path",
            Self::AddressTaken { .. } => "address-taken",
            Self::IdTaken { .. } => "id-taken",
            Self::TwoSpellings { .. } => "two-spellings",
            Self::MissingImage { .. } => "missing-image",
            Self::MissingFile { .. } => "missing-file",
            Self::RemoteImage { .. } => "remote-image",
            Self::UnsafeLink { .. } => "unsafe-link",
            Self::NotPublicTarget { .. } => "not-public-target",
            Self::UnusedFile => "unused-file",
            Self::BrokenLink { .. } => "broken-link",
            Self::MissingAlt { .. } => "missing-alt",
            Self::NoText => "no-text",
            Self::MissingTranslations { .. } => "missing-translations",
            Self::RegionDisagrees { .. } => "region-disagrees",
            Self::LabelAsSummary { .. } => "label-as-summary",
            Self::UnknownTheme { .. } => "unknown-theme",
            Self::ThemeCycle { .. } => "theme-cycle",
            Self::Template { .. } | Self::TemplateFile { .. } => "template",
            Self::UnspokenLanguage { .. } => "unspoken-language",
            Self::UnknownString { .. } => "unknown-string",
            Self::MissingString { .. } => "missing-string",
            Self::UnknownPlaceholder { .. } => "unknown-placeholder",
            Self::MissingPlural { .. } => "missing-plural",
            Self::NoSiteFile => "no-site-file",
            Self::NoReleases => "no-releases",
        }
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> String {
        match self {
            Self::Unreadable { reason } => format!("the file cannot be read: {reason}"),
            Self::NotUtf8 { offset } => format!("the file is not UTF-8 from byte {offset} on"),
            Self::Binary { offset } => format!("the file is not text: a NUL character at byte {offset}"),
            Self::TooLarge { bytes, limit } => {
                format!("the file has {bytes} bytes, over the limit of {limit}")
            }
            Self::ConflictMarkers => "conflict markers of a version control system".into(),
            Self::SyncLeftover => "a copy left behind by a synchronising tool".into(),
            Self::BidiControl { character } => {
                format!(
                    "a control of text direction, U+{:04X}, that can forge what is read",
                    u32::from(*character)
                )
            }
            Self::NestedTooDeep { limit } => format!("nested more than {limit} levels deep"),
            Self::UnclosedHeader { fence } => format!("the header opened by `{fence}` is never closed"),
            Self::HeaderTooLarge { limit } => format!("the header is over {limit} bytes"),
            Self::Syntax { format, message } => format!("invalid {format}: {message}"),
            Self::QuoteTheTitle => "invalid YAML: a value with `: ` in it".into(),
            Self::UnknownField { table, name, .. } => format!("unknown field `{}` in {table}", clip(name)),
            Self::DuplicateField { name } => format!("field `{}` is given twice", clip(name)),
            Self::MissingField { table, name, .. } => format!("missing field `{name}` in {table}"),
            Self::OrphanedTranslation(orphan) => {
                let (language, original) = (&orphan.language, clip(&orphan.original));
                format!("`{original}`, of which this is the `{language}`, is not there")
            }
            Self::WrongType { name, found, .. } => {
                format!("field `{}` has the wrong type: {found}", clip(name))
            }
            Self::EmptyValue { name } => format!("field `{name}` is empty"),
            Self::BadValue { name, text, .. } => format!("`{}` is no valid value for `{name}`", clip(text)),
            Self::UnknownLanguage { tag, known, .. } => {
                format!("`{}` is no language of this portal, which has {}", clip(tag), listed(known))
            }
            Self::BadDate { text, .. } => format!("`{}` is not a date", clip(text)),
            Self::MissingDay { text, .. } => format!("`{}` is not a date: a day is missing", clip(text)),
            Self::FutureWithoutPublish => "the date lies in the future and there is no `publish`".into(),
            Self::EmbargoWithoutPublish { has_publish: false, .. } => {
                "the text says that it is under embargo, and there is no `publish`".into()
            }
            Self::EmbargoWithoutPublish { .. } => {
                "the text says that it is under embargo for longer than `publish` does".into()
            }
            Self::FutureChange { name } => format!("a date of `{name}` lies in the future"),
            Self::NeverShown { after } => {
                format!("`expires` does not lie after `{after}`: the text would never be shown")
            }
            Self::UnknownRegion { name, .. } => format!("unknown region `{}`", clip(name)),
            Self::UnknownProvince { name, .. } => format!("unknown province `{}`", clip(name)),
            Self::AmbiguousPlace { name, .. } => format!("`{}` names more than one place", clip(name)),
            Self::ProvinceOutsideRegion { province, region } => {
                format!("`{province}` does not lie in `{region}`")
            }
            Self::SlugRequired { .. } => {
                "no address can be made from the file name: `slug` is required".into()
            }
            Self::BadPath { what, text, fault } => format!("the {what} `{}` {fault}", clip(text)),
            Self::AddressTaken { address } => format!("two sources at one address: `{}`", clip(address)),
            Self::IdTaken { id } => format!("two releases go by one id: `{}`", clip(id)),
            Self::TwoSpellings { what, first, second } => {
                format!("two spellings of one {what}: `{}` and `{}`", clip(second), clip(first))
            }
            Self::MissingImage { src, .. } => format!("missing image `{}`", clip(src)),
            Self::MissingFile { target, .. } => format!("missing file `{}`", clip(target)),
            Self::RemoteImage { src } => format!("image from another host: `{}`", clip(src)),
            Self::UnsafeLink { target } => format!("a link that could run code: `{}`", clip(target)),
            Self::NotPublicTarget { target } => format!("`{}` is not public", clip(target)),
            Self::UnusedFile => "no release refers to this file, so it is not published".into(),
            Self::BrokenLink { target, .. } => format!("nothing stands at `{}`", clip(target)),
            Self::MissingAlt { src, .. } => format!("image `{}` has no alternative text", clip(src)),
            Self::NoText => "a public release has no text".into(),
            Self::MissingTranslations { language, count, .. } => {
                format!("{count} releases have no `{language}` version")
            }
            Self::RegionDisagrees { region, .. } => {
                format!("the text speaks of another region than `{region}`")
            }
            Self::LabelAsSummary { text } => format!("the summary is no more than « {} »", clip(text)),
            Self::UnknownTheme { name, .. } => format!("unknown theme `{}`", clip(name)),
            Self::ThemeCycle { name } => format!("theme `{name}` extends itself"),
            Self::Template { report } => {
                let first =
                    report.lines().find(|line| !line.trim().is_empty()).unwrap_or("a template failed");
                let first = first.trim();
                first.strip_prefix("error: ").unwrap_or(first).to_owned()
            }
            Self::TemplateFile { message } => message.clone(),
            Self::UnspokenLanguage { language } => {
                format!("the theme has no strings for the language `{language}`")
            }
            Self::UnknownString { key, .. } => format!("nothing asks for a string `{}`", clip(key)),
            Self::MissingString { key, language, .. } => {
                format!("no string `{key}` for the language `{language}`")
            }
            Self::UnknownPlaceholder { name, key, .. } => {
                format!("`{{{}}}` is no placeholder of `{}`", clip(name), clip(key))
            }
            Self::MissingPlural { key, category } => {
                format!("string `{key}` lacks the plural category `{category}`")
            }
            Self::NoSiteFile => "no `site.toml` here".into(),
            Self::NoReleases => "the portal has no release".into(),
        }
    }

    /// What was expected at the place.
    pub fn label(&self) -> Option<String> {
        Some(match self {
            Self::UnknownRegion { .. } => "not a region of this portal".into(),
            Self::UnknownProvince { .. } => "not a province of this portal".into(),
            Self::UnknownField { .. } => "not a field".into(),
            Self::WrongType { expected, .. } => format!("expected {expected}"),
            Self::BadDate { reason, .. } | Self::BadValue { reason, .. } => reason.clone(),
            Self::MissingDay { .. } => "a month alone".into(),
            Self::DuplicateField { .. } => "given again here".into(),
            Self::MissingField { name, .. } => format!("has no `{name}`"),
            Self::OrphanedTranslation(orphan) => format!("takes {} from there", orphan.lacks()),
            Self::UnclosedHeader { .. } => "opened here".into(),
            Self::AddressTaken { .. } => "this address is taken".into(),
            Self::TwoSpellings { .. } => "spelt otherwise elsewhere".into(),
            Self::ProvinceOutsideRegion { .. } => "in another region".into(),
            Self::MissingImage { .. } | Self::MissingFile { .. } => "no such file".into(),
            Self::FutureWithoutPublish | Self::FutureChange { .. } => "later than the build's clock".into(),
            Self::EmbargoWithoutPublish { .. } => "it would be public at once".into(),
            Self::NeverShown { .. } => "too early".into(),
            Self::UnknownString { .. } => "neither the theme nor a template has it".into(),
            Self::MissingString { .. } => "there is one here".into(),
            Self::UnknownPlaceholder { .. } => "nothing is filled in here".into(),
            Self::NotUtf8 { .. } | Self::Binary { .. } => "here".into(),
            _ => return None,
        })
    }

    /// What can be done.
    pub fn help(&self) -> Option<String> {
        let did_you_mean =
            |name: &Option<String>| name.as_ref().map(|name| format!("did you mean `{name}`?"));
        match self {
            Self::NotUtf8 { .. } => Some("save the file as UTF-8; Word offers it as « Unicode (UTF-8) »".into()),
            Self::Binary { .. } => Some("a release is text; put other files beside it and refer to them".into()),
            Self::TooLarge { .. } => Some("part the text into several releases, or attach it as a file".into()),
            Self::ConflictMarkers => Some("keep one of the two versions and delete the marker lines".into()),
            Self::SyncLeftover => Some("compare it with the original, then delete one of the two".into()),
            Self::BidiControl { .. } => Some("delete the invisible character; text direction comes from the language".into()),
            Self::UnclosedHeader { fence } => Some(format!("close it by a line `{fence}` before the text")),
            Self::QuoteTheTitle => Some("put the value in quotation marks: `title: \"…\"`".into()),
            Self::UnknownField { table: Table::Header, name, suggestion } => {
                counterpart(name).map(Counterpart::help).or_else(|| did_you_mean(suggestion))
            }
            Self::UnknownField { suggestion, .. } | Self::BadValue { suggestion, .. } => did_you_mean(suggestion),
            Self::UnknownRegion { suggestion, .. } | Self::UnknownProvince { suggestion, .. } => did_you_mean(suggestion),
            Self::MissingImage { suggestion, .. }
            | Self::MissingFile { suggestion, .. }
            | Self::BrokenLink { suggestion, .. } => did_you_mean(suggestion),
            Self::MissingField { name, proposal, .. } => {
                let known = match name.as_str() {
                    "date" => Some("`date = 2026-03-12`"),
                    _ => None,
                };
                proposal.as_deref().or(known).map(|proposal| format!("add `{name}`, for example {proposal}"))
            }
            Self::OrphanedTranslation(orphan) => {
                let rename = match &orphan.suggestion {
                    Some((original, name)) => {
                        format!("if it is now `{}`, rename this one, too, to `{}`", clip(original), clip(name))
                    }
                    None => "name it as the release that it translates".into(),
                };
                Some(format!("{rename}; or give it {} of its own", orphan.lacks()))
            }
            Self::MissingDay { month, .. } => Some(format!("write the whole date, for example `{month}-12`")),
            Self::EmptyValue { name } => Some(format!("give `{name}` a value or delete the line")),
            Self::FutureWithoutPublish => {
                Some("add `publish` with the instant from which it may be seen, or correct the date".into())
            }
            Self::EmbargoWithoutPublish { until, .. } => {
                let publish = until.as_ref().map_or_else(
                    || "`publish` with the instant from which it may be seen".to_owned(),
                    |until| format!("`publish = {until}`"),
                );
                Some(format!("write {publish} and take the line out of the text, or add `draft = true`"))
            }
            Self::FutureChange { .. } => {
                Some("correct the date, or write it down once the change has been made".into())
            }
            Self::NeverShown { .. } => {
                Some("correct one of the two; a day without a time lasts until its end".into())
            }
            Self::AmbiguousPlace { candidates, .. } => Some(format!("write one of: {}", candidates.join(", "))),
            Self::SlugRequired { proposal } => Some(format!("add `slug`, for example \"{proposal}\"")),
            Self::IdTaken { .. } => Some("give one of them another `id`, or none".into()),
            Self::AddressTaken { .. } => Some("give one of them another `slug`, date or name".into()),
            Self::TwoSpellings { .. } => Some("spell it the same way in both".into()),
            Self::RemoteImage { .. } => {
                Some("it becomes a link, since the portal loads nothing from others; save the image beside the release".into())
            }
            Self::UnsafeLink { .. } => Some("link to a web address, an e-mail address or a page of the portal".into()),
            Self::NotPublicTarget { .. } => Some("its text is kept without the link until that release is public".into()),
            Self::MissingAlt { src, in_text: true } => Some(format!(
                "describe the image between the brackets, `![…]({src})`; where it only decorates, write `<img src=\"{src}\" alt=\"\">`",
                src = clip(src)
            )),
            Self::MissingAlt { .. } => Some("describe the image in a few words, or write `alt = \"\"` where it only decorates".into()),
            Self::UnknownLanguage { tag, in_name, .. } => {
                let otherwise = match in_name {
                    true => format!("take `.{}` out of the file's name", clip(tag)),
                    false => "correct `lang`".into(),
                };
                Some(format!("{otherwise}, or add the language to `languages` in `site.toml`"))
            }
            Self::BadPath { what: "alias", fault: PathFault::Query, .. } => Some(
                "a static host finds a page by its path and cannot tell addresses apart by what follows `?` or `#`: delete this alias; a server that redirects by queries has rules of its own for it".into(),
            ),
            Self::BadPath { what: "alias", .. } => {
                Some("write the old address as it stood below the portal's root, such as `/2019/port/`".into())
            }
            Self::BadPath { what: "tag" | "series", .. } => Some("write a name in words, without what makes a path".into()),
            Self::BadPath { .. } => Some("give it another name, of a file inside the portal".into()),
            Self::RegionDisagrees { evidence, .. } => Some(format!("the text names {evidence}")),
            Self::LabelAsSummary { .. } => {
                Some("it stands in lists, feeds and search engines: add `summary`, or remove the line from the text".into())
            }
            Self::UnknownTheme { known, .. } => Some(format!("themes that are here: {}", known.join(", "))),
            Self::UnspokenLanguage { language } => Some(format!(
                "write `lang/{language}.toml` with all strings that the theme has in another language, or take `{language}` out of `languages` in `site.toml`"
            )),
            Self::UnknownString { suggestions, .. } => Some(match suggestions.as_slice() {
                [] => "delete it, or ask for it in a template of the portal".into(),
                [one] => format!("did you mean `{one}`?"),
                many => format!("the theme has {}; is one of them meant?", listed(many)),
            }),
            Self::MissingString { file, .. } => Some(format!("add it to `{file}`")),
            Self::MissingPlural { category, .. } => Some(format!("add `{category}` beside it; until then `other` is shown")),
            Self::UnknownPlaceholder { suggestion: Some(name), .. } => Some(format!("did you mean `{name}`?")),
            Self::UnknownPlaceholder { known, .. } if known.is_empty() => {
                Some("delete it: this string has no placeholders".into())
            }
            Self::UnknownPlaceholder { known, .. } => Some(format!("write one of: {}", known.join(", "))),
            Self::NoText => Some("write it below the header, or add `draft = true` until it is there".into()),
            Self::NoSiteFile => Some("name the portal's folder by `--root`, or make one by `tribune init FOLDER`".into()),
            Self::MissingTranslations { newest, .. } => Some(format!("the newest: {}", newest.join(", "))),
            Self::NoReleases => Some("write one with `tribune new \"Title\"`".into()),
            _ => None,
        }
    }
}

/// Names in a sentence.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Untrusted text, shortened and made harmless for a terminal.
fn clip(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut clipped: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() || is_bidi_control(c) { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        clipped.push('…');
    }
    clipped
}

/// The twelve characters of Unicode's property Bidi_Control.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
