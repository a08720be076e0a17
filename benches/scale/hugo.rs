//! The other side: Hugo, and the invented portal as a site of its.
//!
//! All releases lie in one folder, which is Hugo's fastest layout; periods, regions, tags and series
//! are taxonomies. The site around them (`hugo/`) makes the pages and feeds that Tribune makes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use include_dir::{Dir, include_dir};
use serde_json::json;
use tribune::model::release::slug_proposal;
use tribune::model::territory::{RegionId, Territory};

use crate::generate::{AS_OF, Links, Portal, Release};
use crate::words::{ARABIC, FRENCH};

static SITE: Dir = include_dir!("$CARGO_MANIFEST_DIR/benches/scale/hugo");

/// The template that every page is made with.
pub const BASE: &str = "layouts/baseof.html";

/// A Hugo that runs.
pub struct Hugo {
    program: PathBuf,
    pub version: String,
}

impl Hugo {
    /// The program that `HUGO` names, or the one on the path.
    pub fn find() -> Result<Self, String> {
        let name = std::env::var_os("HUGO").unwrap_or_else(|| "hugo".into());
        let shown = Path::new(&name).display();
        let output =
            Command::new(&name).arg("version").output().map_err(|error| format!("{shown}: {error}"))?;
        let told = String::from_utf8_lossy(&output.stdout);
        let version = told.split_ascii_whitespace().find(|word| word.starts_with('v') && word.contains('.'));
        let Some(version) = version.filter(|_| output.status.success()) else {
            return Err(format!("{shown}: does not say its version"));
        };
        // The package for Python starts the program proper, which it names; its own start is not Hugo's.
        let proper = told.lines().find_map(|line| line.split_once("hugo-python-distributions at "));
        let proper = proper.map(|(_, path)| PathBuf::from(path.trim_end_matches("\u{1b}[0m")));
        let program = proper.filter(|path| path.is_file()).unwrap_or_else(|| name.clone().into());
        let version = version.trim_start_matches('v').split('-').next().unwrap_or(version);
        Ok(Self { program, version: version.to_owned() })
    }

    /// A build of the site into a folder.
    pub fn build(&self, site: &Path, output: &Path, threads: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["build", "--noBuildLock", "--clock", AS_OF, "--source"]).arg(site);
        command.arg("--destination").arg(output).env("GOMAXPROCS", threads.to_string());
        command
    }
}

/// That template, as it is at first.
pub fn base() -> &'static str {
    SITE.get_file(BASE).and_then(|file| file.contents_utf8()).unwrap_or_default()
}

/// Writes what surrounds the releases, anew each time. `style` is Tribune's own style sheet.
pub fn surround(site: &Path, style: &str) -> io::Result<()> {
    fs::create_dir_all(site.join("static"))?;
    SITE.extract(site)?;
    fs::write(site.join("static/style.css"), style)
}

/// Writes the portal as content of Hugo's.
pub fn write(portal: &Portal, site: &Path) -> io::Result<()> {
    let territory = Territory::morocco();
    fs::create_dir_all(site.join("data"))?;
    fs::write(site.join("data/names.json"), names(&territory))?;
    for (language, tag) in [("fr", ""), ("ar", ".ar")] {
        // Taxonomies and sections that Tribune gives no page: only what is in them has one.
        let periods = ["years", "months", "days", "regionyears", "regionmonths"];
        for name in periods.into_iter().chain(["posts", "provinces", "tags", "series"]) {
            let mut text = String::from("---\nbuild:\n  render: never\n");
            if periods.contains(&name) {
                text.push_str("cascade:\n  - outputs: [html]\n    target:\n      kind: term\n");
            }
            text.push_str("---\n");
            put(&site.join(format!("content/{name}/_index{tag}.md")), &text)?;
        }
        // All regions have a page, also those without a release.
        for (weight, (_, region)) in territory.regions().enumerate() {
            let text = format!(
                "---\ntitle: \"{}\"\nweight: {}\npseudo: {}\n---\n",
                region.names.get(language),
                weight + 1,
                region.pseudo
            );
            put(&site.join(format!("content/regions/{}/_index{tag}.md", region.slug)), &text)?;
        }
        put(&site.join(format!("content/regions/_index{tag}.md")), "---\nlayout: regions\n---\n")?;
        put(&site.join(format!("content/archives{tag}.md")), "---\nlayout: archives\n---\n")?;
    }
    let file = |release: &Release| (site.join(path(release)), text(release, &territory));
    portal.write_each(Links::Addresses, file).map(|_| ())
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, text)
}

