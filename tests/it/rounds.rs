//! What a process does that builds again and again: what it looks at, renders and writes is counted.

use std::path::PathBuf;

use clap::Parser;
use tribune::cli::{BuildArgs, Cli, Command};
use tribune::commands::round::{Builder, End, Round};
use tribune::world::watch::Hints;

use crate::harness::{Fixture, NOW};

fn args(fixture: &Fixture) -> BuildArgs {
    let root = fixture.dir().to_str().unwrap();
    match Cli::parse_from(["tribune", "build", "--quiet", "--root", root, "--as-of", NOW]).command {
        Command::Build(args) => args,
        _ => unreachable!("it is a build"),
    }
}

fn hints(paths: &[&str]) -> Hints {
    Hints { paths: paths.iter().map(PathBuf::from).collect(), everything: false }
}

/// Twelve releases, one a month, in one region.
fn year() -> Fixture {
    let fixture = Fixture::with("");
    for month in 1..=12 {
        let text = format!(
            "+++\ntitle = \"Numéro {month}\"\ndate = 2025-{month:02}-10\nregion = \"souss-massa\"\n+++\n\nUn mot.\n\nDeux.\n"
        );
        fixture.edit(&format!("content/r{month:02}.md"), text);
    }
    fixture
}

/// Rendered and written files, where nothing but what was told of was looked at.
#[track_caller]
fn told(round: &Round) -> (usize, usize) {
    let stages: Vec<&str> = round.watch.laps.iter().map(|(stage, _)| *stage).collect();
    assert_eq!(stages, ["amend", "plan", "render and write"]);
    match &round.end {
        End::Done { outcome, .. } => (outcome.rendered, outcome.written),
        _ => panic!("{:?}", round.report.diagnostics),
    }
}

#[test]
fn an_edit_that_is_told_of_costs_what_it_changes() {
    let fixture = year();
    let args = args(&fixture);
    let mut builder = Builder::new(&args, true).unwrap();
    builder.build(&Hints::everything());
    let edit = |path: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(fixture.path(path)).unwrap();
        assert!(text.contains(from));
        fixture.edit(path, text.replace(from, to));
    };
    // Its page and two feeds.
    edit("content/r06.md", "Deux.", "Trois.");
    assert_eq!(told(&builder.build(&hints(&["content/r06.md"]))), (3, 3));
    // Said again of a file that did not change.
    assert_eq!(told(&builder.build(&hints(&["content/r06.md"]))), (0, 0));
    // Files of editors, and a folder whose entries changed.
    edit("content/r06.md", "Trois.", "Quatre.");
    let around =
        hints(&["content", "content/.r06.md.swp", "content/r06.md~", "content/sedAb1", "content/r06.md"]);
    assert_eq!(told(&builder.build(&around)), (3, 3));
    // What shows a title: its page, two neighbours, four that it is related to, home, day, month and year,
    // its region with month and year, two feeds. The sitemap might, and is rendered.
    edit("content/r06.md", "Numéro 6", "Autre");
    assert_eq!(told(&builder.build(&hints(&["content/r06.md"]))), (17, 16));
    let mut clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_done().output;
    assert_eq!(crate::harness::tree(&fixture.path("public")), clean);
    // A new release, and its end.
    let text = std::fs::read_to_string(fixture.path("content/r12.md")).unwrap();
    fixture
        .edit("content/r13.md", text.replace("Numéro 12", "Numéro 13").replace("2025-12-10", "2025-12-20"));
    told(&builder.build(&hints(&["content/r13.md"])));
    clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_done().output;
    assert_eq!(crate::harness::tree(&fixture.path("public")), clean);
    fixture.remove("content/r13.md");
    told(&builder.build(&hints(&["content/r13.md"])));
    clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_done().output;
    assert_eq!(crate::harness::tree(&fixture.path("public")), clean);
}

/// What others could depend on, or must be told of, takes a look at all sources.
#[test]
fn a_change_that_concerns_others_is_looked_at_whole() {
    for (path, text) in [
        ("content/photo.txt.bin", "pas un texte"),
        ("content/pages/parti.md", "+++\ntitle = \"Le parti\"\n+++\n\nNous.\n"),
        (
            "content/r06.md",
            "+++\ntitle = \"A\"\ndate = 2025-06-10\nregion = \"souss-massa\"\n+++\n\n[Un](r01.md)\n",
        ),
        (
            "content/r06.md",
            "+++\ntitle = \"A\"\ndate = 2025-06-10\nregion = \"souss-massa\"\nexpires = 2030-01-01\n+++\n",
        ),
        ("content/r06.md", "+++\ntitle = \"A\"\n+++\n"),
        ("site.toml", "title = \"Autre\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\"]\n"),
    ] {
        let fixture = year();
        let args = args(&fixture);
        let mut builder = Builder::new(&args, true).unwrap();
        builder.build(&Hints::everything());
        fixture.edit(path, text);
        let round = builder.build(&hints(&[path]));
        assert!(round.watch.laps.iter().any(|(stage, _)| *stage == "list"), "{path}: {text}");
    }
}

