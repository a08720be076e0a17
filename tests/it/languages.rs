//! Several languages: what a translation inherits, where it stands, how readers change over.

use std::collections::BTreeMap;

use crate::harness::{Fixture, PIXEL, Run, SITE, toml};
use crate::html;

/// Where the language switch of a page leads.
fn switch(run: &Run, page: &str) -> Vec<String> {
    let links = html::all(run.page(page), "a").into_iter().filter(|a| a.attr("lang") == "ar");
    let mut ways: Vec<String> = links.filter_map(|a| html::resolve(page, a.attr("href"))).collect();
    ways.dedup();
    ways
}

#[test]
fn a_translation_inherits_all_but_title_text_and_summary() {
    let fields = "number = \"7\"\nkind = \"speech\"\nprovince = \"Tiznit\"\ncontact = \"Presse\"\nauthors = [\"Amina\"]\nseries = \"S\"\ntags = [\"Eau\"]\nsummary = \"Le résumé\"\nimage = { src = \"p.png\", alt = \"\" }\ncorrections = [{ date = 2026-03-13, note = \"Le chiffre\" }]";
    let arabic = "+++\ntitle = \"جولة\"\n+++\n\nنص.\n";
    let fixture =
        Fixture::release(&toml(fields)).file("content/a.ar.md", arabic).file("content/p.png", PIXEL);
    let run = fixture.build().assert_clean();
    let page = run.page("ar/2026/03/12/a/");
    let shown = html::text(page);
    for inherited in ["7", "Presse", "Amina", "Le chiffre"] {
        assert!(shown.contains(inherited), "{inherited} in {shown}");
    }
    for own in ["Le résumé", "Texte."] {
        assert!(!page.contains(own), "{own}");
    }
    assert!(shown.contains("جولة") && shown.contains("نص."));
    assert!(run.has("ar/tags/eau/") && run.has("ar/series/s/") && run.has("ar/regions/souss-massa/tiznit/"));
    assert!(page.contains("p.png"));
    let image = html::all(page, "img").into_iter().find(|img| img.attr("src").contains("p.png")).unwrap();
    assert!(run.output.contains_key(&html::resolve("ar/2026/03/12/a/", image.attr("src")).unwrap()));
}

#[test]
fn a_language_with_its_region_stands_in_the_names_of_files() {
    let strings = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/themes/default/lang/ar.toml")).unwrap();
    let fixture = Fixture::release(&toml(""))
        .file("site.toml", SITE.replace("\"ar\"", "\"ar-MA\""))
        .file("lang/ar-MA.toml", strings)
        .file("content/a.ar-MA.md", "+++\ntitle = \"جولة\"\n+++\n\nنص.\n");
    let run = fixture.build().assert_clean();
    assert!(run.page("ar-MA/2026/03/12/a/").contains("<html lang=\"ar-MA\" dir=\"rtl\""));
    // Of a language that the portal has not it is no release of another.
    fixture.edit("content/b.ar.md", toml(""));
    let run = fixture.build();
    assert!(run.code == 1 && run.stderr.contains("content/b.ar.md:1:1: error:"), "{}", run.stderr);
}

#[test]
fn a_translation_without_a_title_of_its_own_is_an_error() {
    let fixture = Fixture::release(&toml("")).file("content/a.ar.md", "+++\nnumber = 3\n+++\n\nنص.\n");
    fixture.build().assert_refused(expect_test::expect![
        "content/a.ar.md:1:1: error: missing field `title` in a release's header"
    ]);
}

