//! Which addresses a portal has: these, and no others.

use std::fmt::Write;

use expect_test::expect;

use crate::harness::{Fixture, toml};

/// Regions without a release have their page and feed all the same; here they are left out.
fn addresses(run: &crate::harness::Run) -> String {
    let bare = |path: &&String| {
        let region = path.split_once("regions/").and_then(|(_, rest)| rest.split('/').next());
        region.is_none_or(|slug| matches!(slug, "index.html" | "souss-massa" | "national"))
    };
    run.output.keys().filter(bare).fold(String::new(), |mut all, path| {
        writeln!(all, "{path}").unwrap();
        all
    })
}

#[test]
fn a_small_portal_has_each_address_of_the_contract_and_no_other() {
    let run = Fixture::small().build().assert_clean();
    expect![[r#"
        2025/12/30/index.html
        2025/12/30/port/index.html
        2025/12/index.html
        2025/index.html
        2026/02/03/budget/index.html
        2026/02/03/index.html
        2026/02/index.html
        2026/03/12/index.html
        2026/03/12/tournee/index.html
        2026/03/index.html
        2026/index.html
        404.html
        ar/2026/03/12/index.html
        ar/2026/03/12/tournee/index.html
        ar/2026/03/index.html
        ar/2026/index.html
        ar/404.html
        ar/archives/index.html
        ar/feed.xml
        ar/index.html
        ar/regions/index.html
        ar/regions/national/feed.xml
        ar/regions/national/index.html
        ar/regions/souss-massa/2026/03/index.html
        ar/regions/souss-massa/2026/index.html
        ar/regions/souss-massa/feed.xml
        ar/regions/souss-massa/index.html
        ar/regions/souss-massa/tiznit/feed.xml
        ar/regions/souss-massa/tiznit/index.html
        ar/series/joula-al-aqalim/feed.xml
        ar/series/joula-al-aqalim/index.html
        ar/tags/alma/feed.xml
        ar/tags/alma/index.html
        archives/index.html
        contact/index.html
        feed.xml
        index.html
        regions/index.html
        regions/national/2026/02/index.html
        regions/national/2026/index.html
        regions/national/feed.xml
        regions/national/index.html
        regions/souss-massa/2025/12/index.html
        regions/souss-massa/2025/index.html
        regions/souss-massa/2026/03/index.html
        regions/souss-massa/2026/index.html
        regions/souss-massa/feed.xml
        regions/souss-massa/index.html
        regions/souss-massa/tiznit/feed.xml
        regions/souss-massa/tiznit/index.html
        robots.txt
        series/tournee-des-provinces/feed.xml
        series/tournee-des-provinces/index.html
        sitemap-ar-2026.xml
        sitemap-ar.xml
        sitemap-fr-2025.xml
        sitemap-fr-2026.xml
        sitemap-fr.xml
        sitemap.xml
        style.css
        tags/eau/feed.xml
        tags/eau/index.html
    "#]]
    .assert_eq(&addresses(&run));
}

#[test]
fn every_region_has_its_page_and_feed_in_every_language() {
    let run = Fixture::small().build().assert_clean();
    let slugs = |prefix: &str| {
        let pages =
            run.output.keys().filter_map(|path| path.strip_prefix(prefix)?.strip_suffix("/index.html"));
        pages.filter(|slug| !slug.contains('/')).map(str::to_owned).collect::<Vec<_>>()
    };
    expect!["beni-mellal-khenifra casablanca-settat dakhla-oued-ed-dahab draa-tafilalet fes-meknes guelmim-oued-noun laayoune-sakia-el-hamra marrakech-safi monde national oriental rabat-sale-kenitra souss-massa tanger-tetouan-al-hoceima"].assert_eq(&slugs("regions/").join(" "));
    assert_eq!(slugs("regions/"), slugs("ar/regions/"));
    for slug in slugs("regions/") {
        assert!(
            run.has(&format!("regions/{slug}/feed.xml")) && run.has(&format!("ar/regions/{slug}/feed.xml"))
        );
    }
}

#[test]
fn pages_are_files_where_the_portal_says_so() {
    let fixture = Fixture::small();
    let site = std::fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", format!("{site}[build]\naddresses = \"file\"\n"));
    let run = fixture.build().assert_clean();
    expect![[r#"
        2025.html
        2025/12.html
        2025/12/30.html
        2025/12/30/port.html
        2026.html
        2026/02.html
        2026/02/03.html
        2026/02/03/budget.html
        2026/03.html
        2026/03/12.html
        2026/03/12/tournee.html
        404.html
        ar/2026.html
        ar/2026/03.html
        ar/2026/03/12.html
        ar/2026/03/12/tournee.html
        ar/404.html
        ar/archives.html
        ar/feed.xml
        ar/index.html
        ar/regions.html
        ar/regions/national/feed.xml
        ar/regions/souss-massa/2026.html
        ar/regions/souss-massa/2026/03.html
        ar/regions/souss-massa/feed.xml
        ar/regions/souss-massa/tiznit.html
        ar/regions/souss-massa/tiznit/feed.xml
        ar/series/joula-al-aqalim.html
        ar/series/joula-al-aqalim/feed.xml
        ar/tags/alma.html
        ar/tags/alma/feed.xml
        archives.html
        contact.html
        feed.xml
        index.html
        regions.html
        regions/national/2026.html
        regions/national/2026/02.html
        regions/national/feed.xml
        regions/souss-massa/2025.html
        regions/souss-massa/2025/12.html
        regions/souss-massa/2026.html
        regions/souss-massa/2026/03.html
        regions/souss-massa/feed.xml
        regions/souss-massa/tiznit.html
        regions/souss-massa/tiznit/feed.xml
        robots.txt
        series/tournee-des-provinces.html
        series/tournee-des-provinces/feed.xml
        sitemap-ar-2026.xml
        sitemap-ar.xml
        sitemap-fr-2025.xml
        sitemap-fr-2026.xml
        sitemap-fr.xml
        sitemap.xml
        style.css
        tags/eau.html
        tags/eau/feed.xml
    "#]]
    .assert_eq(&addresses(&run));
}

/// 450 releases of one month: two full parts from the oldest on, and the newest 50 at the bare
/// address, so that a new release touches the bare page alone.
#[test]
fn long_lists_go_in_parts_that_are_numbered_from_the_oldest() {
    let fixture = Fixture::with("");
    for number in 0..450 {
        let (day, hour) = (1 + number / 18, number % 18);
        let text = format!(
            "+++\ntitle = \"N{number:03}\"\ndate = 2026-03-{day:02}T{hour:02}:00:00+00:00\nregion = \"oriental\"\ntags = [\"T\"]\n+++\n"
        );
        fixture.edit(&format!("content/{}/n{number:03}.md", number % 7), text);
    }
    let run = fixture.build().assert_clean();
    let listed = |page: &str| {
        let links = crate::html::links(page, run.page(page));
        let releases = links
            .iter()
            .filter_map(|link| link.trim_end_matches('/').rsplit_once("/n")?.1.parse::<u32>().ok());
        let numbers: std::collections::BTreeSet<u32> = releases.collect();
        let ends = numbers.first().zip(numbers.last());
        ends.map(|(first, last)| (*first, *last, numbers.len()))
    };
    for list in ["2026/", "2026/03/", "regions/oriental/2026/", "regions/oriental/2026/03/", "tags/t/"] {
        assert_eq!(listed(list), Some((400, 449, 50)), "{list}");
        assert_eq!(listed(&format!("{list}p1/")), Some((0, 199, 200)), "{list}");
        assert_eq!(listed(&format!("{list}p2/")), Some((200, 399, 200)), "{list}");
        assert!(!run.has(&format!("{list}p3/")), "{list}");
    }
    assert_eq!(listed(""), Some((430, 449, 20)));
    assert_eq!(listed("regions/oriental/"), Some((430, 449, 20)));
    // A part is full at 200: the 200th release still stands on the bare page alone.
    let before = run;
    fixture.edit("content/n450.md", toml("").replace("2026-03-12", "2026-03-28"));
    let changed = fixture.build().assert_clean().changes(&before);
    assert!(!changed.iter().any(|change| change.contains("/p")), "{changed:?}");
}

#[test]
fn a_list_of_exactly_two_hundred_has_one_page() {
    let fixture = Fixture::with("");
    for number in 0..200 {
        fixture.edit(&format!("content/n{number:03}.md"), toml(""));
    }
    let run = fixture.build().assert_clean();
    assert!(run.has("2026/03/12/") && !run.has("2026/03/12/p1/"));
    fixture.edit("content/n200.md", toml(""));
    let run = fixture.build().assert_clean();
    assert!(run.has("2026/03/12/p1/") && !run.has("2026/03/12/p2/"));
}

/// `pages` and `p1` as names of releases or tags must not meet the parts of lists.
#[test]
fn a_release_named_like_a_part_is_told_apart() {
    let fixture = Fixture::with("").file("content/p1.md", toml("tags = [\"p1\"]"));
    let run = fixture.build().assert_clean();
    assert!(run.has("2026/03/12/p1/") && run.has("tags/p1/"));
}

#[test]
fn files_beside_a_release_are_published_with_it() {
    let fixture =
        Fixture::release(&(toml("") + "[PV](pieces/pv.pdf)\n")).file("content/pieces/pv.pdf", "%PDF");
    let run = fixture.build().assert_clean();
    assert_eq!(run.page("2026/03/12/a/pieces/pv.pdf"), "%PDF");
    assert!(run.lists("2026/03/12/a/", "2026/03/12/a/pieces/pv.pdf"));
}

#[test]
fn static_files_are_copied_to_the_root_and_the_portals_win_over_the_themes() {
    let fixture =
        Fixture::release(&toml("")).file("content/static/.DS_Store", "").file("content/static/d/x.txt", "x");
    let fixture = fixture.file("content/static/style.css", "body{}");
    let run = fixture.build().assert_clean();
    assert_eq!((run.page("d/x.txt"), run.page("style.css")), ("x", "body{}"));
    assert!(!run.has(".DS_Store"), "what a tool left behind is no content");
}

#[test]
fn a_tag_in_tifinagh_has_an_address_and_one_of_symbols_is_refused() {
    let run = Fixture::release(&toml("tags = [\"ⵜⴰⵎⴰⵣⵉⵖⵜ\"]")).build().assert_clean();
    assert!(run.has("tags/tamazight/"));
    let fixture = Fixture::release(&toml("tags = [\"Eau\", \"🌊\"]\nseries = \"水\""));
    fixture.build().assert_refused(expect_test::expect![[r#"
        content/a.md:5:16: error: `🌊` is no valid value for `tags`
        content/a.md:6:10: error: `水` is no valid value for `series`"#]]);
}