/// A draft is not in the portal, but who refers to a file by it is missed when it goes.
#[test]
fn a_draft_that_changes_is_looked_at_whole() {
    let fixture = year();
    let draft =
        "+++\ntitle = \"Plus tard\"\ndate = 2025-06-20\nregion = \"souss-massa\"\ndraft = true\n+++\n";
    fixture.edit("content/seul.pdf", "%PDF");
    fixture.edit("content/brouillon.md", format!("{draft}\n[Un](seul.pdf)\n"));
    let args = args(&fixture);
    let mut builder = Builder::new(&args, true).unwrap();
    assert!(builder.build(&Hints::everything()).report.diagnostics.is_empty());
    fixture.edit("content/brouillon.md", draft);
    let round = builder.build(&hints(&["content/brouillon.md"]));
    assert_eq!(round.report.warnings(), 1, "nobody refers to the file any more");
}

/// The stages of a run with `--timings`.
fn stages(run: &crate::harness::Run) -> Vec<String> {
    let lines = run.stderr.lines().filter_map(|line| line.strip_suffix(" ms"));
    lines.map(|line| line.trim_end_matches(|c: char| !c.is_alphabetic()).to_owned()).collect()
}

/// Rendered and written files of a run.
fn counted(run: &crate::harness::Run) -> (usize, usize) {
    let number = |of: &str| {
        let before = run.stdout.split(of).next().unwrap();
        before.rsplit([' ', ':']).find_map(|word| word.parse().ok()).unwrap()
    };
    (number(" rendered"), number(" written"))
}

/// The output of a clean build, which leaves the memory of the others as it is.
fn clean(fixture: &Fixture) -> crate::harness::Tree {
    let (memory, aside) = (fixture.path(".cache"), fixture.path("aside"));
    std::fs::rename(&memory, &aside).unwrap();
    let _ = std::fs::remove_dir_all(fixture.path("propre"));
    let output = fixture.build_with(&["--clean", "--output", "propre"]).assert_done().output;
    std::fs::remove_dir_all(&memory).unwrap();
    std::fs::rename(&aside, &memory).unwrap();
    output
}

/// A new process goes on from where the last one was, whichever that was.
#[test]
fn a_new_process_takes_over_the_portal_of_the_last_one() {
    let fixture = year();
    let settle = || std::thread::sleep(std::time::Duration::from_millis(60));
    settle();
    fixture.build().assert_clean();
    let edit = |path: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(fixture.path(path)).unwrap();
        assert!(text.contains(from));
        fixture.edit(path, text.replace(from, to));
    };
    let text = std::fs::read_to_string(fixture.path("content/r12.md")).unwrap();
    let new =
        || fixture.edit("content/r13.md", text.replace("Numéro 12", "Treize").replace("12-10", "12-20"));
    type Case<'c> = (&'c str, &'c dyn Fn(), (usize, usize));
    let edits: [Case; 6] = [
        ("a text", &|| edit("content/r06.md", "Deux.", "Trois."), (3, 3)),
        ("nothing", &|| {}, (0, 0)),
        ("a title", &|| edit("content/r06.md", "Numéro 6", "Autre"), (17, 16)),
        ("another text", &|| edit("content/r01.md", "Deux.", "Trois."), (3, 3)),
        ("a new release", &|| _ = new(), (14, 14)),
        ("one less", &|| _ = fixture.remove("content/r02.md"), (21, 20)),
    ];
    for (what, edit, counts) in edits {
        edit();
        settle();
        let run = fixture.build_with(&["--timings"]).assert_done();
        let stages = stages(&run);
        assert!(!stages.contains(&"read".to_owned()), "{what}: {stages:?}");
        assert_eq!(counted(&run), counts, "{what}");
        assert!(run.output == clean(&fixture), "{what}");
    }
}

