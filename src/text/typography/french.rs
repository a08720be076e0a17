//! French, after the Imprimerie nationale's « Lexique des règles typographiques ».
//!
//! One pass finds the few bytes at which a rule may hold; each rule then judges the *gap*
//! between two visible characters, whatever spaces it has, so that what one pass has made
//! right the next one finds right.

use std::borrow::Cow;

use super::address::Addresses;
use super::ligature::ligature;
use super::quotes::{Quote, Script, pairs};
use super::{Context, NARROW, NO_BREAK, Profile, is_arabic, is_space};

/// Why a place is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    Apostrophe,
    /// The space before `; : ! ?`.
    Mark,
    /// The space inside « ».
    Guillemet,
    OpeningQuote,
    ClosingQuote,
    Ellipsis,
    Ligature,
    /// A space that must not break, elsewhere: `45 %`, `n° 3`, `12 mars`, `M. X`, `1 000`.
    Bond,
}

/// `text[start..end]` becomes `to`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit {
    pub start: usize,
    pub end: usize,
    pub to: &'static str,
    pub rule: Rule,
}

/// French typography on plain text; borrows when nothing changes. Idempotent.
pub fn french<'a>(text: &'a str, profile: Profile, context: Context) -> Cow<'a, str> {
    let mut out = String::new();
    let mut copied = 0;
    edits(text, profile, context, |edit| {
        if copied == 0 && out.is_empty() {
            out.reserve(text.len() + text.len() / 16 + 16);
        }
        out.push_str(&text[copied..edit.start]);
        out.push_str(edit.to);
        copied = edit.end;
    });
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// What [`french`] would change, in order, each place once.
pub(crate) fn edits(text: &str, profile: Profile, context: Context, sink: impl FnMut(Edit)) {
    if profile == Profile::None || text.is_empty() {
        return;
    }
    let quotes = pairs(text, context, Script::Latin);
    Scan {
        text,
        bytes: text.as_bytes(),
        profile,
        context,
        quotes,
        quote: 0,
        addresses: Addresses::new(text),
        sink,
    }
    .run();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Apostrophe,
    Mark,
    Quote,
    Dot,
    /// « » ° and the no-break space begin with this byte.
    Latin,
    O,
    Digit,
    Percent,
    /// The first letter of a form of address.
    Address,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    classes[b'\'' as usize] = Class::Apostrophe;
    classes[b';' as usize] = Class::Mark;
    classes[b':' as usize] = Class::Mark;
    classes[b'!' as usize] = Class::Mark;
    classes[b'?' as usize] = Class::Mark;
    classes[b'"' as usize] = Class::Quote;
    classes[b'.' as usize] = Class::Dot;
    classes[0xc2] = Class::Latin;
    classes[b'o' as usize] = Class::O;
    classes[b'O' as usize] = Class::O;
    classes[b'%' as usize] = Class::Percent;
    classes[b'M' as usize] = Class::Address;
    classes[b'D' as usize] = Class::Address;
    classes[b'P' as usize] = Class::Address;
    let mut digit = b'0';
    while digit <= b'9' {
        classes[digit as usize] = Class::Digit;
        digit += 1;
    }
    classes
};

/// Where the next byte is at which a rule may hold, from `at` on.
fn next_class(bytes: &[u8], mut at: usize) -> Option<usize> {
    let is_one = |byte: u8| CLASSES[byte as usize] != Class::Plain;
    // Several are asked before the answer is looked at.
    while let Some([a, b, c, d]) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        if is_one(*a) | is_one(*b) | is_one(*c) | is_one(*d) {
            break;
        }
        at += 4;
    }
    bytes.get(at..)?.iter().position(|byte| is_one(*byte)).map(|skip| at + skip)
}

/// Forms of address that a name follows.
const ADDRESSES: [&str; 9] = ["M.", "MM.", "Mme", "Mmes", "Mlle", "Mlles", "Dr", "Pr", "Dre"];

const MONTHS: [&str; 15] = [
    "janvier",
    "février",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "decembre",
];

struct Scan<'a, F> {
    text: &'a str,
    bytes: &'a [u8],
    profile: Profile,
    context: Context,
    quotes: Vec<Quote>,
    /// How many of `quotes` have been set.
    quote: usize,
    addresses: Addresses<'a>,
    sink: F,
}

