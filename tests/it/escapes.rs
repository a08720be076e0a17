//! Nothing is written outside the output, nothing is read from outside the portal.

use expect_test::expect;

use crate::harness::{Fixture, NOW, Run, SITE, Tree, toml, tree};

const CANARY: &str = "canari-du-dehors-91";

/// A portal in the folder `portal/`, with secrets around it.
struct Cage {
    fixture: Fixture,
    before: Tree,
}

impl Cage {
    fn new(files: &[(&str, &str)]) -> Self {
        let fixture = Fixture::parse("")
            .file("portal/site.toml", SITE)
            .file("portal/content/b.md", toml("slug = \"b\""));
        for outside in
            ["secret.txt", "secret.md", "secret.png", "secret.svg", "dehors/secret.md", "dehors/theme.toml"]
        {
            fixture.edit(outside, CANARY);
        }
        for (path, text) in files {
            fixture.edit(&format!("portal/{path}"), text);
        }
        let before = outside(&fixture);
        Self { fixture, before }
    }

    #[track_caller]
    fn build(&self) -> Run {
        let run = self
            .fixture
            .raw(&["build", "--root", "portal", "--as-of", NOW, "--format", "short"], "portal/public");
        assert_eq!(outside(&self.fixture), self.before, "something outside was touched");
        assert_eq!(run.mentions(CANARY), [""; 0], "something outside was read");
        run
    }

    /// Refused, with the place in `file`.
    #[track_caller]
    fn assert_refused(&self, file: &str) {
        let run = self.build();
        assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
        let placed = |line: &&str| line.starts_with(&format!("{file}:"));
        assert!(run.short_errors().iter().any(placed), "{}", run.stderr);
        assert!(run.output.is_empty());
        assert!(!run.stderr.contains(CANARY), "{}", run.stderr);
    }
}

/// All that stands around the portal's output and memory.
fn outside(fixture: &Fixture) -> Tree {
    let files = tree(fixture.dir()).into_iter();
    files
        .filter(|(path, _)| !path.starts_with("portal/public/") && !path.starts_with("portal/.cache/"))
        .collect()
}

/// Ways out, as they stand in a TOML string.
fn ways_out() -> Vec<String> {
    let mut ways: Vec<String> = [
        "..",
        "../secret",
        "../../secret.png",
        "a/../../../secret.png",
        "./../../secret.png",
        "a\\\\..\\\\secret",
        "..\\\\secret.png",
        "a\\u0000b",
        "a\\u000Ab",
        "C:/secret.png",
        "C:\\\\secret.png",
        "//secret.png",
        "file:///etc/passwd",
        ".git/config",
        "a//b",
        "a\\u202Eb",
    ]
    .map(str::to_owned)
    .into();
    ways.push("a".repeat(300));
    ways
}

#[test]
fn no_slug_leads_out() {
    for way in ways_out().iter().map(String::as_str).chain(["/etc/passwd", "a/b", "%2e%2e", "é"]) {
        Cage::new(&[("content/a.md", &toml(&format!("slug = \"{way}\"")))]).assert_refused("content/a.md");
    }
}

#[test]
fn no_alias_leads_out() {
    for way in ways_out() {
        Cage::new(&[("content/a.md", &toml(&format!("aliases = [\"{way}\"]")))])
            .assert_refused("content/a.md");
        Cage::new(&[("content/a.md", &toml(&format!("aliases = [\"/{way}\"]")))])
            .assert_refused("content/a.md");
    }
}