/// What is damaged of the heads is noticed before anything is written.
#[test]
fn damaged_heads_are_read_again_from_their_sources() {
    let fixture = year();
    std::thread::sleep(std::time::Duration::from_millis(60));
    fixture.build().assert_clean();
    let heads = fixture.path(".cache/tribune/standing-heads");
    let mut bytes = std::fs::read(&heads).unwrap();
    let shown = "Numéro 7".as_bytes();
    let at = bytes.windows(shown.len()).position(|part| part == shown).unwrap();
    bytes[at] ^= 1;
    std::fs::write(&heads, bytes).unwrap();
    let text = std::fs::read_to_string(fixture.path("content/r06.md")).unwrap();
    fixture.edit("content/r06.md", text.replace("Numéro 6", "Autre"));
    std::thread::sleep(std::time::Duration::from_millis(60));
    let run = fixture.build_with(&["--timings"]).assert_done();
    let stages = stages(&run);
    assert!(stages.contains(&"restore".to_owned()) && stages.contains(&"read".to_owned()), "{stages:?}");
    assert!(run.output == clean(&fixture));
}

/// After a build that came to nothing, what it was told of counts, though nobody tells it again.
#[test]
fn what_a_failed_build_was_told_of_is_not_forgotten() {
    let fixture = year();
    std::thread::sleep(std::time::Duration::from_millis(60));
    fixture.build().assert_clean();
    let text = std::fs::read_to_string(fixture.path("content/r06.md")).unwrap();
    fixture.edit("content/r06.md", text.replace("Numéro 6", "Autre"));
    fixture.edit("content/r07.md", "+++\ntitle = \"Sans date\"\n+++\n");
    std::thread::sleep(std::time::Duration::from_millis(60));
    let told = ["--changed", "content/r06.md", "--changed", "content/r07.md"];
    assert_eq!(fixture.build_with(&told).code, 1);
    fixture.edit("content/r07.md", text.replace("Numéro 6", "Sept").replace("06-10", "07-10"));
    std::thread::sleep(std::time::Duration::from_millis(60));
    let run = fixture.build_with(&["--changed", "content/r07.md"]).assert_done();
    assert!(run.output == clean(&fixture));
}

/// `build --changed`: what was told of is read, and nothing else is looked at.
#[test]
fn a_new_process_that_is_told_what_changed_looks_at_nothing_else() {
    let fixture = year();
    std::thread::sleep(std::time::Duration::from_millis(60));
    fixture.build().assert_clean();
    let text = std::fs::read_to_string(fixture.path("content/r06.md")).unwrap();
    fixture.edit("content/r06.md", text.replace("Numéro 6", "Autre"));
    std::thread::sleep(std::time::Duration::from_millis(60));
    let told = fixture.build_with(&["--timings", "--changed", "content/r06.md"]).assert_done();
    assert!(!stages(&told).contains(&"list".to_owned()), "{}", told.stderr);
    let clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_clean().output;
    assert_eq!(told.output, clean);
    // What was saved a moment before leaves nothing in doubt: the next one goes on from there.
    fixture.edit("content/r06.md", text.replace("Numéro 6", "Encore"));
    fixture.build_with(&["--changed", "content/r06.md"]).assert_done();
    fixture.remove("content/r03.md");
    let told = fixture.build_with(&["--timings", "--changed", "content/r03.md"]).assert_done();
    assert!(!stages(&told).contains(&"list".to_owned()), "{}", told.stderr);
    let clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_clean().output;
    assert_eq!(told.output, clean);
    // What is not said is not seen; a build that is told nothing sees it.
    fixture.edit("content/r01.md", text.replace("06-10", "01-10"));
    std::thread::sleep(std::time::Duration::from_millis(60));
    let blind = fixture.build_with(&["--changed", "content/r02.md"]).assert_clean();
    assert_eq!(blind.output, clean);
    let seen = fixture.build().assert_clean();
    let clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_clean().output;
    assert_eq!(seen.output, clean);
    // A folder that is gone takes a look at everything, as does a file that is no release.
    fixture.edit("content/plus/r20.md", text.replace("Numéro 6", "Vingt")).edit("content/static/a.txt", "a");
    std::thread::sleep(std::time::Duration::from_millis(60));
    fixture.build().assert_clean();
    std::fs::remove_dir_all(fixture.path("content/plus")).unwrap();
    assert!(!fixture.build_with(&["--changed", "content/plus"]).assert_done().has("2025/06/10/r20/"));
    fixture.remove("content/static/a.txt");
    let told = fixture.build_with(&["--changed", "content/static/a.txt"]).assert_done();
    assert!(!told.output.contains_key("a.txt"));
    // Other files than releases take a look at everything.
    fixture.edit(
        "site.toml",
        "title = \"Autre\"\nbase_url = \"https://parti.example/\"\nlanguages = [\"fr\"]\n",
    );
    let run = fixture.build_with(&["--timings", "--changed", "site.toml"]).assert_done();
    assert!(stages(&run).contains(&"list".to_owned()), "{}", run.stderr);
}
