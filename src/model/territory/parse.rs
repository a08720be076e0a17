//! Territories from tab-separated tables: the built-in one and a portal's own.

use std::sync::OnceLock;

use foldhash::HashMap;

use crate::model::language::Localised;

use super::{Alias, Commune, Names, Province, ProvinceId, ProvinceKind, Region, RegionId, Territory};
use crate::text::diagnostic::Faults;
use crate::text::fold::slugify;
use crate::text::problem::{Problem, Table};
use crate::text::source::{Source, Span};
use crate::text::suggest::nearest;

const MOROCCO: &str = include_str!("morocco.tsv");
const MOROCCO_ALIASES: &str = include_str!("morocco-aliases.tsv");
const MOROCCO_CREDIT: [(&str, &str); 3] = [
    ("fr", "Haut-Commissariat au Plan, RGPH 2024 (CC BY 4.0), réduit aux codes, rattachements et noms"),
    ("ar", "المندوبية السامية للتخطيط، إحصاء 2024 (CC BY 4.0)، اقتُصر على الرموز والتبعية والأسماء"),
    ("en", "Haut-Commissariat au Plan, census of 2024 (CC BY 4.0), reduced to codes, parents and names"),
];

/// Ids have 16 bits, and two regions are added.
const MOST_PLACES: usize = 60_000;

impl Territory {
    /// The regions, prefectures and provinces of Morocco.
    pub fn morocco() -> Self {
        // Tests hold that the built-in data has no fault.
        let mut faults = Faults::of(&"morocco.tsv".into());
        let mut reader = Reader::new(MOROCCO, &mut faults);
        reader.read(Depth::Provinces);
        let mut territory = reader.territory(
            "Maroc".into(),
            Localised { texts: MOROCCO_CREDIT.map(|(tag, text)| (tag.into(), text.into())).into() },
        );
        territory.communes = OnceLock::new();
        territory.country = Some("MA".into());
        for region in &mut territory.regions {
            // The numbers of ISO 3166-2:MA are those of the census.
            region.iso = Some(format!("MA-{}", region.code));
        }
        territory.add_aliases(MOROCCO_ALIASES);
        territory.complete()
    }

    /// A portal's own territory. Columns by name: `kind`, `name_XX` for each language, and
    /// optionally `code`, `parent`, `slug`, `aliases` (parted by `|`). `# name: …`, `# country: …` and
    /// `# credit: …` lines say what it is called, its code in ISO 3166-1 and whose data it is;
    /// `# credit_fr: …` says so in one language.
    pub fn parse(source: &Source, faults: &mut Faults) -> Self {
        let text = source.text.trim_start_matches('\u{feff}');
        let remarks = text.lines().filter_map(|line| line.strip_prefix('#')?.trim().split_once(':'));
        let mut name = String::new();
        let mut country = None;
        let mut credit = Localised::default();
        for (key, value) in remarks.map(|(key, value)| (key.trim(), value.trim().to_owned())) {
            match key.strip_prefix("credit") {
                Some(tag) => credit.texts.push((tag.trim_start_matches('_').to_owned(), value)),
                None if key == "name" => name = value,
                None if key == "country" => country = Some(value),
                None => {}
            }
        }
        let mut reader = Reader::new(&source.text, faults);
        reader.read(Depth::All);
        Self { country, ..reader.territory(name, credit).complete() }
    }

    fn add_aliases(&mut self, table: &str) {
        let regions: HashMap<_, _> =
            self.regions.iter().enumerate().map(|(at, region)| (region.code.clone(), at)).collect();
        let provinces: HashMap<_, _> =
            self.provinces.iter().enumerate().map(|(at, province)| (province.code.clone(), at)).collect();
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let (Some(code), Some(name)) = (fields.next(), fields.next()) else { continue };
            let until = fields.next().and_then(|year| year.parse().ok());
            let region = regions.get(code).and_then(|at| self.regions.get_mut(*at));
            let province = provinces.get(code).and_then(|at| self.provinces.get_mut(*at));
            let aliases =
                region.map(|region| &mut region.aliases).or(province.map(|province| &mut province.aliases));
            if let Some(aliases) = aliases {
                aliases.push(Alias { name: name.into(), until });
            }
        }
    }
}