impl<F: FnMut(Edit)> Scan<'_, F> {
    fn run(&mut self) {
        let mut at = self.leading();
        while let Some(next) = next_class(self.bytes, at) {
            at = next;
            at = match CLASSES[self.bytes[at] as usize] {
                Class::Plain => at + 1,
                Class::Apostrophe => self.apostrophe(at),
                Class::Mark => self.mark(at),
                Class::Quote => self.quote(at),
                Class::Dot => self.dots(at),
                Class::Latin => self.latin(at),
                Class::O => self.ligature(at),
                Class::Digit => self.number(at),
                Class::Percent => self.percent(at),
                Class::Address => self.address(at),
            };
        }
        self.trailing();
    }

    fn edit(&mut self, start: usize, end: usize, to: &'static str, rule: Rule) {
        if &self.text[start..end] != to {
            (self.sink)(Edit { start, end, to, rule });
        }
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back().or(self.context.before.filter(|_| at == 0))
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next().or(self.context.after.filter(|_| at == self.text.len()))
    }

    /// Where the spaces that end at `at` begin.
    fn gap_start(&self, at: usize) -> usize {
        self.text[..at].trim_end_matches(is_space).len()
    }

    /// Where the spaces that begin at `at` end.
    fn gap_end(&self, at: usize) -> usize {
        self.text.len() - self.text[at..].trim_start_matches(is_space).len()
    }

    /// The visible French character that ends at `at`: none at a line's start, in Arabic,
    /// or after an opening guillemet, whose own gap this is.
    fn hold(&self, at: usize) -> Option<char> {
        let c = self.before(at)?;
        let opening = c == '«' || (c == '"' && self.set_quote(at).is_some_and(|quote| quote.opens));
        (!c.is_whitespace() && !is_arabic(c) && !opening).then_some(c)
    }

    /// The straight quote that ends at `at`, if it has just been set as a guillemet.
    fn set_quote(&self, at: usize) -> Option<Quote> {
        self.quotes[..self.quote].last().copied().filter(|quote| quote.at + 1 == at)
    }

    /// The opening guillemet stood in the piece before.
    fn leading(&mut self) -> usize {
        let end = self.gap_end(0);
        let inner = self.after(end).is_some_and(|c| !c.is_whitespace() && !is_arabic(c));
        if end > 0 && inner && self.context.before == Some('«') {
            self.edit(0, end, self.profile.inside(), Rule::Guillemet);
        }
        end
    }

    /// The mark that these last spaces precede stands in the piece after.
    fn trailing(&mut self) {
        let (start, end) = (self.gap_start(self.text.len()), self.text.len());
        let (Some(mark), Some(hold)) = (self.context.after, self.hold(start)) else { return };
        if start == end {
            return;
        }
        match mark {
            '»' => self.edit(start, end, self.profile.inside(), Rule::Guillemet),
            '%' if hold.is_numeric() => self.edit(start, end, NO_BREAK, Rule::Bond),
            ';' | ':' | '!' | '?' => match self.profile.before(mark as u8) {
                // What follows the mark isn't known here, so nothing is taken away.
                "" => {}
                space => self.edit(start, end, space, Rule::Mark),
            },
            _ => {}
        }
    }

    fn apostrophe(&mut self, at: usize) -> usize {
        let letter = |c: char| c.is_alphabetic() && !is_arabic(c);
        let elided = self.before(at).is_some_and(letter)
            && self.after(at + 1).is_some_and(|c| letter(c) || c.is_ascii_digit() || "«“\"*_".contains(c));
        if elided && !self.addresses.has(at) {
            self.edit(at, at + 1, "’", Rule::Apostrophe);
        }
        at + 1
    }

    /// `; : ! ?`, several of the last two as one.
    fn mark(&mut self, at: usize) -> usize {
        let mark = self.bytes[at];
        let end = match mark {
            b'!' | b'?' => {
                let marks = self.bytes[at..].iter().take_while(|b| matches!(b, b'!' | b'?'));
                at + marks.count()
            }
            _ => at + 1,
        };
        let start = self.gap_start(at);
        let Some(hold) = self.hold(start) else { return end };
        let space = self.profile.before(mark);
        if start == at {
            let wanted = !space.is_empty()
                && self.takes_space(hold, at)
                && self.ends_phrase(mark, end)
                && !(mark == b';' && self.ends_entity(at))
                && !self.addresses.has(at);
            if wanted {
                self.edit(at, at, space, Rule::Mark);
            }
        } else if !space.is_empty() || self.may_cling(hold, start, end) {
            self.edit(start, at, space, Rule::Mark);
        }
        end
    }

    /// Whether a mark right after `hold` lacks its space.
    fn takes_space(&self, hold: char, at: usize) -> bool {
        match hold {
            '»' | ')' | ']' | '”' | '…' | '%' | '€' | '*' => true,
            '"' => self.set_quote(at).is_some(),
            '.' => self.text[..at].ends_with("...") && !self.text[..at].ends_with("...."),
            _ => hold.is_alphanumeric(),
        }
    }

    /// Whether the mark that ends at `end` ends a phrase: not in 18:30, 3:1, C:\, nor in :-).
    fn ends_phrase(&self, mark: u8, end: usize) -> bool {
        self.after(end).is_none_or(|c| {
            c.is_whitespace()
                || matches!(c, '»' | '”' | '"' | ']' | '*')
                || (c == ')' && matches!(mark, b'!' | b'?'))
        })
    }

    /// `&nbsp;` and its like, typed as text.
    fn ends_entity(&self, at: usize) -> bool {
        const LONGEST: usize = 10;
        let mut name = self.text[..at].chars().rev().take(LONGEST);
        name.find(|c| !c.is_alphanumeric() && *c != '#') == Some('&')
    }

    /// Whether the spaces between `hold` and the mark may go: not in « 3 : 1 » nor before ;-),
    /// nor after a straight quote, which might then seem to open.
    fn may_cling(&self, hold: char, start: usize, end: usize) -> bool {
        let ratio = hold.is_numeric() && self.after(self.gap_end(end)).is_some_and(char::is_numeric);
        let unset = hold == '"' && self.set_quote(start).is_none();
        self.ends_phrase(self.bytes[end - 1], end) && !ratio && !unset
    }

    fn latin(&mut self, at: usize) -> usize {
        match self.bytes.get(at + 1) {
            Some(0xab) => self.opening(at),
            Some(0xbb) => self.closing(at),
            Some(0xb0) => self.degree(at),
            _ => at + 2,
        }
    }

    fn opening(&mut self, at: usize) -> usize {
        let start = at + '«'.len_utf8();
        let end = self.gap_end(start);
        if self.after(end).is_some_and(|c| !c.is_whitespace() && !is_arabic(c)) {
            self.edit(start, end, self.profile.inside(), Rule::Guillemet);
        }
        end
    }

    fn closing(&mut self, at: usize) -> usize {
        let start = self.gap_start(at);
        if self.hold(start).is_some() {
            self.edit(start, at, self.profile.inside(), Rule::Guillemet);
        }
        at + '»'.len_utf8()
    }

    fn quote(&mut self, at: usize) -> usize {
        if let Some(quote) = self.quotes.get(self.quote).copied().filter(|quote| quote.at == at) {
            self.quote += 1;
            let (to, rule) = match (quote.opens, self.profile.inside().is_empty()) {
                (true, false) => ("«\u{a0}", Rule::OpeningQuote),
                (true, true) => ("«", Rule::OpeningQuote),
                (false, false) => ("\u{a0}»", Rule::ClosingQuote),
                (false, true) => ("»", Rule::ClosingQuote),
            };
            self.edit(at, at + 1, to, rule);
        }
        at + 1
    }

    /// Three dots, no more and no less.
    fn dots(&mut self, at: usize) -> usize {
        let end = at + self.bytes[at..].iter().take_while(|b| **b == b'.').count();
        let apart = |c: Option<char>| !matches!(c, Some('.' | '/' | '\\'));
        if end - at == 3 && apart(self.before(at)) && apart(self.after(end)) && !self.addresses.has(at) {
            self.edit(at, end, "…", Rule::Ellipsis);
        }
        end
    }

    fn ligature(&mut self, at: usize) -> usize {
        let end = at + 2;
        if self.bytes.get(at + 1).is_none_or(|b| b | 0x20 != b'e') {
            return at + 1;
        }
        let (before, after) = (&self.text[..at], &self.text[end..]);
        // A word that markup cuts in two isn't known whole.
        let cut = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let letters = |part: &str| part.chars().take(8).all(char::is_alphanumeric);
        if (before.len() < 8 && cut(self.context.before) && letters(before))
            || (after.len() < 8 && cut(self.context.after) && letters(after))
        {
            return end;
        }
        if let Some(to) = ligature(before, &self.text[at..end], after)
            && !self.addresses.has(at)
        {
            self.edit(at, end, to, Rule::Ligature);
        }
        end
    }

    /// « 45 % »: the Lexique parts them, and so does the EU's code.
    fn percent(&mut self, at: usize) -> usize {
        let start = self.gap_start(at);
        let of_number = self.hold(start).is_some_and(char::is_numeric)
            && self.after(at + 1).is_none_or(|c| !c.is_alphanumeric());
        if of_number && (start < at || !self.addresses.has(at)) {
            self.edit(start, at, NO_BREAK, Rule::Bond);
        }
        at + 1
    }

    /// « n° 3 ».
    fn degree(&mut self, at: usize) -> usize {
        let start = at + '°'.len_utf8();
        let word = at.checked_sub(1).filter(|&n| matches!(self.bytes[n], b'n' | b'N'));
        if let Some(word) = word
            && self.before(word).is_none_or(|c| !c.is_alphanumeric() && !is_arabic(c))
        {
            let end = self.gap_end(start);
            if self.after(end).is_some_and(|c| c.is_ascii_digit()) && (end > start || !self.addresses.has(at))
            {
                self.edit(start, end, NO_BREAK, Rule::Bond);
            }
        }
        start
    }

    /// A form of address and the name after it.
    fn address(&mut self, at: usize) -> usize {
        if self.before(at).is_some_and(char::is_alphanumeric) {
            return at + 1;
        }
        for form in ADDRESSES {
            let end = at + form.len();
            if self.bytes[at..].starts_with(form.as_bytes())
                && self.bytes.get(end) == Some(&b' ')
                && self.after(end + 1).is_some_and(char::is_uppercase)
            {
                self.edit(end, end + 1, NO_BREAK, Rule::Bond);
                return end + 1;
            }
        }
        at + 1
    }

    fn number(&mut self, at: usize) -> usize {
        let end = at + self.digits(at);
        let apart = self.before(at).is_none_or(|c| !c.is_alphanumeric() && !"+.…,/_#@:".contains(c));
        let start = self.gap_start(at);
        // After a number this is the rest of a telephone number; after Arabic, Arabic's.
        if !apart || self.before(start).is_some_and(|c| c.is_numeric() || is_arabic(c)) {
            return end;
        }
        if self.bytes[at] != b'0' && end - at <= 3 {
            let grouped = self.thousands(end);
            if grouped > end {
                return grouped;
            }
        }
        let day = self.text[at..end].parse::<u8>().is_ok_and(|day| (1..=31).contains(&day));
        if day && end - at <= 2 {
            let gap = if self.bytes[end..].starts_with(b"er ") { end + 2 } else { end };
            if self.bytes.get(gap) == Some(&b' ') && self.is_month(gap + 1) {
                self.edit(gap, gap + 1, NO_BREAK, Rule::Bond);
                return gap + 1;
            }
        }
        if end - at <= 2 { self.hour(end) } else { end }
    }

    /// « 20 h 30 », after its first number.
    fn hour(&mut self, end: usize) -> usize {
        let ends = |scan: &Self, at: usize| scan.after(at).is_none_or(|c| !c.is_alphanumeric());
        if !self.bytes[end..].starts_with(b" h") || !ends(self, end + 2) {
            return end;
        }
        self.edit(end, end + 1, NO_BREAK, Rule::Bond);
        let minutes = end + 3;
        if self.bytes.get(end + 2) == Some(&b' ') && self.digits(minutes) == 2 && ends(self, minutes + 2) {
            self.edit(end + 2, minutes, NO_BREAK, Rule::Bond);
            return minutes + 2;
        }
        end + 2
    }

    fn digits(&self, at: usize) -> usize {
        self.bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// Groups of three after `from`, unless what follows makes of them a telephone number.
    fn thousands(&mut self, from: usize) -> usize {
        let gap = |scan: &Self, at: usize| {
            let c = scan.text[at..].chars().next().filter(|c| is_space(*c))?;
            let width = scan.digits(at + c.len_utf8());
            (width > 0).then_some((c.len_utf8(), width))
        };
        let mut end = from;
        while let Some((space, digits)) = gap(self, end) {
            if digits != 3 {
                return end + space + digits;
            }
            end += space + digits;
        }
        let mut at = from;
        while at < end {
            let space = self.gap_end(at) - at;
            self.edit(at, at + space, NARROW, Rule::Bond);
            at += space + 3;
        }
        end
    }

    fn is_month(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        MONTHS.iter().any(|month| {
            // Months begin with an ASCII letter, which alone may be a capital.
            rest.len() >= month.len()
                && rest.as_bytes()[0].eq_ignore_ascii_case(&month.as_bytes()[0])
                && rest.as_bytes()[1..].starts_with(&month.as_bytes()[1..])
                && self.after(at + month.len()).is_none_or(|c| !c.is_alphanumeric())
        })
    }
}

#[cfg(test)]
#[path = "french_tests.rs"]
mod tests;
