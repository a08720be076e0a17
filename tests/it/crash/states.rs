//! A portal that goes from one state to the next, and what may be found in its output on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::harness::{Fixture, NOW, PIXEL, Tree, folders, tree};
use crate::reach::Reach;

const BASE: &str = "https://parti.example/";

/// How many states there are. From each to the next, and from the last to the first, something is
/// added, removed, moved and retitled, a picture changes, and a file becomes a folder or the other
/// way round.
pub const STATES: usize = 3;

/// The address that is a file in one state and a folder in the next: it cannot lead somewhere at
/// every instant.
const FICKLE: &str = "doc";

fn sources(state: usize) -> Tree {
    let mut files = Tree::new();
    let mut put = |path: &str, bytes: &[u8]| _ = files.insert(path.to_owned(), bytes.to_vec());
    let release = |title: &str, fields: &str, text: &str| {
        format!("+++\ntitle = \"{title}\"\n{fields}\n+++\n\n{text}\n").into_bytes()
    };
    let picture = |shade: u8| [PIXEL, &[shade]].concat();
    let languages = if state == 2 { "\"fr\"" } else { "\"fr\", \"ar\"" };
    put(
        "site.toml",
        format!("title = \"Portail\"\nbase_url = \"{BASE}\"\nlanguages = [{languages}]\n").as_bytes(),
    );
    put("content/pages/contact.md", b"+++\ntitle = \"Contact\"\n+++\n\nNous.\n");
    put("content/static/charte.pdf", format!("%PDF {}", state % 2).as_bytes());
    let port = "date = 2025-12-30\nregion = \"souss-massa\"\ntags = [\"Eau\"]";
    put("content/2025/12/port.md", &release("Le port", port, "Voir [la charte](/charte.pdf)."));
    let doc = if state == 1 { "doc/un.txt" } else { "doc" };
    let here = "date = 2026-01-05\nregion = \"national\"";
    put("content/2026/01/ici.md", &release("Ici", here, &format!("Voir [la pièce](/{doc}).")));
    if state == 1 {
        put("content/static/doc/un.txt", b"un");
        put("content/static/doc/a/b.txt", b"b");
        put("lang/fr.toml", "[titles]\narchives = \"Années\"\n".as_bytes());
        let oujda = "date = 2026-04-02\nregion = \"oriental\"\naliases = [\"/2026/02/03/budget/\"]";
        put("content/2026/04/oujda.md", &release("Oujda", oujda, "Voir [la tournée](../03/tournee.md)."));
    } else {
        put("content/static/doc", format!("doc {state}").as_bytes());
        let budget = "date = 2026-02-03\nregion = \"national\"\nslug = \"budget\"";
        put("content/2026/02/budget.md", &release("Budget", budget, "Un budget."));
    }
    if state < 2 {
        let (title, fields) = match state {
            0 => ("Tournée", "region = \"souss-massa\"\nprovince = \"Tiznit\"\ntags = [\"Eau\"]"),
            _ => ("La grande tournée", "region = \"oriental\"\ntags = [\"Eau\", \"Mines\"]"),
        };
        let fields = format!("date = 2026-03-12\nslug = \"tournee\"\nimage = \"quai.png\"\n{fields}");
        let text = format!("Premier jour {state}.\n\n![Le quai](quai.png)");
        put("content/2026/03/tournee.md", &release(title, &fields, &text));
        put("content/2026/03/tournee.ar.md", &release(["جولة", "جولة كبيرة"][state], "", "نص."));
        put("content/2026/03/quai.png", &picture(u8::try_from(state).unwrap()));
    } else {
        let oujda = "date = 2026-05-02\nregion = \"oriental\"\nimage = \"gare.png\"\ntags = [\"Rail\"]";
        put("content/2026/04/oujda.md", &release("Oujda", oujda, "![La gare](gare.png)"));
        put("content/2026/04/gare.png", &picture(9));
    }
    files
}

/// Every state and the output that a clean build makes of it.
pub struct States {
    pub sources: Vec<Tree>,
    pub clean: Vec<Tree>,
    reach: Reach,
}

impl States {
    #[track_caller]
    pub fn new() -> Self {
        let sources: Vec<Tree> = (0..STATES).map(sources).collect();
        let clean = sources.iter().map(|files| {
            let fixture = Fixture::parse("");
            bring(&fixture, files);
            fixture.build().assert_clean().output
        });
        let states = Self { clean: clean.collect(), sources, reach: Reach::of(BASE) };
        for (state, output) in states.clean.iter().enumerate() {
            assert!(output.len() > 50, "state {state} is a portal");
            states.assert_sound(output, &[state], "a clean build");
        }
        states
    }

    /// Every file is whole and of one of these states, and what can be reached has its links and
    /// what it shows.
    #[track_caller]
    pub fn assert_sound(&self, output: &Tree, of: &[usize], when: &str) {
        for (path, bytes) in output {
            let known = of.iter().any(|state| self.clean[*state].get(path) == Some(bytes));
            assert!(known, "{when}: {path} is torn or of no state among {of:?}, {} bytes", bytes.len());
        }
        let broken = self.broken(output, of);
        assert!(broken.is_empty(), "{when}: {broken:#?}");
    }