/// The municipalities of the built-in territory.
pub(super) fn morocco_communes(territory: &Territory) -> Vec<Commune> {
    let mut faults = Faults::of(&"morocco.tsv".into());
    let mut reader = Reader::new(MOROCCO, &mut faults);
    reader.read(Depth::All);
    debug_assert_eq!(reader.provinces.len(), territory.provinces.len());
    reader.communes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// As far as the first row of a lower kind.
    Provinces,
    All,
}

/// What the columns of a table mean.
#[derive(Default)]
struct Columns<'a> {
    kind: Option<usize>,
    code: Option<usize>,
    parent: Option<usize>,
    slug: Option<usize>,
    aliases: Option<usize>,
    /// Language and column.
    names: Vec<(&'a str, usize)>,
}

struct Reader<'a, 'f> {
    text: &'a str,
    faults: &'f mut Faults,
    columns: Columns<'a>,
    regions: Vec<Region>,
    provinces: Vec<Province>,
    communes: Vec<Commune>,
    region_codes: HashMap<String, RegionId>,
    /// Of provinces and, since parents may lie at any depth, of what lies below them.
    province_codes: HashMap<String, ProvinceId>,
}

/// A line's fields, and where they stand.
struct Row<'a> {
    fields: Vec<(&'a str, Span)>,
    span: Span,
}

impl<'a> Row<'a> {
    fn new(line: &'a str, start: usize) -> Self {
        let mut at = start;
        let field = |field: &'a str| {
            let value = field.trim();
            let inner = at + (field.len() - field.trim_start().len());
            at += field.len() + 1;
            (value, Span::new(inner, inner + value.len()))
        };
        Self { fields: line.split('\t').map(field).collect(), span: Span::new(start, start + line.len()) }
    }

    fn get(&self, column: Option<usize>) -> (&'a str, Span) {
        column.and_then(|column| self.fields.get(column)).copied().unwrap_or(("", self.span))
    }
}

impl<'a, 'f> Reader<'a, 'f> {
    fn new(text: &'a str, faults: &'f mut Faults) -> Self {
        Self {
            text,
            faults,
            columns: Columns::default(),
            regions: Vec::new(),
            provinces: Vec::new(),
            communes: Vec::new(),
            region_codes: HashMap::default(),
            province_codes: HashMap::default(),
        }
    }

    fn territory(self, name: String, credit: Localised) -> Territory {
        Territory {
            name,
            country: None,
            credit,
            regions: self.regions,
            provinces: self.provinces,
            communes: OnceLock::from(self.communes),
            region_keys: HashMap::default(),
            province_keys: HashMap::default(),
        }
    }

