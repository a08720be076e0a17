//! After any edits, in any order, the output is what a clean build makes, byte for byte: each build
//! is a new process with the memory of those before it. Failures shrink to the shortest script, and
//! their seeds are kept.
//!
//! Fifty scripts of twenty edits; five hundred where `TRIBUNE_LONG` is set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::Parser;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

use tribune::cli::{BuildArgs, Cli, Command};
use tribune::commands::Exit;
use tribune::commands::round::Builder;
use tribune::world::watch::Hints;

use crate::counting::figure;
use crate::harness::{Fixture, PIXEL, SITE};

/// What a person does to a portal between two builds. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Edit {
    Add {
        name: u8,
        fields: Fields,
    },
    Rewrite {
        which: u8,
        fields: Fields,
    },
    /// The same length, with the time of the last change put back.
    Disguise {
        which: u8,
    },
    Touch {
        which: u8,
        hours: i8,
    },
    Remove {
        which: u8,
    },
    Rename {
        which: u8,
        name: u8,
    },
    Translate {
        which: u8,
        title: u8,
    },
    /// A folder goes elsewhere and comes back with another move.
    MoveFolder {
        there: bool,
    },
    Batch {
        names: [u8; 5],
        fields: Fields,
    },
    Template {
        which: u8,
        what: u8,
    },
    Site {
        what: u8,
    },
    Static {
        which: u8,
        what: u8,
    },
    Picture {
        what: u8,
    },
    Page {
        which: u8,
        what: u8,
    },
    Clock {
        hours: u8,
    },
    /// A build that fails, and its cause mended after it.
    Fail {
        what: u8,
    },
    Drafts,
}

#[derive(Clone, Debug)]
struct Fields {
    title: u8,
    day: u8,
    region: u8,
    text: u8,
    more: u8,
}

const REGIONS: [&str; 4] = ["souss-massa", "oriental", "national", "souss-massa\", \"oriental"];
const TITLES: [&str; 4] =
    ["Une route", "Le port", "L’eau « vive » ; la terre", "Un titre plus long que les autres"];
const TEXTS: [&str; 5] = [
    "Un paragraphe.",
    "Un autre texte, plus long.\n\n## Une suite\n\nEncore.",
    "Voir [l’autre](r1.md) et [la page](/parti/).",
    "![Un point](p.png)\n\nEt <b>du HTML</b>.",
    "Une note[^n].\n\n[^n]: La voici.",
];
const MORE: [&str; 8] = [
    "",
    "tags = [\"Eau\"]",
    "tags = [\"Eau\", \"Port\"]\nseries = \"Suite\"",
    "province = \"Tiznit\"",
    "publish = 2026-06-02T10:00:00Z",
    "expires = 2026-06-01T18:00:00Z",
    "withdrawn = \"Une erreur\"\naliases = [\"/ancien/\"]",
    "draft = true",
];

