//! The heart of a sentence: who does what, and where.
//!
//! No grammar is at work here, only commas and small words: an apposition stands between two
//! commas before the verb, and a handful of phrases begin what a title can do without.

use super::super::surroundings::after_opening;
use super::LONGEST_TITLE;
use super::words::{Words, is_day, plain};

/// A title keeps this many words before anything may be cut off.
const FEWEST: usize = 4;
/// A sentence cut for its length alone keeps this many characters.
const SHORTEST_CUT: usize = 45;
/// A dateline, with its city, date and agency, is no longer than this.
const LONGEST_DATELINE: usize = 60;

type Segment<'a> = Vec<&'a str>;

/// A sentence in its parts.
struct Clause<'a> {
    subject: Segment<'a>,
    /// The person in apposition to the subject.
    name: Option<Segment<'a>>,
    predicate: Segment<'a>,
    /// What follows, comma by comma.
    tail: Vec<Segment<'a>>,
}

/// The title that the first sentence of a paragraph makes.
pub(super) fn of(paragraph: &str, words: &Words) -> Option<String> {
    let sentence = without_brackets(sentence(without_dateline(paragraph)));
    let mut segments = segments(&sentence, words);
    while segments.len() > 1
        && Words::phrase(words.leads, &segments[0]).is_some()
        && verb(&segments[0], words).is_none()
    {
        segments.remove(0);
    }
    let clause = if words.rtl { verbal(segments, words) } else { nominal(segments, words) };
    let variants = clause.variants(words);
    let fitting = variants.iter().filter_map(|variant| title(variant, words));
    let short = |title: &String| title.chars().count() <= LONGEST_TITLE;
    fitting.clone().find(short).or_else(|| title(&cut(variants.last()?, words), words).filter(short))
}

/// The first sentence, without its end.
fn sentence(text: &str) -> &str {
    const ABBREVIATIONS: [&str; 9] = ["M", "MM", "Dr", "Pr", "Me", "St", "art", "cf", "n"];
    let ends = text.char_indices().find(|&(at, c)| {
        let rest = text[at + c.len_utf8()..].trim_start_matches(['!', '?', '.', '؟']);
        let next = rest.trim_start().chars().next();
        let begins = rest.is_empty()
            || (rest.starts_with(char::is_whitespace)
                && next.is_none_or(|c| !c.is_lowercase() && !matches!(c, '»' | ',' | ')')));
        match c {
            '.' => {
                let word =
                    text[..at].rsplit([' ', '\u{a0}', '\n', '.', '\'', '’', '(']).next().unwrap_or_default();
                begins
                    && !ABBREVIATIONS.contains(&word)
                    && (word.chars().count() != 1 || rest.trim().is_empty())
            }
            '!' | '?' | '؟' => begins,
            ';' | '؛' => true,
            _ => false,
        }
    });
    ends.map_or(text, |(at, _)| &text[..at])
}

/// What follows a place and a date: « Fès, le 3 mai – … », « الرباط/3 ماي 2025/… ».
fn without_dateline(text: &str) -> &str {
    if let Some(at) = after_opening(text) {
        return &text[at..];
    }
    let limit = text.char_indices().nth(LONGEST_DATELINE).map_or(text.len(), |(at, _)| at);
    let head = &text[..limit];
    for dash in [" – ", " — ", " - "] {
        if let Some((place, _)) = head.split_once(dash) {
            let rest = &text[place.len() + dash.len()..];
            let names = place.split_whitespace().count() <= 2;
            if names && rest.starts_with(char::is_uppercase) {
                return rest;
            }
        }
    }
    match head.rfind("/ ") {
        Some(at) if head[..at].contains('/') && head.find('/') < head.find(". ").or(Some(usize::MAX)) => {
            &text[at + 2..]
        }
        _ => text,
    }
}

/// A sentence without what stands in brackets: acronyms, for the most part.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once('(') {
        let Some((_, after)) = inside.split_once(')') else { break };
        out.push_str(before.trim_end());
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The words between commas, without those of time.
fn segments<'a>(sentence: &'a str, words: &Words) -> Vec<Segment<'a>> {
    let mut segments = vec![Vec::new()];
    for word in sentence.split_whitespace() {
        // A comma inside a word is decimal.
        let bare = word.trim_end_matches([',', '،']);
        if let Some(segment) = segments.last_mut()
            && !bare.is_empty()
        {
            segment.push(bare);
        }
        if bare.len() < word.len() {
            segments.push(Vec::new());
        }
    }
    let mut kept: Vec<Segment> = Vec::new();
    let mut parenthesis = false;
    for segment in segments {
        let timeless = without_times(&segment, words);
        if timeless.is_empty() {
            parenthesis = !segment.is_empty();
            continue;
        }
        // With « , dimanche, » both its commas go, unless they end a circumstance.
        match kept.last_mut() {
            Some(last) if parenthesis && Words::phrase(words.leads, last).is_none() => last.extend(timeless),
            _ => kept.push(timeless),
        }
        parenthesis = false;
    }
    kept
}

