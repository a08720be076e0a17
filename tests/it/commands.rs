//! `init`, `new`, `import`, `check`, completions and the manual, as a press office meets them.

use std::fs;
use std::process::Stdio;

use crate::harness::{Fixture, SITE, toml};

/// What a regional office sends: the date on the line where the text begins, no title, no region.
const SENT: &str = " date 2026-03-12 La secrétaire nationale, Salma Ouazri, a tenu une série de réunions dans la \
    région de Souss-Massa. Ces rencontres s'inscrivent dans la mise en oeuvre du programme.\n\n\
    Elles ont réuni le secrétaire provincial d'Inezgane-Aït Melloul et des élus. La région de Souss-Massa \
    attend des réponses.\n\nLes secrétariats provinciaux d'Agadir Ida-Outanane et d'Inezgane-Aït Melloul \
    l'ont dit : « l'eau manque ».\n";

fn empty() -> Fixture {
    Fixture::parse("//- rien.txt\n\n")
}

#[test]
fn a_new_portal_builds_at_once_and_has_no_fault() {
    let fixture = empty();
    fixture.raw(&["init", "p"], "p").assert_clean();
    let built = fixture.raw(&["build", "--root", "p"], "p/public").assert_clean();
    assert!(built.has("ar/") && built.has("regions/souss-massa/"));
    assert!(!built.mentions("Le portail du parti est ouvert").is_empty());
    fixture.raw(&["check", "--root", "p"], "p/public").assert_clean();
    let again = fixture.raw(&["init", "p"], "p/public");
    assert_eq!(again.code, 2, "a folder that is in use is left alone");
}

#[test]
fn a_text_as_it_is_sent_becomes_a_complete_release() {
    let fixture = Fixture::with("").file("lettre.txt", SENT);
    let run = fixture.run("import", &["--accept", "lettre.txt"]).assert_clean();
    for told in [
        "2026-03-12 (written in the text's header)",
        "Souss-Massa ×2, Inezgane-Aït Melloul ×2, Agadir Ida-Outanane ×1 → MA-09",
        "provinces Inezgane-Aït Melloul, Agadir-Ida-Ou-Tanane",
        "oeuvre → œuvre",
        "' → ’ ×6",
    ] {
        assert!(run.stdout.contains(told), "{told} is not in\n{}", run.stdout);
    }
    let built = fixture.build().assert_clean();
    let release =
        built.output.keys().find(|path| path.starts_with("2026/03/12/") && path.matches('/').count() == 4);
    let address = release.unwrap().strip_suffix("index.html").unwrap();
    for page in [
        "2026/03/12/",
        "2026/03/",
        "2026/",
        "regions/souss-massa/",
        "regions/souss-massa/2026/",
        "regions/souss-massa/2026/03/",
        "regions/souss-massa/inezgane-ait-melloul/",
        "regions/souss-massa/agadir-ida-ou-tanane/",
    ] {
        assert!(built.lists(page, address), "{page}");
    }
    for feed in ["feed.xml", "regions/souss-massa/feed.xml"] {
        assert!(built.page(feed).contains(address), "{feed}");
    }
}

#[test]
fn import_overwrites_nothing_and_asks_only_on_a_terminal() {
    let fixture = Fixture::with("").file("lettre.txt", SENT);
    let run = fixture.run("import", &["lettre.txt"]);
    assert_eq!(run.code, 2, "there is no terminal to ask on");
    fixture.run("import", &["--dry-run", "lettre.txt"]).assert_clean();
    assert!(!fixture.path("content").exists(), "a dry run writes nothing");
    fixture.run("import", &["--accept", "lettre.txt"]).assert_clean();
    let again = fixture.run("import", &["--accept", "lettre.txt"]);
    assert_eq!(again.code, 3);
    assert!(again.stderr.contains("exists already, and is kept"), "{}", again.stderr);
}

