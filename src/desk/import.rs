//! From a text as the press office has it to a release, with everything proposed and why.

use std::borrow::Cow;
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::body::Markup;
use crate::model::date::{Moment, Written as Day, parse, parse_month};
use crate::model::header::{self, Entry, Form, Header, Node, Value};
use crate::model::release::{FIELDS, Rules, Written};
use crate::model::territory::ProvinceId;
use crate::text::diagnostic::{Diagnostic, Faults};
use crate::text::problem::{Problem, Table};
use crate::text::source::{Place, Source, Span, Spanned};

use super::detect::detect_below;
use super::draft::{Draft, numbered, slug_of_title};
use super::embargo::{Notice, Until, instant, notice, notices, without};
use super::foreign::translate;
use super::head::head;
use super::repair::{Chat, Repair, chat, language_of, repair};
use super::surroundings::{Dated, Unreal, dated, number_of};
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
    /// The text gives a month without a day: what to say where nobody can be asked.
    pub undated: Option<Diagnostic>,
    /// Until when it is under embargo.
    pub publish: Option<Proposal>,
    /// Why it is a draft: it is under embargo, and nobody can read until when.
    pub draft_for: Option<String>,
    /// The number that a label gives it.
    pub number: Option<Proposal>,
    pub region: Proposal,
    /// Names of the prefectures and provinces.
    pub provinces: Vec<String>,
    pub repairs: Vec<Repair>,
    /// Faults of the text that are no obstacle.
    pub warnings: Vec<Diagnostic>,
    names: Names,
    /// The latest instant that its date may be of, where that is not today.
    latest: Option<Timestamp>,
}

/// What path and `id` are made of, beside title and date.
#[derive(Debug, Default)]
struct Names {
    /// The text's own `slug`.
    slug: Option<String>,
    /// The text's own `id`.
    id: Option<String>,
    host: String,
    /// Language and extension: `.ar.md`.
    ending: String,
    /// Which of those that would have the same name it is.
    number: usize,
}

impl Import {
    /// Takes another title, and with it another file name and `id` where these are made of it.
    pub fn retitle(&mut self, title: String) {
        self.draft.title = title;
        self.name();
    }

    /// Takes a date, and with it another folder and `id`.
    pub fn redate(&mut self, date: Day, now: Timestamp, zone: &TimeZone) -> Result<(), String> {
        let moment = date.resolve(zone)?;
        if moment.opens(zone) > self.latest.unwrap_or(now) {
            return Err(format!("{} is yet to come", moment.iso_date()));
        }
        self.draft.date = settled(moment, now, zone).rfc3339();
        self.undated = None;
        self.name();
        Ok(())
    }

    /// Takes the nth name of those that its title may have.
    pub fn number(&mut self, number: usize) {
        self.names.number = number;
        self.name();
    }

    /// Takes an instant to publish it at, instead of a proposed draft or another instant. A draft of
    /// its author stays one.
    pub fn hold_until(&mut self, date: Day, zone: &TimeZone) -> Result<(), String> {
        let moment = instant(date.resolve(zone)?, zone);
        self.draft.publish = moment.rfc3339();
        self.draft.held = false;
        self.latest = Some(moment.timestamp);
        Ok(())
    }

    fn name(&mut self) {
        let day = self.draft.date.get(..10).unwrap_or("0000-00-00");
        let slug = self.names.slug.clone().unwrap_or_else(|| slug_of_title(&self.draft.title));
        let slug = numbered(&slug, self.names.number);
        self.path = format!("content/{}/{}/{slug}{}", &day[..4], &day[5..7], self.names.ending);
        self.draft.id = match &self.names.id {
            Some(id) => id.clone(),
            None => format!("tag:{},{day}:{slug}", self.names.host),
        };
    }
}

/// Fields that the draft has by name.
const OWN: [&str; 9] = ["title", "date", "region", "province", "lang", "id", "slug", "publish", "draft"];