fn fields() -> impl Strategy<Value = Fields> {
    (0..4u8, 0..12u8, 0..4u8, 0..5u8, 0..8u8).prop_map(|(title, day, region, text, more)| Fields {
        title,
        day,
        region,
        text,
        more,
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (0..12u8, fields()).prop_map(|(name, fields)| Edit::Add { name, fields }),
        4 => (any::<u8>(), fields()).prop_map(|(which, fields)| Edit::Rewrite { which, fields }),
        2 => any::<u8>().prop_map(|which| Edit::Disguise { which }),
        1 => (any::<u8>(), -3..3i8).prop_map(|(which, hours)| Edit::Touch { which, hours }),
        2 => any::<u8>().prop_map(|which| Edit::Remove { which }),
        2 => (any::<u8>(), 0..12u8).prop_map(|(which, name)| Edit::Rename { which, name }),
        2 => (any::<u8>(), 0..4u8).prop_map(|(which, title)| Edit::Translate { which, title }),
        1 => any::<bool>().prop_map(|there| Edit::MoveFolder { there }),
        1 => (any::<[u8; 5]>(), fields()).prop_map(|(names, fields)| Edit::Batch { names, fields }),
        1 => (0..3u8, 0..3u8).prop_map(|(which, what)| Edit::Template { which, what }),
        1 => (0..5u8).prop_map(|what| Edit::Site { what }),
        1 => (0..3u8, 0..3u8).prop_map(|(which, what)| Edit::Static { which, what }),
        1 => (0..2u8).prop_map(|what| Edit::Picture { what }),
        1 => (0..2u8, 0..3u8).prop_map(|(which, what)| Edit::Page { which, what }),
        1 => (1..16u8).prop_map(|hours| Edit::Clock { hours }),
        1 => (0..4u8).prop_map(|what| Edit::Fail { what }),
        1 => Just(Edit::Drafts),
    ]
}

/// A portal in the hands of a script.
struct Newsroom {
    fixture: Fixture,
    /// Hours after noon of the first of June 2026.
    clock: u64,
    drafts: bool,
    builds: usize,
}

impl Newsroom {
    fn new() -> Self {
        let newsroom = Self { fixture: Fixture::with(""), clock: 0, drafts: false, builds: 0 };
        for number in 0..6u8 {
            let fields = Fields { title: number, day: 2 * number, region: number, text: 0, more: number % 4 };
            newsroom.write(&format!("content/{}r{number}.md", folder(number)), &fields);
        }
        newsroom.fixture.edit("content/p.png", PIXEL).edit("content/mars/p.png", PIXEL);
        newsroom.fixture.edit("content/pages/parti.md", "+++\ntitle = \"Le parti\"\n+++\n\nNous.\n");
        newsroom
    }

    fn write(&self, path: &str, fields: &Fields) {
        let Fields { title, day, region, text, more } = fields;
        let title = TITLES[usize::from(*title) % TITLES.len()];
        // One month with most of them, and others that come and go with their years.
        let date = match day {
            0..7 => format!("2026-03-{:02}", 1 + 5 * (day % 6)),
            7..9 => format!("2026-04-{:02}", day % 12),
            9 => "2025-12-31".to_owned(),
            10 => "2025-11-02".to_owned(),
            _ => "2023-06-15".to_owned(),
        };
        let region = REGIONS[usize::from(*region) % REGIONS.len()];
        let (text, more) = (TEXTS[usize::from(*text) % 5], MORE[usize::from(*more) % MORE.len()]);
        self.fixture.edit(
            path,
            format!(
                "+++\ntitle = \"{title}\"\ndate = {date}\nregion = [\"{region}\"]\n{more}\n+++\n\n{text}\n"
            ),
        );
    }

    /// The releases' files, in their order.
    fn releases(&self) -> Vec<String> {
        let tree = crate::harness::tree(&self.fixture.path("content"));
        let texts = tree.into_keys().filter(|path| path.ends_with(".md") && !path.starts_with("pages/"));
        texts.map(|path| format!("content/{path}")).collect()
    }

    fn chosen(&self, which: u8) -> Option<String> {
        let releases = self.releases();
        (!releases.is_empty()).then(|| releases[usize::from(which) % releases.len()].clone())
    }

    fn apply(&mut self, edit: &Edit) {
        let fixture = &self.fixture;
        match edit {
            Edit::Add { name, fields } => self.write(&path(*name), fields),
            Edit::Rewrite { which, fields } => {
                if let Some(path) = self.chosen(*which) {
                    self.write(&path, fields);
                }
            }
            Edit::Disguise { which } => {
                if let Some(path) = self.chosen(*which) {
                    let file = fixture.path(&path);
                    let modified = fs::metadata(&file).unwrap().modified().unwrap();
                    let text = fs::read_to_string(&file).unwrap();
                    let turned = if text.contains("Un ") {
                        text.replace("Un ", "Du ")
                    } else {
                        text.replace("Du ", "Un ")
                    };
                    fixture.edit(&path, turned);
                    File::options().append(true).open(file).unwrap().set_modified(modified).unwrap();
                }
            }
            Edit::Touch { which, hours } => {
                if let Some(path) = self.chosen(*which) {
                    let by = Duration::from_secs(3600 * u64::from(hours.unsigned_abs()));
                    let now = SystemTime::now();
                    let then = if *hours < 0 { now - by } else { now + by };
                    let file = File::options().append(true).open(fixture.path(&path)).unwrap();
                    file.set_modified(then).unwrap();
                }
            }
            Edit::Remove { which } => {
                if let Some(path) = self.chosen(*which).filter(|_| self.releases().len() > 1) {
                    fixture.remove(&path);
                }
            }
            Edit::Rename { which, name } => {
                if let Some(from) = self.chosen(*which) {
                    self.rename(&from, &path(*name));
                }
            }
            Edit::Translate { which, title } => {
                if let Some(of) = self.chosen(*which).filter(|path| !path.ends_with(".ar.md")) {
                    let title = TITLES[usize::from(*title)];
                    fixture.edit(
                        &of.replace(".md", ".ar.md"),
                        format!("+++\ntitle = \"{title} بالعربية\"\n+++\n\nنص.\n"),
                    );
                }
            }
            Edit::MoveFolder { there } => match there {
                true => self.rename("content/mars", "ailleurs"),
                false => self.rename("ailleurs", "content/mars"),
            },
            Edit::Batch { names, fields } => {
                for name in names {
                    self.write(&path(name % 12), &Fields { day: name % 12, ..fields.clone() });
                }
            }
            Edit::Template { which, what } => {
                let name = ["templates/404.html", "templates/row.html", "templates/shared/footer.html"]
                    [usize::from(*which)];
                match what {
                    0 => _ = fs::remove_file(fixture.path(name)),
                    1 => _ = fixture.edit(name, "<p>Un gabarit de la maison</p>"),
                    _ => _ = fixture.edit(name, "<p>Un autre gabarit : {{ lang }}</p>"),
                }
            }
            Edit::Site { what } => {
                let more = [
                    "",
                    "description = \"Les nouvelles\"\n",
                    "[build]\naddresses = \"file\"\n",
                    "[feeds]\nitems = 3\n",
                    "[party]\nname = \"Le parti\"\ncontact = \"Presse, +212 5 00 00 00 00\"\n",
                ][usize::from(*what)];
                fixture.edit("site.toml", format!("{SITE}{more}"));
            }
            Edit::Static { which, what } => {
                let name = ["content/static/a.txt", "content/static/style.css", "content/static/doc/b.txt"]
                    [usize::from(*which)];
                match what {
                    0 => _ = fs::remove_file(fixture.path(name)),
                    what => _ = fixture.edit(name, [b'x'; 3].map(|byte| byte + what)),
                }
            }
            Edit::Picture { what } => {
                let other: Vec<u8> = PIXEL.iter().copied().chain([0; 3]).collect();
                fixture.edit("content/p.png", if *what == 0 { PIXEL } else { &other });
            }
            Edit::Page { which, what } => {
                let name = ["content/pages/parti.md", "content/pages/contact.ar.md"][usize::from(*which)];
                match what {
                    0 if *which > 0 => _ = fs::remove_file(fixture.path(name)),
                    what => {
                        _ = fixture.edit(
                            name,
                            format!("+++\ntitle = \"Page {what}\"\norder = {what}\n+++\n\nTexte.\n"),
                        )
                    }
                }
            }
            Edit::Clock { hours } => self.clock += u64::from(*hours),
            Edit::Fail { what } => self.fail(*what),
            Edit::Drafts => self.drafts = !self.drafts,
        }
    }

    fn rename(&self, from: &str, to: &str) {
        let (from, to) = (self.fixture.path(from), self.fixture.path(to));
        if from.exists() && !to.exists() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(from, to).unwrap();
        }
    }

    /// A fault that a build finds while reading, planning or rendering, and its end. Each is one in
    /// every portal, even where nothing is public.
    fn fail(&mut self, what: u8) {
        let (path, text) = [
            ("content/faute.md", "+++\ntitle = \"A\"\ntilte = 1\n+++\n"),
            ("content/static/feed.xml", "en travers"),
            ("templates/home.html", "{{ rien }}"),
            ("site.toml", "rien"),
        ][usize::from(what)];
        let before = fs::read(self.fixture.path(path)).ok();
        let standing = crate::harness::tree(&self.fixture.path("public"));
        self.fixture.edit(path, text);
        let run = self.build("public", &[]);
        assert_ne!(run.code, 0, "{path} is no fault");
        assert!(run.output == standing, "a build that failed touched the output");
        match before {
            Some(before) => _ = self.fixture.edit(path, before),
            None => _ = self.fixture.remove(path),
        }
    }

    fn build(&mut self, output: &str, args: &[&str]) -> crate::harness::Run {
        self.builds += 1;
        let as_of = self.as_of();
        let mut all = vec!["--as-of", as_of.as_str(), "--output", output];
        all.extend(self.drafts.then_some("--drafts"));
        all.extend(args);
        self.fixture.build_with(&all)
    }

    fn as_of(&self) -> String {
        let (day, hour) = (1 + (12 + self.clock) / 24, (12 + self.clock) % 24);
        format!("2026-06-{day:02}T{hour:02}:00:00Z")
    }

    /// What differs between the output as it stands after one more build, which may be told which files
    /// changed, and a clean one.
    fn difference(&mut self, changed: &[PathBuf]) -> Result<(), TestCaseError> {
        let told = changed.iter().flat_map(|path| ["--changed", path.to_str().unwrap()]);
        let built = self.build("public", &told.collect::<Vec<_>>());
        let clean = self.clean();
        prop_assert_eq!(built.code, clean.code, "{}\n{}", &built.stderr, &clean.stderr);
        prop_assert_eq!(&built.stderr, &clean.stderr);
        if built.code == 0 {
            let of = |run: &crate::harness::Run| -> BTreeMap<String, Vec<u8>> { run.output.clone() };
            let (built, clean) = (of(&built), of(&clean));
            let differing: Vec<&String> = built
                .keys()
                .chain(clean.keys())
                .filter(|path| built.get(*path) != clean.get(*path))
                .collect();
            prop_assert!(differing.is_empty(), "{:?}", differing);
        }
        Ok(())
    }

    /// A clean build, which leaves the memory of the others as it is.
    fn clean(&mut self) -> crate::harness::Run {
        let memory = self.fixture.path(".cache/tribune");
        let standing = || {
            let files = crate::harness::tree(&memory).into_iter();
            files.filter(|(name, _)| name.starts_with("standing-")).collect::<BTreeMap<_, _>>()
        };
        let before = standing();
        // As far from the portal as the other, and as new as each of its builds.
        let fresh = format!("propre{}", self.builds);
        let clean = self.build(&fresh, &["--clean"]);
        for name in standing().keys().filter(|name| !before.contains_key(*name)) {
            fs::remove_file(memory.join(name)).unwrap();
        }
        for (name, bytes) in before {
            fs::write(memory.join(name), bytes).unwrap();
        }
        let _ = fs::remove_dir_all(self.fixture.path(&fresh));
        clean
    }
}

