//! What a release's text becomes on its page.

use crate::harness::{Fixture, PIXEL, toml};

/// The text of `content/a.md` as its page shows it.
#[track_caller]
fn prose(text: &str) -> String {
    shown(Fixture::release(&(toml("").replace("Texte.\n", "") + text)))
}

#[track_caller]
fn shown(fixture: Fixture) -> String {
    let run = fixture.build().assert_done();
    let (_, rest) = run.page("2026/03/12/a/").split_once("<div class=\"prose\">\n").expect("a text");
    rest.split_once("\n    </div>").expect("the end of the text").0.trim_end().to_owned()
}

/// Elsewhere it is a link of its own, and HTML knows no link inside a link.
#[test]
fn a_picture_of_another_host_inside_a_link_is_its_text() {
    for (text, html) in [
        ("[![Un port](https://x.example/y.png)](https://z.example)", "Un port"),
        ("[![](https://x.example/y.png)](https://z.example)", "https://x.example/y.png"),
        ("[*a ![Un port](https://x.example/y.png)* b](https://z.example)", "<em>a Un port</em> b"),
    ] {
        assert_eq!(prose(text), format!("<p><a href=\"https://z.example\">{html}</a></p>"), "{text}");
    }
}

/// No `style`, which a content security policy forbids; the sides are those of the language.
#[test]
fn columns_have_their_sides_as_classes() {
    let table = "| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |\n| 5 |\n";
    let html = "<div class=\"table\" tabindex=\"0\"><table><thead><tr>\
        <th class=\"start\">a</th><th class=\"center\">b</th><th class=\"end\">c</th><th>d</th></tr></thead><tbody>\n\
        <tr><td class=\"start\">1</td><td class=\"center\">2</td><td class=\"end\">3</td><td>4</td></tr>\n\
        <tr><td class=\"start\">5</td><td class=\"center\"></td><td class=\"end\"></td><td></td></tr>\n\
        </tbody></table>\n</div>";
    assert_eq!(prose(table), html);
    // Raw HTML beside it, and the sanitiser keeps the sides.
    assert_eq!(prose(&format!("{table}\n<p>x</p>")), format!("{html}\n<p>x</p>"));
    assert_eq!(
        prose("<table><tr><td class=\"end box\">x"),
        "<table><tbody><tr><td class=\"end\">x</td></tr></tbody></table>"
    );
}

#[test]
fn links_keep_their_query_and_fragment() {
    for (link, href) in [
        ("/search/?q=eau&p=2#y", "../../../../search/?q=eau&amp;p=2#y"),
        ("b.md?x=1", "../../../../2026/03/12/b/?x=1"),
        ("b.md?x=1#y?z", "../../../../2026/03/12/b/?x=1#text-y?z"),
        ("#a?b", "#text-a?b"),
        ("?x=1", "?x=1"),
    ] {
        for text in [format!("[x]({link})"), format!("<a href=\"{link}\">x</a>")] {
            let page = shown(Fixture::release(&(toml("") + &text)).file("content/b.md", toml("")));
            assert!(page.contains(&format!("<a href=\"{href}\">x</a>")), "{text} gives {page}");
        }
    }
    // Whatever else the text holds.
    let both = prose("[x](/search/?q=eau)\n\n<p>x</p>");
    assert!(both.contains("<a href=\"../../../../search/?q=eau\">x</a>"), "{both}");
}

/// Old Macs ended lines by a lone carriage return, and old archives are full of them.
#[test]
fn all_line_ends_are_alike() {
    let source = "Titre : A\nDate : 2026-03-12\nRégion : Souss-Massa\n\nUn\ndeux.\n\nTrois.\n \nQuatre.\n";
    for (ending, html) in [
        ("txt", "<p>Un<br>\ndeux.</p>\n<p>Trois.</p>\n<p>Quatre.</p>"),
        ("md", "<p>Un\ndeux.</p>\n<p>Trois.</p>\n<p>Quatre.</p>"),
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let fixture = Fixture::with("").file(&format!("content/a.{ending}"), source.replace('\n', end));
            let page = fixture.build().assert_clean();
            let page = page.page("2026/03/12/a/");
            assert!(page.contains("<meta name=\"description\" content=\"Un deux.\">"), "{ending} {end:?}");
            assert_eq!(shown(fixture), html, "{ending} {end:?}");
        }
    }
}