/// Two missing fields would have a person write them, and part the pair for good.
#[test]
fn a_translation_whose_original_was_renamed_is_one_error_that_names_both() {
    let arabic = "+++\ntitle = \"انسحاب\"\n+++\n\nنص.\n";
    let fixture = Fixture::with("")
        .file("content/2026/retrait.md", toml(""))
        .file("content/2026/ret.ar.md", arabic)
        .file("content/2026/autre.md", toml(""));
    fixture.build().assert_refused(expect_test::expect![
        "content/2026/ret.ar.md:1:1: error: `content/2026/ret.md`, of which this is the `ar`, is not there"
    ]);
    expect_test::expect!["if it is now `content/2026/retrait.md`, rename this one, too, to `content/2026/retrait.ar.md`; or give it `date` and `region` of its own"]
        .assert_eq(&fixture.help());
    // An original that has its translation is not the one that was lost.
    fixture.edit("content/2026/retrait.ar.md", arabic);
    expect_test::expect![
        "name it as the release that it translates; or give it `date` and `region` of its own"
    ]
    .assert_eq(&fixture.help());
    fixture.remove("content/2026/retrait.ar.md").edit("content/2026/ret.ar.md", toml(""));
    fixture.build().assert_done();
}

#[test]
fn a_translation_without_original_is_told_what_it_lacks_alone() {
    let arabic = "+++\ntitle = \"انسحاب\"\ndate = 2026-03-12\n+++\n\nنص.\n";
    let fixture = Fixture::with("").file("content/b.md", toml("")).file("content/ret.ar.txt", arabic);
    fixture.build().assert_refused(expect_test::expect![
        "content/ret.ar.txt:1:1: error: `content/ret.txt`, of which this is the `ar`, is not there"
    ]);
    expect_test::expect!["name it as the release that it translates; or give it `region` of its own"]
        .assert_eq(&fixture.help());
    // What the header says in its own way is the fault.
    fixture.edit("content/ret.ar.txt", arabic.replace("date =", "regoin = \"souss-massa\"\ndate ="));
    fixture.build().assert_refused(expect_test::expect![
        "content/ret.ar.txt:3:1: error: unknown field `regoin` in a release's header"
    ]);
}

#[test]
fn an_original_that_was_refused_is_there_for_its_translation() {
    let fixture = Fixture::with("")
        .file("content/ret.md", b"\xff\xfe")
        .file("content/ret.ar.md", "+++\ntitle = \"انسحاب\"\n+++\n\nنص.\n");
    fixture.build().assert_refused(expect_test::expect![
        "content/ret.md:1:1: error: the file is not UTF-8 from byte 0 on"
    ]);
}

#[test]
fn a_translation_may_have_fields_of_its_own() {
    let arabic = "+++\ntitle = \"جولة\"\ntags = [\"الماء\"]\nnumber = \"8\"\n+++\n\nنص.\n";
    let fixture = Fixture::release(&toml("tags = [\"Eau\"]\nnumber = \"7\"")).file("content/a.ar.md", arabic);
    let run = fixture.build().assert_clean();
    let tags: Vec<&String> =
        run.output.keys().filter(|path| path.contains("tags/") && path.ends_with(".html")).collect();
    assert_eq!(tags.len(), 2, "{tags:?}");
    assert!(tags.iter().any(|path| path.starts_with("ar/tags/")));
    assert!(!run.has("ar/tags/eau/"));
}

#[test]
fn an_index_lists_its_own_language_only() {
    let run = Fixture::small().build().assert_clean();
    for (path, bytes) in
        run.output.iter().filter(|(path, _)| path.ends_with(".html") || path.ends_with(".xml"))
    {
        let text = std::str::from_utf8(bytes).unwrap();
        let foreign = if path.starts_with("ar/") { "Tournée dans le Souss" } else { "جولة في سوس" };
        let pair = path.ends_with("2026/03/12/tournee/index.html");
        assert_eq!(text.contains(foreign), pair, "{path}");
    }
}

#[test]
fn the_language_switch_leads_to_the_counterpart() {
    let run = Fixture::small().build().assert_clean();
    for page in [
        "",
        "2026/",
        "2026/03/",
        "2026/03/12/",
        "2026/03/12/tournee/",
        "archives/",
        "regions/",
        "regions/souss-massa/",
        "regions/souss-massa/2026/",
        "regions/souss-massa/2026/03/",
        "regions/souss-massa/tiznit/",
        "regions/oriental/",
    ] {
        assert!(html::links(page, run.page(page)).contains(&format!("ar/{page}")), "{page}");
        let back = format!("ar/{page}");
        assert!(html::links(&back, run.page(&back)).contains(&page.to_owned()), "{back}");
    }
}