#[test]
fn aliases_that_are_unsafe_once_decoded() {
    let aliases = ["%2e%2e/a", "a/%2E%2E", "a%00b", "%2fa", "a%3Fb", "caf%E9", "/%2e%2e%2fa"];
    let fixture = Fixture::release(&toml(&format!("aliases = {aliases:?}")));
    fixture.build().assert_refused(expect![[r#"
        content/a.md:5:12: error: the alias `%2e%2e/a` leads out of its folder by `..`
        content/a.md:5:24: error: the alias `a/%2E%2E` leads out of its folder by `..`
        content/a.md:5:36: error: the alias `a%00b` holds a NUL character
        content/a.md:5:45: error: the alias `%2fa` is an absolute path
        content/a.md:5:53: error: the alias `a%3Fb` holds `?` or `#`
        content/a.md:5:62: error: the alias `caf%E9` is no UTF-8 once decoded
        content/a.md:5:72: error: the alias `/%2e%2e%2fa` leads out of its folder by `..`"#]]);
}

#[test]
fn no_image_leads_out() {
    for way in ways_out().iter().map(String::as_str).chain([
        "/../secret.png",
        "/etc/passwd",
        "%2e%2e/%2e%2e/secret.png",
        "/%2e%2e/secret.png",
        "../../secret.png?x",
        "https://x.example/a.png",
    ]) {
        Cage::new(&[("content/a.md", &toml(&format!("image = \"{way}\"")))]).assert_refused("content/a.md");
    }
}

#[test]
fn no_link_or_picture_of_a_text_leads_out() {
    for way in [
        "../../secret.png",
        "../../../../../../etc/passwd",
        "%2e%2e/%2e%2e/secret.png",
        "/../secret.png",
        "/%2e%2e/secret.png",
        "x/%2e%2e/%2e%2e/%2e%2e/secret.png",
        "../site.toml",
        "../themes/x.png",
        "..%5c..%5csecret.png",
    ] {
        for text in [
            format!("[x]({way})"),
            format!("![x]({way})"),
            format!("<img src=\"{way}\" alt=\"\">"),
            format!("<a href=\"{way}\">x</a>"),
            format!("[x][y]\n\n[y]: {way}"),
        ] {
            Cage::new(&[("content/a.md", &(toml("") + &text + "\n"))]).assert_refused("content/a.md");
        }
    }
}

#[test]
fn no_tag_leads_out() {
    for way in ["..", "../x", "/etc", "a/b", "a\\\\b", "a\\u0000b"] {
        Cage::new(&[("content/a.md", &toml(&format!("tags = [\"{way}\"]")))]).assert_refused("content/a.md");
    }
}

/// The address of a series is made of its letters alone, so that what is left of a hostile one is
/// harmless; it is either refused or stays inside.
#[test]
fn no_series_leads_out() {
    for way in ways_out() {
        Cage::new(&[("content/a.md", &toml(&format!("series = \"{way}\"")))]).assert_refused("content/a.md");
    }
    let run = Cage::new(&[("content/a.md", &toml("series = \"Session 2025/2026\""))]).build();
    assert!(run.has("series/session-2025-2026/"));
}

#[test]
fn no_region_leads_out() {
    for way in ways_out() {
        Cage::new(&[("content/a.md", &toml("").replace("souss-massa", &way))]).assert_refused("content/a.md");
    }
}

#[test]
fn no_theme_territory_or_logo_leads_out() {
    for way in ["../dehors", "/etc", "..", "dehors/../../dehors", "a\\\\b", "a\\u0000b", "."] {
        Cage::new(&[("site.toml", &format!("{SITE}theme = \"{way}\"\n"))]).assert_refused("site.toml");
    }
    for way in ["../secret.txt", "/etc/passwd", "..\\\\secret.txt", "a\\u0000b", "x/../../secret.txt"] {
        Cage::new(&[("site.toml", &format!("{SITE}territory = \"{way}\"\n"))]).assert_refused("site.toml");
    }
    for way in [
        "../secret.png",
        "/../secret.png",
        "../../secret.svg",
        "/etc/passwd",
        "https://x.example/logo.png",
        "//x.example/logo.png",
    ] {
        Cage::new(&[("site.toml", &format!("{SITE}[party]\nlogo = \"{way}\"\n"))])
            .assert_refused("site.toml");
    }
}

#[test]
fn no_slug_of_an_own_territory_leads_out() {
    for way in ["../x", "/etc", "a/b", "..", "a b", "É"] {
        let table = format!(
            "kind\tcode\tparent\tname_fr\tslug\nregion\t1\t\tLe Nord\t{way}\nregion\t2\t\tsouss-massa\tsouss-massa\n"
        );
        let site = format!("{SITE}territory = \"pays.tsv\"\n");
        Cage::new(&[("site.toml", &site), ("pays.tsv", &table)]).assert_refused("pays.tsv");
    }
}

#[test]
fn names_of_regions_in_an_own_territory_make_sound_addresses() {
    let table = "kind\tcode\tparent\tname_fr\nregion\t1\t\t../../Le Nord\nregion\t2\t\tsouss-massa\n";
    let site = format!("{SITE}territory = \"pays.tsv\"\n");
    let run = Cage::new(&[("site.toml", &site), ("pays.tsv", table)]).build();
    assert!(run.code == 1 || run.has("regions/le-nord/"), "{}", run.stderr);
}

#[test]
fn a_deeply_nested_page_cannot_climb_by_its_name() {
    let cage = Cage::new(&[("content/pages/a/...md", "+++\ntitle = \"x\"\n+++\n")]);
    let run = cage.build();
    assert!(run.code <= 1);
}

#[test]
fn file_names_of_three_hundred_letters_are_refused_or_kept_inside() {
    // No file system here takes 300 bytes in one part; 250 it takes, and a sibling would not fit.
    let name = "a".repeat(250);
    let cage = Cage::new(&[(&format!("content/static/{name}"), "x")]);
    let run = cage.build();
    assert!(
        run.code == 0 && run.has(&name) || run.code == 1 && run.stderr.contains("content/static/"),
        "{}",
        run.stderr
    );
    let cage = Cage::new(&[(&format!("content/{}.md", "a".repeat(240)), &toml(""))]);
    let run = cage.build();
    assert!(run.code == 0 || run.short_errors().iter().all(|line| line.contains(":1:1:")), "{}", run.stderr);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A link inside the portal to something outside.
    #[track_caller]
    fn linked(to: &str, at: &str, files: &[(&str, &str)]) -> Cage {
        let mut cage = Cage::new(files);
        let at = cage.fixture.path(&format!("portal/{at}"));
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        symlink(cage.fixture.path(to), at).unwrap();
        cage.before = outside(&cage.fixture);
        cage
    }

    #[test]
    fn a_linked_release_is_refused() {
        linked("secret.md", "content/c.md", &[]).assert_refused("content/c.md");
    }

    #[test]
    fn a_linked_folder_of_releases_is_refused() {
        linked("dehors", "content/2026", &[]).assert_refused("content/2026");
    }

    #[test]
    fn a_linked_content_folder_is_refused() {
        let cage = linked("dehors", "content2", &[]);
        std::fs::remove_dir_all(cage.fixture.path("portal/content")).unwrap();
        std::fs::rename(cage.fixture.path("portal/content2"), cage.fixture.path("portal/content")).unwrap();
        let run = cage
            .fixture
            .raw(&["build", "--root", "portal", "--as-of", NOW, "--format", "short"], "portal/public");
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.starts_with("content"), "{}", run.stderr);
    }

    #[test]
    fn a_linked_picture_is_refused() {
        // One fault, one error: the picture is there, and nobody need miss it.
        let text = toml("image = \"p.png\"") + "![x](p.png)\n";
        let run = linked("secret.png", "content/p.png", &[("content/a.md", &text)]).build();
        assert_eq!(
            run.short_errors(),
            ["content/p.png:1:1: error: the file `content/p.png` leads through a symbolic link"]
        );
        assert_eq!(run.code, 1);
    }

    #[test]
    fn a_linked_static_file_is_refused() {
        linked("secret.txt", "content/static/s.txt", &[]).assert_refused("content/static/s.txt");
    }

    #[test]
    fn a_linked_static_folder_is_refused() {
        linked("dehors", "content/static/d", &[]).assert_refused("content/static/d");
        linked("dehors", "content/static", &[]).assert_refused("content/static");
    }

    #[test]
    fn a_linked_template_is_refused() {
        linked("secret.md", "templates/home.html", &[]).assert_refused("templates/home.html");
    }

    #[test]
    fn a_linked_folder_of_templates_is_refused() {
        let cage = linked("dehors", "templates", &[]);
        cage.assert_refused("templates");
    }

    #[test]
    fn a_linked_theme_is_refused() {
        let site = format!("{SITE}theme = \"x\"\n");
        let run = linked("dehors", "themes/x", &[("site.toml", &site)]).build();
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("symbolic link"), "{}", run.stderr);
    }

    #[test]
    fn a_linked_manifest_of_a_theme_is_refused() {
        let site = format!("{SITE}theme = \"x\"\n");
        let run = linked("secret.txt", "themes/x/theme.toml", &[("site.toml", &site)]).build();
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("symbolic link") && !run.stderr.contains(CANARY), "{}", run.stderr);
    }

    #[test]
    fn a_linked_territory_is_refused() {
        let site = format!("{SITE}territory = \"pays.tsv\"\n");
        let run = linked("secret.txt", "pays.tsv", &[("site.toml", &site)]).build();
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("symbolic link") && !run.stderr.contains(CANARY), "{}", run.stderr);
    }

    #[test]
    fn a_linked_configuration_is_refused() {
        let cage = linked("secret.txt", "lien", &[]);
        std::fs::remove_file(cage.fixture.path("portal/site.toml")).unwrap();
        std::fs::rename(cage.fixture.path("portal/lien"), cage.fixture.path("portal/site.toml")).unwrap();
        let run = cage.fixture.raw(&["build", "--root", "portal", "--format", "human"], "portal/public");
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains("symbolic link") && !run.stderr.contains(CANARY), "{}", run.stderr);
    }

    /// Also on removal: what a former build had put into the real folder is not looked for
    /// behind the link.
    #[test]
    fn nothing_is_written_or_removed_through_a_linked_folder_of_the_output() {
        let cage = Cage::new(&[("content/a.md", &toml(""))]);
        cage.build().assert_clean();
        let public = cage.fixture.path("portal/public");
        std::fs::rename(public.join("2026"), cage.fixture.path("ailleurs")).unwrap();
        symlink(cage.fixture.path("ailleurs"), public.join("2026")).unwrap();
        let before = tree(&cage.fixture.path("ailleurs"));
        cage.fixture.edit("portal/content/a.md", toml("").replace("Texte", "Autre"));
        let build = || {
            cage.fixture
                .raw(&["build", "--root", "portal", "--as-of", NOW, "--format", "short"], "portal/public")
        };
        let run = build();
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(run.stderr.contains("public/2026"), "{}", run.stderr);
        assert_eq!(tree(&cage.fixture.path("ailleurs")), before);
        cage.fixture.remove("portal/content/a.md").remove("portal/content/b.md");
        build();
        assert_eq!(tree(&cage.fixture.path("ailleurs")), before);
    }

    #[test]
    fn a_linked_file_of_the_output_is_replaced_and_not_followed() {
        let cage = Cage::new(&[("content/a.md", &toml(""))]);
        cage.build().assert_clean();
        let page = cage.fixture.path("portal/public/index.html");
        std::fs::remove_file(&page).unwrap();
        symlink(cage.fixture.path("secret.txt"), &page).unwrap();
        let run = cage.fixture.raw(&["build", "--root", "portal", "--as-of", NOW], "portal/public");
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(cage.fixture.path("secret.txt")).unwrap(), CANARY);
        assert!(!std::fs::symlink_metadata(&page).unwrap().is_symlink());
    }

    #[test]
    fn a_linked_release_among_good_ones_names_the_link() {
        let cage = linked("secret.md", "content/c.md", &[("content/p.png", "x")]);
        let run = cage.build();
        assert!(
            run.stderr
                .contains("content/c.md:1:1: error: the file `content/c.md` leads through a symbolic link"),
            "{}",
            run.stderr
        );
    }
}

/// `..` in the way of the output led round the guard.
#[test]
fn an_output_that_holds_the_sources_is_refused_however_it_is_written() {
    let fixture = Fixture::release(&crate::harness::toml(""));
    for way in [".", "..", "content/out", "nulle/../content/out", "nulle/.."] {
        let run = fixture.raw(&["build", "--output", way], "nulle");
        assert_eq!(run.code, 2, "{way}: {}", run.stderr);
    }
}