/// Reads a text and proposes what it lacks, or says what is wrong with what it has. `declares` says
/// which `extra` fields the portal's theme knows.
pub fn import(
    source: &Source,
    rules: Rules,
    now: Timestamp,
    declares: &dyn Fn(&Entry) -> bool,
) -> Result<Import, Vec<Diagnostic>> {
    let config = rules.config;
    let plain = Markup::of(&source.path) == Some(Markup::Plain);
    let chat = if plain { chat(&source.text) } else { None };
    let source = match &chat {
        Some(chat) => Cow::Owned(Source::new(source.path.clone(), chat.text.clone())),
        None => Cow::Borrowed(source),
    };
    let source = source.as_ref();
    let mut faults = Faults::of(&source.path);
    let mut header = header::parse(source, &mut faults);
    let mut embargo = embargo_in_header(source, &mut header, &config.timezone);
    let aside = translate(&mut header.entries, declares);
    let mut undated = month_alone(source, &mut header.entries);
    let written = Written::decode(source, header.clone(), rules, &mut faults);
    if faults.has_errors() {
        faults.list.extend(undated.map(|(fault, _)| fault));
        return Err(faults.list);
    }
    let raw = match &chat {
        Some(chat) => Cow::Owned(chat.body(header.body)),
        None => Cow::Borrowed(source.text.get(header.body..).unwrap_or_default()),
    };
    let says_language = written.name.lang.is_some() || header.entries.iter().any(|e| e.key.value == "lang");
    let guessed = config.find_language(language_of(&raw)).filter(|_| !says_language);
    let lang = guessed.unwrap_or(written.lang);
    let tag = config.lang(lang);
    let (mut body, mut repairs) = repair(&raw, tag, config.typography, written.body.markup);
    if let Some(chat) = &chat {
        repairs.splice(0..0, chat.repairs.iter().cloned());
    }
    let below = notices(&body, &config.timezone);
    body = without(&body, below.iter().map(|notice| notice.range.clone()));
    embargo.extend(below);
    let mut notes: Vec<String> = embargo.iter().map(|notice| notice.says.clone()).collect();
    let publish = written.publish.as_ref().map(|publish| publish.value);
    let hold = Hold::of(publish, &embargo, now, &config.timezone);
    let latest = hold.publish.as_ref().map(|(moment, _)| moment.timestamp).filter(|latest| *latest > now);
    let head = head(&body);
    let mut taken = None;
    let title = match &written.title {
        Some(title) => given(&title.value, "written in the text's header"),
        None => match title::of_head(&body, &head, tag) {
            Some(found) => {
                taken = found.consumed.map(Span::range);
                let value = crate::model::release::typeset(tag, &found.title, config);
                Proposal { value, reason: found.reason.into(), given: false }
            }
            None => return Err(missing(source, &header.span, "title")),
        },
    };
    let (moment, date) = match (&undated, &written.date) {
        (Some((_, month)), _) => {
            let reason = "a day is missing".to_owned();
            (None, Proposal { value: month.clone(), reason, given: false })
        }
        (None, Some(date)) => {
            (Some(date.value), given(&date.value.iso_date(), "written in the text's header"))
        }
        (None, None) => {
            let days = Days { latest: latest.unwrap_or(now), now, zone: &config.timezone };
            match days.of(&written, &body, chat.as_ref()) {
                Ok((moment, date)) => (Some(moment), date),
                Err((unreal, reason)) => {
                    let fault = no_such_day(source, header.body, &unreal);
                    undated = Some((fault, unreal.text.clone()));
                    (None, Proposal { value: unreal.text, reason, given: false })
                }
            }
        }
    };
    // What stands above the text has given what it has.
    let above: Vec<String> =
        head.lines.iter().map(|line| title::bare(&body[line.clone()]).to_owned()).collect();
    let number = above.iter().find_map(|line| Some((number_of(line)?, line)));
    let number = number.filter(|_| header.entries.iter().all(|entry| entry.key.value != "number"));
    let number = number.map(|(number, line)| given(number, &format!("the label says « {line} »")));
    notes.extend(above.iter().filter(|line| !line.is_empty()).cloned());
    let has_own_line = taken.is_some();
    let mut gone = head.lines;
    gone.extend(taken);
    gone.sort_by_key(|range| range.start);
    body = without(&body, gone.into_iter());
    // A title drawn from the text is no second witness.
    let witness = if title.given || has_own_line { title.value.as_str() } else { "" };
    let found = detect_below(rules.territory, &above, witness, &body);
    let name_of = |region| rules.territory.region(region).names.get(tag).to_owned();
    let (regions, region) = match written.regions.first() {
        Some(first) => {
            let regions: Vec<_> = written.regions.iter().map(|region| region.value).collect();
            (regions, given(&name_of(first.value), "written in the text's header"))
        }
        None => {
            let reason = found.reason(rules.territory);
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
    let ending = if plain { "txt" } else { "md" };
    let suffix = if lang.index() == 0 { String::new() } else { format!(".{tag}") };
    let names = Names {
        slug: written.slug.map(|slug| slug.value),
        id: written.id.map(|id| id.value),
        host: config.base_url.host().to_owned(),
        ending: format!("{suffix}.{ending}"),
        number: 1,
    };
    let mut others: Vec<Entry> =
        header.entries.into_iter().filter(|entry| !OWN.contains(&entry.key.value.as_str())).collect();
    others.extend(number.as_ref().map(|number| entry("number", Value::Text(number.value.clone()))));
    let draft = Draft {
        title: title.value.clone(),
        date: moment.map(|moment| settled(moment, now, &config.timezone).rfc3339()).unwrap_or_default(),
        publish: hold.publish.as_ref().map(|(moment, _)| moment.rfc3339()).unwrap_or_default(),
        draft: written.draft,
        // What is under embargo is a draft, whatever the header says.
        held: hold.draft_for.is_some(),
        regions: regions.iter().map(|id| rules.territory.region(*id).slug.clone()).collect(),
        provinces: provinces.iter().map(|id| rules.territory.province(*id).slug.clone()).collect(),
        others,
        aside,
        notes,
        body,
        ..Default::default()
    };
    let provinces = provinces.iter().map(|id| rules.territory.province(*id).names.get(tag).to_owned());
    let mut import = Import {
        draft,
        path: String::new(),
        title,
        date,
        undated: undated.map(|(fault, _)| fault),
        publish: hold.publish.map(|(_, proposal)| proposal),
        draft_for: hold.draft_for,
        number,
        region,
        provinces: provinces.collect(),
        repairs,
        warnings: faults.list,
        names,
        latest,
    };
    import.name();
    Ok(import)
}

/// Takes a date without a day out of a header: no day shall be made up for it.
fn month_alone(source: &Source, entries: &mut Vec<Entry>) -> Option<(Diagnostic, String)> {
    let month = |entry: &Entry| match &entry.value.value {
        Value::Text(text) | Value::Plain(text) if entry.key.value == "date" => {
            Some((text.trim().to_owned(), parse_month(text)?))
        }
        _ => None,
    };
    let (at, (text, month)) = entries.iter().enumerate().find_map(|(at, entry)| Some((at, month(entry)?)))?;
    let span = entries.remove(at).value.span;
    let problem = Problem::MissingDay { text: text.clone(), month };
    Some((Diagnostic::new(problem, Place::new(source.path.clone(), span)), text))
}

/// Takes the notices of an embargo out of a header of bare lines, where `Embargo : …` is the field
/// `publish`: those that are no date.
fn embargo_in_header(source: &Source, header: &mut Header, zone: &TimeZone) -> Vec<Notice> {
    let mut found = Vec::new();
    if header.form != Form::Bare {
        return found;
    }
    header.entries.retain(|entry| {
        let name = entry.key.value.as_str();
        let read =
            matches!(&entry.value.value, Value::Text(text) | Value::Plain(text) if parse(text).is_ok());
        if FIELDS.contains(&name) && (name != "publish" || read) {
            return true;
        }
        let line = source.text.get(entry.key.span.range().start..entry.value.span.range().end);
        let notice = line.and_then(|line| notice(line, zone));
        let stays = notice.is_none();
        found.extend(notice);
        stays
    });
    found
}

/// What embargoes make of a release.
struct Hold {
    publish: Option<(Moment, Proposal)>,
    draft_for: Option<String>,
}

impl Hold {
    fn of(written: Option<Moment>, embargo: &[Notice], now: Timestamp, zone: &TimeZone) -> Self {
        let said: Vec<String> = embargo.iter().map(|notice| format!("« {} »", notice.says)).collect();
        let said = format!("the text says {}", said.join(" and "));
        let until = |notice: &Notice| match notice.until {
            Until::Moment(moment) => Some(moment),
            _ => None,
        };
        // Of several the last one holds; nobody knows when one ends that cannot be read.
        let unclear = embargo.iter().any(|notice| notice.until == Until::Unclear);
        let last = embargo.iter().filter_map(until).max_by_key(|moment| moment.timestamp);
        let unread = || Some(format!("{said}, and no instant can be read"));
        let Some(written) = written else {
            return match last.filter(|_| !unclear) {
                Some(moment) => {
                    let proposal = Proposal { value: moment.rfc3339(), reason: said, given: false };
                    Self { publish: Some((moment, proposal)), draft_for: None }
                }
                None if embargo.is_empty() => Self { publish: None, draft_for: None },
                None => Self { publish: None, draft_for: unread() },
            };
        };
        let moment = instant(written, zone);
        let header = "written in the text's header";
        // The header may be the older of the two, and what is public cannot be called back.
        let (moment, proposal) = match last.filter(|last| last.timestamp > moment.timestamp) {
            Some(last) => {
                let reason = format!("{said}, later than the header's {}", moment.rfc3339());
                (last, Proposal { value: last.rfc3339(), reason, given: false })
            }
            None => {
                let agrees = !unclear && last.is_none_or(|last| last.timestamp == moment.timestamp);
                let reason = if agrees { header.to_owned() } else { format!("{header}; {said}") };
                (moment, given(&moment.rfc3339(), &reason))
            }
        };
        // An instant that has passed is no answer to an embargo that may still hold.
        let holds = unclear || last.is_none() && !embargo.is_empty();
        let passed = instant(written, zone).timestamp <= now;
        let draft_for = if holds && passed { unread() } else { None };
        Self { publish: Some((moment, proposal)), draft_for }
    }
}

/// What the day of a text is looked for by.
struct Days<'a> {
    /// No later day is proposed: what is announced has not happened yet.
    latest: Timestamp,
    now: Timestamp,
    zone: &'a TimeZone,
}

impl Days<'_> {
    /// The day of a text whose header has none: of its file's name, its datelines, its stamp, or today.
    /// Where what dates it is no day of any calendar, nothing takes its place: no day is made up.
    fn of(
        &self,
        written: &Written,
        body: &str,
        chat: Option<&Chat>,
    ) -> Result<(Moment, Proposal), (Unreal, String)> {
        let Self { now, zone, .. } = *self;
        let named = written.name.date.as_deref().and_then(|date| parse(date).ok()?.resolve(zone).ok());
        if let Some(moment) = named {
            return Ok((moment, given(&moment.iso_date(), "from the name of the file")));
        }
        let proposed = |moment: Moment, reason: String| {
            Ok((moment, Proposal { value: moment.iso_date(), reason, given: false }))
        };
        let stamped = chat.and_then(|chat| chat.sent.as_ref());
        let stamped = stamped.map(|(day, stamp)| (*day, format!("the message was sent « {stamp} »")));
        let mut said: Vec<(Date, String)> = Vec::new();
        let mut unreal = None;
        for Dated { day, says, dateline } in dated(body) {
            match day {
                Ok(day) => said.push((day, says)),
                Err(no_day) if dateline && said.is_empty() => return Err((no_day, says)),
                Err(no_day) => unreal = unreal.or(Some((no_day, says))),
            }
        }
        said.extend(stamped);
        let today = Moment::at(now, zone);
        let latest = Moment::at(self.latest, zone);
        for (day, reason) in &said {
            if *day <= latest.date()
                && let Ok(moment) = Day::Day(*day).resolve(zone)
            {
                return proposed(moment, reason.clone());
            }
        }
        match (said.into_iter().next(), unreal) {
            (Some((_, reason)), _) => proposed(today, format!("today: {reason}, which is yet to come")),
            (None, Some(unreal)) => Err(unreal),
            (None, None) => proposed(today, "the text has no date: today".to_owned()),
        }
    }
}