#[test]
fn a_text_that_was_imported_and_worked_on_is_not_imported_again() {
    const TEXT: &str = "Titre : Le port\nDate : 12 mars 2026\n\nLe parti visite Fès.\n";
    const PATH: &str = "content/2026/03/le-port.txt";
    let fixture = Fixture::with("").file("r.txt", TEXT);
    fixture.run("import", &["--accept", "r.txt"]).assert_clean();
    let written = fs::read_to_string(fixture.path(PATH)).unwrap();
    let edited = written.replacen("region", "summary = \"En bref.\"\nregion", 1);
    for edited in [edited.replace('\n', "\r\n"), edited.replace("+++\nLe", "+++\n\nLe") + "\n", edited] {
        fixture.edit(PATH, &edited);
        let again = fixture.run("import", &["--accept", "r.txt"]);
        assert_eq!(again.code, 3, "{}", again.stdout);
        assert!(again.stderr.contains("exists already, and is kept"), "{}", again.stderr);
        assert_eq!(fs::read_to_string(fixture.path(PATH)).unwrap(), edited);
        assert!(!fixture.path("content/2026/03/le-port-2.txt").exists());
    }
    // Another text of the same title is another release.
    fixture.edit("r.txt", TEXT.replace("Fès", "Oujda"));
    fixture.run("import", &["--accept", "r.txt"]).assert_clean();
    assert!(fixture.path("content/2026/03/le-port-2.txt").exists());
}

#[test]
fn import_keeps_all_that_a_header_said() {
    let header = "---\nlayout: post\ntitle: Le port\ndate: 2026-03-12\ndescription: En deux mots.\n\
        categories: [Eau, Pêche]\ntranslationKey: port\n---\nLe port de Tiznit. Le secrétaire provincial de Tiznit.\n";
    let fixture = Fixture::with("").file("port.md", header);
    let run = fixture.run("import", &["--accept", "port.md"]).assert_clean();
    assert!(run.stdout.contains("aside     layout, translationKey"), "{}", run.stdout);
    let written = fs::read_to_string(fixture.path("content/2026/03/le-port.md")).unwrap();
    for kept in [
        "summary = \"En deux mots.\"",
        "tags = [\"Eau\", \"Pêche\"]",
        "# layout = \"post\"",
        "# translationKey",
    ] {
        assert!(written.contains(kept), "{kept} is not in\n{written}");
    }
    fixture.build().assert_clean();
}

#[test]
fn import_says_what_is_wrong_with_a_header_and_writes_nothing() {
    let fixture = Fixture::with("").file("a.md", "+++\ndate = 2026-13-01\nregion = \"sous-massa\"\n+++\nx\n");
    let run = fixture.run("import", &["--accept", "a.md"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("a.md:2:8: error: `2026-13-01` is not a date"), "{}", run.stderr);
    assert!(run.stderr.contains("a.md:3:10: error: unknown region `sous-massa`"), "{}", run.stderr);
    assert!(!fixture.path("content").exists());
}

#[test]
fn a_new_release_builds_once_its_region_is_known() {
    let fixture = Fixture::with("");
    let new =
        fixture.raw(&["new", "L'eau d'abord", "--region", "Tiznitt", "--as-of", "2026-03-12T09:00:00Z"], "");
    assert_eq!(new.code, 2, "{}", new.stderr);
    let arguments = ["new", "L'eau d'abord", "--region", "Souss-Massa", "--as-of", "2026-03-12T09:00:00Z"];
    let new = fixture.raw(&arguments, "").assert_clean();
    assert_eq!(new.stdout, "content/2026/03/l-eau-d-abord.md\n");
    assert!(fixture.build().assert_clean().page("2026/03/12/l-eau-d-abord/").contains("L’eau d’abord"));
    let without = fixture.raw(&["new", "العنوان", "--as-of", "2026-03-12T09:00:00Z"], "").assert_clean();
    let path = without.stdout.trim();
    assert!(path.ends_with(".ar.md") && path.is_ascii(), "{path}");
    let run = fixture.build();
    assert_eq!(run.short_errors(), [format!("{path}:4:10: error: field `region` is empty")]);
}

/// « Communiqué du bureau politique » is the commonest title of a party.
#[test]
fn a_second_release_of_a_title_takes_the_next_free_name() {
    let fixture = Fixture::with("");
    let region = ["--region", "Souss-Massa", "--as-of", "2026-03-12T09:00:00Z"];
    let new = |args: &[&str]| fixture.raw(&[&["new"], args, &region].concat(), "").assert_done();
    assert_eq!(new(&["Communiqué"]).stdout, "content/2026/03/communique.md\n");
    let first = fs::read_to_string(fixture.path("content/2026/03/communique.md")).unwrap();
    let second = new(&["Communiqué"]);
    assert_eq!(second.stdout, "content/2026/03/communique-2.md\n");
    let note = "`content/2026/03/communique.md` is there already and is kept: this one is another\n";
    assert_eq!(second.stderr, note);
    assert_eq!(fs::read_to_string(fixture.path("content/2026/03/communique.md")).unwrap(), first);
    let text = fs::read_to_string(fixture.path("content/2026/03/communique-2.md")).unwrap();
    assert!(text.contains("id = \"tag:parti.example,2026-03-12:communique-2\""), "{text}");
    // In plain text it would have the same address.
    fixture.edit("content/2026/03/communique-3.txt", toml("slug = \"communique-3\""));
    assert_eq!(new(&["Communiqué", "--quiet"]).stderr, "");
    assert!(fixture.path("content/2026/03/communique-4.md").exists());
    // The Arabic of the second one.
    assert_eq!(new(&["Communiqué", "--lang", "ar"]).stdout, "content/2026/03/communique.ar.md\n");
    assert_eq!(new(&["Communiqué", "--lang", "ar"]).stdout, "content/2026/03/communique-2.ar.md\n");
    let text = fs::read_to_string(fixture.path("content/2026/03/communique-2.ar.md")).unwrap();
    assert!(!text.contains("date ="), "it inherits from communique-2.md: {text}");
    let built = fixture.build().assert_done();
    assert!(built.has("2026/03/12/communique/") && built.has("2026/03/12/communique-2/"));
}

#[test]
fn releases_of_one_title_that_are_written_at_once_are_all_there() {
    const MANY: usize = 8;
    let fixture = Fixture::with("");
    let arguments = ["new", "Communiqué", "--region", "Souss-Massa", "--as-of", "2026-03-12T09:00:00Z"];
    let running: Vec<_> =
        (0..MANY).map(|_| fixture.command(&arguments).stdout(Stdio::piped()).spawn().unwrap()).collect();
    let mut paths: Vec<String> = running
        .into_iter()
        .map(|child| String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), MANY, "{paths:?}");
    fixture.build().assert_clean();
}

