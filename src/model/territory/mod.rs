//! The territory that releases are filed under: regions, and prefectures and provinces in them.
//!
//! Municipalities are known for detection only, and read when they are first asked for.

mod lookup;
mod parse;

use std::sync::OnceLock;

use crate::model::language::Localised;
use crate::text::fingerprint::Fingerprint;
use foldhash::HashMap;
use serde::{Deserialize, Serialize};

pub use lookup::Miss;
pub(crate) use lookup::unclitic;

/// The names of one place by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Names(Vec<(String, String)>);

impl Names {
    fn new(names: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(names.into_iter().collect())
    }

    /// The name in `lang`, else in its base language, else the first.
    pub fn get(&self, lang: &str) -> &str {
        let base = lang.split(['-', '_']).next().unwrap_or(lang);
        let named = |wanted: &str| self.0.iter().find(|(lang, _)| lang == wanted);
        named(lang).or_else(|| named(base)).or(self.0.first()).map_or("", |(_, name)| name)
    }

    /// Language and name, in the territory's order of languages.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(lang, name)| (&**lang, &**name))
    }
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct RegionId(pub u16);

#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ProvinceId(pub u16);

/// Another spelling of a name, or an old name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Alias {
    pub name: String,
    /// The last year in which it was official.
    pub until: Option<u16>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Region {
    pub slug: String,
    /// "09"; may be empty.
    pub code: String,
    /// "MA-09", where the territory's regions have such numbers.
    pub iso: Option<String>,
    pub names: Names,
    pub aliases: Vec<Alias>,
    pub provinces: Vec<ProvinceId>,
    /// `national` and `monde`: where a release goes that belongs to no region.
    pub pseudo: bool,
}

#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvinceKind {
    Prefecture,
    Province,
    PrefectureOfArrondissements,
}

#[derive(Clone, Debug, Serialize)]
pub struct Province {
    pub slug: String,
    pub code: String,
    pub kind: ProvinceKind,
    pub names: Names,
    pub aliases: Vec<Alias>,
    pub region: RegionId,
}

/// What lies below provinces: municipalities and their parts.
#[derive(Clone, Debug)]
pub struct Commune {
    pub names: Names,
    pub province: ProvinceId,
    pub region: RegionId,
    /// It has a town's charter.
    pub urban: bool,
}

/// A place that releases can be filed under.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Place {
    Region(RegionId),
    Province(ProvinceId),
}

/// Regions and provinces with all their names.
#[derive(Clone, Debug)]
pub struct Territory {
    pub name: String,
    /// ISO 3166-1 code of the country that it is or lies in.
    pub country: Option<String>,
    /// Who is to be credited for the data, for the legal notice.
    pub credit: Localised,
    regions: Vec<Region>,
    provinces: Vec<Province>,
    communes: OnceLock<Vec<Commune>>,
    region_keys: HashMap<String, Vec<RegionId>>,
    province_keys: HashMap<String, Vec<ProvinceId>>,
}

/// The slugs that every territory has, with names and aliases.
const PSEUDO: [(&str, [&str; 3], &[&str]); 2] = [
    (
        "national",
        ["National", "وطني", "National"],
        &["Maroc", "Nation", "Niveau national", "الوطني", "المغرب", "وطنية", "Morocco"],
    ),
    (
        "monde",
        ["Monde", "العالم", "World"],
        &[
            "Diaspora",
            "Marocains du monde",
            "Marocains résidant à l'étranger",
            "MRE",
            "International",
            "Étranger",
            "مغاربة العالم",
            "الجالية",
            "الجالية المغربية",
            "دولي",
            "Moroccans abroad",
        ],
    ),
];

