//! The small words by which a language shows where its clauses begin.

/// Word lists of one language, in lower case, with straight apostrophes.
pub(super) struct Words {
    pub rtl: bool,
    /// Begin an adverbial that stands before the subject.
    pub leads: &'static [&'static str],
    /// Begin what a title can do without, whole phrases.
    pub borders: &'static [&'static str],
    /// Begin a clause that a comma sets apart.
    pub relatives: &'static [&'static str],
    /// Never end a title.
    pub stops: &'static [&'static str],
    /// Parts between which a sentence too long may be cut, if need be.
    pub joints: &'static [&'static str],
    /// Finite verbs, third person singular.
    verbs: &'static [&'static str],
    /// (participle, present singular, present plural) after « a » and « ont ».
    pub presents: &'static [(&'static str, &'static str, &'static str)],
    /// Words of time that a dated release need not repeat.
    pub times: &'static [&'static str],
    weekdays: &'static [&'static str],
    months: &'static [&'static str],
    /// Longer wordings and shorter ones.
    pub squeezes: &'static [(&'static str, &'static str)],
}

impl Words {
    pub(super) fn of(lang: &str) -> &'static Self {
        match lang.split(['-', '_']).next() {
            Some("ar") => &ARABIC,
            Some("en") => &ENGLISH,
            _ => &FRENCH,
        }
    }

    pub(super) fn is_verb(&self, word: &str) -> bool {
        let lower = word.starts_with(|c: char| c.is_lowercase());
        let word = plain(word);
        let stem = ["s'", "n'"].iter().find_map(|clitic| word.strip_prefix(clitic)).unwrap_or(&word);
        let known = |verb: &str| self.verbs.contains(&verb);
        // A first-group plural adds -nt; no common noun of the field ends like these futures.
        if stem == "président" {
            return false;
        }
        known(stem)
            || stem.strip_suffix("nt").is_some_and(known)
            || (lower
                && !self.presents.is_empty()
                && ["era", "eront", "dra", "dront"].iter().any(|end| stem.ends_with(end)))
            || self.presents.iter().any(|(_, one, many)| stem == *one || stem == *many)
    }

    pub(super) fn is_month(&self, word: &str) -> bool {
        self.months.contains(&plain(word).as_str())
    }

    pub(super) fn is_weekday(&self, word: &str) -> bool {
        self.weekdays.contains(&plain(word).as_str())
    }

    /// How many words a phrase of `list` that begins `words` has.
    pub(super) fn phrase(list: &[&str], words: &[&str]) -> Option<usize> {
        let (first, rest) = words.split_first()?;
        let plain_first = plain(first);
        let matches = |phrase: &&&str| {
            let mut parts = phrase.split(' ');
            parts.next().is_some_and(|part| part == plain_first || part == *first)
                && parts.enumerate().all(|(at, part)| rest.get(at).is_some_and(|word| plain(word) == part))
        };
        list.iter().filter(matches).map(|phrase| phrase.split(' ').count()).max()
    }
}

/// A day of a month: 1 to 31, « 1er » too.
pub(super) fn is_day(word: &str) -> bool {
    let digits = word.strip_suffix("er").unwrap_or(word);
    digits.len() <= 2 && digits.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
}

/// A word or line as the lists have it.
pub(super) fn plain(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    word.to_lowercase().replace('’', "'")
}