#[test]
fn another_text_of_the_same_title_is_imported_beside_the_first() {
    let text =
        |body: &str| format!("Titre : Communiqué\nDate : 12 mars 2026\nRégion : Souss-Massa\n\n{body}\n");
    let fixture =
        Fixture::with("").file("un.txt", text("Le premier.")).file("deux.txt", text("Le deuxième."));
    fixture.run("import", &["--accept", "un.txt"]).assert_clean();
    let second = fixture.run("import", &["--accept", "deux.txt"]).assert_clean();
    for told in [
        "deux.txt → content/2026/03/communique-2.txt",
        "written   content/2026/03/communique-2.txt (`content/2026/03/communique.txt` is there already and is kept)",
    ] {
        assert!(second.stdout.contains(told), "{told} is not in\n{}", second.stdout);
    }
    let built = fixture.build().assert_clean();
    assert!(built.page("2026/03/12/communique/").contains("Le premier."));
    assert!(built.page("2026/03/12/communique-2/").contains("Le deuxième."));
    // The same text again is no third release.
    for again in ["un.txt", "deux.txt"] {
        let run = fixture.run("import", &["--accept", again]);
        assert_eq!(run.code, 3);
        assert!(run.stderr.contains("exists already, and is kept"), "{}", run.stderr);
    }
    assert!(!fixture.path("content/2026/03/communique-3.txt").exists());
}

#[test]
fn check_sees_what_a_build_lets_pass_and_writes_nothing() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("image = \"photo.png\""))
        .file("content/photo.png", crate::harness::PIXEL)
        .file("content/b.md", toml("slug = \"b\"").replace("Texte.", "[perdu](/nulle-part/) [là](/regions/)"))
        .file(
            "content/c.md",
            toml("slug = \"c\"")
                .replace("Texte.", "La région de l'Oriental. La région de l'Oriental attend Oujda."),
        );
    fixture.build_with(&["--output", "ailleurs"]).assert_clean();
    let run = fixture.check();
    assert_eq!(run.output.len(), 0);
    for told in [
        "content/a.md:5:9: warning: image `photo.png` has no alternative text",
        "content/b.md:8:1: error: nothing stands at `/nulle-part/`",
        "content/c.md:1:1: warning: the text speaks of another region than `souss-massa`",
        "note: 3 releases have no `ar` version",
    ] {
        assert!(run.stderr.contains(told), "{told} is not in\n{}", run.stderr);
    }
    assert_eq!((run.code, run.short_errors().len()), (1, 1));
}

