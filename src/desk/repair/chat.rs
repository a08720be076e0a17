//! A text copied out of WhatsApp: stamps before its messages, and words in place of what was not
//! copied.

use std::ops::Range;

use jiff::civil::Date;

use super::{Repair, RepairKind, Tally};
use crate::text::problem::is_bidi_control;

/// A text without its stamps.
#[derive(Debug)]
pub(in crate::desk) struct Chat {
    /// With spaces in their place, so that every other byte is where it was.
    pub text: String,
    /// When the first message was sent, and how its stamp says so.
    pub sent: Option<(Date, String)>,
    pub repairs: Vec<Repair>,
    removed: Vec<Removed>,
}

#[derive(Debug)]
struct Removed {
    range: Range<usize>,
    /// Whether a message starts here.
    starts: bool,
}

/// What a line begins with.
struct Stamp<'a> {
    shown: &'a str,
    date: Option<Date>,
    sender: &'a str,
    /// Whether the stamp stands in brackets, as on iPhones and computers.
    brackets: bool,
    rest: &'a str,
}

/// Strips a text that was copied out of WhatsApp; `None` where nothing shows that it was.
pub(in crate::desk) fn chat(text: &str) -> Option<Chat> {
    let (mut sent, mut removed, mut tally) = (None, Vec::new(), Tally::default());
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let end = at + line.len();
        let mut rest = line;
        if let Some(stamp) = stamp(line) {
            let shown = if stamp.brackets { "[…] " } else { "… - " };
            tally.add(RepairKind::WhatsApp, format!("{shown}{}:", stamp.sender), "");
            if let (None, Some(date)) = (&sent, stamp.date) {
                sent = Some((date, stamp.shown.to_owned()));
            }
            rest = stamp.rest;
            removed.push(Removed { range: at..end - rest.len(), starts: true });
        } else if notice(line) {
            tally.add(RepairKind::WhatsApp, "notices of WhatsApp", "");
            rest = "";
            removed.push(Removed { range: at..end, starts: false });
        }
        if stands_in(rest) {
            tally.add(RepairKind::WhatsApp, visible(rest).trim(), "");
            removed.push(Removed { range: end - rest.len()..end, starts: false });
        }
        at += whole.len();
    }
    if removed.is_empty() {
        return None;
    }
    let mut kept = String::with_capacity(text.len());
    for Removed { range, .. } in &removed {
        kept.push_str(&text[kept.len()..range.start]);
        kept.extend(std::iter::repeat_n(' ', range.len()));
    }
    kept.push_str(&text[kept.len()..]);
    Some(Chat { text: kept, sent, repairs: tally.repairs, removed })
}

impl Chat {
    /// The text from `from` on, each message a paragraph of its own.
    pub fn body(&self, from: usize) -> String {
        let mut out = String::new();
        let mut at = from;
        for Removed { range, starts } in self.removed.iter().filter(|removed| removed.range.end > from) {
            out.push_str(self.text.get(at..range.start).unwrap_or_default());
            if *starts && !out.trim().is_empty() && !out.ends_with("\n\n") && !out.ends_with("\n\r\n") {
                out.push('\n');
            }
            at = range.end;
        }
        out.push_str(self.text.get(at..).unwrap_or_default());
        // What went leaves its lines empty.
        while out.contains("\n\n\n") {
            out = out.replace("\n\n\n", "\n\n");
        }
        out
    }
}

/// `[12/03/2026, 10:32:11] Name: `, `12/03/2026, 10:32 - Name: `, `[10:32, 12/03/2026] Name: `.
fn stamp(line: &str) -> Option<Stamp<'_>> {
    let (date, rest) = sent(line)?;
    let brackets = unseen(line).starts_with('[');
    // No name is longer, and a text may have a colon anywhere.
    const LONGEST_NAME: usize = 60;
    let (sender, rest) = rest.split_once(':')?;
    let name = unseen(sender).trim();
    let apart = rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || is_unseen(c));
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !apart {
        return None;
    }
    let head = &line[..line.len() - rest.len()];
    let shown = unseen(head).trim_end_matches(':');
    let shown = shown[..shown.len() - sender.len()].trim_end_matches(|c: char| c.is_whitespace() || c == '-');
    Some(Stamp { shown, date, sender: name, brackets, rest: unseen(rest).trim_start() })
}