    fn read(&mut self, depth: Depth) {
        let mut start = 0;
        let mut headed = false;
        for line in self.text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            let body = line.trim_end_matches(['\n', '\r']);
            let (body, at) = match body.strip_prefix('\u{feff}') {
                Some(rest) => (rest, at + '\u{feff}'.len_utf8()),
                None => (body, at),
            };
            if body.trim().is_empty() || body.starts_with('#') {
                continue;
            }
            let row = Row::new(body, at);
            if !headed {
                headed = true;
                if !self.header(&row) {
                    return;
                }
                continue;
            }
            let kind = match row.get(self.columns.kind).0 {
                "" => {
                    self.faults.at(row.span, Problem::EmptyValue { name: "kind".into() });
                    continue;
                }
                "region" => {
                    self.region(&row);
                    continue;
                }
                "province" => ProvinceKind::Province,
                "prefecture" => ProvinceKind::Prefecture,
                "prefecture_of_arrondissements" => ProvinceKind::PrefectureOfArrondissements,
                _ if depth == Depth::Provinces => return,
                lower => {
                    self.commune(&row, lower != "commune-rural");
                    continue;
                }
            };
            self.province(&row, kind);
        }
        if !headed {
            self.faults.whole(missing("kind"));
        }
        if self.regions.is_empty() {
            let proposal = Some("a row of the kind `region`".into());
            self.faults.whole(Problem::MissingField {
                table: Table::Territory,
                name: "region".into(),
                proposal,
            });
        }
    }

    /// Reads the first row; false where nothing can be made of the others.
    fn header(&mut self, row: &Row<'a>) -> bool {
        for (column, (name, span)) in row.fields.iter().enumerate() {
            let place = match *name {
                "kind" => &mut self.columns.kind,
                "code" => &mut self.columns.code,
                "parent" => &mut self.columns.parent,
                "slug" => &mut self.columns.slug,
                "aliases" => &mut self.columns.aliases,
                "" => continue,
                other => {
                    match other.strip_prefix("name_") {
                        Some(lang) if !lang.is_empty() => self.columns.names.push((lang, column)),
                        _ => {
                            let known = ["kind", "code", "parent", "slug", "aliases", "name_fr", "name_ar"];
                            let suggestion = nearest(other, known).map(Into::into);
                            let table = Table::Territory;
                            self.faults
                                .at(*span, Problem::UnknownField { table, name: other.into(), suggestion });
                        }
                    }
                    continue;
                }
            };
            if place.replace(column).is_some() {
                self.faults.at(*span, Problem::DuplicateField { name: (*name).into() });
            }
        }
        let mut sound = true;
        if self.columns.kind.is_none() {
            self.faults.at(row.span, missing("kind"));
            sound = false;
        }
        if self.columns.names.is_empty() {
            self.faults.at(row.span, missing("name_fr"));
            sound = false;
        }
        sound
    }

    fn names(&mut self, row: &Row<'a>) -> Option<Names> {
        let named = self.columns.names.iter().map(|(lang, column)| (*lang, row.get(Some(*column)).0));
        let names: Vec<_> = named.filter(|(_, name)| !name.is_empty()).collect();
        if names.is_empty() {
            self.faults.at(row.span, Problem::EmptyValue { name: "name".into() });
            return None;
        }
        Some(Names::new(names.into_iter().map(|(lang, name)| (lang.to_owned(), name.to_owned()))))
    }

    fn aliases(&self, row: &Row<'a>) -> Vec<Alias> {
        let names = row.get(self.columns.aliases).0.split('|').map(str::trim).filter(|name| !name.is_empty());
        names.map(|name| Alias { name: name.into(), until: None }).collect()
    }

    /// The slug that the row gives or its names make, if it can stand in an address.
    fn slug(&mut self, row: &Row<'a>, names: &Names, taken: impl Fn(&Self, &str) -> bool) -> Option<String> {
        let (given, span) = row.get(self.columns.slug);
        let slug = if given.is_empty() {
            let Some(made) = names.all().map(|(_, name)| slugify(name)).find(|slug| !slug.is_empty()) else {
                self.faults.at(row.span, missing("slug"));
                return None;
            };
            made
        } else {
            given.to_owned()
        };
        let reason = if slugify(&slug) != slug {
            "a slug is made of `a-z`, `0-9` and single hyphens"
        } else if is_taken_by_period(&slug) {
            "that address is a year's or a numbered part's"
        } else if taken(self, &slug) {
            "another place has this slug"
        } else {
            return Some(slug);
        };
        let span = if given.is_empty() { row.span } else { span };
        let suggestion = Some(slugify(&slug)).filter(|right| *right != slug && !right.is_empty());
        self.faults.at(
            span,
            Problem::BadValue { name: "slug".into(), text: slug, reason: reason.into(), suggestion },
        );
        None
    }

    fn region(&mut self, row: &Row<'a>) {
        let Some(names) = self.names(row) else { return };
        let taken = |reader: &Self, slug: &str| {
            matches!(slug, "national" | "monde") || reader.regions.iter().any(|region| region.slug == slug)
        };
        let Some(slug) = self.slug(row, &names, taken) else { return };
        let id = self.regions.len();
        let Some(id) = u16::try_from(id).ok().filter(|_| id < MOST_PLACES).map(RegionId) else { return };
        let code = row.get(self.columns.code).0.to_owned();
        // A parent is named by code or, in a table without codes, by slug.
        for key in [&code, &slug] {
            self.region_codes.entry(key.clone()).or_insert(id);
        }
        let aliases = self.aliases(row);
        self.regions.push(Region {
            slug,
            code,
            iso: None,
            names,
            aliases,
            provinces: Vec::new(),
            pseudo: false,
        });
    }

    fn province(&mut self, row: &Row<'a>, kind: ProvinceKind) {
        let Some(names) = self.names(row) else { return };
        let (parent, span) = row.get(self.columns.parent);
        let Some(region) = self.region_codes.get(parent).copied().filter(|_| !parent.is_empty()) else {
            let suggestion = nearest(parent, self.regions.iter().map(|region| &*region.slug));
            let suggestion = suggestion.map(Into::into);
            self.faults.at(span, Problem::UnknownRegion { name: parent.into(), suggestion });
            return;
        };
        let taken = |reader: &Self, slug: &str| {
            reader.provinces.iter().any(|province| province.region == region && province.slug == slug)
        };
        let Some(slug) = self.slug(row, &names, taken) else { return };
        let id = self.provinces.len();
        let Some(id) = u16::try_from(id).ok().filter(|_| id < MOST_PLACES).map(ProvinceId) else { return };
        let code = row.get(self.columns.code).0.to_owned();
        for key in [&code, &slug] {
            self.province_codes.entry(key.clone()).or_insert(id);
        }
        let aliases = self.aliases(row);
        self.provinces.push(Province { slug, code, kind, names, aliases, region });
    }

    fn commune(&mut self, row: &Row<'a>, urban: bool) {
        let Some(names) = self.names(row) else { return };
        let code = row.get(self.columns.code).0;
        let (parent, span) = row.get(self.columns.parent);
        let Some(province) = self.province_of(code, parent) else {
            self.faults.at(span, Problem::UnknownProvince { name: parent.into(), suggestion: None });
            return;
        };
        if !code.is_empty() {
            self.province_codes.entry(code.to_owned()).or_insert(province);
        }
        let region = self.provinces[usize::from(province.0)].region;
        self.communes.push(Commune { names, province, region, urban });
    }

    /// By the longest code that begins this one's, since rows between may be left out; else by
    /// the parent.
    fn province_of(&self, code: &str, parent: &str) -> Option<ProvinceId> {
        let ends = code.char_indices().map(|(at, _)| at).rev().filter(|at| *at > 0);
        // A prefecture of arrondissements has the code of its tens: 10 is that of 11 to 19.
        let mut prefixes = ends.flat_map(|at| {
            let prefix = &code[..at];
            let of_tens = self.tens(prefix);
            of_tens.or_else(|| self.province_codes.get(prefix).copied())
        });
        let by_prefix = prefixes.next();
        by_prefix.or_else(|| self.province_codes.get(parent).copied().filter(|_| !parent.is_empty()))
    }

    fn tens(&self, prefix: &str) -> Option<ProvinceId> {
        let id = *self.province_codes.get(&format!("{prefix}0"))?;
        let kind = self.provinces.get(usize::from(id.0))?.kind;
        (kind == ProvinceKind::PrefectureOfArrondissements).then_some(id)
    }
}

