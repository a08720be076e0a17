//! The names that fields go by in French, Arabic and English.

use std::sync::LazyLock;

use foldhash::HashMap;

use crate::model::date::fold_char;
use crate::text::suggest::nearest;

/// Each field with its other names; case, accents, hyphens, kinds of apostrophes and the shapes of Arabic
/// letters do not count. Of an embargo whatever may be written is known: a line that is none of these would
/// be text, and public.
const NAMES: [(&str, &[&str]); 23] = [
    ("title", &["titre", "objet", "العنوان", "عنوان"]),
    ("date", &["التاريخ", "تاريخ"]),
    ("region", &["régions", "regions", "الجهة", "جهة", "الجهات"]),
    ("province", &["provinces", "préfecture", "الإقليم", "إقليم", "العمالة", "عمالة"]),
    ("lang", &["language", "langue", "اللغة", "لغة"]),
    ("slug", &["adresse", "الرابط"]),
    ("id", &["identifiant", "المعرف"]),
    ("summary", &["résumé", "chapeau", "chapô", "الملخص", "ملخص"]),
    (
        "tags",
        &[
            "tag",
            "mots-clés",
            "mot-clé",
            "étiquettes",
            "étiquette",
            "الوسوم",
            "وسوم",
            "كلمات مفتاحية",
            "الكلمات المفتاحية",
        ],
    ),
    ("series", &["série", "السلسلة", "سلسلة"]),
    ("kind", &["type", "nature", "النوع", "نوع"]),
    ("number", &["numéro", "n°", "رقم", "الرقم"]),
    ("authors", &["author", "auteur", "auteurs", "auteure", "autrice", "الكاتب", "الكتاب", "الكاتبة"]),
    ("contact", &["contacts", "الاتصال", "للاتصال", "اتصال"]),
    ("image", &["photo", "الصورة", "صورة"]),
    ("draft", &["brouillon", "مسودة", "المسودة"]),
    (
        "publish",
        &[
            "publication",
            "date de publication",
            "publié le",
            "publier le",
            "à publier le",
            "diffusion",
            "date de diffusion",
            "embargo",
            "sous embargo",
            "embargo jusqu'au",
            "embargo jusqu'à",
            "sous embargo jusqu'au",
            "sous embargo jusqu'à",
            "publication date",
            "publish date",
            "embargo until",
            "embargoed until",
            "under embargo until",
            "النشر",
            "نشر",
            "تاريخ النشر",
            "موعد النشر",
            "الحظر",
            "حظر",
            "حظر النشر",
            "حظر النشر حتى",
            "حظر النشر إلى غاية",
            "محظور النشر",
            "محظور النشر حتى",
            "محظور النشر إلى غاية",
        ],
    ),
    (
        "expires",
        &["expiration", "expire", "expire le", "date d'expiration", "الانتهاء", "انتهاء", "تاريخ الانتهاء"],
    ),
    ("updated", &["mise à jour", "mis à jour", "تحديث", "التحديث"]),
    ("corrections", &["correction", "rectificatif", "rectificatifs", "تصحيح", "تصحيحات"]),
    ("withdrawn", &["retiré", "retrait", "سحب"]),
    ("aliases", &["alias", "anciennes adresses", "ancienne adresse"]),
    ("extra", &[]),
];

static FIELD_OF: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let names = NAMES.iter().flat_map(|(field, others)| {
        std::iter::once(field).chain(others.iter()).map(|name| (folded(name), *field))
    });
    names.collect()
});

/// The field that `key` names, in any of the three languages.
pub fn field_of(key: &str) -> Option<&'static str> {
    // No name is longer; a key may be a whole line.
    const LONGEST: usize = 128;
    if key.len() > LONGEST {
        return None;
    }
    FIELD_OF.get(&folded(key)).copied()
}

/// Whether `word` is close to the name of a field and was probably meant to be one.
pub(super) fn is_near_a_field(word: &str) -> bool {
    // In three letters one error is too much of the word.
    const SHORTEST: usize = 4;
    let word = folded(word);
    (SHORTEST..=24).contains(&word.chars().count())
        && nearest(&word, FIELD_OF.keys().map(String::as_str)).is_some()
}

fn folded(key: &str) -> String {
    let mut out = String::with_capacity(key.len());
    for c in key.chars() {
        fold_char(c, |c| {
            let c = match c {
                '-' | '_' => ' ',
                '’' | 'ʼ' | '‘' | '´' | '`' => '\'',
                _ => c,
            };
            if c != ' ' || !out.ends_with(' ') {
                out.push(c);
            }
        });
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_however_they_are_typed() {
        for (written, field) in [
            ("title", "title"),
            ("TITRE", "title"),
            ("Re\u{301}gion", "region"),
            ("Préfecture", "province"),
            ("mots clés", "tags"),
            ("Mots_Cles", "tags"),
            ("mots\u{2011}clés", "tags"),
            ("N°", "number"),
            ("Nº", "number"),
            ("Mise  à\u{a0}jour", "updated"),
            ("الجهـــة", "region"),
            ("اقليم", "province"),
            ("\u{200f}التَّاريخ\u{200f}", "date"),
            ("كلمات مفتاحية", "tags"),
            ("anciennes adresses", "aliases"),
            ("SOUS EMBARGO JUSQU’AU", "publish"),
            ("Date d'expiration", "expires"),
            ("حظر النشر إلى غاية", "publish"),
        ] {
            assert_eq!(field_of(written), Some(field), "{written:?}");
        }
        for other in ["", "Rabat", "no", "titl", &"titre".repeat(10_000)] {
            assert_eq!(field_of(other), None, "{other:?}");
        }
    }

    #[test]
    fn every_name_belongs_to_one_field() {
        let written: usize = NAMES.iter().map(|(_, others)| others.len() + 1).sum();
        // Some spellings fold together, but never across fields.
        assert!(FIELD_OF.len() <= written);
        for (field, others) in NAMES {
            assert!(others.iter().all(|name| field_of(name) == Some(field)), "{field}");
        }
    }

    #[test]
    fn a_slip_is_near_a_field_and_a_place_is_not() {
        assert!(is_near_a_field("Tittre"));
        assert!(is_near_a_field("Regoin"));
        assert!(!is_near_a_field("Rabat"));
        assert!(!is_near_a_field("ide"));
        assert!(!is_near_a_field("Communiqué"));
    }
}