/// The date and time that a line begins with, and what follows the mark after them.
fn sent(line: &str) -> Option<(Option<Date>, &str)> {
    let line = unseen(line);
    let inner = line.strip_prefix('[');
    let start = Reader { rest: inner.unwrap_or(line) };
    let day_first = || {
        let mut at = start;
        let day = at.day()?;
        at.comma();
        at.time()?;
        Some((day, at.rest))
    };
    // As computers copy it.
    let time_first = || {
        let mut at = start;
        at.time()?;
        at.comma();
        let day = at.day()?;
        at.skip(|c| c.is_whitespace() || is_unseen(c));
        Some((day, at.rest)).filter(|_| inner.is_some())
    };
    let (date, rest) = day_first().or_else(time_first)?;
    let rest = match inner {
        Some(_) => rest.strip_prefix(']')?,
        None => rest.strip_prefix(['-', '–'])?,
    };
    Some((date, rest))
}

/// Day first, unless the year is or the month could be none.
fn date(first: i16, second: i16, third: i16) -> Option<Date> {
    let (day, month, year) = match (first, second) {
        (1000.., _) => (third, second, first),
        (_, 13..) => (second, first, third),
        _ => (first, second, third),
    };
    let year = if year < 100 { 2000 + year } else { year };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// Three numbers; `None` inside where no calendar has them.
    fn day(&mut self) -> Option<Option<Date>> {
        let first = self.number()?;
        let separator = self.one(&['/', '-', '.'])?;
        let second = self.number()?;
        self.one(&[separator])?;
        Some(date(first, second, self.number()?))
    }

    fn comma(&mut self) {
        self.skip(|c| c.is_whitespace() || is_unseen(c) || matches!(c, ',' | '،' | 'à'));
    }

    /// A time of 24 hours or of twelve.
    fn time(&mut self) -> Option<()> {
        self.number()?;
        self.one(&[':', 'h', '.'])?;
        self.number()?;
        if self.one(&[':', '.']).is_some() {
            self.number()?;
        }
        let half = |c| matches!(c, 'A' | 'P' | 'M' | 'a' | 'p' | 'm' | '.' | 'ص' | 'م');
        self.skip(|c| c.is_whitespace() || is_unseen(c) || half(c));
        Some(())
    }

    /// At most four digits, Western or Arabic.
    fn number(&mut self) -> Option<i16> {
        let (mut number, mut digits) = (0, 0);
        while let Some(digit) = self.rest.chars().next().and_then(digit) {
            number = number * 10 + digit;
            digits += 1;
            self.skip_one();
            if digits > 4 {
                return None;
            }
        }
        (digits > 0).then_some(number)
    }

    fn one(&mut self, wanted: &[char]) -> Option<char> {
        self.skip(is_unseen);
        let c = self.rest.chars().next().filter(|c| wanted.contains(c))?;
        self.skip_one();
        self.skip(is_unseen);
        Some(c)
    }

    fn skip(&mut self, unwanted: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(unwanted);
    }

    fn skip_one(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }
}

fn digit(c: char) -> Option<i16> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return None,
    };
    i16::try_from(u32::from(c) - u32::from(zero)).ok()
}

/// What the program itself says between messages: that they are encrypted.
fn notice(line: &str) -> bool {
    let said = ["end-to-end encrypted", "chiffrés de bout en bout", "مشفرة"];
    sent(line).is_some_and(|(_, rest)| said.iter().any(|said| rest.contains(said)))
}

/// Whether a line is but a word in place of a picture or a recording.
fn stands_in(line: &str) -> bool {
    const LONGEST: usize = 120;
    if line.len() > LONGEST {
        return false;
    }
    let said = visible(line).trim().to_lowercase();
    let bare = said.trim_matches(['<', '>', '\u{2039}', '\u{203a}']).trim();
    let attached = ["(file attached)", "(fichier joint)", "(الملف مرفق)", "(ملف مرفق)"];
    matches!(
        bare,
        "image omitted"
            | "video omitted"
            | "audio omitted"
            | "gif omitted"
            | "sticker omitted"
            | "document omitted"
            | "media omitted"
            | "contact card omitted"
            | "image absente"
            | "vidéo absente"
            | "gif absent"
            | "audio omis"
            | "sticker omis"
            | "document omis"
            | "image omise"
            | "vidéo omise"
            | "médias omis"
            | "média omis"
            | "تم استبعاد الوسائط"
            | "تم استبعاد الصورة"
            | "تم استبعاد الفيديو"
            | "الوسائط غير مدرجة"
            | "الصورة غير مدرجة"
    ) || attached.iter().any(|end| bare.ends_with(end))
        || said.starts_with("<attached:")
        || said.starts_with("<pièce jointe")
}

