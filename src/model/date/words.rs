//! The words of dates, and letters folded so that they are known however they are typed.

use std::sync::LazyLock;

use foldhash::HashMap;
use jiff::civil::Weekday;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

pub(super) fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|at| NAMES.get(at)).copied().unwrap_or_default()
}

pub(super) fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// French; Arabic of Morocco, of the Mashriq in both its forms, of Algeria and Tunisia; English.
const MONTHS: [&str; 12] = [
    "janvier janv jan january يناير كانون_الثاني جانفي",
    "février févr fév february feb فبراير شباط فيفري",
    "mars mar march مارس آذار",
    "avril avr april apr أبريل إبريل نيسان أفريل",
    "mai may ماي مايو أيار",
    "juin june jun يونيو يونيه حزيران جوان",
    "juillet juil juill july jul يوليوز يوليو يوليه تموز جويلية",
    "août aoû august aug غشت أغسطس آب أوت",
    "septembre sept sep september شتنبر سبتمبر أيلول",
    "octobre oct october أكتوبر تشرين_الأول",
    "novembre nov november نونبر نوفمبر تشرين_الثاني",
    "décembre déc december dec دجنبر ديسمبر كانون_الأول",
];

const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "lundi lun monday mon الاثنين اثنين الإثنين"),
    (Weekday::Tuesday, "mardi mar tuesday tue tues الثلاثاء ثلاثاء الثلثاء"),
    (Weekday::Wednesday, "mercredi mer wednesday wed الأربعاء أربعاء"),
    (Weekday::Thursday, "jeudi jeu thursday thu thur thurs الخميس خميس"),
    (Weekday::Friday, "vendredi ven vend friday fri الجمعة جمعة"),
    (Weekday::Saturday, "samedi sam saturday sat السبت سبت"),
    (Weekday::Sunday, "dimanche dim sunday sun الأحد أحد"),
];

static MONTH_OF: LazyLock<HashMap<String, i8>> =
    LazyLock::new(|| (1..).zip(MONTHS).flat_map(|(month, names)| named(names, month)).collect());

static WEEKDAY_OF: LazyLock<HashMap<String, Weekday>> =
    LazyLock::new(|| WEEKDAYS.iter().flat_map(|(day, names)| named(names, *day)).collect());

fn named<T: Copy>(names: &'static str, value: T) -> impl Iterator<Item = (String, T)> {
    names.split(' ').map(move |name| (folded(&name.replace('_', " ")), value))
}

/// Gives the letters that stand for `c` when case, accents, vowel signs and the shapes of Arabic
/// letters do not count; nothing where `c` is an invisible mark or a filler.
pub(in crate::model) fn fold_char(c: char, mut give: impl FnMut(char)) {
    if c.is_ascii() {
        give(c.to_ascii_lowercase());
        return;
    }
    if is_invisible(c) || c == '\u{640}' || is_combining_mark(c) {
        return;
    }
    match c {
        // Superscript digits are notes, not numbers.
        '²' | '³' | '¹' | '\u{2070}'..='\u{2079}' => give(c),
        'º' => give('°'),
        '№' => ['n', '°'].into_iter().for_each(give),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => give('-'),
        '،' => give(','),
        '؛' => give(';'),
        _ if c.is_whitespace() => give(' '),
        _ => decompose_compatible(c, |part| {
            if is_combining_mark(part) || part == '\u{640}' {
                return;
            }
            for part in part.to_lowercase() {
                let digit = |zero: u32| char::from_digit(u32::from(part) - zero, 10).unwrap_or(part);
                match part {
                    '٠'..='٩' => give(digit(0x660)),
                    '۰'..='۹' => give(digit(0x6f0)),
                    'ٱ' => give('ا'),
                    'ى' | 'ی' => give('ي'),
                    'ة' => give('ه'),
                    'گ' | 'ݣ' | 'ک' => give('ك'),
                    part if is_combining_mark(part) => {}
                    part => give(part),
                }
            }
        }),
    }
}

/// Marks of direction, zero-width characters and the soft hyphen: what editors leave behind unseen.
pub(in crate::model) fn is_invisible(c: char) -> bool {
    crate::text::problem::is_bidi_control(c)
        || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_char(c, |part| out.push(part)));
    out
}