const FRENCH: Words = Words {
    rtl: false,
    leads: &[
        "dans",
        "à",
        "au",
        "aux",
        "suite",
        "lors",
        "en",
        "sous",
        "aujourd'hui",
        "après",
        "avant",
        "depuis",
        "durant",
        "pendant",
        "face",
        "conformément",
        "par",
        "pour",
        "afin",
        "devant",
        "grâce",
        "selon",
        "réuni",
        "réunis",
        "réunie",
        "réunies",
        "récemment",
        "ainsi",
    ],
    borders: &[
        "qui",
        "dont",
        "où",
        "lequel",
        "laquelle",
        "lesquels",
        "afin",
        "dans le cadre",
        "dans la perspective",
        "en présence",
        "en vue",
        "en marge",
        "en application",
        "à l'occasion",
        "à l'issue",
        "à l'initiative",
        "à travers",
        "ainsi que",
        "visant",
        "tout en",
        "suite à",
        "suite aux",
        "lors de",
        "lors d'une",
        "lors d'un",
        "lors du",
        "lors des",
        "au cours",
        "sous la présidence",
        "conformément",
        "selon",
        "alors que",
        "tandis",
        "pour que",
        "parce que",
        "marqué",
        "marquée",
        "marqués",
        "avec la participation",
        "notamment",
        "et ce",
        "–",
        "—",
        "-",
    ],
    relatives: &[
        "qui", "que", "dont", "où", "lequel", "laquelle", "réuni", "réunie", "réunis", "après", "lors",
    ],
    stops: &[
        "le", "la", "les", "l'", "un", "une", "des", "de", "du", "d'", "à", "au", "aux", "et", "ou", "en",
        "dans", "par", "pour", "sur", "avec", "sans", "sous", "vers", "chez", "entre", "que", "qu'", "qui",
        "dont", "où", "a", "ont", "est", "sont", "ce", "cet", "cette", "ces", "son", "sa", "ses", "leur",
        "leurs", "plus", "très", "toutes", "tous", "toute", "tout", "n'", "ne", "se", "s'", "y", "ainsi",
        "afin", "contre", "devant", "depuis", "m", "mme", "n°",
    ],
    joints: &[
        "dans", "pour", "avec", "sur", "à", "au", "aux", "et", "par", "contre", "en", "sous", "devant",
        "entre",
    ],
    verbs: &[
        "a",
        "ont",
        "est",
        "sont",
        "avait",
        "avaient",
        "était",
        "étaient",
        "sera",
        "seront",
        "aura",
        "auront",
        "se",
        "ne",
        "tient",
        "soutient",
        "reçoit",
        "prend",
        "rend",
        "poursuit",
        "élit",
        "va",
        "vont",
        "veut",
        "doit",
        "peut",
        "fait",
        "félicite",
        "déplore",
        "propose",
        "invite",
        "rappelle",
        "estime",
        "considère",
        "entame",
        "dépose",
        "interpelle",
        "plaide",
        "mène",
        "exige",
        "rejette",
        "débat",
        "vote",
        "reste",
        "informe",
        "adresse",
        "assure",
        "insiste",
    ],
    presents: &[
        ("tenu", "tient", "tiennent"),
        ("présidé", "préside", "président"),
        ("organisé", "organise", "organisent"),
        ("reçu", "reçoit", "reçoivent"),
        ("participé", "participe", "participent"),
        ("appelé", "appelle", "appellent"),
        ("condamné", "condamne", "condamnent"),
        ("exprimé", "exprime", "expriment"),
        ("salué", "salue", "saluent"),
        ("dénoncé", "dénonce", "dénoncent"),
        ("affirmé", "affirme", "affirment"),
        ("annoncé", "annonce", "annoncent"),
        ("lancé", "lance", "lancent"),
        ("rencontré", "rencontre", "rencontrent"),
        ("visité", "visite", "visitent"),
        ("présenté", "présente", "présentent"),
        ("réitéré", "réitère", "réitèrent"),
        ("réaffirmé", "réaffirme", "réaffirment"),
        ("rendu", "rend", "rendent"),
        ("pris", "prend", "prennent"),
        ("souligné", "souligne", "soulignent"),
        ("inauguré", "inaugure", "inaugurent"),
        ("adopté", "adopte", "adoptent"),
        ("élu", "élit", "élisent"),
        ("demandé", "demande", "demandent"),
        ("réuni", "réunit", "réunissent"),
        ("adressé", "adresse", "adressent"),
        ("examiné", "examine", "examinent"),
        ("appris", "apprend", "apprennent"),
        ("effectué", "effectue", "effectuent"),
    ],
    times: &["récemment", "hier", "également", "aussi"],
    weekdays: &["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    months: &[
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    squeezes: &[
        ("une série de", "plusieurs"),
        ("un certain nombre de", "plusieurs"),
        ("l'ensemble des", "les"),
    ],
};

const ARABIC: Words = Words {
    rtl: true,
    leads: &[
        "في",
        "وفي",
        "بمناسبة",
        "على",
        "وعلى",
        "خلال",
        "تنفيذا",
        "استعدادا",
        "عقب",
        "إثر",
        "تفعيلا",
        "يوم",
        "مساء",
        "صباح",
        "بعد",
        "قبل",
        "منذ",
        "بدعوة",
        "تحت",
        "طبقا",
        "وفقا",
        "انسجاما",
        "تخليدا",
        "احتفاء",
        "سيرا",
        "أمام",
    ],
    borders: &[
        "بحضور",
        "بمشاركة",
        "في إطار",
        "من أجل",
        "بهدف",
        "الذي",
        "التي",
        "الذين",
        "اللواتي",
        "حيث",
        "وذلك",
        "بمناسبة",
        "على هامش",
        "وقد",
        "كما",
        "قصد",
        "طبقا",
        "تنفيذا",
        "تفعيلا",
        "استعدادا",
        "عقب",
        "إثر",
        "تحت شعار",
        "تحت إشراف",
        "فيما",
        "بينما",
        "مؤكدا",
        "مؤكدة",
        "معتبرا",
        "داعيا",
        "مشيرا",
        "–",
        "—",
        "-",
    ],
    relatives: &["الذي", "التي", "الذين"],
    stops: &[
        "في", "من", "على", "إلى", "عن", "مع", "و", "أن", "إن", "ثم", "أو", "ب", "ل", "لدى", "حول", "بين",
        "ضد", "هذا", "هذه", "كل", "بعض", "غير", "ذلك", "حتى", "عبر", "نحو", "قد", "لا", "لم", "ما",
    ],
    joints: &["في", "من", "على", "إلى", "مع", "حول", "بين", "ضد", "عن", "عبر"],
    verbs: &[],
    presents: &[],
    times: &["أمس", "مؤخرا"],
    weekdays: &["الاثنين", "الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
    months: &[
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "ابريل",
        "ماي",
        "مايو",
        "يونيو",
        "يوليوز",
        "يوليو",
        "غشت",
        "أغسطس",
        "شتنبر",
        "سبتمبر",
        "أكتوبر",
        "اكتوبر",
        "نونبر",
        "نوفمبر",
        "دجنبر",
        "ديسمبر",
    ],
    squeezes: &[("سلسلة من اللقاءات", "لقاءات"), ("سلسلة من الاجتماعات", "اجتماعات"), ("عدد من", "بعض")],
};

const ENGLISH: Words = Words {
    rtl: false,
    leads: &["in", "on", "at", "during", "following", "as", "after", "before", "under", "yesterday", "today"],
    borders: &[
        "who",
        "which",
        "whose",
        "where",
        "in order",
        "as part",
        "during",
        "following",
        "as well as",
        "in the presence",
        "on the occasion",
        "on the sidelines",
        "aimed",
        "while",
        "–",
        "—",
        "-",
    ],
    relatives: &["who", "which", "whose", "where", "meeting"],
    stops: &[
        "the", "a", "an", "of", "to", "in", "on", "at", "for", "and", "or", "with", "by", "from", "that",
        "its", "their", "his", "her", "has", "have", "is", "are", "into", "about", "against",
    ],
    joints: &["in", "on", "at", "for", "with", "and", "to", "by", "from", "against"],
    verbs: &[
        "has", "have", "is", "are", "was", "were", "will", "held", "holds", "calls", "condemns", "met",
        "meets",
    ],
    presents: &[],
    times: &["yesterday", "recently", "also"],
    weekdays: &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    months: &[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    squeezes: &[("a series of", "several"), ("a number of", "several")],
};
