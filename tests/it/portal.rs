//! What stands on the pages of a portal.

use crate::harness::{Fixture, PIXEL, Run, SITE, toml};
use crate::html;

/// The lists and feeds on which the release at `address` stands.
fn standing_on(run: &Run, address: &str) -> Vec<String> {
    let at = address.trim_end_matches('/').to_owned() + "/";
    let day = at.split('/').take(3).collect::<Vec<_>>().join("/");
    let lists = |path: &String| {
        let is_release = path.starts_with(&day) && path.matches('/').count() > 3;
        let in_feed =
            path.ends_with(".xml") && run.page(path).contains(&format!("https://parti.example/{at}"));
        in_feed || path.ends_with(".html") && !is_release && html::links(path, run.page(path)).contains(&at)
    };
    run.output.keys().filter(|path| lists(path)).map(|path| path.replace("index.html", "")).collect()
}

#[test]
fn a_release_stands_on_every_list_and_feed_that_it_belongs_to_and_on_no_other() {
    let run = Fixture::small().build().assert_clean();
    expect_test::expect![[r#"
        2026/02/03/budget/
        2026/03/12/
        2026/03/
        2026/
        ar/2026/03/12/tournee/
        feed.xml

        regions/souss-massa/2026/03/
        regions/souss-massa/2026/
        regions/souss-massa/feed.xml
        regions/souss-massa/
        regions/souss-massa/tiznit/feed.xml
        regions/souss-massa/tiznit/
        series/tournee-des-provinces/feed.xml
        series/tournee-des-provinces/
        sitemap-fr-2026.xml
        tags/eau/feed.xml
        tags/eau/"#]]
    .assert_eq(&standing_on(&run, "2026/03/12/tournee").join("\n"));
}

#[test]
fn a_release_of_two_regions_stands_on_the_indexes_of_each() {
    let text = toml("").replace("\"souss-massa\"", "[\"Oriental\", \"souss-massa\"]");
    let run = Fixture::release(&text).build().assert_clean();
    for page in [
        "regions/oriental/",
        "regions/souss-massa/",
        "regions/oriental/2026/",
        "regions/souss-massa/2026/03/",
    ] {
        assert!(run.lists(page, "2026/03/12/a/"), "{page}");
    }
    for feed in ["regions/oriental/feed.xml", "regions/souss-massa/feed.xml"] {
        assert!(run.page(feed).contains("/2026/03/12/a/"), "{feed}");
    }
    let where_ = html::elements(run.page("2026/03/12/a/"));
    let principal = where_.iter().find(|e| e.attr("class") == "where").unwrap();
    assert_eq!(html::resolve("2026/03/12/a/", principal.attr("href")).as_deref(), Some("regions/oriental/"));
}

#[test]
fn national_and_monde_are_regions() {
    for (name, slug) in
        [("national", "national"), ("monde", "monde"), ("Monde", "monde"), ("وطني", "national")]
    {
        let run = Fixture::release(&toml("").replace("souss-massa", name)).build().assert_clean();
        assert!(run.lists(&format!("regions/{slug}/"), "2026/03/12/a/"), "{name}");
        assert!(run.has(&format!("regions/{slug}/2026/03/")), "{name}");
    }
}

#[test]
fn a_region_goes_by_slug_code_name_and_alias_in_any_language_case_and_accents_folded() {
    for name in
        ["souss-massa", "09", "MA-09", "SOUSS MASSA", "Soûss–Massa", "Souss Massa", "سوس-ماسة", "سوس ماسة"]
    {
        let run = Fixture::release(&toml("").replace("souss-massa", name)).build();
        assert!(run.assert_clean().lists("regions/souss-massa/", "2026/03/12/a/"), "{name}");
    }
}

#[test]
fn a_region_page_shows_its_newest_twenty_and_its_periods() {
    let fixture = Fixture::with("");
    for number in 0..25 {
        let text = toml("").replace("2026-03-12", &format!("2026-{:02}-{:02}", 1 + number % 3, 1 + number));
        fixture.edit(&format!("content/n{number:02}.md"), text);
    }
    let run = fixture.build().assert_clean();
    let links = html::links("regions/souss-massa/", run.page("regions/souss-massa/"));
    let releases = links
        .iter()
        .filter(|link| link.contains("/n") && !link.starts_with("regions/"))
        .collect::<std::collections::BTreeSet<_>>();
    assert_eq!(releases.len(), 20);
    for period in ["2026/", "2026/01/", "2026/02/", "2026/03/"] {
        assert!(links.contains(&format!("regions/souss-massa/{period}")), "{period}");
    }
    assert!(links.contains(&"regions/souss-massa/feed.xml".to_owned()));
}

#[test]
fn number_kind_contact_and_authors_are_shown() {
    let fields = "number = \"12/2026\"\nkind = \"denial\"\ncontact = \"Presse ; +212 5 00 00 00 00\"\nauthors = [\"Amina Z.\"]";
    let run = Fixture::release(&toml(fields)).build().assert_clean();
    let shown = html::text(run.page("2026/03/12/a/"));
    for part in ["12/2026", "Démenti", "Amina Z.", "Presse"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(html::all(run.page("2026/03/12/a/"), "a").iter().any(|a| a.attr("href") == "tel:+212500000000"));
}

#[test]
fn a_regional_secretariats_contact_stands_on_its_region_and_its_releases() {
    let site = format!("{SITE}[party.regions.souss-massa]\ncontact = \"Bureau Agadir\"\n");
    let run = Fixture::release(&toml("")).file("site.toml", site).build().assert_clean();
    for page in ["regions/souss-massa/", "2026/03/12/a/"] {
        assert!(html::text(run.page(page)).contains("Bureau Agadir"), "{page}");
    }
    assert!(!html::text(run.page("regions/oriental/")).contains("Bureau"));
}

/// A postal address has commas; an address stands among words; numbers run from left to right.
#[test]
fn a_contact_has_lines_with_what_can_be_written_to_or_called() {
    let site = format!(
        "{SITE}[party]\ncontact = \"\"\"\nSiège, 12, rue X\nwww.parti.example\"\"\"\n\
         [party.regions.souss-massa.contact]\nfr = \"Bureau ; Tél. +212 5 00 00 00 28\"\nar = \"المكتب، أكادير؛ a@parti.example\"\n"
    );
    let text = toml("contact = \"\"\"Service de presse : presse@parti.example\n05 37 00 00 00\"\"\"");
    let run = Fixture::release(&text).file("site.toml", site).build().assert_clean();
    let lines = |page: &str| {
        let (_, rest) = run.page(page).split_once("<ul class=\"contact-lines\">\n").unwrap();
        rest.split_once("\n</ul>").unwrap().0.trim().to_owned()
    };
    expect_test::expect![[r#"
        <li>Service de presse : <a href="mailto:presse@parti.example"><bdi dir="ltr">presse@parti.example</bdi></a></li>
          <li><a href="tel:0537000000"><bdi dir="ltr">05 37 00 00 00</bdi></a></li>"#]].assert_eq(&lines("2026/03/12/a/"));
    expect_test::expect![[r#"
        <li>Bureau</li>
          <li>Tél. <a href="tel:+212500000028"><bdi dir="ltr">+212 5 00 00 00 28</bdi></a></li>"#]]
    .assert_eq(&lines("regions/souss-massa/"));
    expect_test::expect![[r#"
        <li>المكتب، أكادير</li>
          <li><a href="mailto:a@parti.example"><bdi dir="ltr">a@parti.example</bdi></a></li>"#]]
    .assert_eq(&lines("ar/regions/souss-massa/"));
    expect_test::expect![[r#"
        <li>Siège, 12, rue X</li>
          <li><a href="https://www.parti.example"><bdi dir="ltr">www.parti.example</bdi></a></li>"#]]
    .assert_eq(&lines(""));
}

#[test]
fn an_image_is_shown_with_alt_caption_credit_and_size() {
    let text =
        toml("image = { src = \"p.png\", alt = \"Un port\", caption = \"Le quai\", credit = \"Noria\" }");
    let run = Fixture::release(&text).file("content/p.png", PIXEL).build().assert_clean();
    let page = run.page("2026/03/12/a/");
    let image = &html::all(page, "img")[0];
    assert_eq!(
        (image.attr("src"), image.attr("alt"), image.attr("width"), image.attr("height")),
        ("../../../../2026/03/12/a/p.png", "Un port", "1", "1")
    );
    assert!(html::text(page).contains("Le quai") && html::text(page).contains("Noria"));
    assert_eq!(run.output["2026/03/12/a/p.png"], PIXEL);
}

#[test]
fn neighbours_lead_from_release_to_release() {
    let run = Fixture::small().build().assert_clean();
    let rel = |page: &str, rel: &str| {
        let link = html::all(run.page(page), "a").into_iter().find(|a| a.attr("rel") == rel);
        link.and_then(|a| html::resolve(page, a.attr("href")))
    };
    assert_eq!(rel("2026/02/03/budget/", "next").as_deref(), Some("2026/03/12/tournee/"));
    assert_eq!(rel("2026/02/03/budget/", "prev").as_deref(), Some("2025/12/30/port/"));
    assert_eq!(rel("2026/02/", "next").as_deref(), Some("2026/03/"));
    assert_eq!(rel("2026/03/12/tournee/", "next"), None);
}

#[test]
fn pages_without_date_stand_in_the_menu_and_need_no_region() {
    let run = Fixture::small().build().assert_clean();
    assert!(html::text(run.page("contact/")).contains("Écrivez-nous."));
    assert!(run.lists("", "contact/") && run.lists("2026/03/12/tournee/", "contact/"));
    assert!(!run.has("ar/contact/"));
}

// How texts arrive.

/// « Communiqué de presse » pasted from Word, saved by Notepad on a machine of 2009.
#[test]
fn a_byte_order_mark_and_crlf_are_fine_in_all_three_forms() {
    for header in [
        "+++\ntitle = \"Été\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n",
        "---\ntitle: Été\ndate: 2026-03-12\nregion: souss-massa\n---\n",
        "Titre : Été\nDate : 12/03/2026\nRégion : Souss-Massa\n\n",
    ] {
        let text = format!("\u{feff}{header}\nUn.\n\nDeux.\n").replace('\n', "\r\n");
        let run = Fixture::release(&text).build().assert_clean();
        let page = run.page("2026/03/12/a/");
        assert!(html::text(page).contains("Été") && !page.contains(['\r', '\u{feff}']), "{page}");
        let paragraphs = html::all(page, "p");
        let of = |text: &str| paragraphs.iter().filter(|p| p.text.trim() == text).count();
        assert_eq!((of("Un."), of("Deux.")), (1, 1));
    }
}

#[test]
fn site_toml_may_begin_with_a_byte_order_mark() {
    let site = format!("\u{feff}{SITE}").replace('\n', "\r\n");
    Fixture::release(&toml("")).file("site.toml", site).build().assert_clean();
}

/// A Mac writes file names and often texts in normal form D.
#[test]
fn decomposed_names_and_texts_are_composed() {
    let text = toml("tags = [\"E\u{301}ducation\"]").replace("\"A\"", "\"L'e\u{301}te\u{301}\"");
    let fixture = Fixture::with("").file("content/e\u{301}te\u{301}.md", text + "![e](e\u{301}.png)\n");
    let run = fixture.file("content/e\u{301}.png", PIXEL).build().assert_clean();
    let page = run.page("2026/03/12/ete/");
    assert!(html::text(page).contains("été"), "{page}");
    assert!(run.has("tags/education/"));
    let image = html::all(page, "img").into_iter().last().unwrap();
    let file = html::resolve("2026/03/12/ete/", image.attr("src")).unwrap();
    assert!(run.output.contains_key(&file), "{file} in {:?}", run.output.keys());
}

#[test]
fn decomposed_and_composed_references_to_one_file_both_find_it() {
    let text = toml("") + "![un](\u{e9}.png)\n\n![deux](e\u{301}.png)\n";
    Fixture::release(&text).file("content/e\u{301}.png", PIXEL).build().assert_clean();
}

/// The sign of Kelvin is a K for everybody but a disk.
#[test]
fn names_that_are_one_once_composed_are_told_of() {
    for [one, other] in [
        ["content/static/K.txt", "content/static/\u{212a}.txt"],
        ["content/\u{e9}.txt", "content/e\u{301}.txt"],
    ] {
        let fixture = Fixture::release(&toml("")).file(one, "Titre : A\n").file(other, "Titre : A\n");
        let run = fixture.build();
        let told = format!("{one}:1:1: error: two sources at one address: `{one}`");
        assert!(run.code == 1 && run.stderr.contains(&told), "{told}: {}", run.stderr);
    }
}

#[test]
fn no_break_spaces_in_a_header_are_spaces() {
    let text = "Titre\u{a0}: Le port\nDate\u{202f}:\u{a0}12\u{a0}mars\u{a0}2026\nRégion\u{a0}: Souss-Massa\u{a0}\n\nTexte.\n";
    let run = Fixture::release(text).build().assert_clean();
    assert!(html::text(run.page("2026/03/12/a/")).contains("Le port"));
}

/// A header of one line, as press offices write it: what follows the date is the text.
#[test]
fn a_bare_date_ends_where_the_date_ends() {
    let text = "Titre : Le port\nRégion : Souss-Massa\nDate : 12 mars 2026 Le conseil ouvre le port.\n";
    let run = Fixture::release(text).build().assert_clean();
    assert!(html::text(run.page("2026/03/12/a/")).contains("Le conseil ouvre le port."));
    let text = "Titre : Le port\nRégion : Souss-Massa\ndate 2026-03-12\nLe conseil ouvre le port.\n";
    let run = Fixture::release(text).build().assert_clean();
    assert!(html::text(run.page("2026/03/12/a/")).contains("Le conseil ouvre le port."));
}

#[test]
fn a_bare_header_in_arabic() {
    let text =
        "العنوان: افتتاح الميناء\nالتاريخ: 12 مارس 2026\nالجهة: سوس-ماسة\nالإقليم: تيزنيت\n\nنص البلاغ.\n";
    let run = Fixture::with("").file("content/minae.ar.txt", text).build().assert_clean();
    let page = run.page("ar/2026/03/12/minae/");
    assert!(html::text(page).contains("افتتاح الميناء") && html::text(page).contains("نص البلاغ."), "{page}");
    assert!(run.lists("ar/regions/souss-massa/tiznit/", "ar/2026/03/12/minae/"));
}

#[test]
fn blank_lines_part_the_paragraphs_of_a_plain_text() {
    let text = "Titre : A\nDate : 2026-03-12\nRégion : Souss-Massa\n\nUn *astérisque*\n<b>gras</b> & fin.\n\n\n# Deux\n";
    let run = Fixture::with("").file("content/a.txt", text).build().assert_clean();
    let page = run.page("2026/03/12/a/");
    assert!(page.contains("*astérisque*") && page.contains("&lt;b&gt;gras&lt;/b&gt; &amp; fin."), "{page}");
    assert!(page.contains("<p># Deux</p>"), "{page}");
}

#[test]
fn files_of_editors_and_systems_are_no_releases() {
    let fixture = Fixture::release(&toml(""));
    for name in
        ["._a.md", ".#a.md", "a.md~", "~$a.md", "#a.md#", ".DS_Store", "Thumbs.db", ".git/b.md", ".a.md.swp"]
    {
        fixture.edit(&format!("content/{name}"), "secret");
    }
    let run = fixture.build().assert_clean();
    assert_eq!(run.mentions("secret"), [""; 0]);
}

#[test]
fn a_portal_without_releases_builds_and_says_so() {
    let run = Fixture::with("").build();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.has("") && run.has("ar/"));
}

#[test]
fn every_page_is_valid_enough_to_be_read_aloud() {
    let run = Fixture::small().build().assert_clean();
    for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = std::str::from_utf8(bytes).unwrap();
        let (lang, dir) = if path.starts_with("ar/") { ("ar", "rtl") } else { ("fr", "ltr") };
        let root = &html::all(page, "html")[0];
        assert_eq!((root.attr("lang"), root.attr("dir")), (lang, dir), "{path}");
        assert_eq!(html::all(page, "h1").len(), 1, "{path}");
        assert!(html::all(page, "title").iter().all(|title| !title.text.is_empty()), "{path}");
        assert!(html::all(page, "img").iter().all(|img| img.attrs.contains_key("alt")), "{path}");
        let mut ids: Vec<String> =
            html::elements(page).iter().filter_map(|e| e.attrs.get("id").cloned()).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id stands twice on {path}");
    }
}

/// Windows writes names in capitals: such a letter was left out with a mere warning.
#[test]
fn a_name_in_capitals_is_a_release_too() {
    let run = Fixture::with("").file("content/LETTRE.TXT", toml("")).build().assert_clean();
    assert!(run.has("2026/03/12/lettre/"));
}

#[test]
fn a_text_is_no_picture() {
    let run = Fixture::with("")
        .file("content/a.md", toml("").replace("Texte.", "![b](b.md)"))
        .file("content/b.md", toml("slug = \"b\""))
        .build();
    assert_eq!(run.short_errors(), ["content/a.md:8:1: error: missing image `b.md`"]);
}

#[test]
fn what_is_named_twice_is_listed_once() {
    let twice =
        "province = [\"tiznit\", \"Tiznit\"]\ntags = [\"Eau\", \"Eau\"]\nauthors = [\"A. B.\", \"A. B.\"]";
    let run = Fixture::release(&toml(twice)).build().assert_clean();
    for page in ["regions/souss-massa/tiznit/", "tags/eau/"] {
        assert_eq!(run.page(page).matches("<article class=\"row\">").count(), 1, "{page}");
        assert_eq!(run.page(&format!("{page}feed.xml")).matches("<item>").count(), 1, "{page}");
    }
    let page = run.page("2026/03/12/a/");
    let authors = page.split("class=\"authors\">").nth(1).unwrap().split("</span>").next().unwrap();
    assert_eq!(authors.matches("A. B.").count(), 1);
    assert_eq!(page.matches("tags/eau/").count(), 1);
}