/// Says where a text has a day that does not exist. Its own characters may have been others before
/// they were mended.
fn no_such_day(source: &Source, body: usize, unreal: &Unreal) -> Diagnostic {
    let Unreal { text, reason } = unreal.clone();
    let start = find_words(&source.text[body..], &text).map(|range| body + range.start..body + range.end);
    let place = Place::new(source.path.clone(), start.unwrap_or(body..body).into());
    Diagnostic::new(Problem::BadDate { text, reason }, place)
}

/// Where words stand in a text with any spaces between them.
fn find_words(text: &str, words: &str) -> Option<Range<usize>> {
    let mut words = words.split_whitespace();
    let first = words.next()?;
    let words: Vec<&str> = words.collect();
    text.match_indices(first).find_map(|(start, _)| {
        let mut end = start + first.len();
        for word in &words {
            let rest = text[end..].trim_start();
            end = text.len() - rest.strip_prefix(word)?.len();
        }
        Some(start..end)
    })
}

fn entry(name: &str, value: Value) -> Entry {
    let span = Span::default();
    Entry { key: Spanned::new(name.to_owned(), span), value: Node { span, value } }
}

/// A day alone counts as noon; what is dated today is already public.
fn settled(moment: Moment, now: Timestamp, zone: &TimeZone) -> Moment {
    match moment.day_alone && moment.timestamp > now {
        true => Moment::at(now.max(moment.opens(zone)), zone),
        false => moment,
    }
}