/// The names of provinces, tags and series by language, kind and address.
fn names(territory: &Territory) -> String {
    let mut all: BTreeMap<&str, BTreeMap<&str, BTreeMap<String, &str>>> = BTreeMap::new();
    for (language, words) in [("fr", &FRENCH), ("ar", &ARABIC)] {
        let kinds = all.entry(language).or_default();
        let topics = [("tags", &words.tags[..]), ("series", words.series)];
        for (kind, names) in topics {
            kinds.entry(kind).or_default().extend(names.iter().map(|name| (slug_proposal(name), *name)));
        }
        let provinces = territory.provinces().map(|(_, province)| {
            let region = &territory.region(province.region).slug;
            (format!("{region}/{}", province.slug), province.names.get(language))
        });
        kinds.entry("provinces").or_default().extend(provinces);
    }
    json!(all).to_string()
}

/// Where the site has a release.
pub fn path(release: &Release) -> String {
    let language = if release.head.arabic { ".ar" } else { "" };
    format!("content/posts/{}{language}.md", release.head.slug)
}

/// A release as Hugo reads it.
pub fn text(release: &Release, territory: &Territory) -> String {
    let (head, header, day) = (&release.head, &release.header, release.head.day);
    let mut text = String::with_capacity(1024 + release.body.len());
    let iso = day.iso();
    // Without the slash, an address is relative to the language.
    let address = head.address();
    let url = address.strip_prefix("/ar/").unwrap_or(&address);
    let date = header.instant.as_deref().unwrap_or(&iso);
    let _ = write!(text, "---\ntitle: \"{}\"\ndate: {date}\nurl: \"{url}\"\n", head.title);
    let (year, month) = (format!("{:04}", day.year), format!("{:04}/{:02}", day.year, day.month));
    let list = |text: &mut String, name: &str, values: &[String]| {
        if !values.is_empty() {
            let _ = writeln!(text, "{name}: [\"{}\"]", values.join("\", \""));
        }
    };
    let regions: Vec<RegionId> =
        header.values("region").iter().filter_map(|name| territory.find_region(name).ok()).collect();
    let slugs: Vec<String> = regions.iter().map(|id| territory.region(*id).slug.clone()).collect();
    let within = |period: &str| slugs.iter().map(|slug| format!("{slug}/{period}")).collect::<Vec<_>>();
    let provinces = header.values("province").iter().filter_map(|name| {
        let province = territory.province(territory.find_province(name, &regions).ok()?);
        Some(format!("{}/{}", territory.region(province.region).slug, province.slug))
    });
    list(&mut text, "regions", &slugs);
    list(&mut text, "provinces", &provinces.collect::<Vec<_>>());
    list(&mut text, "regionyears", &within(&year));
    list(&mut text, "regionmonths", &within(&month));
    list(&mut text, "years", &[year]);
    list(&mut text, "days", &[format!("{month}/{:02}", day.day)]);
    list(&mut text, "months", &[month]);
    let topics = |name| {
        let slugs: BTreeSet<String> = header.values(name).iter().map(|name| slug_proposal(name)).collect();
        slugs.into_iter().collect::<Vec<_>>()
    };
    list(&mut text, "tags", &topics("tags"));
    list(&mut text, "series", &topics("series"));
    list(&mut text, "authors", &header.values("authors").iter().map(Cow::to_string).collect::<Vec<_>>());
    for (name, own) in [("summary", "standfirst"), ("kind", "genre")] {
        if let [value] = header.values(name) {
            let _ = writeln!(text, "{own}: \"{value}\"");
        }
    }
    text.push_str("---\n\n");
    text.push_str(&release.body);
    text
}
