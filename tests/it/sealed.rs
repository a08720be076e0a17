//! What one new release writes: exactly the contract's files, however large the archive.

use expect_test::expect;

use crate::harness::{Fixture, Run, SITE};

const REGIONS: [&str; 3] = ["oriental", "souss-massa", "national"];

/// An archive of `count` releases over the forty months before June 2026; each region has one in
/// May, and the last is of 2026-05-28.
fn archive(count: usize) -> Fixture {
    let fixture = Fixture::with("");
    for number in 0..count {
        let months = if number + 3 >= count { 0 } else { 1 + 40 * (count - number) / count };
        let since_zero = 2026 * 12 + 4 - months;
        let day = if months == 0 { 29 - (count - number) } else { 1 + number % 27 };
        let date = format!("{}-{:02}-{day:02}", since_zero / 12, 1 + since_zero % 12);
        fixture.edit(&format!("content/r{number:03}.md"), release(&date, REGIONS[number % 3], ""));
    }
    fixture
}

fn release(date: &str, region: &str, fields: &str) -> String {
    format!(
        "+++\ntitle = \"De {date}\"\ndate = {date}\nregion = \"{region}\"\n{fields}\n+++\n\nTexte du {date}.\n"
    )
}

/// What adding one file changes.
fn adding(fixture: &Fixture, path: &str, text: &str) -> Vec<String> {
    let before = fixture.build().assert_clean();
    fixture.edit(path, text);
    let after = fixture.build().assert_clean();
    let changes = after.changes(&before);
    // The whole is what a build without any memory makes.
    let clean = fixture.build_with(&["--clean", "--output", "propre"]).assert_clean();
    assert_eq!(clean.output, after.output);
    changes
}