/// A folded character and where in the source it ends, with the invisible ones after it.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    c: char,
    pub end: usize,
}

/// The folded start of the first line of `text`, as much as a date can need; whether that is all.
pub(super) fn glyphs(text: &str) -> (Vec<Glyph>, bool) {
    const LONGEST: usize = 96;
    const LONGEST_IN_BYTES: usize = 1024;
    let mut glyphs: Vec<Glyph> = Vec::new();
    for (at, c) in text.char_indices() {
        if matches!(c, '\n' | '\r') || glyphs.len() >= LONGEST || at >= LONGEST_IN_BYTES {
            return (glyphs, false);
        }
        let (before, end) = (glyphs.len(), at + c.len_utf8());
        fold_char(c, |c| glyphs.push(Glyph { c, end }));
        if glyphs.len() == before
            && let Some(last) = glyphs.last_mut()
        {
            last.end = end;
        }
    }
    (glyphs, true)
}

#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub glyphs: &'a [Glyph],
    pub at: usize,
}

impl Cursor<'_> {
    pub fn peek(&self) -> Option<char> {
        self.glyphs.get(self.at).map(|glyph| glyph.c)
    }

    pub fn eat(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let c = self.peek().filter(|c| wanted(*c))?;
        self.at += 1;
        Some(c)
    }

    pub fn skip(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let start = self.at;
        while self.eat(&wanted).is_some() {}
        self.at > start
    }

    pub fn spaces(&mut self) -> bool {
        self.skip(|c| c == ' ')
    }

    /// A run of digits and how many they are; a run of more than nine is no number of a date.
    pub fn number(&mut self) -> Option<(u32, usize)> {
        let start = self.at;
        let mut value = 0u32;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit);
            self.at += 1;
        }
        (self.at > start).then_some((value, self.at - start))
    }

    /// A number of one digit, or of two.
    pub fn small(&mut self) -> Option<u32> {
        let mut ahead = *self;
        let (value, digits) = ahead.number()?;
        (digits <= 2).then(|| {
            *self = ahead;
            value
        })
    }

    pub fn two_digits(&mut self) -> Option<u32> {
        let mut ahead = *self;
        let (value, digits) = ahead.number()?;
        (digits == 2).then(|| {
            *self = ahead;
            value
        })
    }

    pub fn word(&mut self) -> Option<String> {
        let start = self.at;
        self.skip(char::is_alphabetic);
        let word = self.glyphs.get(start..self.at)?;
        (!word.is_empty()).then(|| word.iter().map(|glyph| glyph.c).collect())
    }

    /// Takes the next word if it is one of `words`.
    pub fn eat_word(&mut self, words: &[&str]) -> bool {
        let mut ahead = *self;
        let found = ahead.word().is_some_and(|word| words.contains(&word.as_str()));
        if found {
            *self = ahead;
        }
        found
    }

    pub fn ends_a_word(&self) -> bool {
        self.peek().is_none_or(|c| !c.is_alphanumeric())
    }

    pub fn month(&mut self) -> Option<i8> {
        let month = self.one_month()?;
        // Both names at once, as the United Nations write it.
        let mut ahead = *self;
        ahead.spaces();
        if ahead.eat(|c| c == '/').is_some() {
            ahead.spaces();
            if ahead.one_month() == Some(month) {
                *self = ahead;
            }
        }
        Some(month)
    }

    fn one_month(&mut self) -> Option<i8> {
        let mut one = *self;
        let first = one.word()?;
        let mut two = one;
        let month = if two.spaces()
            && let Some(second) = two.word()
            && let Some(month) = MONTH_OF.get(&format!("{first} {second}"))
        {
            *self = two;
            *month
        } else {
            let month = *MONTH_OF.get(&first)?;
            *self = one;
            month
        };
        self.eat(|c| c == '.');
        Some(month)
    }

    pub fn weekday(&mut self) -> Option<Weekday> {
        let mut ahead = *self;
        let day = *WEEKDAY_OF.get(&ahead.word()?)?;
        ahead.eat(|c| c == '.');
        ahead.skip(|c| matches!(c, ' ' | ','));
        *self = ahead;
        Some(day)
    }
}