    /// Links that lead nowhere, of all pages that a reader or a robot comes to, or a feed reader by
    /// a feed that stays in all states `of`: one that comes or goes leads to pages that do so, too.
    fn broken(&self, output: &Tree, of: &[usize]) -> Vec<String> {
        if output.is_empty() {
            return Vec::new();
        }
        let stays = |path: &str| of.iter().all(|state| self.clean[*state].contains_key(path));
        let feeds = output.keys().filter(|path| path.ends_with(".xml") && stays(path));
        let mut next: Vec<String> = feeds.cloned().collect();
        next.extend(["index.html", "404.html", "sitemap.xml", "robots.txt"].map(str::to_owned));
        self.reach.broken(output, next, is_fickle)
    }
}

fn is_fickle(target: &str) -> bool {
    target.strip_prefix(FICKLE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Brings the sources in a folder to a state, touching only what differs.
pub fn bring(fixture: &Fixture, to: &Tree) {
    let ours = ["site.toml", "content/", "lang/"];
    let mut there = BTreeMap::new();
    for part in ["content", "lang"] {
        let files = tree(&fixture.path(part)).into_iter();
        there.extend(files.map(|(path, bytes)| (format!("{part}/{path}"), bytes)));
    }
    there.extend(fs::read(fixture.path("site.toml")).ok().map(|bytes| ("site.toml".to_owned(), bytes)));
    assert!(to.keys().all(|path| ours.iter().any(|our| path.starts_with(our))));
    for path in there.keys().filter(|path| !to.contains_key(*path)) {
        fixture.remove(path);
        let mut above = Path::new(path).parent();
        while let Some(folder) =
            above.filter(|folder| fs::remove_dir(fixture.path(folder.to_str().unwrap())).is_ok())
        {
            above = folder.parent();
        }
    }
    for (path, bytes) in to.iter().filter(|(path, bytes)| there.get(*path) != Some(bytes)) {
        fixture.edit(path, bytes);
    }
}

/// A portal in one of the states.
pub struct Portal<'s> {
    pub states: &'s States,
    pub fixture: Fixture,
    pub state: usize,
}

impl<'s> Portal<'s> {
    /// Built in state 0.
    #[track_caller]
    pub fn new(states: &'s States) -> Self {
        let mut portal = Self { states, fixture: Fixture::parse(""), state: 0 };
        portal.bring(0);
        portal.assert_heals("a first build");
        portal
    }

    pub fn bring(&mut self, state: usize) {
        bring(&self.fixture, &self.states.sources[state]);
        self.state = state;
    }

    /// `tribune build`, to be run in whatever way.
    pub fn build(&self, args: &[&str]) -> Command {
        self.fixture.command(&[&["build", "--quiet", "--as-of", NOW], args].concat())
    }

    pub fn output(&self) -> Tree {
        tree(&self.fixture.path("public"))
    }

    /// What is in the output is sound where builds to the states `of` have been under way.
    #[track_caller]
    pub fn assert_sound(&self, of: &[usize], when: &str) {
        self.states.assert_sound(&self.output(), of, when);
    }

    /// One more build makes just what a clean build makes.
    #[track_caller]
    pub fn assert_heals(&self, when: &str) {
        let run = self.fixture.build();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{when}");
        let clean = &self.states.clean[self.state];
        let differ: Vec<&String> = clean.keys().chain(run.output.keys()).collect();
        let differ: BTreeSet<_> =
            differ.into_iter().filter(|path| clean.get(*path) != run.output.get(*path)).collect();
        assert!(
            differ.is_empty(),
            "{when}: not as a clean build of state {} makes it: {differ:#?}",
            self.state
        );
        self.assert_tidy(when);
    }

    /// No folder is left without a file.
    #[track_caller]
    pub fn assert_no_empty_folder(&self, when: &str) {
        let clean = &self.states.clean[self.state];
        let needed = |folder: &String| clean.keys().any(|path| path.starts_with(&format!("{folder}/")));
        let empty: Vec<String> =
            folders(&self.fixture.path("public")).into_iter().filter(|f| !needed(f)).collect();
        assert_eq!(empty, [""; 0], "{when}: folders without a file");
    }

    /// Nothing lies about beside the output or in the memory.
    #[track_caller]
    fn assert_tidy(&self, when: &str) {
        for folder in [self.fixture.dir().to_owned(), self.fixture.path(".cache/tribune")] {
            for entry in fs::read_dir(folder).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                // What a killed run had only begun to write goes later.
                let known = name.starts_with(".tmp")
                    || ["site.toml", "content", "lang", "public", ".cache"].contains(&name.as_str())
                    || ["manifest-", "since-", "account-", "standing-", "catalog-", "lock-"]
                        .iter()
                        .any(|kind| name.starts_with(kind) && !name.contains('.'));
                assert!(known, "{when}: {name} was left");
            }
        }
    }
}