/// The outputs of a portal after some edits each, the same ones in every run.
pub fn outputs(count: usize) -> Vec<crate::harness::Tree> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let edits = vec(edit(), 1..4);
    let mut newsroom = Newsroom::new();
    let mut outputs: Vec<crate::harness::Tree> = Vec::new();
    let mut vain = 0;
    while outputs.len() < count {
        for edit in edits.new_tree(&mut runner).unwrap().current() {
            // Previews are not deployed, and what fails leaves the output as it is.
            if !matches!(edit, Edit::Drafts | Edit::Fail { .. } | Edit::Touch { .. }) {
                newsroom.apply(&edit);
            }
        }
        let run = newsroom.build("public", &[]);
        if run.code == 0 && outputs.last() != Some(&run.output) {
            outputs.push(run.output);
            vain = 0;
            continue;
        }
        vain += 1;
        if vain > 10 {
            // Edits at random may never mend what they have broken.
            (newsroom, vain) = (Newsroom::new(), 0);
        }
    }
    outputs
}

fn folder(name: u8) -> &'static str {
    ["", "mars/", "mars/", ""][usize::from(name) % 4]
}

fn path(name: u8) -> String {
    format!("content/{}r{name}.md", folder(name))
}

fn config(shares: u32) -> ProptestConfig {
    ProptestConfig {
        cases: figure(50, 500) as u32 / shares,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/it/differential.regressions",
        ))),
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    }
}