#[test]
fn a_public_release_without_any_text_is_remarked_on() {
    let header = |fields: &str| toml(fields).replace("Texte.\n", "");
    let fixture = Fixture::with("")
        .file("content/vide.md", header("slug = \"vide\""))
        .file("content/brouillon.md", header("draft = true"))
        .file("content/retire.md", header("withdrawn = \"Non\""))
        .file("content/passe.md", header("expires = 2026-03-20"))
        .file("content/image.md", header("") + "![Le port](p.png)\n")
        .file("content/p.png", crate::harness::PIXEL);
    let run = fixture.check().assert_done();
    let said: Vec<&str> = run.stderr.lines().filter(|line| line.contains(": warning: ")).collect();
    assert_eq!(said, ["content/vide.md:1:1: warning: a public release has no text"]);
    fixture.build_with(&["--output", "ailleurs"]).assert_clean();
}

#[test]
fn a_copy_that_a_synchroniser_left_fails_a_check() {
    let fixture = Fixture::release(&toml("")).file("content/a (Copie en conflit).md", toml("slug = \"b\""));
    let run = fixture.check();
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("a copy left behind by a synchronising tool"), "{}", run.stderr);
}

#[test]
fn what_is_due_is_said_in_order_and_in_the_portals_time_zone() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("slug = \"a\"\npublish = 2026-06-02T09:00:00Z\nexpires = \"2026-07-01\""))
        .file("content/b.md", toml("slug = \"b\"\nexpires = 2026-06-02T08:00:00.5Z"))
        .file("content/passed.md", toml("slug = \"c\"\npublish = 2026-05-01T00:00:00Z"))
        .file("content/draft.md", toml("slug = \"d\"\ndraft = true\npublish = 2026-06-03T00:00:00Z"))
        .file(
            "content/withdrawn.md",
            toml("slug = \"e\"\nwithdrawn = \"Non.\"\nexpires = 2026-06-03T00:00:00Z"),
        );
    let due = fixture.run("due", &[]).assert_clean();
    let expected = "2026-06-02T09:00:00.5+01:00  expires    content/b.md\n\
        2026-06-02T10:00:00+01:00  publishes  content/a.md\n\
        2026-07-02T00:00:00+01:00  expires    content/a.md\n";
    assert_eq!(due.stdout, expected);
    let json = fixture.run("due", &["--format", "json", "--as-of", "2026-06-05T00:00:00Z"]).assert_clean();
    let line =
        r#"{"instant":"2026-07-02T00:00:00+01:00","what":"expires","source":"content/a.md"}"#.to_owned();
    assert_eq!(json.stdout, line + "\n");
    let nothing = fixture.run("due", &["--as-of", "2027-01-01T00:00:00Z"]).assert_clean();
    assert_eq!(nothing.stdout, "nothing is due: this portal changes only when its files do\n");
    assert_eq!(fixture.run("due", &["--as-of", "2027-01-01T00:00:00Z", "--quiet"]).stdout, "");
}

/// Before an instant that is due every build is the same, from it on another.
#[test]
fn the_portal_changes_at_the_instants_that_are_due_and_at_no_other() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("slug = \"a\"\npublish = 2026-06-02T09:00:00Z"))
        .file("content/b.md", toml("slug = \"b\"\nexpires = 2026-06-04T08:00:00Z"));
    let at = |instant: &str| fixture.build_with(&["--as-of", instant]).assert_clean().output;
    let (first, second, third) =
        (at(crate::harness::NOW), at("2026-06-02T09:00:00Z"), at("2026-06-04T08:00:00Z"));
    assert_eq!(first, at("2026-06-02T08:59:59Z"));
    assert_ne!(first, second);
    assert_eq!(second, at("2026-06-04T07:59:59Z"));
    assert_ne!(second, third);
}

