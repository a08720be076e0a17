//! Typography of plain text, by language: what a careful compositor would do, and no more.
//!
//! Every rule is idempotent, takes linear time and leaves addresses alone. Code never comes
//! here: whoever walks the markup keeps it out, and tells by a [`Context`] what adjoins a piece.

mod address;
mod arabic;
mod french;
mod isolate;
mod ligature;
mod quotes;

use std::borrow::Cow;

pub use arabic::arabic;
pub use french::french;
pub(crate) use french::{Edit, Rule, edits};
pub use isolate::{isolate, opposite_runs};

pub(crate) const NO_BREAK: &str = "\u{a0}";
pub(crate) const NARROW: &str = "\u{202f}";

/// Which French authority is followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Profile {
    /// Imprimerie nationale, as Morocco's press does: a narrow no-break space before `; ! ?`,
    /// a full one before `:` and inside « ».
    #[default]
    #[serde(rename = "fr-MA")]
    FrMa,
    /// Office québécois de la langue française, where no fine space is to be had: nothing
    /// before `; ! ?`, a no-break space before `:` and inside « ».
    #[serde(rename = "fr-CA")]
    FrCa,
    /// Code de rédaction interinstitutionnel of the European Union, 6.4: marks and guillemets
    /// cling to the word, since one convention serves all its languages; `%` stands apart.
    #[serde(rename = "eu")]
    Eu,
    /// The text stays as it was written.
    #[serde(rename = "none")]
    None,
}

impl Profile {
    pub const NAMES: [&str; 4] = ["fr-MA", "fr-CA", "eu", "none"];

    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "fr-MA" => Self::FrMa,
            "fr-CA" => Self::FrCa,
            "eu" => Self::Eu,
            "none" => Self::None,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::FrMa => "fr-MA",
            Self::FrCa => "fr-CA",
            Self::Eu => "eu",
            Self::None => "none",
        }
    }

    /// What stands between a word and the mark after it.
    fn before(self, mark: u8) -> &'static str {
        match (self, mark) {
            (Self::FrMa | Self::FrCa, b':') => NO_BREAK,
            (Self::FrMa, _) => NARROW,
            _ => "",
        }
    }

    /// What stands inside « ».
    fn inside(self) -> &'static str {
        match self {
            Self::FrMa | Self::FrCa => NO_BREAK,
            Self::Eu | Self::None => "",
        }
    }
}

/// What stands before and after the piece, for rules that look across a border of markup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    pub before: Option<char>,
    pub after: Option<char>,
}

/// Typography by language; a language without rules keeps its text.
pub fn apply<'a>(lang: &str, text: &'a str, profile: Profile, context: Context) -> Cow<'a, str> {
    match lang.split(['-', '_']).next().unwrap_or(lang) {
        "fr" => french(text, profile, context),
        "ar" => arabic(text, context),
        _ => Cow::Borrowed(text),
    }
}

/// Whether a character belongs to an Arabic run: letters, marks, digits and punctuation.
pub(crate) fn is_arabic(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{870}'..='\u{8ff}'
        | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// The spaces that typography may exchange for one another: never tabs or line ends.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_profiles_agree() {
        for name in Profile::NAMES {
            assert_eq!(Profile::of(name).map(Profile::name), Some(name));
        }
        assert_eq!(Profile::of("fr-FR"), None);
    }

    #[test]
    fn the_language_decides() {
        let context = Context::default();
        assert_eq!(apply("fr", "l'an", Profile::FrMa, context), "l’an");
        assert_eq!(apply("fr-MA", "l'an", Profile::None, context), "l'an");
        assert_eq!(apply("ar", "نعم, لا", Profile::FrMa, context), "نعم، لا");
        assert_eq!(apply("en", "don't!", Profile::FrMa, context), "don't!");
    }
}