/// Its bytes and its summary stay: its markup alone makes it another text.
#[test]
fn a_text_that_becomes_a_plain_one_is_shown_anew() {
    let text = toml("summary = \"Un résumé\"").replace("Texte.", "Un *mot*\nde la fin.");
    let fixture = Fixture::release(&text);
    let fingerprint = || {
        let manifest = published(&fixture);
        let page = manifest.files.iter().find(|one| one.file() == "2026/03/12/a/index.html");
        page.unwrap().fingerprint
    };
    let before = (fixture.build().assert_clean(), fingerprint());
    fixture.remove("content/a.md").edit("content/a.txt", &text);
    let after = (fixture.build().assert_clean(), fingerprint());
    assert_ne!(after.1, before.1);
    let changes = after.0.changes(&before.0);
    assert_eq!(changes, ["~ 2026/03/12/a/index.html", "~ feed.xml", "~ regions/souss-massa/feed.xml"]);
    assert_eq!(shown(fixture), "<p>Un *mot*<br>\nde la fin.</p>");
}

/// `content`, `latest` and others are the theme's: two of one name, and links lead to the wrong one.
#[test]
fn ids_of_a_text_are_none_of_the_themes() {
    for (text, html) in [
        (
            "## Un {#content}\n\n[x](#content)",
            "<h2 id=\"text-content\">Un</h2>\n<p><a href=\"#text-content\">x</a></p>",
        ),
        (
            "<h2 ID='a'>Un</h2>\n\n[x](#a) <a href=\"#a\">y</a>",
            "<h2 id=\"text-a\">Un</h2>\n<p><a href=\"#text-a\">x</a> <a href=\"#text-a\">y</a></p>",
        ),
        // Beside raw HTML, what Markdown wrote stays as it is.
        ("## Un {#a}\n\n[x](#a)<br>", "<h2 id=\"text-a\">Un</h2>\n<p><a href=\"#text-a\">x</a><br></p>"),
    ] {
        assert_eq!(prose(text), html, "{text}");
    }
    let notes = prose("a[^n]\n\n[^n]: Une note.");
    assert!(notes.contains("<a href=\"#text-fn-1\">1</a>"), "{notes}");
    assert!(notes.contains("<div class=\"footnote-definition\" id=\"text-fn-1\">"), "{notes}");
}

#[test]
fn links_find_the_ids_of_other_texts() {
    let text = toml("") + "[un](b.md#x) [deux](/2026/03/12/b/?q#x) [plan](plan.pdf#page=2)\n";
    let fixture = Fixture::with("")
        .file("content/a.md", text)
        .file("content/plan.pdf", "%PDF")
        .file("content/b.md", toml("") + "# X {#x}\n");
    let run = fixture.build().assert_clean();
    let page = run.page("2026/03/12/a/");
    for href in ["b/#text-x\">un", "b/?q#x\">deux", "plan.pdf#page=2\">plan"] {
        assert!(page.contains(href), "{href} in {page}");
    }
}

fn published(fixture: &Fixture) -> tribune::pages::manifest::Manifest {
    let root = tribune::world::tree::Root::new(fixture.dir());
    tribune::world::output::published(&root, &fixture.path("public")).expect("a manifest of what was built")
}

/// What was taken out kept elements apart that HTML's text cannot say one in the other.
#[test]
fn a_text_that_was_cleaned_reads_as_it_was_meant() {
    for (text, html) in [
        ("<p><object><div>x</div></object>", "<p></p><div>x</div><p></p>"),
        (
            "<a href=\"#b\">b<object><a href=\"#c\">c</a></object></a>",
            "<p><a href=\"#text-b\">b</a><a href=\"#text-c\">c</a></p>",
        ),
    ] {
        assert_eq!(prose(text), html, "{text}");
    }
}

/// Character references may name what no text can hold.
#[test]
fn control_characters_reach_neither_text_nor_summary() {
    let run =
        Fixture::release(&toml("").replace("Texte.", "Un &#1; texte &#x0B; fin.")).build().assert_clean();
    assert_eq!(run.mentions("\u{1}"), [""; 0]);
    assert_eq!(run.mentions("\u{b}"), [""; 0]);
    assert!(run.page("").contains("Un  texte"));
}

/// What the sanitiser takes out is not missed.
#[test]
fn only_pictures_and_links_of_raw_html_are_looked_for() {
    let text =
        "a <iframe src=\"x\"></iframe> <IMG alt=\"\" src=\"p.png\"> <a class=\"b\" href=\"b.pdf\">c</a>";
    let fixture = Fixture::release(&toml("").replace("Texte.", text)).file("content/p.png", PIXEL);
    fixture.build().assert_refused(expect_test::expect!["content/a.md:8:54: error: missing file `b.pdf`"]);
    fixture.edit("content/b.pdf", "%PDF");
    let run = fixture.build().assert_clean();
    assert!(run.has("2026/03/12/a/p.png") && run.has("2026/03/12/a/b.pdf"));
    assert!(!run.page("2026/03/12/a/").contains("iframe"));
}
