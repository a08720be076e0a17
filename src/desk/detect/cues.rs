//! Words that say what a name beside them stands for. All keys are folded.

/// What a text says of a name by the words before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    Region,
    Province,
    Local,
    /// No statement about the place: an institution, an event, a person.
    Other,
}

pub(super) fn cue(key: &str) -> Option<Cue> {
    Some(match key {
        "region" | "regions" | "regional" | "regionale" | "regionaux" | "regionales" | "جهه" | "الجهه"
        | "جهات" | "الجهوي" | "الجهويه" | "جهويه" => Cue::Region,
        "province" | "provinces" | "provincial" | "provinciale" | "provinciaux" | "provinciales"
        | "prefecture" | "prefectures" | "prefectoral" | "prefectorale" | "اقليم" | "عماله" | "اقاليم"
        | "عمالات" | "الاقليمي" | "الاقليميه" | "اقليمي" => Cue::Province,
        "ville" | "villes" | "commune" | "communes" | "communal" | "municipalite" | "municipal"
        | "cercle" | "arrondissement" | "arrondissements" | "section" | "sections" | "local" | "locale"
        | "maire" | "habitants" | "population" | "populations" | "quartier" | "douar" | "douars"
        | "circonscription" | "city" | "town" | "مدينه" | "جماعه" | "جماعات" | "بلديه" | "فرع" | "فروع"
        | "دايره" | "مقاطعه" | "ساكنه" | "دوار" | "المحلي" | "المحليه" => {
            Cue::Local
        }
        "appel" | "appels" | "accord" | "accords" | "declaration" | "charte" | "pacte" | "traite"
        | "protocole" | "processus" | "plateforme" | "universite" | "faculte" | "bourse" | "festival"
        | "club" | "derby" | "marathon" | "aeroport" | "gare" | "ligue" | "wydad" | "raja" | "foire"
        | "tribunal" | "editions" | "نداء" | "ندا" | "اعلان" | "اتفاق" | "اتفاقيه" | "ميثاق" | "جامعه"
        | "كليه" | "مهرجان" | "بورصه" | "مطار" | "محكمه" | "ماراثون" | "معرض" => {
            Cue::Other
        }
        _ => return None,
    })
}

/// Words that may stand between a cue and its name.
pub(super) fn joins(key: &str) -> bool {
    matches!(
        key,
        "de" | "du"
            | "des"
            | "d"
            | "l"
            | "la"
            | "le"
            | "les"
            | "a"
            | "au"
            | "aux"
            | "en"
            | "of"
            | "the"
            | "in"
            | "parti"
            | "usfp"
            | "في"
            | "حزب"
            | "الحزب"
            | "للحزب"
            | "بالحزب"
            | "لحزب"
            | "الاتحاد"
            | "الاشتراكي"
            | "للاتحاد"
    )
}

/// Words that go from one name of a list to the next, so that a cue holds for all.
pub(super) fn lists(key: &str) -> bool {
    matches!(
        key,
        "et" | "ou"
            | "ainsi"
            | "que"
            | "de"
            | "du"
            | "d"
            | "des"
            | "l"
            | "la"
            | "le"
            | "les"
            | "a"
            | "au"
            | "aux"
            | "and"
            | "of"
            | "و"
    )
}

/// Words of French that begin with a capital at the start of a sentence and are no part of a name.
pub(super) fn is_plain(key: &str) -> bool {
    joins(key)
        || lists(key)
        || matches!(
            key,
            "dans"
                | "pour"
                | "par"
                | "sur"
                | "vers"
                | "depuis"
                | "selon"
                | "sous"
                | "chez"
                | "avec"
                | "entre"
                | "un"
                | "une"
                | "ce"
                | "cette"
                | "il"
                | "elle"
                | "ils"
                | "elles"
                | "on"
                | "nous"
                | "pres"
        )
}

pub(super) fn is_title_of_person(key: &str) -> bool {
    matches!(
        key,
        "m" | "mm"
            | "mme"
            | "mlle"
            | "dr"
            | "pr"
            | "me"
            | "monsieur"
            | "madame"
            | "prince"
            | "princesse"
            | "cheikh"
            | "hadj"
            | "haj"
            | "feu"
            | "camarade"
            | "السيد"
            | "السيده"
            | "الامير"
            | "الاميره"
            | "الدكتور"
            | "الدكتوره"
            | "الاستاذ"
            | "الاستاذه"
            | "الحاج"
            | "الاخ"
            | "الاخت"
            | "المرحوم"
            | "الشيخ"
    )
}

/// Where a body has its home, by a word and the one before it. A hotel, a theatre or a stadium is
/// none: it names the town in which something happens.
pub(super) fn is_seat(before: &str, key: &str) -> bool {
    match key {
        // Of an assembly it is won, « un siège à Agadir »; and to meet is « siéger ».
        "siege" => !matches!(
            before,
            "un" | "seul" | "premier" | "dernier" | "a" | "ont" | "ayant" | "avoir" | "avait"
        ),
        "general" => before == "quartier",
        _ => matches!(key, "مقر" | "بمقر" | "المقر" | "بالمقر"),
    }
}

/// A national body, by two words of its name.
pub(super) fn is_body(first: &str, second: &str) -> bool {
    let first = first.strip_prefix("لل").unwrap_or(first);
    let first = first.strip_prefix("ال").unwrap_or(first);
    matches!(
        (first, second),
        ("conseil", "national")
            | ("bureau", "politique")
            | ("commission", "administrative")
            | ("congres", "national")
            | ("comite", "central")
            | ("secretariat", "national")
            | ("conference", "nationale")
            | ("conference", "presse")
            | ("مجلس", "الوطني")
            | ("مكتب", "السياسي")
            | ("لجنه", "الاداريه")
            | ("موتمر", "الوطني")
            | ("ندوه", "صحفيه")
            | ("ندوه", "الصحفيه")
    )
}

/// Names of places that are also common words or people's names: alone they say nothing.
pub(super) fn is_common_word(key: &str) -> bool {
    matches!(
        key,
        "oriental"
            | "tata"
            | "safi"
            | "casa"
            | "anfa"
            | "assa"
            | "ifni"
            | "rsk"
            | "tta"
            | "souira"
            | "jadida"
            | "hajeb"
            | "moulayrachid"
            | "bernoussi"
            | "alfida"
            | "elfida"
            | "mogador"
            | "marsa"
            | "elmarsa"
            | "medina"
            | "hassan"
            | "sahel"
            | "mansoura"
            | "menara"
            | "agdal"
            | "massa"
            | "louta"
            | "sidel"
            | "bsara"
            | "naima"
            | "rissana"
            | "adar"
            | "zaitoune"
            | "annakhil"
            | "alhamra"
            | "isly"
            | "argana"
            | "الشرق"
            | "الجديده"
            | "العيون"
            | "الحاجب"
            | "المضيق"
            | "الفدا"
            | "سوس"
            | "افني"
            | "اسا"
            | "طاطا"
            | "انفا"
            | "افران"
            | "برشيد"
            | "مولايرشيد"
            | "العين"
            | "طاطه"
            | "لعيون"
            | "مزوار"
    )
}
