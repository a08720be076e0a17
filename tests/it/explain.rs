//! `explain`: its answer is the difference that a change makes.

use std::collections::BTreeSet;
use std::fs;

use expect_test::expect;
use serde_json::Value;

use crate::harness::{Fixture, PIXEL, Run, Tree};

/// Pairs of languages, regions, a province, tags, series, pictures, files, pages, old addresses,
/// static files, a draft, an embargo, something withdrawn, templates and strings of the portal's own.
fn portal() -> Fixture {
    let fixture = Fixture::parse(include_str!("explain.txt"));
    fixture
        .file("content/2026/quai.png", PIXEL)
        .file("content/2026/plan.png", PIXEL)
        .file("content/2026/note.pdf", "%PDF note")
        .file("content/2026/seul.pdf", "%PDF seul")
        .file("content/static/logo.png", PIXEL)
        .file("content/static/carte.png", PIXEL)
        .file("content/static/robes.txt", "rien")
        .file("themes/bleu/static/bleu.css", "body{color:blue}")
}

/// What `explain` says of a source: the change, and what it does to files, or that it is refused.
#[track_caller]
fn explained(fixture: &Fixture, source: &str) -> Vec<(String, BTreeSet<String>, bool)> {
    let run = fixture.run("explain", &[source, "--format", "json"]).assert_clean();
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let changes = answer["changes"].as_array().unwrap().iter().map(|change| {
        let files = |name: &str, mark: char| -> Vec<String> {
            let files = change[name].as_array().unwrap().iter();
            files.map(|file| format!("{mark} {}", file.as_str().unwrap())).collect()
        };
        let all = [files("added", '+'), files("changed", '~'), files("removed", '-')].concat();
        let refused = !change["refused"].as_array().unwrap().is_empty();
        (change["change"].as_str().unwrap().to_owned(), all.into_iter().collect(), refused)
    });
    changes.collect()
}

/// What a change did: files of other bytes, new ones, files that are gone.
fn difference(before: &Tree, after: &Run) -> BTreeSet<String> {
    let changed = after.output.iter().filter_map(|(path, bytes)| match before.get(path) {
        None => Some(format!("+ {path}")),
        Some(old) => (old != bytes).then(|| format!("~ {path}")),
    });
    let gone = before.keys().filter(|path| !after.output.contains_key(*path)).map(|path| format!("- {path}"));
    changed.chain(gone).collect()
}

/// A change as a person might make it; `None` where a source has nothing to change so.
fn changed(change: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let replaced = |from: &str, to: &str| {
        let text = std::str::from_utf8(bytes).unwrap();
        text.contains(from).then(|| text.replacen(from, to, 1).into_bytes())
    };
    match change {
        "text" => Some([bytes, b"\nUne phrase de plus.\n"].concat()),
        "summary" => replaced("CHAPEAU", "En bref").or_else(|| replaced("PREMIER", "Sur place")),
        "title" => replaced("TITRE", "Sujet"),
        "content" => Some([bytes, b"plus"].concat()),
        "dimensions" => {
            let mut picture = [bytes, b"plus"].concat();
            picture[19] += 1;
            Some(picture)
        }
        other => panic!("an unknown change: {other}"),
    }
}

fn sources(fixture: &Fixture) -> Vec<String> {
    let mut sources: Vec<String> = crate::harness::tree(&fixture.path("content")).into_keys().collect();
    sources.iter_mut().for_each(|path| path.insert_str(0, "content/"));
    sources
}

/// For every source and every kind of change.
#[test]
fn the_answer_is_the_difference_that_a_change_makes() {
    let fixture = portal();
    let before = fixture.build().assert_done().output;
    let mut seen = BTreeSet::new();
    let mut some_refused = false;
    for source in sources(&fixture) {
        let bytes = fs::read(fixture.path(&source)).unwrap();
        let answers = explained(&fixture, &source);
        assert!(answers.len() >= 2, "{source}");
        for (change, files, refused) in answers {
            match change.as_str() {
                "removal" => _ = fixture.remove(&source),
                _ => {
                    let bytes = changed(&change, &bytes);
                    fixture.edit(&source, bytes.unwrap_or_else(|| panic!("{source} has no {change}")));
                }
            }
            let after = fixture.build();
            assert_eq!(after.code, i32::from(refused), "{source}, {change}: {}", after.stderr);
            if refused {
                some_refused = true;
                assert_eq!(files, BTreeSet::new(), "{source}, {change}");
            } else {
                assert_eq!(files, difference(&before, &after), "{source}, {change}");
            }
            if !files.is_empty() {
                seen.insert(change);
            }
            fixture.edit(&source, &bytes);
        }
    }
    assert_eq!(fixture.build().output, before);
    let kinds = ["content", "dimensions", "removal", "summary", "text", "title"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), kinds);
    assert!(some_refused);
}

