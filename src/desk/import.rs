//! From a text as the press office has it to a release, with everything proposed and why.

use jiff::Timestamp;

use crate::model::body::Markup;
use crate::model::date::Moment;
use crate::model::header::{self, Entry, Value};
use crate::model::release::{FIELDS, Rules, Written};
use crate::model::territory::ProvinceId;
use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::problem::{Problem, Table};
use crate::text::source::{Place, Source};

use super::detect::detect;
use super::draft::{Draft, slug_of_title};
use super::repair::{Repair, language_of, repair};
use super::title;

/// A value for a field, and why this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub value: String,
    pub reason: String,
    /// Whether the text itself says so: nothing to decide.
    pub given: bool,
}

/// What becomes of one text.
#[derive(Debug)]
pub struct Import {
    pub draft: Draft,
    /// Where the release belongs, inside the portal.
    pub path: String,
    pub title: Proposal,
    pub date: Proposal,
    pub region: Proposal,
    /// Names of the prefectures and provinces.
    pub provinces: Vec<String>,
    pub repairs: Vec<Repair>,
    /// Faults of the text that are no obstacle.
    pub warnings: Vec<Diagnostic>,
}

impl Import {
    /// Takes another title, and with it another file name and `id` where these were made of the old one.
    pub fn retitle(&mut self, title: String) {
        let (old, new) = (slug_of_title(&self.title.value), slug_of_title(&title));
        if let Some((folder, name)) = self.path.rsplit_once('/')
            && let Some(endings) = name.strip_prefix(&old).filter(|rest| rest.starts_with('.'))
        {
            self.path = format!("{folder}/{new}{endings}");
        }
        if let Some(before) = self.draft.id.strip_suffix(&old).filter(|before| before.ends_with(':')) {
            self.draft.id = format!("{before}{new}");
        }
        self.draft.title = title;
    }
}

/// Fields that the draft has by name.
const OWN: [&str; 7] = ["title", "date", "region", "province", "lang", "id", "slug"];

/// Reads a text and proposes what it lacks, or says what is wrong with what it has.
pub fn import(source: &Source, rules: Rules, now: Timestamp) -> Result<Import, Vec<Diagnostic>> {
    let config = rules.config;
    let mut faults = Faults::of(&source.path);
    let mut header = header::parse(source, &mut faults);
    let aside = foreign(&mut header.entries);
    let written = Written::decode(source, header.clone(), rules, &mut faults);
    if faults.has_errors() {
        return Err(faults.list);
    }
    let raw = source.text.get(header.body..).unwrap_or_default();
    let says_language = written.name.lang.is_some() || header.entries.iter().any(|e| e.key.value == "lang");
    let guessed = config.find_language(language_of(raw)).filter(|_| !says_language);
    let lang = guessed.unwrap_or(written.lang);
    let tag = config.lang(lang);
    let (mut body, repairs) = repair(raw, tag, config.typography, written.body.markup);
    let title = match &written.title {
        Some(title) => given(&title.value, "written in the text's header"),
        None => match title::propose(&body, tag) {
            Some(found) => {
                if let Some(span) = found.consumed {
                    body.replace_range(span.range(), "");
                }
                let value = crate::model::release::typeset(tag, &found.title, config);
                Proposal { value, reason: found.reason.into(), given: false }
            }
            None => return Err(missing(source, &header.span, "title")),
        },
    };
    let named = written.name.date.as_deref().and_then(|date| crate::model::date::parse(date).ok());
    let named = named.and_then(|date| date.resolve(&config.timezone).ok());
    let (moment, date) = match (&written.date, named) {
        (Some(date), _) => (date.value, given(&date.value.iso_date(), "written in the text's header")),
        (None, Some(moment)) => (moment, given(&moment.iso_date(), "from the name of the file")),
        (None, None) => {
            let moment = Moment::at(now, &config.timezone);
            let reason = "the text has no date: today".to_owned();
            (moment, Proposal { value: moment.iso_date(), reason, given: false })
        }
    };
    // A title drawn from the text is no second witness.
    let witness = if title.given { title.value.as_str() } else { "" };
    let found = detect(rules.territory, witness, &body);
    let evidence = found.evidence(rules.territory);
    let name_of = |region| rules.territory.region(region).names.get(tag).to_owned();
    let (regions, region) = match written.regions.first() {
        Some(first) => {
            let regions: Vec<_> = written.regions.iter().map(|region| region.value).collect();
            (regions, given(&name_of(first.value), "written in the text's header"))
        }
        None => {
            let reason =
                if evidence.is_empty() { "the text names no place".to_owned() } else { evidence.clone() };
            (vec![found.proposal], Proposal { value: name_of(found.proposal), reason, given: false })
        }
    };
    let provinces: Vec<ProvinceId> = match written.provinces.as_slice() {
        [] => {
            let inside = |id: &ProvinceId| regions.contains(&rules.territory.province(*id).region);
            found.provinces.into_iter().filter(inside).collect()
        }
        own => own.iter().map(|province| province.value).collect(),
    };
    // A day alone counts as noon; what is dated today is already public.
    let moment = match moment.day_alone && moment.timestamp > now {
        true => Moment::at(now.max(moment.opens(&config.timezone)), &config.timezone),
        false => moment,
    };
    let slug = match &written.slug {
        Some(slug) => slug.value.clone(),
        None => slug_of_title(&title.value),
    };
    let id = match written.id {
        Some(id) => id.value,
        None => format!("tag:{},{}:{slug}", config.base_url.host(), moment.iso_date()),
    };
    let first = lang.index() == 0;
    let ending = if written.body.markup == Markup::Plain { "txt" } else { "md" };
    let suffix = if first { String::new() } else { format!(".{tag}") };
    let day = moment.date();
    let path = format!("content/{:04}/{:02}/{slug}{suffix}.{ending}", day.year(), day.month());
    let others: Vec<Entry> =
        header.entries.into_iter().filter(|entry| !OWN.contains(&entry.key.value.as_str())).collect();
    let draft = Draft {
        title: title.value.clone(),
        date: moment.rfc3339(),
        regions: regions.iter().map(|id| rules.territory.region(*id).slug.clone()).collect(),
        provinces: provinces.iter().map(|id| rules.territory.province(*id).slug.clone()).collect(),
        lang: None,
        id,
        others,
        aside,
        body,
    };
    let provinces = provinces.iter().map(|id| rules.territory.province(*id).names.get(tag).to_owned());
    Ok(Import {
        draft,
        path,
        title,
        date,
        region,
        provinces: provinces.collect(),
        repairs,
        warnings: faults.list,
    })
}