#[test]
fn where_there_is_no_counterpart_the_switch_leads_to_the_next_wider_page_that_always_exists() {
    let run = Fixture::small().build().assert_clean();
    for (page, wider) in [
        ("2025/", "ar/archives/"),
        ("2025/12/", "ar/archives/"),
        ("2025/12/30/port/", "ar/regions/souss-massa/"),
        ("2026/02/", "ar/archives/"),
        ("2026/02/03/", "ar/archives/"),
        ("2026/02/03/budget/", "ar/regions/national/"),
        ("regions/souss-massa/2025/12/", "ar/regions/souss-massa/"),
        ("regions/souss-massa/2025/", "ar/regions/souss-massa/"),
        ("regions/national/2026/", "ar/regions/national/"),
        ("contact/", "ar/"),
    ] {
        let switch = switch(&run, page);
        assert_eq!(switch, [wider], "{page}");
    }
}

#[test]
fn alternates_are_absolute_mutual_and_lead_to_pages_that_exist() {
    let run = Fixture::small().build().assert_clean();
    let mut ways: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = std::str::from_utf8(bytes).unwrap();
        let links = html::all(page, "link")
            .into_iter()
            .filter(|link| link.attr("rel") == "alternate" && !link.attr("hreflang").is_empty());
        let alternates: Vec<_> =
            links.map(|link| (link.attr("hreflang").to_owned(), link.attr("href").to_owned())).collect();
        if !alternates.is_empty() {
            ways.insert(format!("https://parti.example/{}", path.trim_end_matches("index.html")), alternates);
        }
    }
    assert!(ways.contains_key("https://parti.example/2026/03/12/tournee/"));
    assert!(
        !ways.contains_key("https://parti.example/2026/02/03/budget/"),
        "a page without counterpart has none"
    );
    for (page, alternates) in &ways {
        let own = alternates.iter().filter(|(lang, href)| href == page && lang != "x-default");
        assert_eq!(own.count(), 1, "{page} names itself once");
        for (lang, href) in alternates {
            let there = ways.get(href).unwrap_or_else(|| panic!("{page} names {href}, which names nothing"));
            assert!(there.iter().any(|(_, back)| back == page), "{href} does not name {page}");
            assert_eq!(href.contains("/ar/"), lang == "ar", "{lang}: {href}");
        }
    }
}

#[test]
fn a_release_in_the_second_language_alone_needs_no_original() {
    let text = "+++\ntitle = \"خبر\"\ndate = 2026-03-12\nregion = \"oriental\"\n+++\n\nنص.\n";
    let run = Fixture::with("").file("content/khabar.ar.md", text).build().assert_clean();
    assert!(run.has("ar/2026/03/12/khabar/") && !run.has("2026/") && run.has("ar/2026/"));
    assert!(run.has("archives/") && run.has("regions/oriental/") && !run.has("regions/oriental/2026/"));
}

#[test]
fn a_language_may_stand_in_the_header_instead_of_the_name() {
    let text = toml("lang = \"ar\"").replace("\"A\"", "\"خبر\"");
    let run = Fixture::release(&text).build().assert_clean();
    assert!(run.has("ar/2026/03/12/a/") && !run.has("2026/03/12/a/"));
}

#[test]
fn a_link_to_a_release_leads_to_the_readers_language() {
    let fixture = Fixture::small().file(
        "content/2026/03/suite.ar.md",
        "+++\ntitle = \"تتمة\"\ndate = 2026-03-14\nregion = \"oriental\"\n+++\n\n[جولة](tournee.md)\n",
    );
    let run = fixture.build().assert_clean();
    assert!(run.lists("ar/2026/03/14/suite/", "ar/2026/03/12/tournee/"));
}