/// Words without « samedi 5 avril 2025 » and the like, which the release's own date says.
fn without_times<'a>(list: &[&'a str], words: &Words) -> Segment<'a> {
    let mut kept: Segment<'a> = Vec::with_capacity(list.len());
    let mut at = 0;
    while at < list.len() {
        // « du 5 au 7 mai » is more than a date.
        let bound = kept.last().is_some_and(|word| {
            matches!(
                plain(word).as_str(),
                "du" | "au" | "de" | "des" | "entre" | "et" | "depuis" | "dès" | "avant" | "of"
            )
        });
        let width = if bound { 0 } else { time(&list[at..], words) };
        if width == 0 {
            kept.push(list[at]);
        }
        at += width.max(1);
    }
    kept
}

/// How many words of time a list begins with.
fn time(list: &[&str], words: &Words) -> usize {
    let word = |at: usize| list.get(at).copied().unwrap_or_default();
    if words.times.contains(&plain(word(0)).as_str()) {
        return 1;
    }
    let starts = |word: &&&str| matches!(plain(word).as_str(), "ce" | "le" | "on" | "يوم" | "مساء" | "صباح");
    let start = list.iter().take_while(starts).count();
    let mut at = start;
    if words.is_weekday(word(at)) {
        at += 1;
    }
    if is_day(word(at)) && words.is_month(word(at + 1)) {
        at += 2;
        if word(at).len() == 4 && word(at).bytes().all(|b| b.is_ascii_digit()) {
            at += 1;
        }
    }
    if at > start { at } else { 0 }
}

/// Where the finite verb of a segment stands. A relative pronoun takes the next verb with it.
fn verb(segment: &[&str], words: &Words) -> Option<usize> {
    let mut relatives = 0;
    for (at, word) in segment.iter().enumerate() {
        if matches!(plain(word).as_str(), "qui" | "que" | "dont" | "où" | "who" | "which") {
            relatives += 1;
            continue;
        }
        // « la visite », « de vote »: a noun, by the small word before it.
        let before = at.checked_sub(1).map(|at| plain(segment[at]));
        let noun = before.is_some_and(|word| {
            words.stops.contains(&word.as_str()) && !matches!(word.as_str(), "ne" | "se" | "y" | "qui")
        });
        if !noun && words.is_verb(word) {
            if relatives == 0 {
                return Some(at);
            }
            relatives -= 1;
        }
    }
    None
}

/// A sentence that begins with its subject, as in French and English.
fn nominal<'a>(mut segments: Vec<Segment<'a>>, words: &Words) -> Clause<'a> {
    let found = segments.iter().enumerate().find_map(|(at, segment)| {
        let relative = at > 0 && Words::phrase(words.relatives, segment).is_some();
        let verb = verb(segment, words).filter(|verb| !relative && at + verb > 0)?;
        Some((at, verb))
    });
    let Some((at, verb)) = found else {
        let tail = segments.split_off(segments.len().min(1));
        return Clause {
            subject: Vec::new(),
            name: None,
            predicate: segments.pop().unwrap_or_default(),
            tail,
        };
    };
    let mut tail = segments.split_off(at + 1);
    let mut subject = segments.pop().unwrap_or_default();
    let mut predicate = subject.split_off(verb);
    let mut name = None;
    if verb == 0 {
        name = segments.get(1).filter(|segment| is_name(segment)).cloned();
        subject = segments.swap_remove(0);
    }
    // « a organisé, à Fès, un congrès »: the object comes after the next comma.
    if predicate.len() <= 2 && !tail.is_empty() {
        let circumstance =
            |segment: &Segment| segment[0] == "du" || Words::phrase(words.leads, segment).is_some();
        let object = tail.iter().position(|segment| !circumstance(segment)).unwrap_or(0);
        predicate.extend(tail.drain(..=object).next_back().unwrap_or_default());
    }
    Clause { subject, name, predicate, tail }
}

/// A sentence that begins with its verb, as in Arabic.
fn verbal<'a>(mut segments: Vec<Segment<'a>>, words: &Words) -> Clause<'a> {
    let mut tail = segments.split_off(segments.len().min(1));
    let mut predicate = segments.pop().unwrap_or_default();
    let droppable = |segment: &Segment| {
        let first = segment.first().copied().unwrap_or_default();
        // An object has its accusative alif, a place or a further subject its prefix.
        let name =
            !first.ends_with(['ا', 'ً']) && !["بال", "لل", "و"].iter().any(|prefix| first.starts_with(prefix));
        segment.len() <= 4 && name && begins(segment, words)
    };
    if tail.len() >= 2 && droppable(&tail[0]) && begins(&tail[1], words) {
        tail.remove(0);
        predicate.extend(tail.remove(0));
    }
    Clause { subject: Vec::new(), name: None, predicate, tail }
}

/// Whether a segment carries a sentence on, rather than adding a circumstance.
fn begins(segment: &[&str], words: &Words) -> bool {
    let lists = [words.borders, words.relatives, words.leads];
    lists.iter().all(|list| Words::phrase(list, segment).is_none())
}

/// Two to four words, each with a capital: a person.
fn is_name(segment: &[&str]) -> bool {
    (2..=4).contains(&segment.len()) && segment.iter().all(|word| word.starts_with(char::is_uppercase))
}