fn is_unseen(c: char) -> bool {
    is_bidi_control(c) || matches!(c, '\u{feff}' | '\u{200b}')
}

/// Text from its first character that can be seen.
fn unseen(text: &str) -> &str {
    text.trim_start_matches(|c: char| is_unseen(c) || c.is_whitespace())
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_unseen(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stripped(text: &str) -> (String, Option<String>) {
        let chat = chat(text).unwrap();
        (chat.body(0), chat.sent.map(|(date, _)| date.to_string()))
    }

    #[test]
    fn stamps_of_every_telephone_go_and_date_the_text() {
        for stamp in [
            "[12/03/2026, 10:32:11] Hassan PR: ",
            "\u{200e}[12/03/2026, 10:32:11] Hassan PR: \u{200e}",
            "[12/03/2026 à 10:32:11] ~\u{a0}Hassan PR: ",
            "[12.03.26, 10:32:11] Hassan PR: ",
            "12/03/2026, 10:32 - Hassan PR: ",
            "12/03/2026 à 10:32 - +212 6 12 34 56: ",
            "3/13/26, 10:32\u{202f}AM - Hassan PR: ",
            "2026-03-12, 10:32 - Hassan PR: ",
            "[10:32, 12/03/2026] Hassan PR: ",
            "[10:32:11, 12/03/2026] Hassan PR: ",
            "[10:32 AM, 3/13/2026] Hassan PR: ",
            "[10:32\u{202f}p.m., 12/03/2026] Hassan PR: ",
            "[١٠:٣٢ م، ١٢/٣/٢٠٢٦] حسن: ",
            "\u{200f}١٢/٣/٢٠٢٦، ١٠:٣٢ ص - حسن: ",
        ] {
            let (text, sent) = stripped(&format!("{stamp}Le parti visite Tiznit.\nIl parle.\n"));
            assert_eq!(text, "Le parti visite Tiznit.\nIl parle.\n", "{stamp}");
            assert!(sent.unwrap().starts_with("2026-03-1"), "{stamp}");
        }
        let shown = chat("[12/03/2026, 10:32:11] Hassan PR: a").unwrap().sent.unwrap().1;
        assert_eq!(shown, "[12/03/2026, 10:32:11]");
        assert_eq!(chat("12/03/2026, 10:32 - H: a").unwrap().sent.unwrap().1, "12/03/2026, 10:32");
    }

    #[test]
    fn messages_are_paragraphs_and_stand_ins_go() {
        let text = "12/03/2026, 10:31 - Les messages sont chiffrés de bout en bout.\n\
            12/03/2026, 10:32 - H: Visite à Tiznit\n12/03/2026, 10:32 - H: <Médias omis>\n\
            12/03/2026, 10:33 - H: Le parti visite.\nSuite.\n\u{200e}image absente\n";
        let chat = chat(text).unwrap();
        assert_eq!(chat.text.find("Suite"), text.find("Suite"), "places stay");
        assert_eq!(chat.body(0).trim(), "Visite à Tiznit\n\nLe parti visite.\nSuite.");
        let told: Vec<String> = chat.repairs.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "notices of WhatsApp removed",
                "… - H: removed ×3",
                "<Médias omis> removed",
                "image absente removed"
            ]
        );
    }

    #[test]
    fn other_texts_are_no_chat() {
        for text in [
            "Le parti visite Tiznit.",
            "12/03/2026, 10:32 - Réunion à Tiznit",
            "12 mars 2026 - Hassan : le programme",
            "[1] Note : suite",
            "[10:32, 12/03/2026] Réunion à Tiznit",
            "10:32, 12/03/2026 - Hassan : le programme",
            "L'image omitted est un tableau",
        ] {
            assert!(chat(text).is_none(), "{text}");
        }
    }
}