#[test]
fn the_names_of_a_list_are_parted_as_the_language_does() {
    let fixture = Fixture::release(&toml("authors = [\"Amina Z.\", \"Omar B.\"]"))
        .file("content/a.ar.md", "+++\ntitle = \"خبر\"\nauthors = [\"أمينة\", \"عمر\"]\n+++\nنص.\n");
    let run = fixture.build().assert_clean();
    assert!(run.page("2026/03/12/a/").contains("<bdi>Amina Z.</bdi>, <bdi>Omar B.</bdi>"));
    assert!(run.page("ar/2026/03/12/a/").contains("<bdi>أمينة</bdi>، <bdi>عمر</bdi>"));
}

/// A no-break space before a mark, and the space after it, are parts of a string.
#[test]
fn strings_of_a_language_keep_their_ends() {
    let text = toml("authors = [\"Amina Z.\", \"Omar B.\"]");
    let fixture = Fixture::release(&text).file("lang/fr.toml", "[text]\nlist_separator = \"\u{a0}; \"\n");
    let run = fixture.build().assert_clean();
    assert!(run.page("2026/03/12/a/").contains("<bdi>Amina Z.</bdi>\u{a0}; <bdi>Omar B.</bdi>"));
}

#[test]
fn arabic_says_that_a_place_changed_and_where_names_come_from() {
    let run = Fixture::small().build().assert_clean();
    let lost = html::text(run.page("ar/404.html"));
    assert!(lost.contains("أو تكون الصفحة قد تغيّر مكانها."), "{lost}");
    assert!(lost.contains("مصدر المعطيات الترابية:"), "{lost}");
}

/// Left to the bidirectional algorithm, « 2021-2026 » and telephone numbers swap their ends in Arabic.
#[test]
fn runs_of_the_other_direction_are_isolated_in_texts_and_titles() {
    let text = "+++\ntitle = \"خطة 2021-2026 لحزب USFP\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\n\
                الهاتف +212 537 77 28 28 **في 2021-2026**، `a-b`.\n";
    let fixture = Fixture::with("").file("content/a.ar.md", text).file("content/b.ar.txt", text);
    let run = fixture.file("content/c.md", toml("").replace("Texte.", "Le mot حزب القوات, `حزب`.")).build();
    let run = run.assert_clean();
    let page = run.page("ar/2026/03/12/a/");
    for shown in [
        "<h1>خطة <bdi>2021-2026</bdi> لحزب <bdi>USFP</bdi></h1>",
        "الهاتف <bdi>+212 537 77 28 28</bdi> <strong>في <bdi>2021-2026</bdi></strong>، <code>a-b</code>.",
    ] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert!(run.page("ar/2026/03/12/b/").contains("الهاتف <bdi>+212 537 77 28 28</bdi> **في"));
    assert!(run.page("ar/").contains(">خطة <bdi>2021-2026</bdi> لحزب <bdi>USFP</bdi></a>"));
    let french = run.page("2026/03/12/c/");
    assert!(french.contains("Le mot <bdi>حزب القوات</bdi>, <code>حزب</code>."), "{french}");
}

/// Open Graph has no language without a country; messengers show no drawing, and no empty line.
#[test]
fn messengers_find_what_they_show() {
    let fixture = Fixture::release(&toml("withdrawn = \"Une erreur\""))
        .file("content/static/l.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
        .file("site.toml", format!("{SITE}[party]\nlogo = \"/l.svg\"\n"));
    let run = fixture.build().assert_clean();
    let page = run.page("2026/03/12/a/");
    assert!(page.contains("<meta property=\"og:locale\" content=\"fr_MA\">"));
    let description = page.lines().find(|line| line.starts_with("<meta name=\"description\"")).unwrap();
    assert!(description.contains("retiré") && description.contains("Une erreur"), "{description}");
    assert!(!page.contains("og:image"));
    fixture
        .edit("content/static/l.png", PIXEL)
        .edit("site.toml", format!("{SITE}[party]\nlogo = \"/l.png\"\n"));
    let run = fixture.build().assert_done();
    assert!(
        run.page("2026/03/12/a/")
            .contains("<meta property=\"og:image\" content=\"https://parti.example/l.png\">")
    );
}
