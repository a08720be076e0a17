//! A title for a text that has none: its own first line, or the heart of its first sentence.
//!
//! A proposal, never a decision: a person sees it, with its reason, before it is written.
//! The same text always gives the same title.

mod essence;
mod words;

use self::words::Words;
use super::head::{Head, has_marks, head};
use super::surroundings::{is_dateline, is_label};
use crate::text::source::Span;

/// A title that a person may take, change or refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitleProposal {
    pub title: String,
    /// Why this one, in a few words.
    pub reason: &'static str,
    /// The part of the text that became the title and should leave the body.
    pub consumed: Option<Span>,
}

/// Characters of the longest first line that is taken for a title.
const LONGEST_LINE: usize = 120;
/// Characters of the longest title that is drawn from a sentence.
const LONGEST_TITLE: usize = 90;
/// Characters within which a first sentence says what matters.
const LONGEST_LOOK: usize = 1_500;

/// Proposes a title for `text`, a release's body without its header.
pub fn propose(text: &str, lang: &str) -> Option<TitleProposal> {
    of_head(text, &head(text), lang)
}

/// As [`propose`], where it is known what stands above the text.
pub(super) fn of_head(text: &str, head: &Head, lang: &str) -> Option<TitleProposal> {
    if head.title.is_some() {
        return head.title.clone();
    }
    let words = Words::of(lang);
    let first = Line::next(text, head.end)?;
    let body = &text[first.start..];
    let limit = body.char_indices().nth(LONGEST_LOOK).map_or(body.len(), |(at, _)| at);
    let paragraph = &body[..paragraph_end(body).min(limit)];
    let title = essence::of(bare(paragraph), words)?;
    Some(TitleProposal { title, reason: "drawn from the first sentence", consumed: None })
}

/// A line that is not blank.
pub(super) struct Line<'a> {
    pub text: &'a str,
    pub start: usize,
    /// After its line end and the blank lines that follow.
    pub end: usize,
    /// Whether a blank line follows, or the end.
    alone: bool,
}

impl<'a> Line<'a> {
    pub fn next(text: &'a str, from: usize) -> Option<Self> {
        let start = from + text[from..].find(|c: char| !c.is_whitespace() && c != '\u{feff}')?;
        let stop = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let rest = &text[stop..];
        let end = stop + rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let alone = end == text.len() || text[stop..end].bytes().filter(|b| *b == b'\n').count() > 1;
        Some(Self { text: text[start..stop].trim_end(), start, end, alone })
    }
}

/// The line as the title, if it is one.
pub(super) fn own_line(text: &str, line: &Line) -> Option<TitleProposal> {
    // A title of nothing is a text of one line.
    if line.end == text.len() {
        return None;
    }
    let heading = line.text.starts_with('#') && line.text.trim_start_matches('#').starts_with(' ');
    let shown = line.text.trim_matches(|c: char| c == ' ' || is_emoji(c));
    let bold = ["**", "__", "*"].iter().any(|mark| is_wrapped(shown, mark));
    let title = if heading { line.text.trim_matches(['#', ' ']) } else { line.text };
    let title = bare(title);
    let reason = match (heading, bold, line.alone) {
        (true, ..) => "the first line is a heading",
        (_, true, _) => "the first line is in bold",
        (_, _, true) => "the first line stands alone",
        _ => return None,
    };
    let fits = title.chars().count() <= LONGEST_LINE && title.chars().any(char::is_alphabetic);
    let ends = heading || !title.ends_with(['.', ',', ':', ';', '،', '؛']);
    let item = !heading && !bold && line.text.starts_with(['-', '*', '>', '|', '•']);
    // What is shown or leads somewhere would be lost in a title.
    let shows = !heading && has_marks(line.text);
    if !fits || !ends || item || shows || is_label(title) || is_dateline(title) {
        return None;
    }
    let consumed = Some(Span::new(line.start, line.end));
    Some(TitleProposal { title: collapse(title), reason, consumed })
}

fn is_wrapped(line: &str, mark: &str) -> bool {
    let inner = line.strip_prefix(mark).and_then(|line| line.strip_suffix(mark));
    inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(['*', '\n']) && !inner.starts_with(' '))
}

/// Text without the marks, signs and emoji that dress it up on either side.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !"«“\"([+".contains(c));
    text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '*' | '_' | '~' | '#' | '\u{feff}') || is_emoji(c)
    })
}

pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Text with single spaces; no-break ones stay.
fn collapse(text: &str) -> String {
    let words: Vec<&str> = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Whether a line of Latin script has a finite verb.
pub(super) fn says_who_does_what(line: &str) -> bool {
    let has = |lang| line.split_whitespace().any(|word| Words::of(lang).is_verb(word));
    has("fr") || has("en")
}

/// Where the first blank line begins.
fn paragraph_end(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            return at;
        }
        at += line.len();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(text: &str, lang: &str) -> TitleProposal {
        propose(text, lang).unwrap()
    }

    #[track_caller]
    fn taken(text: &str, title: &str, rest: &str) {
        let proposal = proposed(text, "fr");
        let span = proposal.consumed.unwrap().range();
        assert_eq!(proposal.title, title);
        assert_eq!([&text[..span.start], &text[span.end..]].concat(), rest);
    }

    #[test]
    fn a_line_of_its_own_is_the_title() {
        taken(
            "Les jeunes en congrès à Fès\n\nIls sont mille.\n",
            "Les jeunes en congrès à Fès",
            "Ils sont mille.\n",
        );
        taken("# Pour l’école #\nIls sont mille.", "Pour l’école", "Ils sont mille.");
        taken("🔴 *Pour l’école !*\nIls sont mille.", "Pour l’école !", "Ils sont mille.");
        taken(
            "COMMUNIQUÉ DE PRESSE\n\nRabat, le 3 avril 2025\n\nPour l’école\r\n\r\nTexte.",
            "Pour l’école",
            "COMMUNIQUÉ DE PRESSE\n\nRabat, le 3 avril 2025\n\nTexte.",
        );
        taken("بلاغ صحفي\n\nالشباب في قلب المعركة\n\nنص.", "الشباب في قلب المعركة", "بلاغ صحفي\n\nنص.");
    }

    #[test]
    fn other_first_lines_are_not() {
        for text in [
            "Les jeunes se réunissent à Fès.\n\nTexte.",
            "Chers camarades,\n\nLes jeunes se réunissent à Fès.",
            "Les jeunes se réunissent à Fès",
            "- Les jeunes se réunissent à Fès\n\nTexte.",
        ] {
            assert_eq!(proposed(text, "fr").consumed, None, "{text}");
        }
        assert_eq!(propose(" \n", "fr"), None);
        assert_eq!(propose("…", "fr"), None);
    }

    #[test]
    fn a_french_sentence_gives_its_heart() {
        for (text, title) in [
            (
                "La secrétaire générale de la Jeunesse, Salma Idrissi, a présidé samedi 5 avril 2025 à Oujda une \
                 rencontre sur l'emploi, en présence de plusieurs élus.",
                "La secrétaire générale de la Jeunesse préside à Oujda une rencontre sur l'emploi",
            ),
            (
                "À l'occasion de la rentrée, le groupe parlementaire demande un débat sur l'école publique.",
                "Le groupe parlementaire demande un débat sur l'école publique",
            ),
            (
                "Le Conseil de la ville, qui a siégé hier, a adopté le budget de 2026 afin de relancer les chantiers.",
                "Le Conseil de la ville adopte le budget de 2026",
            ),
            (
                "Tanger, le 4 mai 2025 – Les élus du Nord condamnent la fermeture de l'usine de M. Untel. Ils iront.",
                "Les élus du Nord condamnent la fermeture de l'usine de M. Untel",
            ),
            (
                "La coordination des enseignants du secteur public (CESP) a organisé, dimanche, un \
                 grand rassemblement.",
                "La coordination des enseignants du secteur public organise un grand rassemblement",
            ),
            (
                "Le président du groupe socialiste à la Chambre des conseillers, Karim Alaoui, a tenu une série de \
                 consultations approfondies dans la région de l'Oriental.",
                "Karim Alaoui tient une série de consultations approfondies dans la région de l'Oriental",
            ),
            (
                "Le parti dénonce avec la plus grande fermeté toutes les atteintes répétées aux libertés \
                 fondamentales des journalistes et des syndicalistes de la province.",
                "Le parti dénonce avec la plus grande fermeté toutes les atteintes répétées",
            ),
            (
                "L'association des parents d'élèves de la province organise, du 3 au 5 juin, à Azrou, son forum sous le \
                 thème « Lire, écrire et grandir ensemble ».",
                "L'association des parents d'élèves de la province organise son forum",
            ),
            (
                "Réunis jeudi à Larache, les pêcheurs se sont réunis devant le port, qui reste fermé.",
                "Les pêcheurs se réunissent devant le port",
            ),
            ("Il pleut.", "Il pleut"),
        ] {
            assert_eq!(proposed(text, "fr").title, title);
        }
    }

    #[test]
    fn an_arabic_sentence_gives_its_heart() {
        for (text, title) in [
            (
                "ترأست رئيسة منظمة النساء، سلمى الإدريسي، لقاء تواصليا بمدينة وجدة، بحضور عدد من المنتخبين.",
                "ترأست رئيسة منظمة النساء لقاء تواصليا بمدينة وجدة",
            ),
            (
                "بمناسبة الدخول المدرسي، دعا الفريق النيابي إلى نقاش وطني حول المدرسة العمومية.",
                "دعا الفريق النيابي إلى نقاش وطني حول المدرسة العمومية",
            ),
            (
                "عقد المجلس الإقليمي يوم السبت 5 أبريل 2025 دورته العادية بتازة من أجل تدارس الوضع.",
                "عقد المجلس الإقليمي دورته العادية بتازة",
            ),
            (
                "طنجة/4 ماي 2025/خاص/ أدان منتخبو الشمال إغلاق المعمل الذي كان يشغل المئات.",
                "أدان منتخبو الشمال إغلاق المعمل",
            ),
        ] {
            assert_eq!(proposed(text, "ar").title, title);
        }
    }

    #[test]
    fn titles_are_short_and_never_end_on_a_small_word() {
        let words =
            ["le", "parti", "a", "de", "pour", "l'école,", "et", "réunion", "(x)", "«", "»", "qui", "12"];
        let mut seed = 7usize;
        for _ in 0..500 {
            let mut text = String::new();
            for _ in 0..40 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(words[(seed >> 33) % words.len()]);
                text.push(' ');
            }
            for lang in ["fr", "ar", "en"] {
                if let Some(proposal) = propose(&text, lang) {
                    assert!(proposal.title.chars().count() <= LONGEST_TITLE, "{text}");
                    assert_eq!(propose(&text, lang).as_ref(), Some(&proposal));
                }
            }
        }
    }
}
