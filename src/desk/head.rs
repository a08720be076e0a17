//! What stands above a text, line by line: letterheads, labels, datelines and, among them, its
//! title.

use std::ops::Range;

use super::surroundings::{announces, is_apart};
use super::title::{Line, TitleProposal, own_line, says_who_does_what};
use crate::text::fold::fold;

/// The lines above a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Letterheads, labels and datelines, each with the blank lines after it.
    pub lines: Vec<Range<usize>>,
    /// The line that is the title.
    pub title: Option<TitleProposal>,
    /// Where the text begins.
    pub end: usize,
}

/// Lines above a text, and those of a letterhead among them.
const MOST_LINES: usize = 12;
const MOST_OF_LETTERHEAD: usize = 6;
/// Characters of the longest line of a letterhead.
const LONGEST_OF_LETTERHEAD: usize = 80;

/// The lines above a text. What has no text below it is the text itself.
pub(super) fn head(text: &str) -> Head {
    let mut lines: Vec<Line> = Vec::new();
    while let Some(line) = Line::next(text, lines.last().map_or(0, |line| line.end))
        && lines.len() < MOST_LINES
        && line.end != text.len()
    {
        lines.push(line);
    }
    let letterhead = letterhead(text, &lines);
    let mut head = Head::default();
    // A line above the label that says something is the title, whatever stands below.
    let mut others = lines[..letterhead].iter().filter(|line| !is_apart(line.text));
    let said = others.next_back().filter(|line| says_something(line.text));
    for (n, line) in lines.iter().enumerate() {
        if said.is_some_and(|said| said.start == line.start) {
            head.title = own_line(text, line);
            head.end = line.end;
            continue;
        }
        // A picture above a text stays in it, and hides no label or title.
        if is_shown_alone(line.text) && head.title.is_none() {
            head.end = line.end;
            continue;
        }
        let above = n < letterhead || is_apart(line.text);
        // A line drawn below a label.
        if above || is_rule(line.text) && !head.lines.is_empty() {
            head.lines.push(line.start..line.end);
        } else if head.title.is_none()
            && let Some(title) = own_line(text, line)
        {
            head.title = Some(title);
        } else {
            break;
        }
        head.end = line.end;
    }
    // Without a title below the label, a line above it may be no letterhead: one that stands there
    // alone and names nobody.
    let others: Vec<&Line> = lines[..letterhead].iter().filter(|line| !is_apart(line.text)).collect();
    if head.title.is_none()
        && let [line] = others.as_slice()
        && !is_organisation(line.text)
        && let Some(title) = own_line(text, line)
    {
        head.lines.retain(|range| range.start != line.start);
        head.title = Some(title);
    }
    head
}

/// How many lines stand above the first label that says what kind of text follows. Where one of them
/// is none of a letterhead, none is: what goes out of a text nobody reads. The last one may be the title.
fn letterhead(text: &str, lines: &[Line]) -> usize {
    let label = lines.iter().take(MOST_OF_LETTERHEAD + 1).position(|line| announces(line.text));
    let is_short = |line: &Line| {
        is_apart(line.text)
            || line.text.chars().count() <= LONGEST_OF_LETTERHEAD
                && !has_marks(line.text)
                && !line.text.starts_with(['#', '>', '|', '-', '•', '`'])
                && !line.text.ends_with(['.', '!', '?', '؟', ',', ';', '،', '؛', '»'])
    };
    let is_letterhead = |label: &usize| {
        let above = &lines[..*label];
        let mut said = above.iter().filter(|line| !is_apart(line.text)).rev();
        let last = said.next();
        let titles = |line: &&Line| !says_something(line.text) || own_line(text, line).is_some();
        above.iter().all(is_short)
            && last.as_ref().is_none_or(titles)
            && said.all(|line| !says_something(line.text))
    };
    label.filter(is_letterhead).unwrap_or(0)
}

/// Whether a line has a verb. « Adresse : … » is none, but a word before its colon.
fn says_something(line: &str) -> bool {
    let named = line.split_once(':').filter(|(name, _)| name.split_whitespace().count() == 1);
    says_who_does_what(named.map_or(line, |(_, rest)| rest))
}

/// Whether a line has links, pictures or HTML.
pub(super) fn has_marks(line: &str) -> bool {
    let is_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'));
    line.contains("](")
        || line.contains("][")
        || line.contains("![")
        || line.contains("://")
        || line.split('<').skip(1).any(is_tag)
}

/// Whether a line is a picture or a link, and no more.
fn is_shown_alone(line: &str) -> bool {
    has_marks(line) && line.starts_with(['!', '[']) && line.ends_with([')', ']'])
}

fn is_rule(line: &str) -> bool {
    line.chars().all(|c| "-=_*~—–·• ".contains(c))
}

