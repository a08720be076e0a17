//! Reads of what an earlier process left that fail, the last as well as the first: a list is read when
//! somebody looks at it, long after its file was found to be sound.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::trace::{count_reads, inject_read};
use crate::counting::{Random, figure, told};
use crate::harness::{Fixture, NOW, Tree, tree};

#[derive(Clone, Copy, Debug)]
enum Edit {
    Body,
    Title,
    New,
    Removed,
    /// The newest one moves to another region.
    Region,
    /// An embargo has lifted, which takes more than the change that is told: none.
    Lifted,
}

const EDITS: [Edit; 6] = [Edit::Body, Edit::Title, Edit::New, Edit::Removed, Edit::Region, Edit::Lifted];

impl Edit {
    fn as_of(self) -> &'static str {
        match self {
            Self::Lifted => LATER,
            _ => NOW,
        }
    }
}

/// When nothing is under embargo any more.
const LATER: &str = "2026-06-03T12:00:00Z";

struct Portal {
    fixture: Fixture,
    /// How many edits there were.
    edits: usize,
}

impl Portal {
    fn new() -> Self {
        let site =
            "title = \"Portail\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\", \"ar\"]\n";
        let portal = Self { fixture: Fixture::parse("").file("site.toml", site), edits: 0 };
        for month in 1..=12 {
            portal.write(&format!("content/r{month:02}.md"), month, "souss-massa", "Un mot.");
            let text = "+++\ntitle = \"خبر\"\n+++\n\nنص.\n";
            portal.fixture.edit(&format!("content/r{month:02}.ar.md"), text);
        }
        let embargo = "title = \"Demain\"\ndate = 2026-05-30\npublish = 2026-06-02T08:00:00+01:00\nregion = \"oriental\"";
        portal.fixture.edit("content/demain.md", format!("+++\n{embargo}\n+++\n\nBientôt.\n"));
        portal.settle();
        portal.fixture.build().assert_clean();
        portal
    }

    fn write(&self, path: &str, month: usize, region: &str, text: &str) {
        let (title, tag) = (format!("Numéro {}", self.edits), ["Eau", "Mines"][month % 2]);
        let fields = format!("date = 2025-{month:02}-10\nregion = \"{region}\"\ntags = [\"{tag}\"]");
        self.fixture.edit(path, format!("+++\ntitle = \"{title}\"\n{fields}\n+++\n\n{text}\n"));
    }

    /// A change could hide behind the stamp of a file that was written just now.
    fn settle(&self) {
        thread::sleep(Duration::from_millis(60));
    }

    /// The path that changed.
    fn edit(&mut self, edit: Edit) -> String {
        self.edits += 1;
        let path = |month: usize| format!("content/r{month:02}.md");
        let path = match edit {
            Edit::Body => {
                let text = fs::read_to_string(self.fixture.path(&path(6))).unwrap();
                self.fixture.edit(&path(6), format!("{text}\nEncore {}.\n", self.edits));
                path(6)
            }
            Edit::Title => {
                self.write(&path(3), 3, "souss-massa", "Un mot.");
                path(3)
            }
            Edit::New => {
                self.write("content/neuf.md", 12, "oriental", "Du neuf.");
                "content/neuf.md".to_owned()
            }
            Edit::Removed => {
                if self.fixture.path("content/neuf.md").exists() {
                    self.fixture.remove("content/neuf.md");
                }
                "content/neuf.md".to_owned()
            }
            Edit::Lifted => "content/jamais.md".to_owned(),
            Edit::Region => {
                let region = ["souss-massa", "oriental", "fes-meknes"][self.edits % 3];
                self.write(&path(12), 12, region, "Un mot.");
                path(12)
            }
        };
        self.settle();
        path
    }

    fn build(&self, as_of: &str, changed: Option<&str>) -> Command {
        let told = changed.into_iter().flat_map(|path| ["--changed", path]);
        self.fixture
            .command(&["build", "--quiet", "--as-of", as_of].into_iter().chain(told).collect::<Vec<_>>())
    }

    /// What there is in the cache.
    fn kept(&self) -> Vec<String> {
        let entries = fs::read_dir(self.fixture.path(".cache/tribune")).unwrap();
        entries.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned()).collect()
    }

    fn output(&self) -> Tree {
        tree(&self.fixture.path("public"))
    }

    fn clean(&self, as_of: &str) -> Tree {
        self.fixture.build_with(&["--clean", "--output", "propre", "--as-of", as_of]).assert_clean().output
    }
}

#[test]
fn what_can_not_be_read_of_an_earlier_process_is_made_anew() {
    let (mut portal, mut random) = (Portal::new(), Random(11));
    let log = tempfile::NamedTempFile::new().unwrap();
    // What is edited, whether that is told, and which read of each thread fails.
    let mut calls: Vec<(Edit, bool, usize)> = Vec::new();
    for is_told in [true, false] {
        for edit in EDITS {
            let path = portal.edit(edit);
            let (ended, reads) =
                count_reads(portal.build(edit.as_of(), is_told.then_some(&path)), log.path(), &portal.kept());
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{edit:?}");
            assert!(portal.output() == portal.clean(edit.as_of()), "{edit:?}, told: {is_told}");
            assert!(reads > 10, "{edit:?}, told: {is_told}: {reads} reads");
            calls.extend((1..=reads).map(|nth| (edit, is_told, nth)));
            portal.fixture.build().assert_clean();
        }
    }
    random.shuffle(&mut calls);
    let (wanted, known) = (figure(40, 600), calls.len());
    let (mut met, mut refused) = (0, 0);
    for (edit, is_told, nth) in calls {
        if met == wanted {
            break;
        }
        if let Edit::Removed = edit {
            let path = portal.edit(Edit::New);
            assert_eq!(portal.build(NOW, Some(&path)).output().unwrap().status.code(), Some(0));
        }
        let before = portal.output();
        let path = portal.edit(edit);
        let build = portal.build(edit.as_of(), is_told.then_some(&path));
        let ended = inject_read(build, log.path(), &portal.kept(), nth);
        let when = format!("{edit:?}, told: {is_told}, met by {:?}: {}", ended.hit, ended.stderr);
        met += usize::from(!ended.hit.is_empty());
        let after = portal.output();
        match ended.code {
            Some(0) => assert!(after == portal.clean(edit.as_of()), "{when}: done, and not as a clean build"),
            Some(3) => {
                refused += 1;
                assert!(after == before, "{when}: failed, and the output is another");
            }
            code => panic!("{when}: status {code:?}"),
        }
        assert!(portal.fixture.build().assert_clean().output == portal.clean(NOW), "{when}: the next one");
    }
    assert!(met == wanted || met * 2 > known, "{met} of {known} reads were met");
    // Of accounts and of what is to be put back after a kill.
    assert!(refused * 10 <= met, "{refused} of {met} were refused");
    told(&format!("{met} of {known} reads failed, {refused} builds with them: 0 wrong outputs, all healed"));
}