/// Translates the fields of other tools that have a counterpart here, and takes out the others.
fn foreign(entries: &mut Vec<Entry>) -> Vec<Entry> {
    const COUNTERPARTS: [(&str, &str); 13] = [
        ("description", "summary"),
        ("excerpt", "summary"),
        ("author", "authors"),
        ("categories", "tags"),
        ("keywords", "tags"),
        ("lastmod", "updated"),
        ("last_modified_at", "updated"),
        ("expiryDate", "expires"),
        ("unpublishdate", "expires"),
        ("publishDate", "publish"),
        ("publish_date", "publish"),
        ("pubdate", "publish"),
        ("redirect_from", "aliases"),
    ];
    let mut own: Vec<Entry> = Vec::new();
    let mut aside = Vec::new();
    // An empty field says nothing.
    for mut entry in std::mem::take(entries).into_iter().filter(|entry| !is_empty(&entry.value.value)) {
        if let Some((_, name)) = COUNTERPARTS.iter().find(|(other, _)| *other == entry.key.value) {
            let taken = own.iter().any(|known| known.key.value == *name);
            if !taken {
                entry.key.value = (*name).to_owned();
            }
        }
        // Elsewhere the default is to be seen, here as well: only the refusal says something.
        if entry.key.value == "published" && says_no(&entry.value.value) {
            entry.key.value = "draft".to_owned();
            entry.value.value = Value::Bool(true);
        }
        let known = FIELDS.contains(&entry.key.value.as_str());
        (if known { &mut own } else { &mut aside }).push(entry);
    }
    *entries = own;
    aside
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
        _ => false,
    }
}

fn given(value: &str, reason: &str) -> Proposal {
    Proposal { value: value.to_owned(), reason: reason.to_owned(), given: true }
}

fn missing(source: &Source, span: &crate::text::source::Span, name: &str) -> Vec<Diagnostic> {
    let problem = Problem::MissingField { table: Table::Header, name: name.into(), proposal: None };
    vec![Diagnostic::new(problem, Place::new(source.path.clone(), *span))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_title_changes_what_was_made_of_the_old_one_and_nothing_else() {
        let proposal = given("Parti", "");
        let mut import = Import {
            draft: Draft { id: "tag:parti.ma,2026-03-12:parti".into(), ..Default::default() },
            path: "content/2026/03/parti.ar.md".into(),
            title: proposal.clone(),
            date: proposal.clone(),
            region: proposal,
            provinces: Vec::new(),
            repairs: Vec::new(),
            warnings: Vec::new(),
        };
        import.retitle("L’eau".into());
        assert_eq!(import.path, "content/2026/03/l-eau.ar.md");
        assert_eq!(
            (import.draft.id.as_str(), import.draft.title.as_str()),
            ("tag:parti.ma,2026-03-12:l-eau", "L’eau")
        );
    }
}
