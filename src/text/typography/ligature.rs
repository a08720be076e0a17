//! The ligature œ, by a closed list.
//!
//! No rule tells « cœur » from « coexister »: only words that the dictionary of the Académie
//! spells with œ, and that a press office writes, are here. Everything else stays.

/// What may follow `oe` in a family of words.
enum Rest {
    /// Exactly one of these.
    One(&'static [&'static str]),
    /// Anything that begins so.
    From(&'static str),
}

/// (what stands before `oe` in its word, what stands after), in lower case.
const FAMILIES: &[(&str, Rest)] = &[
    ("", Rest::From("uvr")),
    ("man", Rest::From("uvr")),
    ("dés", Rest::From("uvr")),
    ("des", Rest::From("uvr")),
    ("", Rest::One(&["il", "ils", "uf", "ufs"])),
    ("", Rest::From("ill")),
    ("b", Rest::One(&["uf", "ufs"])),
    ("c", Rest::One(&["ur", "urs"])),
    ("ch", Rest::One(&["ur", "urs"])),
    ("s", Rest::One(&["ur", "urs"])),
    ("cons", Rest::One(&["ur", "urs"])),
    ("ranc", Rest::One(&["ur", "urs"])),
    ("contrec", Rest::One(&["ur"])),
    ("éc", Rest::From("ur")),
    ("m", Rest::One(&["urs"])),
    ("n", Rest::One(&["ud", "uds"])),
    ("v", Rest::One(&["u", "ux"])),
];

/// Letters of the longest entry before `oe`, and of the longest exact one after it.
const LONGEST_BEFORE: usize = 7;
const LONGEST_AFTER: usize = 4;

/// The ligature for the `oe` between `before` and `after`, which are all that surrounds it.
pub(super) fn ligature(before: &str, oe: &str, after: &str) -> Option<&'static str> {
    let ligature = match oe {
        "oe" => "œ",
        "Oe" | "OE" => "Œ",
        _ => return None,
    };
    let word_start = before.chars().rev().take(LONGEST_BEFORE + 1).take_while(|c| is_word(*c));
    let prefix: Vec<char> = word_start.flat_map(char::to_lowercase).collect();
    let word_end = after.chars().take(LONGEST_AFTER + 1).take_while(|c| is_word(*c));
    let word_end: Vec<char> = word_end.collect();
    // A word that changes its case on the way, `OeuF`, is no word of the list.
    if word_end.iter().any(|c| if oe == "OE" { c.is_lowercase() } else { c.is_uppercase() }) {
        return None;
    }
    let rest: String = word_end.into_iter().flat_map(char::to_lowercase).collect();
    let fits = |(start, end): &(&str, Rest)| {
        prefix.iter().copied().eq(start.chars().rev())
            && match end {
                Rest::One(list) => list.contains(&rest.as_str()),
                Rest::From(stem) => rest.starts_with(stem),
            }
    };
    FAMILIES.iter().any(fits).then_some(ligature)
}

/// Combining accents count, so that a decomposed word is no other word.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &str) -> String {
        let at = word.to_lowercase().find("oe").unwrap();
        let (before, rest) = word.split_at(at);
        let (oe, after) = rest.split_at(2);
        format!("{before}{}{after}", ligature(before, oe, after).unwrap_or(oe))
    }

    #[test]
    fn the_closed_list_and_its_kin() {
        for (from, to) in [
            ("oeuvre", "œuvre"),
            ("OeuF", "OeuF"),
            ("OEuf", "OEuf"),
            ("Oeuvrer", "Œuvrer"),
            ("OEUVRE", "ŒUVRE"),
            ("main-d'oeuvre", "main-d'œuvre"),
            ("désoeuvré", "désœuvré"),
            ("MANOEUVRES", "MANŒUVRES"),
            ("coeur", "cœur"),
            ("Sacré-Coeur", "Sacré-Cœur"),
            ("choeurs", "chœurs"),
            ("écoeurant", "écœurant"),
            ("rancoeur", "rancœur"),
            ("consoeur", "consœur"),
            ("belle-soeur", "belle-sœur"),
            ("voeux", "vœux"),
            ("noeud", "nœud"),
            ("oeil", "œil"),
            ("oeillères", "œillères"),
            ("oeufs", "œufs"),
            ("boeuf", "bœuf"),
            ("moeurs", "mœurs"),
        ] {
            assert_eq!(word(from), to);
        }
    }

    #[test]
    fn other_words_keep_two_letters() {
        for kept in [
            "moelle",
            "poele",
            "coexister",
            "coefficient",
            "moelleux",
            "Noemi",
            "Boeing",
            "goeland",
            "poeme",
            "coercition",
            "oE",
            "oecuménique",
            "coeurdonnier",
            "soeurise",
            "lecoeur",
            "troene",
            "bioethique",
        ] {
            assert_eq!(word(kept), kept);
        }
    }
}
