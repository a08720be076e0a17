//! Finding a place by what people write.

use super::{Names, ProvinceId, RegionId, Territory, spelt};
use foldhash::HashMap;

use crate::text::fold::fold;
use crate::text::suggest::nearest;

/// Why a name leads to no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    Unknown { suggestion: Option<String> },
    Ambiguous { candidates: Vec<String> },
}

/// What may stand before a name, folded, with the words that join them.
const REGION_WORDS: [&str; 8] =
    ["laregion", "region", "theregion", "conseilregional", "جهه", "بجهه", "لجهه", "مجلسجهه"];
const PROVINCE_WORDS: [&str; 10] = [
    "laprovince",
    "province",
    "laprefecture",
    "prefecturedarrondissements",
    "prefecture",
    "اقليم",
    "باقليم",
    "عمالهمقاطعات",
    "عماله",
    "بعماله",
];
const JOINTS: [&str; 9] = ["", "dela", "del", "des", "de", "du", "d", "ofthe", "of"];
const ARTICLES: [&str; 6] = ["", "les", "le", "la", "l", "the"];

type Keys<Id> = HashMap<String, Vec<Id>>;

impl Territory {
    /// A region by slug, code, name or alias in any of the territory's languages, whatever the
    /// case and accents, with or without the word for region before it.
    pub fn find_region(&self, name: &str) -> Result<RegionId, Miss> {
        let key = fold(name);
        match look_up(&self.region_keys, &key, &REGION_WORDS) {
            [id] => Ok(*id),
            [] => Err(Miss::Unknown { suggestion: self.suggest_region(name, &key) }),
            many => Err(Miss::Ambiguous {
                candidates: many.iter().map(|id| self.region(*id).slug.clone()).collect(),
            }),
        }
    }

    /// The slugs of several places that were written as one name: `Agadir, Tanger`. Of a place within a
    /// region, that region's.
    pub fn regions_of_list(&self, text: &str) -> Option<Vec<String>> {
        each(text, |key| match look_up(&self.region_keys, key, &REGION_WORDS) {
            [region] => Some(self.region(*region).slug.clone()),
            _ => Some(self.region(self.province(self.province_or_commune(key)?).region).slug.clone()),
        })
    }

    /// Likewise of prefectures and provinces.
    pub fn provinces_of_list(&self, text: &str) -> Option<Vec<String>> {
        each(text, |key| Some(self.province(self.province_or_commune(key)?).slug.clone()))
    }

    fn province_or_commune(&self, key: &str) -> Option<ProvinceId> {
        match look_up(&self.province_keys, key, &PROVINCE_WORDS) {
            [province] => Some(*province),
            _ => self.commune_province(key),
        }
    }

    /// A prefecture or province likewise; where several bear the name, the one in `within`.
    pub fn find_province(&self, name: &str, within: &[RegionId]) -> Result<ProvinceId, Miss> {
        let key = fold(name);
        match look_up(&self.province_keys, &key, &PROVINCE_WORDS) {
            [id] => Ok(*id),
            [] => Err(Miss::Unknown { suggestion: self.suggest_province(name, &key) }),
            many => {
                let inside = many.iter().filter(|id| within.contains(&self.province(**id).region));
                let inside: Vec<_> = inside.copied().collect();
                match *inside {
                    [id] => Ok(id),
                    [] => Err(self.ambiguous_province(many)),
                    _ => Err(self.ambiguous_province(&inside)),
                }
            }
        }
    }

    fn ambiguous_province(&self, ids: &[ProvinceId]) -> Miss {
        // Namesakes may share a slug, never a code.
        let word = |id: &ProvinceId| {
            let province = self.province(*id);
            let alone = self.province_keys.get(&fold(&province.slug)).is_some_and(|ids| ids.len() == 1);
            if alone || province.code.is_empty() { province.slug.clone() } else { province.code.clone() }
        };
        Miss::Ambiguous { candidates: ids.iter().map(word).collect() }
    }

    fn suggest_region(&self, name: &str, key: &str) -> Option<String> {
        if let [province] = look_up(&self.province_keys, key, &PROVINCE_WORDS) {
            return Some(self.region(self.province(*province).region).slug.clone());
        }
        let near_region = || closest(name, key, &self.region_names());
        let near_province = || {
            let slug = closest(name, key, &self.province_names())?;
            let [province] = look_up(&self.province_keys, &fold(&slug), &[]) else { return None };
            Some(self.region(self.province(*province).region).slug.clone())
        };
        let commune = || Some(self.region(self.province(self.commune_province(key)?).region).slug.clone());
        let near_alias = || {
            let hit = nearest(name, self.region_keys.keys().map(String::as_str).filter(|key| key.len() > 4))?;
            let [id] = look_up(&self.region_keys, hit, &[]) else { return None };
            Some(self.region(*id).slug.clone())
        };
        near_region().or_else(commune).or_else(near_province).or_else(near_alias)
    }