impl Clause<'_> {
    /// The wordings to try, the fullest first.
    fn variants(&self, words: &Words) -> Vec<Vec<String>> {
        let predicate = in_present(&self.predicate, words);
        let owned = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let with = |subject: &[&str]| [owned(subject), owned(&predicate)].concat();
        let short = with(&self.subject);
        let mut full = short.clone();
        for segment in self.tail.iter().take_while(|segment| begins(segment, words)) {
            if let Some(last) = full.last_mut() {
                last.push(if words.rtl { '،' } else { ',' });
            }
            full.extend(owned(segment));
        }
        let mut variants = vec![full, squeezed(&short, words)];
        variants.insert(1, short);
        if let Some(name) = &self.name {
            let named = with(name);
            let tight = squeezed(&named, words);
            variants.extend([named, tight]);
        }
        let kept = self.subject.len() + 2;
        variants.iter().map(|variant| up_to_border(variant, kept, words)).collect()
    }
}

/// « a tenu » as « tient », « s'est réuni » as « se réunit »: the tense of titles.
fn in_present<'a>(predicate: &[&'a str], words: &Words) -> Segment<'a> {
    let word = |at: usize| predicate.get(at).map(|word| plain(word)).unwrap_or_default();
    let (many, reflexive, length) = match (word(0).as_str(), word(1).as_str()) {
        ("a", _) => (false, false, 1),
        ("ont", _) => (true, false, 1),
        ("s'est", _) => (false, true, 1),
        ("se", "sont") => (true, true, 2),
        _ => return predicate.to_vec(),
    };
    let participle = word(length);
    // Agreement is of reflexive verbs alone, since no object stands before the others here.
    let participle = if reflexive { participle.trim_end_matches(['e', 's']) } else { &participle };
    let present = words.presents.iter().find(|(known, ..)| *known == participle);
    let Some(verb) = present.map(|(_, one, plural)| if many { *plural } else { *one }) else {
        return predicate.to_vec();
    };
    if !reflexive {
        return [&[verb], &predicate[length + 1..]].concat();
    }
    // « se » would want eliding.
    match verb.starts_with(['a', 'e', 'é', 'i', 'o', 'u']) {
        true => predicate.to_vec(),
        false => [&["se", verb], &predicate[length + 1..]].concat(),
    }
}

fn squeezed(list: &[String], words: &Words) -> Vec<String> {
    let text = list.join(" ");
    let shorter = words.squeezes.iter().fold(text, |text, (long, short)| text.replace(long, short));
    shorter.split_whitespace().map(str::to_owned).collect()
}

fn up_to_border(list: &[String], kept: usize, words: &Words) -> Vec<String> {
    let view: Vec<&str> = list.iter().map(String::as_str).collect();
    let border =
        (kept.max(FEWEST)..view.len()).find(|&at| Words::phrase(words.borders, &view[at..]).is_some());
    list[..border.unwrap_or(list.len())].to_vec()
}

/// As many words as a title may have, and rather up to a preposition than into a phrase.
fn cut(list: &[String], words: &Words) -> Vec<String> {
    let (mut length, mut end, mut joint) = (0, 0, None);
    for (at, word) in list.iter().enumerate() {
        if length >= SHORTEST_CUT && words.joints.contains(&plain(word).as_str()) {
            joint = Some(at);
        }
        length += word.chars().count() + usize::from(at > 0);
        if length > LONGEST_TITLE {
            break;
        }
        end = at + 1;
    }
    list[..joint.unwrap_or(end)].to_vec()
}

/// Words as a title: no small word or open quotation at the end, a capital at the start.
fn title(list: &[String], words: &Words) -> Option<String> {
    let mut list: Vec<&str> = list.iter().map(String::as_str).collect();
    let count =
        |list: &[&str], mark: char| list.iter().flat_map(|word| word.chars()).filter(|c| *c == mark).count();
    if count(&list, '«') != count(&list, '»')
        && let Some(at) = list.iter().rposition(|word| word.contains('«')).filter(|at| *at >= FEWEST)
    {
        // « sous le thème » says nothing without its quotation.
        let joint = (at.saturating_sub(3).max(FEWEST)..at)
            .find(|&at| words.joints.contains(&plain(list[at]).as_str()));
        list.truncate(joint.unwrap_or(at));
    }
    while list.last().is_some_and(|word| ends_badly(word, words)) {
        list.pop();
    }
    let mut text = list.join(" ");
    if count(&list, '«') != count(&list, '»') {
        text = text.replace(['«', '»'], "").split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || ",،.;؛:–—-".contains(c));
    let first = text.chars().next()?;
    text.chars().any(char::is_alphabetic).then(|| first.to_uppercase().chain(text.chars().skip(1)).collect())
}

fn ends_badly(word: &str, words: &Words) -> bool {
    let plain = plain(word);
    words.stops.contains(&plain.as_str())
        || word.ends_with(['\'', '’', '«', '('])
        || (plain.is_empty() && !word.ends_with(['»', '"', '”']))
}