/// With drafts and embargoed releases shown it is a difference, too.
#[test]
fn what_is_not_public_makes_nothing_but_in_a_preview() {
    let fixture = portal();
    let none = explained(&fixture, "content/2026/brouillon.md");
    assert!(none.iter().all(|(_, files, refused)| files.is_empty() && !refused));
    let run = fixture.run("explain", &["content/2026/brouillon.md", "--drafts"]).assert_clean();
    assert!(run.stdout.contains("is the release at /2026/05/07/brouillon/ (fr)"), "{}", run.stdout);
    assert!(run.stdout.contains("  - 2026/05/07/brouillon/index.html\n"), "{}", run.stdout);
    let run = fixture.run("explain", &["content/2026/brouillon.md"]).assert_clean();
    assert!(run.stdout.contains("makes nothing that is published"), "{}", run.stdout);
}

/// A file that pages share may be changed in many ways: each writes some of what is told.
#[test]
fn a_change_to_what_pages_share_writes_nothing_that_was_not_told() {
    let fixture = portal();
    let before = fixture.build().assert_done().output;
    let edits = [
        ("site.toml", "Portail", "Site"),
        ("templates/404.html", "Rien", "Perdu"),
        ("templates/row.html", "<b>", "<b class=\"x\">"),
        ("themes/bleu/templates/home.html", "Bienvenue", "Bonjour"),
        ("themes/bleu/lang/fr.toml", "Accueil", "Maison"),
        ("lang/ar.toml", "الرئيسية", "البداية"),
        ("themes/bleu/theme.toml", "bleu ciel", "bleu nuit"),
        ("themes/bleu/static/bleu.css", "blue", "navy"),
    ];
    for (source, from, to) in edits {
        let text = fs::read_to_string(fixture.path(source)).unwrap();
        assert!(text.contains(from), "{source} lacks {from}");
        let [(_, told, false)] = &explained(&fixture, source)[..] else { panic!("{source}") };
        fixture.edit(source, text.replace(from, to));
        let done = difference(&before, &fixture.build().assert_done());
        assert!(!done.is_empty() && done.is_subset(told), "{source}: {:?}", done.difference(told));
        if source == "templates/404.html" || source.ends_with("home.html") || source.ends_with(".css") {
            assert_eq!(&done, told, "{source}");
        }
        fixture.edit(source, text);
        assert_eq!(fixture.build().output, before);
    }
}

/// The other direction: a page names all sources whose words it shows.
#[test]
fn a_page_names_every_source_that_changes_it() {
    let fixture = portal();
    let mut sources_of = std::collections::HashMap::new();
    for source in sources(&fixture) {
        for (change, files, _) in explained(&fixture, &source) {
            if change == "removal" {
                continue;
            }
            for file in files {
                let file = file[2..].to_owned();
                let named = sources_of.entry(file.clone()).or_insert_with(|| named(&fixture, &file));
                assert!(named.contains(&source), "{file} does not name {source} ({change}): {named:?}");
            }
        }
    }
    assert!(sources_of.len() > 50, "{}", sources_of.len());
}