#[test]
fn a_new_release_in_periods_that_exist_writes_exactly_these_files() {
    let text = release("2026-05-28T18:00:00Z", "oriental", "");
    let changes = adding(&archive(60), "content/neuf.md", &text);
    expect![[r#"
        ~ 2026/05/28/index.html
        + 2026/05/28/neuf/index.html
        ~ 2026/05/28/r059/index.html
        ~ 2026/05/index.html
        ~ 2026/index.html
        ~ feed.xml
        ~ index.html
        ~ regions/oriental/2026/05/index.html
        ~ regions/oriental/2026/index.html
        ~ regions/oriental/feed.xml
        ~ regions/oriental/index.html
        ~ sitemap-fr-2026.xml
        ~ sitemap.xml"#]]
    .assert_eq(&changes.join("\n"));
    assert!(changes.len() <= 24);
}

#[test]
fn an_archive_ten_times_as_large_writes_no_more() {
    let text = release("2026-05-28T18:00:00Z", "oriental", "");
    let changes = |count| {
        let fixture = archive(count);
        let before = fixture.build().assert_clean();
        let changes = fixture.edit("content/neuf.md", &text).build().assert_clean().changes(&before);
        let last = format!("r{:03}", count - 1);
        changes.into_iter().map(|change| change.replace(&last, "last")).collect::<Vec<_>>()
    };
    assert_eq!(changes(60), changes(600));
}

/// Beside the former: the day and its predecessor's « next » link.
#[test]
fn a_new_release_on_a_new_day_opens_the_day() {
    let changes = adding(&archive(60), "content/neuf.md", &release("2026-05-29", "oriental", ""));
    expect![[r#"
        ~ 2026/05/28/index.html
        ~ 2026/05/28/r059/index.html
        + 2026/05/29/index.html
        + 2026/05/29/neuf/index.html
        ~ 2026/05/index.html
        ~ 2026/index.html
        ~ feed.xml
        ~ index.html
        ~ regions/oriental/2026/05/index.html
        ~ regions/oriental/2026/index.html
        ~ regions/oriental/feed.xml
        ~ regions/oriental/index.html
        ~ sitemap-fr-2026.xml
        ~ sitemap.xml"#]]
    .assert_eq(&changes.join("\n"));
}

#[test]
fn a_new_release_in_a_new_year_opens_year_month_and_day() {
    let fixture = Fixture::with("");
    for (number, date) in ["2024-05-02", "2024-11-03", "2025-01-04", "2025-12-30"].into_iter().enumerate() {
        fixture.edit(&format!("content/r{number}.md"), release(date, "oriental", ""));
    }
    let changes = adding(&fixture, "content/neuf.md", &release("2026-01-02", "oriental", ""));
    expect![[r#"
        ~ 2025/12/30/index.html
        ~ 2025/12/30/r3/index.html
        ~ 2025/12/index.html
        ~ 2025/index.html
        + 2026/01/02/index.html
        + 2026/01/02/neuf/index.html
        + 2026/01/index.html
        + 2026/index.html
        ~ archives/index.html
        ~ feed.xml
        ~ index.html
        ~ regions/oriental/2025/12/index.html
        ~ regions/oriental/2025/index.html
        + regions/oriental/2026/01/index.html
        + regions/oriental/2026/index.html
        ~ regions/oriental/feed.xml
        ~ regions/oriental/index.html
        + sitemap-fr-2026.xml
        ~ sitemap.xml"#]]
    .assert_eq(&changes.join("\n"));
}

#[test]
fn a_new_release_with_province_tags_and_series_writes_theirs_too() {
    let fields = "province = \"Berkane\"\ntags = [\"Eau\", \"Port\"]\nseries = \"Suite\"";
    let fixture = archive(12).file("content/avant.md", release("2026-05-28T10:00:00Z", "oriental", fields));
    let changes = adding(&fixture, "content/neuf.md", &release("2026-05-28T18:00:00Z", "oriental", fields));
    expect![[r#"
        ~ 2026/05/28/index.html
        + 2026/05/28/neuf/index.html
        ~ 2026/05/28/r011/index.html
        ~ 2026/05/index.html
        ~ 2026/index.html
        ~ feed.xml
        ~ index.html
        ~ regions/oriental/2026/05/index.html
        ~ regions/oriental/2026/index.html
        ~ regions/oriental/berkane/feed.xml
        ~ regions/oriental/berkane/index.html
        ~ regions/oriental/feed.xml
        ~ regions/oriental/index.html
        ~ series/suite/feed.xml
        ~ series/suite/index.html
        ~ sitemap-fr-2026.xml
        ~ sitemap.xml
        ~ tags/eau/feed.xml
        ~ tags/eau/index.html
        ~ tags/port/feed.xml
        ~ tags/port/index.html"#]]
    .assert_eq(&changes.join("\n"));
}

/// In periods that its language has already: beside its own pages only the original names it.
#[test]
fn a_translation_writes_its_own_languages_pages_and_the_original() {
    let fixture = archive(12).file("content/avant.ar.md", release("2026-05-28T10:00:00Z", "oriental", ""));
    let fixture = fixture.file("content/neuf.md", release("2026-05-28T18:00:00Z", "oriental", ""));
    let changes = adding(&fixture, "content/neuf.ar.md", "+++\ntitle = \"خبر\"\n+++\n\nنص.\n");
    expect![[r#"
        ~ 2026/05/28/neuf/index.html
        ~ ar/2026/05/28/avant/index.html
        ~ ar/2026/05/28/index.html
        + ar/2026/05/28/neuf/index.html
        ~ ar/2026/05/index.html
        ~ ar/2026/index.html
        ~ ar/feed.xml
        ~ ar/index.html
        ~ ar/regions/oriental/2026/05/index.html
        ~ ar/regions/oriental/2026/index.html
        ~ ar/regions/oriental/feed.xml
        ~ ar/regions/oriental/index.html
        ~ sitemap-ar-2026.xml
        ~ sitemap.xml"#]]
    .assert_eq(&changes.join("\n"));
}

/// A forgotten release of two years ago: its own periods, its neighbours, and nothing else that lists.
#[test]
fn a_backdated_release_touches_its_periods_and_the_pages_that_show_it_as_an_older_one() {
    // The pages of 2024/08 and later show it among related releases of their region; a release that
    // is the newest enters none.
    let fixture = archive(60);
    let changes = adding(&fixture, "content/oubli.md", &release("2024-06-15T12:30:00Z", "oriental", ""));
    expect![[r#"
        ~ 2024/06/01/index.html
        ~ 2024/06/01/r027/index.html
        + 2024/06/15/index.html
        + 2024/06/15/oubli/index.html
        ~ 2024/06/27/index.html
        ~ 2024/06/27/r026/index.html
        ~ 2024/06/index.html
        ~ 2024/08/04/r030/index.html
        ~ 2024/10/07/r033/index.html
        ~ 2024/12/10/r036/index.html
        ~ 2024/index.html
        ~ 2025/02/13/r039/index.html
        ~ regions/oriental/2024/06/index.html
        ~ regions/oriental/2024/index.html
        ~ regions/oriental/feed.xml
        ~ regions/oriental/index.html
        ~ sitemap-fr-2024.xml"#]]
    .assert_eq(&changes.join("\n"));
}

#[test]
fn typing_inside_a_text_touches_its_page_and_the_feeds_that_carry_it() {
    let fixture = archive(60);
    let before = fixture.build().assert_clean();
    let text = release("2026-05-28", REGIONS[59 % 3], "") + "\nUne phrase de plus.\n";
    fixture.edit("content/r059.md", text);
    let changes = fixture.build().assert_clean().changes(&before);
    expect![[r#"
        ~ 2026/05/28/r059/index.html
        ~ feed.xml
        ~ regions/national/feed.xml"#]]
    .assert_eq(&changes.join("\n"));
}

#[test]
fn a_build_without_changes_writes_nothing() {
    let fixture = archive(12);
    let before = fixture.build().assert_clean();
    let after = fixture.build().assert_clean();
    assert_eq!(after.changes(&before), [""; 0]);
    let touched = fixture.build_with(&["--clean"]).assert_clean();
    assert_eq!(touched.changes(&before), [""; 0]);
}

/// A language's first release of a year finds the year's other pages as they were, however many.
#[test]
fn the_first_release_of_a_language_in_a_year_changes_no_release_of_another() {
    let changes = |count: usize| {
        let fixture = Fixture::with("");
        for number in 0..count {
            let text = release(&format!("2026-01-{:02}", 1 + number % 28), "oriental", "");
            fixture.edit(&format!("content/r{number:03}.md"), text);
        }
        let arabic = release("2026-01-31", "oriental", "").replace("De ", "من ");
        adding(&fixture, "content/jadid.ar.md", &arabic)
    };
    let few = changes(10);
    assert_eq!(few, changes(40));
    let of_releases: Vec<_> = few.iter().filter(|change| change.contains("/r0")).collect();
    assert!(of_releases.is_empty(), "{of_releases:?}");
}

#[test]
fn a_release_elsewhere_in_the_region_leaves_a_province_alone() {
    let fixture = archive(24);
    fixture.edit("content/p.md", release("2026-05-02", "souss-massa", "province = \"Tiznit\""));
    let changes = adding(&fixture, "content/neuf.md", &release("2026-05-30", "souss-massa", ""));
    assert!(!changes.iter().any(|change| change.contains("tiznit")), "{changes:?}");
}

/// The memory of earlier runs may be lost, cut or forged: the output is the same.
#[test]
fn a_broken_memory_is_as_good_as_none() {
    let fixture = archive(12);
    let before = fixture.build().assert_clean();
    let caches: Vec<String> = crate::harness::tree(&fixture.path(".cache")).into_keys().collect();
    assert!(!caches.is_empty());
    for (number, bytes) in [&b""[..], b"tribune manifest 1", &[0xff; 4096]].into_iter().enumerate() {
        for cache in &caches {
            fixture.edit(&format!(".cache/{cache}"), bytes);
        }
        fixture.edit(&format!("content/n{number}.md"), release("2026-05-28T20:00:00Z", "monde", ""));
        let after = fixture.build().assert_clean();
        let clean = fixture.build_with(&["--clean", "--output", &format!("propre{number}")]).assert_clean();
        assert_eq!(after.output, clean.output);
    }
    assert_ne!(before.output, fixture.build().output);
}

/// Any edits in any order: what stands is always what a clean build makes.
#[test]
fn any_edits_lead_to_what_a_clean_build_makes() {
    let fixture = archive(24);
    let clean = |fixture: &Fixture, step: usize| -> Run {
        fixture.build_with(&[
            "--clean",
            "--output",
            &format!("../{}-{step}", fixture.dir().file_name().unwrap().to_str().unwrap()),
        ])
    };
    let steps: [&dyn Fn(); 8] = [
        &|| _ = fixture.edit("content/r003.md", release("2024-02-02", "monde", "tags = [\"Un\"]")),
        &|| _ = fixture.remove("content/r004.md"),
        &|| std::fs::rename(fixture.path("content/r005.md"), fixture.path("content/autre.md")).unwrap(),
        &|| _ = fixture.edit("content/pages/parti.md", "+++\ntitle = \"Le parti\"\n+++\n\nNous.\n"),
        &|| _ = fixture.edit("site.toml", format!("{SITE}description = \"Les nouvelles\"\n")),
        &|| _ = fixture.edit("templates/404.html", "<h1>Rien</h1>"),
        &|| _ = fixture.edit("content/static/style.css", "body{color:red}"),
        &|| _ = fixture.remove("templates/404.html").edit("site.toml", SITE),
    ];
    fixture.build().assert_clean();
    for (number, step) in steps.iter().enumerate() {
        step();
        let after = fixture.build().assert_done();
        let clean = clean(&fixture, number).assert_done();
        std::fs::remove_dir_all(
            fixture.path(&format!("../{}-{number}", fixture.dir().file_name().unwrap().to_str().unwrap())),
        )
        .unwrap();
        assert_eq!(after.output, clean.output, "after step {number}");
    }
}