/// Files of the portal by path, with all that a look at one tells.
type Sources = BTreeMap<PathBuf, (u64, SystemTime, Vec<u8>)>;

/// The files that are not as they were.
fn parted(before: &Sources, after: &Sources) -> BTreeSet<PathBuf> {
    let parts = |path: &&PathBuf| before.get(*path) != after.get(*path);
    before.keys().chain(after.keys()).filter(parts).cloned().collect()
}

/// A script, and after which of its edits the file system's clock has moved on before the build.
fn script() -> impl Strategy<Value = Vec<(Edit, bool)>> {
    vec((edit(), select(vec![false, false, true])), 20)
}

fn run(script: &[(Edit, bool)]) -> Result<(), TestCaseError> {
    let mut newsroom = Newsroom::new();
    newsroom.build("public", &[]);
    for (edit, settled) in script {
        let before = newsroom.sources();
        newsroom.apply(edit);
        let mut told = Vec::new();
        if *settled {
            std::thread::sleep(Duration::from_millis(60));
            told.extend(parted(&before, &newsroom.sources()));
        }
        newsroom.difference(&told)?;
    }
    Ok(())
}

/// The same where one process builds again and again, and is told which files changed: each build
/// must be right at once, without a second look, as long as the hints are.
fn run_in_one_process(script: &[(Edit, bool)]) -> Result<(), TestCaseError> {
    let mut newsroom = Newsroom::new();
    let mut edits = script.iter().peekable();
    // Clock and drafts are set for a process.
    while edits.peek().is_some() {
        let args = newsroom.args();
        let mut builder = Builder::new(&args, true).map_err(TestCaseError::fail)?;
        builder.build(&Hints::everything());
        builder.prepare();
        for (edit, looks_again) in edits.by_ref() {
            let before = newsroom.sources();
            newsroom.apply(edit);
            if matches!(edit, Edit::Clock { .. } | Edit::Drafts) {
                break;
            }
            let after = newsroom.sources();
            let round = builder.build(&Hints { paths: parted(&before, &after), everything: false });
            newsroom.compare(round.exit() == Exit::Done)?;
            if *looks_again {
                let round = builder.build(&Hints::everything());
                newsroom.compare(round.exit() == Exit::Done)?;
            }
        }
    }
    Ok(())
}

