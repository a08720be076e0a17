//! What `import` and `new` make of texts as press offices have them.

use std::fs;

use crate::harness::{Fixture, Run};

/// What became of one text under `--accept`: the run, and the release that it wrote.
struct Imported {
    run: Run,
    text: String,
    fixture: Fixture,
}

#[track_caller]
fn imported(name: &str, text: &str) -> Imported {
    let fixture = Fixture::with("").file(name, text);
    let run = fixture.run("import", &["--accept", name]).assert_clean();
    let path = run.stdout.lines().find_map(|line| line.trim().strip_prefix("written   "));
    let text = fs::read_to_string(fixture.path(path.expect("something was written"))).unwrap();
    Imported { run, text, fixture }
}

impl Imported {
    /// What the release says, header included.
    #[track_caller]
    fn says(self, all: &[&str]) -> Self {
        for said in all {
            assert!(self.text.contains(said), "{said} is not in\n{}", self.text);
        }
        self
    }

    /// What the person was told.
    #[track_caller]
    fn told(self, all: &[&str]) -> Self {
        for told in all {
            assert!(self.run.stdout.contains(told), "{told} is not in\n{}", self.run.stdout);
        }
        self
    }

    #[track_caller]
    fn lacks(self, all: &[&str]) -> Self {
        for lacking in all {
            assert!(!self.text.contains(lacking), "{lacking} is in\n{}", self.text);
        }
        self
    }

    #[track_caller]
    fn builds(self) -> Self {
        self.fixture.build().assert_clean();
        self
    }
}

const HEADER: &str = "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"oriental\"\n+++\n";

#[test]
fn import_leaves_code_addresses_and_emphasis_of_markdown_alone() {
    let body = "L'eau et `l'x \"y\"` ; *mot*.\n\n```sh\necho \"l'eau\"\n```\n\n[L'eau](https://x.ma/l'eau \"l'eau\")\n";
    imported("a.md", &format!("{HEADER}{body}"))
        .says(&[
            "L’eau et `l'x \"y\"`\u{202f}; *mot*.",
            "echo \"l'eau\"",
            "[L’eau](https://x.ma/l'eau \"l'eau\")",
        ])
        .builds();
}

#[test]
fn import_mends_joined_letters_and_stray_apostrophes() {
    imported("a.txt", "date 2026-03-12 L´équipe de Tiznit a ﬁxé l‘eﬀort et d`autres.\n")
        .says(&["L’équipe de Tiznit a fixé l’effort et d’autres."])
        .told(&["´ → ’", "ﬁ → fi", "ﬀ → ff"])
        .builds();
}