    fn suggest_province(&self, name: &str, key: &str) -> Option<String> {
        let commune = || Some(self.province(self.commune_province(key)?).slug.clone());
        let near = || closest(name, key, &self.province_names());
        commune().or_else(near)
    }

    fn region_names(&self) -> Vec<(&str, &Names)> {
        self.regions().map(|(_, region)| (&*region.slug, &region.names)).collect()
    }

    fn province_names(&self) -> Vec<(&str, &Names)> {
        self.provinces().map(|(_, province)| (&*province.slug, &province.names)).collect()
    }

    /// The province of the one municipality of this name.
    fn commune_province(&self, key: &str) -> Option<ProvinceId> {
        if key.is_empty() {
            return None;
        }
        let named = |names: &Names| names.all().any(|(_, name)| fold(name) == key);
        let mut found = self.communes().iter().filter(|commune| named(&commune.names));
        let first = found.next()?.province;
        found.all(|commune| commune.province == first).then_some(first)
    }

    /// Makes the keys under which places are looked up.
    pub(super) fn index(&mut self) {
        let mut region_keys = Keys::default();
        for (id, region) in self.regions() {
            let names = spelt(&region.names, &region.aliases).chain([&*region.slug]);
            insert(&mut region_keys, names.map(fold), id);
            insert(&mut region_keys, code_keys(&region.code), id);
            insert(&mut region_keys, region.iso.iter().map(|iso| fold(iso)), id);
        }
        let mut province_keys = Keys::default();
        for (id, province) in self.provinces() {
            let names = spelt(&province.names, &province.aliases).chain([&*province.slug]);
            insert(&mut province_keys, names.map(fold), id);
            insert(&mut province_keys, code_keys(&province.code), id);
        }
        self.region_keys = region_keys;
        self.province_keys = province_keys;
    }
}

fn code_keys(code: &str) -> impl Iterator<Item = String> {
    let key = fold(code);
    let short = key.trim_start_matches('0').to_owned();
    [key, short].into_iter()
}

fn insert<Id: Copy + PartialEq>(keys: &mut Keys<Id>, spelt: impl Iterator<Item = String>, id: Id) {
    for key in spelt.filter(|key| !key.is_empty()) {
        let ids = keys.entry(key).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
}

/// The places of a key: whole first, then without what may stand before or after a name.
fn look_up<'k, Id>(keys: &'k Keys<Id>, key: &str, words: &[&str]) -> &'k [Id] {
    let get = |key: &str| keys.get(key).map(Vec::as_slice);
    let named = |key: &str| ARTICLES.iter().find_map(|article| get(key.strip_prefix(article)?));
    let found = named(key)
        .or_else(|| {
            words.iter().find_map(|word| {
                if let Some(name) = key.strip_suffix(word).filter(|name| !name.is_empty()) {
                    return named(name);
                }
                let rest = key.strip_prefix(word)?;
                let found = JOINTS.iter().find_map(|joint| get(rest.strip_prefix(joint)?));
                found.or_else(|| unclitic(rest).find_map(|name| get(&name)))
            })
        })
        .or_else(|| unclitic(key).find_map(|name| get(&name)));
    found.unwrap_or_default()
}

/// An Arabic word without the particles that are written as one word with it. The whole word
/// is to be tried before: many names begin with such a letter.
pub(crate) fn unclitic(word: &str) -> impl Iterator<Item = String> + '_ {
    const CLITICS: [&str; 12] = ["ب", "و", "ل", "ك", "ف", "وب", "ول", "وك", "فب", "فل", "لل", "ولل"];
    CLITICS.iter().filter_map(move |clitic| {
        let rest = word.strip_prefix(clitic)?;
        if rest.chars().count() < 2 {
            return None;
        }
        // « للرباط » is « ل » and « الرباط », whose first letter falls away.
        Some(if clitic.ends_with("لل") { format!("ال{rest}") } else { rest.to_owned() })
    })
}