impl Territory {
    /// Of all names and numbers.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&(&self.name, &self.country, &self.credit, &self.regions, &self.provinces))
    }

    /// All regions in the territory's order, then `national` and `monde`.
    pub fn regions(&self) -> impl Iterator<Item = (RegionId, &Region)> {
        (0..).map(RegionId).zip(&self.regions)
    }

    pub fn provinces(&self) -> impl Iterator<Item = (ProvinceId, &Province)> {
        (0..).map(ProvinceId).zip(&self.provinces)
    }

    /// The region of an id that this territory gave.
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[usize::from(id.0)]
    }

    /// The province of an id that this territory gave.
    pub fn province(&self, id: ProvinceId) -> &Province {
        &self.provinces[usize::from(id.0)]
    }

    /// Where what concerns the whole country goes.
    pub fn national(&self) -> RegionId {
        self.pseudo(PSEUDO[0].0)
    }

    /// Where what concerns citizens abroad goes.
    pub fn monde(&self) -> RegionId {
        self.pseudo(PSEUDO[1].0)
    }

    fn pseudo(&self, slug: &str) -> RegionId {
        let found = self.regions().find(|(_, region)| region.pseudo && region.slug == slug);
        found.map_or(RegionId(0), |(id, _)| id)
    }

    /// Every municipality, in the order of the data.
    pub fn communes(&self) -> &[Commune] {
        // A user's own file had them read at once, for the sake of its faults.
        self.communes.get_or_init(|| parse::morocco_communes(self))
    }

    /// Every name and alias of the regions and provinces, pseudo-regions left out.
    pub fn spellings(&self) -> impl Iterator<Item = (&str, Place)> {
        let regions = self.regions().filter(|(_, region)| !region.pseudo);
        let regions = regions.flat_map(|(id, region)| {
            spelt(&region.names, &region.aliases).map(move |name| (name, Place::Region(id)))
        });
        regions.chain(self.provinces().flat_map(|(id, province)| {
            spelt(&province.names, &province.aliases).map(move |name| (name, Place::Province(id)))
        }))
    }

    /// Adds the pseudo-regions and the keys of lookup, when all places are there.
    fn complete(mut self) -> Self {
        for (slug, [fr, ar, en], aliases) in PSEUDO {
            let names = [("fr", fr), ("ar", ar), ("en", en)];
            let aliases = aliases.iter().map(|name| Alias { name: (*name).into(), until: None });
            self.regions.push(Region {
                slug: slug.into(),
                code: String::new(),
                iso: None,
                names: Names::new(names.map(|(lang, name)| (lang.into(), name.into()))),
                aliases: aliases.collect(),
                provinces: Vec::new(),
                pseudo: true,
            });
        }
        for (id, province) in (0..).map(ProvinceId).zip(&self.provinces) {
            if let Some(region) = self.regions.get_mut(usize::from(province.region.0)) {
                region.provinces.push(id);
            }
        }
        self.index();
        self
    }
}

fn spelt<'a>(names: &'a Names, aliases: &'a [Alias]) -> impl Iterator<Item = &'a str> {
    names.all().map(|(_, name)| name).chain(aliases.iter().map(|alias| &*alias.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn morocco_is_whole() {
        let morocco = Territory::morocco();
        let slugs: Vec<_> = morocco.regions().map(|(_, region)| &*region.slug).collect();
        assert_eq!(
            slugs,
            [
                "tanger-tetouan-al-hoceima",
                "oriental",
                "fes-meknes",
                "rabat-sale-kenitra",
                "beni-mellal-khenifra",
                "casablanca-settat",
                "marrakech-safi",
                "draa-tafilalet",
                "souss-massa",
                "guelmim-oued-noun",
                "laayoune-sakia-el-hamra",
                "dakhla-oued-ed-dahab",
                "national",
                "monde",
            ]
        );
        assert_eq!(morocco.provinces().count(), 83);
        let kinds = |kind| morocco.provinces().filter(|(_, province)| province.kind == kind).count();
        assert_eq!(kinds(ProvinceKind::Prefecture), 13);
        assert_eq!(kinds(ProvinceKind::Province), 62);
        assert_eq!(kinds(ProvinceKind::PrefectureOfArrondissements), 8);
        assert_eq!(morocco.communes().len(), 1503 + 41);
        assert_eq!(morocco.region(morocco.national()).names.get("ar"), "وطني");
        assert_eq!(morocco.region(morocco.monde()).names.get("ar-MA"), "العالم");
        assert_eq!(morocco.region(RegionId(1)).names.get("zgh"), "Oriental");
        assert!(morocco.credit.get("fr").is_some_and(|credit| credit.contains("CC BY 4.0")));
    }

    #[test]
    fn an_arrondissement_lies_in_its_own_prefecture() {
        let morocco = Territory::morocco();
        let province_of = |name: &str| {
            let commune = morocco.communes().iter().find(|commune| commune.names.get("fr") == name);
            &*morocco.province(commune.unwrap().province).slug
        };
        assert_eq!(province_of("Sidi Moumen"), "sidi-bernoussi");
        assert_eq!(province_of("Sidi Belyout"), "casablanca-anfa");
        assert_eq!(province_of("Souissi"), "rabat");
        assert_eq!(province_of("Biougra"), "chtouka-ait-baha");
    }
}