fn given(value: &str, reason: &str) -> Proposal {
    Proposal { value: value.to_owned(), reason: reason.to_owned(), given: true }
}

fn missing(source: &Source, span: &Span, name: &str) -> Vec<Diagnostic> {
    let problem = Problem::MissingField { table: Table::Header, name: name.into(), proposal: None };
    vec![Diagnostic::new(problem, Place::new(source.path.clone(), *span))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_title_or_date_changes_what_was_made_of_the_old_one_and_nothing_else() {
        let proposal = given("Parti", "");
        let mut import = Import {
            draft: Draft { date: "2026-03-12T12:00:00+00:00".into(), ..Default::default() },
            path: String::new(),
            title: proposal.clone(),
            date: proposal.clone(),
            undated: None,
            publish: None,
            draft_for: None,
            number: None,
            region: proposal,
            provinces: Vec::new(),
            repairs: Vec::new(),
            warnings: Vec::new(),
            names: Names { host: "parti.ma".into(), ending: ".ar.md".into(), ..Default::default() },
            latest: None,
        };
        import.retitle("L’eau".into());
        assert_eq!(import.path, "content/2026/03/l-eau.ar.md");
        assert_eq!(
            (import.draft.id.as_str(), import.draft.title.as_str()),
            ("tag:parti.ma,2026-03-12:l-eau", "L’eau")
        );
        let now = "2026-06-01T12:00:00Z".parse().unwrap();
        let day = |text| parse(text).unwrap();
        import.redate(day("2026-04-02"), now, &TimeZone::UTC).unwrap();
        assert_eq!(
            (import.path.as_str(), &*import.draft.id),
            ("content/2026/04/l-eau.ar.md", "tag:parti.ma,2026-04-02:l-eau")
        );
        assert!(import.redate(day("2026-07-02"), now, &TimeZone::UTC).is_err());
        import.number(2);
        assert_eq!(
            (import.path.as_str(), &*import.draft.id),
            ("content/2026/04/l-eau-2.ar.md", "tag:parti.ma,2026-04-02:l-eau-2")
        );
        (import.draft.draft, import.draft.held) = (Some(true), true);
        import.hold_until(day("1er décembre 2026 à 10 h"), &TimeZone::UTC).unwrap();
        let text = import.draft.text();
        assert!(text.contains("\npublish = 2026-12-01T10:00:00+00:00\ndraft = true\n"), "{text}");
        import.draft.draft = None;
        assert!(!import.draft.text().contains("draft"));
        import.number(1);
        import.names.slug = Some("eau".into());
        import.names.id = Some("x".into());
        import.retitle("Autre".into());
        assert_eq!((import.path.as_str(), &*import.draft.id), ("content/2026/04/eau.ar.md", "x"));
    }
}