impl Newsroom {
    fn args(&self) -> BuildArgs {
        let root = self.fixture.dir().to_str().unwrap();
        let as_of = self.as_of();
        let mut all = vec!["tribune", "build", "--quiet", "--root", root, "--as-of", &as_of];
        all.extend(self.drafts.then_some("--drafts"));
        match Cli::parse_from(all).command {
            Command::Build(args) => args,
            _ => unreachable!("it is a build"),
        }
    }

    fn sources(&self) -> Sources {
        let mut sources = BTreeMap::new();
        for place in ["content", "templates", "site.toml"] {
            for entry in walkdir::WalkDir::new(self.fixture.path(place)).into_iter().filter_map(Result::ok) {
                if let Ok(metadata) = entry.metadata()
                    && metadata.is_file()
                {
                    let inside = entry.path().strip_prefix(self.fixture.dir()).unwrap().to_owned();
                    let bytes = fs::read(entry.path()).unwrap();
                    sources.insert(inside, (metadata.len(), metadata.modified().unwrap(), bytes));
                }
            }
        }
        sources
    }

    /// Compares the output as it stands with a clean one.
    fn compare(&mut self, is_done: bool) -> Result<(), TestCaseError> {
        self.builds += 1;
        let fresh = format!("propre{}", self.builds);
        let clean = self.build(&fresh, &["--clean"]);
        prop_assert_eq!(is_done, clean.code == 0, "{}", &clean.stderr);
        if is_done {
            let built = crate::harness::tree(&self.fixture.path("public"));
            let all = built.keys().chain(clean.output.keys());
            let differing: Vec<&String> =
                all.filter(|path| built.get(*path) != clean.output.get(*path)).collect();
            prop_assert!(differing.is_empty(), "{:?}", differing);
        }
        let _ = fs::remove_dir_all(self.fixture.path(&fresh));
        Ok(())
    }
}

proptest! {
    #![proptest_config(config(4))]
    #[test]
    fn any_edits_are_right_at_once_in_a_process_that_is_told_of_them(script in script()) {
        run_in_one_process(&script)?;
    }

    #[test]
    fn any_edits_are_right_at_once_in_a_process_that_is_told_of_them_again(script in script()) {
        run_in_one_process(&script)?;
    }
}

/// One share of all scripts each, so that they run side by side.
macro_rules! shares {
    ($($name:ident)*) => {$(
        proptest! {
            #![proptest_config(config(4))]
            #[test]
            fn $name(script in script()) {
                run(&script)?;
            }
        }
    )*};
}

shares! {
    any_edits_lead_to_what_a_clean_build_makes
    any_edits_lead_to_what_a_clean_build_makes_again
    any_edits_lead_to_what_a_clean_build_makes_a_third_time
    any_edits_lead_to_what_a_clean_build_makes_a_fourth_time
}