fn missing(name: &str) -> Problem {
    Problem::MissingField { table: Table::Territory, name: name.into(), proposal: None }
}

/// A region's pages by year stand beside its provinces', its parts too.
fn is_taken_by_period(slug: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (slug.len() == 4 && digits(slug)) || slug.strip_prefix('p').is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Territory, Vec<String>) {
        let source = Source::new("territory.tsv", text);
        let mut faults = Faults::of(&source.path);
        let territory = Territory::parse(&source, &mut faults);
        let report = faults.list.iter().map(|fault| {
            let place = fault.place.as_ref().unwrap();
            let at = place.span.map_or(String::new(), |span| {
                crate::text::source::Position::of(text, span.start as usize).to_string()
            });
            format!("{at} {}", fault.problem.message())
        });
        (territory, report.collect())
    }

    #[test]
    fn the_built_in_data_has_no_fault() {
        let mut faults = Faults::of(&"morocco.tsv".into());
        let mut reader = Reader::new(MOROCCO, &mut faults);
        reader.read(Depth::All);
        assert_eq!(reader.provinces.len(), 83);
        assert_eq!(faults.list, []);
        let codes: Vec<_> =
            MOROCCO.lines().skip(2).take(95).filter_map(|line| line.split('\t').nth(1)).collect();
        for line in MOROCCO_ALIASES.lines().skip(2) {
            let code = line.split('\t').next().unwrap();
            assert!(codes.contains(&code), "{line}");
            assert_eq!(line.split('\t').count(), 3, "{line}");
        }
    }

    #[test]
    fn a_portal_brings_its_own_territory() {
        let (territory, faults) = parse(
            "\u{feff}# name: Pays\n# country: PA\n# credit: the bureau\nkind\tcode\tparent\tname_fr\tslug\taliases\r\n\
             region\tA\t\tCôte d'Or\t\tLa Côte|Or\r\nregion\t\t\tNord\tle-nord\t\n\
             province\tA1\tA\tBeaune\t\t\nprovince\t\tle-nord\tLille\t\t\ncity\tA1.7\t\tMeursault\t\t\n",
        );
        assert_eq!(faults, [""; 0]);
        assert_eq!((&*territory.name, territory.credit.get("fr")), ("Pays", Some("the bureau")));
        assert_eq!(territory.country.as_deref(), Some("PA"));
        let slugs: Vec<_> = territory.regions().map(|(_, region)| &*region.slug).collect();
        assert_eq!(slugs, ["cote-d-or", "le-nord", "national", "monde"]);
        assert_eq!(territory.region(RegionId(1)).provinces, [ProvinceId(1)]);
        assert_eq!(territory.communes()[0].province, ProvinceId(0));
        assert_eq!(territory.find_region("la cote"), Ok(RegionId(0)));
    }

    #[test]
    fn faults_of_a_territory_have_their_place() {
        let (_, faults) = parse(
            "kind\tcode\tparant\tparent\tname_fr\tslug\n\
             region\t1\t\t\tNord\tNord !\nregion\t2\t\t\tSud\t\nprovince\t3\t\t9\tX\t\n\
             province\t4\t\t2\t2026\t\nprovince\t5\t\t2\tA\t\nprovince\t6\t\t2\ta\t\nregion\t7\t\t\t\t\ncity\tz\t\tq\tZ\t\n",
        );
        assert_eq!(
            faults,
            [
                "1:11 unknown field `parant` in a territory",
                "2:17 `Nord !` is no valid value for `slug`",
                "4:13 unknown region `9`",
                "5:1 `2026` is no valid value for `slug`",
                "7:1 `a` is no valid value for `slug`",
                "8:1 field `name` is empty",
                "9:9 unknown province `q`",
            ]
        );
        let (_, faults) = parse("code\tname_fr\n1\tNord\n");
        assert_eq!(faults, ["1:1 missing field `kind` in a territory"]);
        let (_, faults) = parse("");
        assert_eq!(faults.len(), 2);
    }
}