/// Parts of a text that is a list, each of which `find` knows by its key.
fn each(text: &str, find: impl Fn(&str) -> Option<String>) -> Option<Vec<String>> {
    const LONGEST: usize = 400;
    if text.len() > LONGEST {
        return None;
    }
    let mut parts = vec![text];
    for mark in [",", ";", "/", "،", "؛", " et ", " and ", " و "] {
        parts = parts.into_iter().flat_map(|part| part.split(mark)).collect();
    }
    let mut found: Vec<String> = Vec::new();
    for part in &parts {
        let name = find(&fold(part))?;
        if !found.contains(&name) {
            found.push(name);
        }
    }
    (parts.len() > 1).then_some(found)
}

/// The slug, or the name in another script, that was probably meant.
fn closest(name: &str, key: &str, places: &[(&str, &Names)]) -> Option<String> {
    let spelt = places
        .iter()
        .flat_map(|(slug, names)| std::iter::once(*slug).chain(names.all().map(|(_, name)| name)));
    if let Some(hit) = nearest(name, spelt) {
        // Of a Latin name the slug is the surer spelling to write.
        let slug = places.iter().find(|(slug, _)| fold(slug) == fold(hit)).map(|(slug, _)| *slug);
        return Some(slug.unwrap_or(hit).to_owned());
    }
    let wanted = skeleton(key);
    if wanted.len() < 3 {
        return None;
    }
    let mut found = places.iter().filter(|(slug, _)| skeleton(&fold(slug)) == wanted);
    let first = found.next()?;
    found.next().is_none().then(|| first.0.to_owned())
}