fn named(fixture: &Fixture, file: &str) -> BTreeSet<String> {
    let run = fixture.run("explain", &[&format!("public/{file}"), "--format", "json"]).assert_clean();
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let all = [&answer["sources"], &answer["shared"]].map(|list| list.as_array().unwrap().clone());
    all.concat().iter().map(|one| one["source"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_page_is_explained_by_its_sources() {
    let run = portal().run("explain", &["/2026/05/06/port/"]).assert_clean();
    expect![[r#"
        /2026/05/06/port/ (release, fr; 2026/05/06/port/index.html)
          template             themes/default/templates/release.html
          the page itself      content/2026/port.md
          picture              content/2026/quai.png
          linked               content/2026/note.pdf
          linked               content/2026/plan.png
          linked               content/static/carte.png
          older                content/2026/pluie.md
          related              content/2025/ancien.txt
          in another language  content/2026/port.ar.md
        all pages depend on
          template: templates/404.html, templates/row.html, themes/bleu/templates/home.html, themes/default/templates/404.html, themes/default/templates/archives.html, themes/default/templates/base.html, themes/default/templates/components.html, themes/default/templates/facts.html, themes/default/templates/home.html, themes/default/templates/list.html, themes/default/templates/page.html, themes/default/templates/redirect.html, themes/default/templates/region.html, themes/default/templates/regions.html, themes/default/templates/release.html, themes/default/templates/row.html, themes/default/templates/shared/card.html, themes/default/templates/shared/footer.html, themes/default/templates/shared/head.html, themes/default/templates/shared/masthead.html, themes/default/templates/shared/party.html
          configuration: site.toml
          theme: themes/bleu/theme.toml, themes/default/theme.toml
          language: lang/ar.toml, themes/bleu/lang/fr.toml, themes/default/lang/ar.toml, themes/default/lang/fr.toml
          title in the menu: content/pages/parti.md, content/pages/parti.ar.md
          file of the theme: themes/bleu/static/bleu.css, themes/default/static/style.css
          logo: content/static/logo.png
    "#]].assert_eq(&run.stdout);
}

#[test]
fn a_source_is_explained_by_what_it_makes() {
    let run = portal().run("explain", &["content/2026/port.md"]).assert_clean();
    expect![[r#"
        content/2026/port.md is the release at /2026/05/06/port/ (fr)
        if its text changes after the first paragraph: 6 files
          ~ 2026/05/06/port/index.html
          ~ feed.xml
          ~ regions/souss-massa/feed.xml
          ~ regions/souss-massa/tiznit/feed.xml
          ~ series/tournee/feed.xml
          ~ tags/eau/feed.xml
        if its summary or first paragraph changes: 16 files
          ~ 2026/05/06/index.html
          ~ 2026/05/06/port/index.html
          ~ 2026/05/index.html
          ~ 2026/index.html
          ~ feed.xml
          ~ index.html
          ~ regions/souss-massa/2026/05/index.html
          ~ regions/souss-massa/2026/index.html
          ~ regions/souss-massa/feed.xml
          ~ regions/souss-massa/index.html
          ~ regions/souss-massa/tiznit/feed.xml
          ~ regions/souss-massa/tiznit/index.html
          ~ series/tournee/feed.xml
          ~ series/tournee/index.html
          ~ tags/eau/feed.xml
          ~ tags/eau/index.html
        if its title changes: 19 files
          ~ 2026/05/05/pluie/index.html
          ~ 2026/05/06/index.html
          ~ 2026/05/06/port/index.html
          ~ 2026/05/index.html
          ~ 2026/index.html
          ~ ar/2026/05/06/port/index.html
          ~ feed.xml
          ~ index.html
          ~ regions/souss-massa/2026/05/index.html
          ~ regions/souss-massa/2026/index.html
          ~ regions/souss-massa/feed.xml
          ~ regions/souss-massa/index.html
          ~ regions/souss-massa/tiznit/feed.xml
          ~ regions/souss-massa/tiznit/index.html
          ~ series/tournee/feed.xml
          ~ series/tournee/index.html
          ~ tags/eau/feed.xml
          ~ tags/eau/index.html
          ~ vieux/port/index.html
        if it is removed: the build refuses it, and nothing is written
          content/2026/budget.md:12:6: error: missing file `port.md`
          content/2026/port.ar.md:1:1: error: `content/2026/port.md`, of which this is the `ar`, is not there
          content/pages/parti.md:6:20: error: missing file `../2026/port.md`
    "#]]
    .assert_eq(&run.stdout);
}

#[test]
fn one_page_may_be_asked_for_in_many_ways() {
    let fixture = portal();
    fixture.build().assert_done();
    let absolute = fixture.path("public/2026/05/06/port/index.html");
    let ways = [
        "https://parti.example/2026/05/06/port/",
        "http://parti.example/2026/05/06/port?x=1#y",
        "/2026/05/06/port/",
        "2026/05/06/port",
        "2026/05/06/port/index.html",
        "public/2026/05/06/port/index.html",
        "./public/2026/../2026/05/06/port/",
        absolute.to_str().unwrap(),
    ];
    for way in ways {
        let run = fixture.run("explain", &[way]).assert_clean();
        assert!(run.stdout.starts_with("/2026/05/06/port/ (release, fr; "), "{way}: {}", run.stdout);
    }
    let absolute = fixture.path("content/2026/port.md");
    for way in ["content/2026/port.md", "./content/2026/port.md", absolute.to_str().unwrap()] {
        let run = fixture.run("explain", &[way]).assert_clean();
        assert!(run.stdout.starts_with("content/2026/port.md is the release at "), "{way}: {}", run.stdout);
    }
    for (way, kind) in
        [("/", "home"), ("https://parti.example", "home"), ("/ar", "home"), ("vieux/port/", "redirect")]
    {
        let run = fixture.run("explain", &[way]).assert_clean();
        assert!(run.stdout.contains(&format!(" ({kind}, ")), "{way}: {}", run.stdout);
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    let fixture = portal();
    for (given, near) in [
        ("content/2026/prot.md", "content/2026/port.md"),
        ("/2026/05/06/prot/", "/2026/05/06/port/"),
        ("https://parti.example/regions/souss-masa/", "/regions/souss-massa/"),
    ] {
        let run = fixture.run("explain", &[given]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains(&format!("did you mean `{near}`?")), "{given}: {}", run.stderr);
    }
    let run = fixture.run("explain", &["https://ailleurs.example/2026/"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("stands at https://parti.example/"), "{}", run.stderr);
    fixture.edit("content/2026/port.md", "+++\n+++\n");
    let run = fixture.run("explain", &["/"]);
    assert_eq!(run.code, 1, "nothing is published of what has errors");
    assert!(run.stderr.contains("content/2026/port.md:1:1: error: missing field `title`"), "{}", run.stderr);
}