#[test]
fn completions_and_manual_know_every_command() {
    let fixture = empty();
    for shell in ["bash", "zsh", "fish"] {
        let run = fixture.raw(&["completions", shell], "").assert_clean();
        assert!(run.stdout.contains("import") && run.stdout.contains("--as-of") || shell == "fish");
    }
    let manual = fixture.raw(&["man"], "").assert_clean();
    for command in ["build", "check", "init", "new", "import"] {
        assert!(manual.stdout.contains(command), "{command}");
    }
}

#[test]
fn a_folder_without_a_portal_says_so() {
    let run = empty().raw(&["build", "--format", "short"], "public");
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("site.toml:1:1: error: no `site.toml` here"), "{}", run.stderr);
    assert!(!SITE.is_empty());
}

#[test]
fn what_was_not_to_be_published_elsewhere_is_not_published_here() {
    let header =
        "---\ntitle: Secret\ndate: 2026-03-12\npublished: false\nregion: oriental\n---\nTexte secret.\n";
    let fixture = Fixture::with("").file("a.md", header);
    fixture.run("import", &["--accept", "a.md"]).assert_clean();
    assert_eq!(fixture.build().assert_clean().mentions("secret"), Vec::<&str>::new());
}

#[test]
fn a_clean_build_removes_the_drafts_that_an_earlier_one_showed() {
    let fixture = Fixture::release(&toml("draft = true").replace("Texte.", "Texte secret."));
    assert!(!fixture.build_with(&["--drafts"]).assert_done().mentions("secret").is_empty());
    assert_eq!(fixture.build_with(&["--clean"]).assert_done().mentions("secret"), Vec::<&str>::new());
}

#[test]
fn workflows_of_forges_build_and_deploy_on_push_and_on_a_schedule() {
    let fixture = Fixture::parse("");
    fixture.raw(&["init", "tous", "--ci"], "-").assert_clean();
    fixture.raw(&["init", "un", "--ci=gitlab"], "-").assert_clean();
    fixture.raw(&["init", "aucun"], "-").assert_clean();
    let all = [
        ".github/workflows/portal.yml",
        ".forgejo/workflows/portal.yml",
        ".gitea/workflows/portal.yml",
        ".gitlab-ci.yml",
    ];
    let there = |portal: &str| all.map(|path| fixture.path(&format!("{portal}/{path}")).exists());
    let one = [false, false, false, true];
    assert_eq!([there("tous"), there("un"), there("aucun")], [[true; 4], one, [false; 4]]);
    for path in all {
        let text = std::fs::read_to_string(fixture.path(&format!("tous/{path}"))).unwrap();
        for event in saphyr_parser::Parser::new_from_str(&text) {
            assert!(event.is_ok(), "{path}: {event:?}");
        }
        // Nobody of ours has a name in a registry: the program comes from where its owner says, or not at all.
        let installs = text.lines().filter(|line| line.contains("cargo install"));
        let from = "--git \"$TRIBUNE_REPOSITORY\" --rev \"$TRIBUNE_REVISION\"";
        assert!(installs.clone().count() > 0, "{path}");
        assert!(installs.clone().all(|line| line.contains(from)), "{path}");
        let (empty, install) = (text.find("-z \"$TRIBUNE_REPOSITORY\""), text.find("cargo install"));
        assert!(empty.is_some() && empty < install, "{path}");
        for variable in ["TRIBUNE_REPOSITORY: \"\"", "TRIBUNE_REVISION: \"\""] {
            assert!(text.contains(variable), "{path}: {variable}");
        }
        assert!(text.contains("kind = \"git\""), "{path}: nobody says what a branch takes");
        let (build, deploy) = (text.find("tribune build"), text.find("tribune deploy"));
        assert!(build.is_some() && build < deploy, "{path}");
        assert!(text.contains("*/15 * * * *"), "{path}");
    }
    // What a workflow runs, on a portal as it was made.
    let site = std::fs::read_to_string(fixture.path("tous/site.toml")).unwrap();
    let target = "[deploy.live]\nkind = \"folder\"\npath = \"../www\"\n";
    fixture.edit("tous/site.toml", format!("{site}{target}"));
    fixture.raw(&["build", "--root", "tous"], "-").assert_done();
    fixture.raw(&["deploy", "--root", "tous"], "-").assert_done();
    assert!(fixture.path("www/index.html").exists());
}