/// The consonants of a folded Latin name: what spellings of a Moroccan name have in common.
fn skeleton(key: &str) -> String {
    let bare = ["el", "al", "es", "er", "ed", "en", "l"].iter().find_map(|article| key.strip_prefix(article));
    let mut skeleton = String::new();
    for c in bare.unwrap_or(key).replace("ck", "k").chars() {
        let c = if c == 'q' { 'k' } else { c };
        if c.is_ascii_alphabetic()
            && !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
            && !skeleton.ends_with(c)
        {
            skeleton.push(c);
        }
    }
    skeleton
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> String {
        let morocco = Territory::morocco();
        match morocco.find_region(name) {
            Ok(id) => morocco.region(id).slug.clone(),
            Err(Miss::Unknown { suggestion }) => format!("? {}", suggestion.unwrap_or_default()),
            Err(Miss::Ambiguous { candidates }) => candidates.join(" or "),
        }
    }

    fn province(name: &str) -> String {
        let morocco = Territory::morocco();
        match morocco.find_province(name, &[]) {
            Ok(id) => morocco.province(id).slug.clone(),
            Err(Miss::Unknown { suggestion }) => format!("? {}", suggestion.unwrap_or_default()),
            Err(Miss::Ambiguous { candidates }) => candidates.join(" or "),
        }
    }

    #[test]
    fn regions_are_found_however_they_are_written() {
        for name in [
            "souss-massa",
            "Souss Massa",
            "SOUSS – MASSA",
            "09",
            "9",
            "MA-09",
            "ma09",
            "Région de Souss-Massa",
        ] {
            assert_eq!(region(name), "souss-massa", "{name}");
        }
        for (name, slug) in [
            ("سوس ماسة", "souss-massa"),
            ("جهة سوس – ماسة", "souss-massa"),
            ("بجهة سوس-ماسة", "souss-massa"),
            ("Souss-Massa-Drâa", "souss-massa"),
            ("L’Oriental", "oriental"),
            ("Région de l'Oriental", "oriental"),
            ("région de l’oriental", "oriental"),
            ("جهة الشرق", "oriental"),
            ("الجهة الشرقية", "oriental"),
            ("Casa-Settat", "casablanca-settat"),
            ("Grand Casablanca-Settat", "casablanca-settat"),
            ("الدار البيضاء سطات", "casablanca-settat"),
            ("بالدار البيضاء-سطات", "casablanca-settat"),
            ("RSK", "rabat-sale-kenitra"),
            ("Darâa-Tafilalet", "draa-tafilalet"),
            ("فاس – مكناس", "fes-meknes"),
            ("وبني ملال خنيفرة", "beni-mellal-khenifra"),
            ("The Souss-Massa region", "souss-massa"),
            ("Souss-Massa region", "souss-massa"),
            ("region of Marrakesh-Safi", "marrakech-safi"),
            ("Tanger-Tétouan-El Hoceïma", "tanger-tetouan-al-hoceima"),
            ("Fès-Boulemane", "fes-meknes"),
            ("National", "national"),
            ("وطني", "national"),
            ("Marocains du Monde", "monde"),
            ("مغاربة العالم", "monde"),
        ] {
            assert_eq!(region(name), slug, "{name}");
        }
    }

    #[test]
    fn a_missed_region_is_guessed_at() {
        for (name, answer) in [
            ("sous-massaa", "? souss-massa"),
            ("Inezgane", "? souss-massa"),
            ("Casablanca", "? casablanca-settat"),
            ("الرباط", "? rabat-sale-kenitra"),
            ("Sidi Moumen", "? casablanca-settat"),
            ("Laayoun Sakia Hamra", "? laayoune-sakia-el-hamra"),
            ("Doukkala-Abda", "casablanca-settat or marrakech-safi"),
            ("Bretagne", "? "),
            ("", "? "),
        ] {
            assert_eq!(region(name), answer, "{name}");
        }
    }

    #[test]
    fn provinces_are_found_however_they_are_written() {
        for (name, slug) in [
            ("Agadir Ida-Outanane", "agadir-ida-ou-tanane"),
            ("Agadir", "agadir-ida-ou-tanane"),
            ("Inzegane", "inezgane-ait-melloul"),
            ("Driouech", "driouch"),
            ("El Hoceima", "al-hoceima"),
            ("Mohammédia", "mohammadia"),
            ("Ben Slimane", "benslimane"),
            ("Ben Msik", "ben-m-sick"),
            ("El Fida", "al-fida-mers-sultan"),
            ("El Bernoussi", "sidi-bernoussi"),
            ("Ouazzane", "ouezzane"),
            ("Boulmane", "boulemane"),
            ("Fqih Bensaleh", "fquih-ben-salah"),
            ("Rhamna", "rehamna"),
            ("Kelaa Sraghna", "el-kelaa-des-sraghna"),
            ("Taroudante", "taroudannt"),
            ("Ouarzazat", "ouarzazate"),
            ("Moulay Yaâcoub", "moulay-yacoub"),
            ("Témara", "skhirate-temara"),
            ("Anfa", "casablanca-anfa"),
            ("préfecture d'Inezgane-Aït Melloul", "inezgane-ait-melloul"),
            ("Province de Tiznit", "tiznit"),
            ("Province du Haouz", "al-haouz"),
            ("إقليم تيزنيت", "tiznit"),
            ("عمالة إنزكان آيت ملول", "inezgane-ait-melloul"),
            ("بإقليم الحسيمة", "al-hoceima"),
            ("للرباط", "rabat"),
            ("الناظور", "nador"),
            ("mdiq fnideq", "m-diq-fnideq"),
            ("09.581", "tiznit"),
            ("Sidi Moumen", "? sidi-bernoussi"),
            ("Tisnitt", "? tiznit"),
            ("Chatouka Ait Baha", "? chtouka-ait-baha"),
            ("Lyon", "? "),
        ] {
            assert_eq!(province(name), slug, "{name}");
        }
    }

    #[test]
    fn no_name_of_a_place_is_ambiguous() {
        let morocco = Territory::morocco();
        for (id, region) in morocco.regions() {
            for name in region.names.all().map(|(_, name)| name).chain([&*region.slug]) {
                assert_eq!(morocco.find_region(name), Ok(id), "{name}");
            }
        }
        for (id, province) in morocco.provinces() {
            for name in spelt(&province.names, &province.aliases).chain([&*province.slug]) {
                assert_eq!(morocco.find_province(name, &[]), Ok(id), "{name}");
            }
        }
    }

    #[test]
    fn of_namesakes_the_one_in_the_region_is_meant() {
        let text = "kind\tcode\tparent\tname_fr\nregion\t1\t\tA\nregion\t2\t\tB\nprovince\t11\t1\tVal\nprovince\t21\t2\tVal\n";
        let source = crate::text::source::Source::new("t.tsv", text);
        let mut faults = crate::text::diagnostic::Faults::of(&source.path);
        let territory = Territory::parse(&source, &mut faults);
        assert_eq!(territory.find_province("val", &[RegionId(1)]), Ok(ProvinceId(1)));
        let candidates = vec!["11".to_owned(), "21".to_owned()];
        assert_eq!(territory.find_province("val", &[]), Err(Miss::Ambiguous { candidates }));
    }
}