/// Whether a line names a body, and says nothing of it.
fn is_organisation(line: &str) -> bool {
    let is_article = |key: &String| matches!(key.as_str(), "le" | "la" | "l" | "les" | "the");
    let words = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.map(fold).find(|key| !is_article(key)).unwrap_or_default();
    let body = matches!(
        first.as_str(),
        "parti"
            | "party"
            | "union"
            | "mouvement"
            | "front"
            | "rassemblement"
            | "alliance"
            | "federation"
            | "bureau"
            | "secretariat"
            | "conseil"
            | "comite"
            | "commission"
            | "section"
            | "groupe"
            | "jeunesse"
            | "organisation"
            | "association"
            | "direction"
            | "service"
            | "cellule"
            | "royaume"
            | "حزب"
            | "الحزب"
            | "المملكه"
            | "الاتحاد"
            | "حركه"
            | "الحركه"
            | "منظمه"
            | "المنظمه"
            | "الفريق"
            | "شبيبه"
            | "الشبيبه"
            | "الكتابه"
            | "الامانه"
    );
    body && !says_who_does_what(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parted(text: &str, title: Option<&str>, above: &[&str], rest: &str) {
        let head = head(text);
        assert_eq!(head.title.as_ref().map(|title| title.title.as_str()), title, "{text}");
        let lines: Vec<&str> = head.lines.iter().map(|range| text[range.clone()].trim_end()).collect();
        assert_eq!(lines, above, "{text}");
        assert_eq!(&text[head.end..], rest, "{text}");
    }

    #[test]
    fn the_title_stands_below_the_label_and_a_letterhead_above() {
        parted(
            "Parti de l’Azur\nBureau politique\n\nCommuniqué de presse n° 45/2026\n\nLe parti présente\n\n\
             Rabat, le 27 novembre 2026 – Le parti.",
            Some("Le parti présente"),
            &["Parti de l’Azur", "Bureau politique", "Communiqué de presse n° 45/2026"],
            "Rabat, le 27 novembre 2026 – Le parti.",
        );
        parted(
            "حزب الأزرق\n\nبلاغ صحفي\n----\n\nالشباب في قلب المعركة\n\nنص.",
            Some("الشباب في قلب المعركة"),
            &["حزب الأزرق", "بلاغ صحفي", "----"],
            "نص.",
        );
        parted(
            "COMMUNIQUÉ\n\nVisite à Fès\n\nRabat, le 3 mars 2026\n\nLe parti.",
            Some("Visite à Fès"),
            &["COMMUNIQUÉ", "Rabat, le 3 mars 2026"],
            "Le parti.",
        );
        parted(
            "Parti de l’Azur\n\nCommuniqué\n\nLe parti.\n",
            None,
            &["Parti de l’Azur", "Communiqué"],
            "Le parti.\n",
        );
    }

    #[test]
    fn a_letterhead_may_have_several_lines_and_a_label_its_date() {
        let text =
            "PARTI DE L’AZUR\nTél. 05 28 00 00 00\n\nCommuniqué n° 4 – Fès, le 3 mars 2026\n\nLe parti.\n";
        let above = ["PARTI DE L’AZUR", "Tél. 05 28 00 00 00", "Communiqué n° 4 – Fès, le 3 mars 2026"];
        parted(text, None, &above, "Le parti.\n");
    }

    #[test]
    fn a_title_above_the_label_is_one_where_none_stands_below() {
        for title in ["Solidarité avec les enseignants", "Le parti présente son programme"] {
            parted(
                &format!("{title}\n\nDéclaration\n\nLe parti.\n"),
                Some(title),
                &["Déclaration"],
                "Le parti.\n",
            );
        }
        parted(
            "# Parti de l’Azur\n\nDéclaration\n\nLe parti.\n",
            Some("Parti de l’Azur"),
            &["Déclaration"],
            "Le parti.\n",
        );
    }

    #[test]
    fn what_a_letterhead_cannot_be_stays() {
        for shown in ["![Affiche](affiche.jpg)", "[Dossier de presse](dossier.pdf)", "![Affiche][a]"] {
            parted(
                &format!("{shown}\n\nCommuniqué de presse\n\nVisite à Fès\n\nLe parti.\n"),
                Some("Visite à Fès"),
                &["Communiqué de presse"],
                "Le parti.\n",
            );
        }
        for text in [
            "Voir le programme complet\nDes milliers de personnes ont marché hier à Agadir\n\
             Le gouvernement se tait\n\nDéclaration\n\nLe parti.\n",
            "Des milliers ont marché\nAgadir\n\nDéclaration\n\nLe parti.\n",
            "<b>Parti de l’Azur</b>\n\nDéclaration\n\nLe parti.\n",
            "Parti de l’Azur\nLe [programme](p.pdf) du parti\n\nDéclaration\n\nLe parti.\n",
            "Parti de l’Azur\nhttps://parti.example/programme\n\nDéclaration\n\nLe parti.\n",
        ] {
            parted(text, None, &[], text);
        }
        parted(
            "Parti de l’Azur\n\nLe parti présente\n\nDéclaration\n\nVisite\n\nLe parti.\n",
            Some("Le parti présente"),
            &["Parti de l’Azur", "Déclaration"],
            "Visite\n\nLe parti.\n",
        );
        parted(
            "Parti de l’Azur\nAdresse : 3, rue de Fès\n\nCommuniqué\n\nLe parti.\n",
            None,
            &["Parti de l’Azur", "Adresse : 3, rue de Fès", "Communiqué"],
            "Le parti.\n",
        );
    }

    #[test]
    fn what_is_no_head_is_the_text() {
        for text in [
            "Le parti visite Fès.\n\nCommuniqué\n\nIl y parle.\n",
            "Rabat, le 27 novembre 2026 – Le parti.\n\nIl.",
            "Communiqué",
            "",
        ] {
            parted(text, None, &[], text);
        }
        parted("Communiqué\nRabat, le 3 mars 2026", None, &["Communiqué"], "Rabat, le 3 mars 2026");
    }
}
