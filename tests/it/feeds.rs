//! What machines read: feeds, sitemaps, structured data.

use std::collections::{BTreeMap, BTreeSet};

use jiff::fmt::rfc2822;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::harness::{Fixture, PIXEL, Run, SITE, toml};
use crate::html;

/// An element of an XML document.
#[derive(Debug, Default)]
struct Node {
    name: String,
    attrs: BTreeMap<String, String>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    #[track_caller]
    fn the<'n>(&'n self, name: &str) -> &'n Node {
        let mut found = self.children.iter().filter(|child| child.name == name);
        let first = found.next().unwrap_or_else(|| panic!("no <{name}> in <{}>", self.name));
        assert!(found.next().is_none(), "two <{name}> in <{}>", self.name);
        first
    }
}

/// Parses a document, as strictly as XML 1.0 wants it.
#[track_caller]
fn xml(text: &str) -> Node {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(text.chars().find(|c| !allowed(*c)), None, "no XML character");
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut stack = vec![Node::default()];
    loop {
        let top = stack.len() - 1;
        match reader.read_event().unwrap_or_else(|error| panic!("{error} at {}", reader.error_position())) {
            Event::Eof => break,
            Event::Start(start) => {
                let attr = |a: quick_xml::events::attributes::Attribute| {
                    (
                        String::from_utf8(a.key.0.to_vec()).unwrap(),
                        quick_xml::escape::unescape(std::str::from_utf8(&a.value).unwrap())
                            .unwrap()
                            .into_owned(),
                    )
                };
                let attrs = start.attributes().map(|a| attr(a.unwrap())).collect();
                let name = String::from_utf8(start.name().0.to_vec()).unwrap();
                stack.push(Node { name, attrs, ..Default::default() });
            }
            Event::End(_) => {
                let done = stack.pop().unwrap();
                stack[top - 1].children.push(done);
            }
            Event::Text(text) => {
                let text = std::str::from_utf8(&text).unwrap().to_owned();
                assert!(!text.contains("]]>"), "{text}");
                stack[top].text.push_str(&text);
            }
            Event::CData(text) => stack[top].text.push_str(std::str::from_utf8(&text).unwrap()),
            Event::GeneralRef(reference) => {
                let name = std::str::from_utf8(&reference).unwrap().to_owned();
                stack[top].text.push_str(&quick_xml::escape::unescape(&format!("&{name};")).unwrap());
            }
            _ => {}
        }
    }
    assert_eq!(stack.len(), 1, "unclosed elements");
    stack.pop().unwrap().children.pop().expect("a root element")
}

#[track_caller]
fn channel(run: &Run, path: &str) -> Node {
    let mut rss = xml(run.page(path));
    assert_eq!((rss.name.as_str(), rss.attrs["version"].as_str(), rss.children.len()), ("rss", "2.0", 1));
    rss.children.pop().unwrap()
}

const NASTY: [&str; 14] = [
    "Thé & café",
    "5 < 6 > 4",
    "]]> fin ]]&gt;",
    "</title><script>alert(1)</script>",
    "&lt;b&gt; &amp;amp; &nbsp;",
    "<![CDATA[ x ]]>",
    "<!-- x --> --",
    "Émoji 🇲🇦 👩🏽‍🌾 𝔄",
    "حزب Parti 2026 حزب",
    "Parti حزب 2026",
    "« L'eau » : 50 % ; oui !",
    "\\u0001\\u0008\\u000B\\u001F\\u007F\\u0085x",
    "\\uFFFE\\uFFFF\\uFDD0\\uE000x",
    "'\\\"`{{ portal }} {% x %}",
];

/// A portal whose titles, summaries, texts and tags are as nasty as they come.
fn nasty() -> Fixture {
    let fixture = Fixture::with("");
    for (number, title) in NASTY.iter().enumerate() {
        let text = format!(
            "+++\ntitle = \"{title}\"\ndate = 2026-05-{:02}T1{}:30:00+01:00\nregion = \"oriental\"\nsummary = \"{title}\"\nauthors = [\"{title}\"]\nimage = {{ src = \"p.png\", alt = \"{title}\", credit = \"{title}\" }}\n+++\n\n{} ]]> \u{1}\u{b} [ici](b.md) ![p](p.png) <b>gras</b>\n",
            number + 1,
            number % 10,
            title.replace('\\', "/")
        );
        fixture.edit(&format!("content/n{number:02}.md"), text);
    }
    fixture.file("content/p.png", PIXEL).file("content/b.md", toml(""))
}

#[test]
fn feeds_are_well_formed_whatever_the_titles() {
    let run = nasty().build();
    assert_eq!(run.code, 0, "{}", run.stderr);
    for path in run.output.keys().filter(|path| path.ends_with(".xml")) {
        xml(run.page(path));
    }
    let feed = channel(&run, "feed.xml");
    let titles: Vec<&str> = feed.all("item").map(|item| item.the("title").text.as_str()).collect();
    assert_eq!(titles.len(), NASTY.len() + 1);
    let has = |part: &str| titles.iter().any(|title| title.contains(part));
    for part in [
        "Thé & café",
        "5 < 6 > 4",
        "</title><script>alert(1)</script>",
        "&lt;b&gt;",
        "🇲🇦 👩🏽‍🌾 𝔄",
        "{{ portal }} {% x %}",
    ] {
        assert!(has(part), "{part} in {titles:#?}");
    }
}

#[test]
fn a_feed_has_what_its_readers_need() {
    let run = Fixture::small().build().assert_clean();
    for (path, lang) in [
        ("feed.xml", "fr"),
        ("ar/feed.xml", "ar"),
        ("regions/souss-massa/feed.xml", "fr"),
        ("tags/eau/feed.xml", "fr"),
        ("series/tournee-des-provinces/feed.xml", "fr"),
        ("regions/souss-massa/tiznit/feed.xml", "fr"),
        ("regions/oriental/feed.xml", "fr"),
    ] {
        let feed = channel(&run, path);
        let own = format!("https://parti.example/{path}");
        assert_eq!(
            (feed.the("atom:link").attrs["href"].as_str(), feed.the("atom:link").attrs["rel"].as_str()),
            (own.as_str(), "self")
        );
        assert_eq!(feed.the("language").text, lang, "{path}");
        assert_eq!(feed.the("link").text, own.trim_end_matches("feed.xml"));
        assert!(!feed.the("title").text.is_empty() && !feed.the("description").text.is_empty());
    }
    assert_eq!(channel(&run, "regions/oriental/feed.xml").all("item").count(), 0);
}

#[test]
fn items_are_newest_first_with_right_dates_and_the_build_date_is_theirs() {
    let run = nasty().build();
    for path in ["feed.xml", "regions/oriental/feed.xml"] {
        let feed = channel(&run, path);
        let dates: Vec<jiff::Timestamp> = feed
            .all("item")
            .map(|item| {
                // The parser refuses a weekday that is not the date's.
                let date = &item.the("pubDate").text;
                assert!(date.ends_with("+0100") || date.ends_with("+0000"), "{date}");
                rfc2822::DateTimeParser::new()
                    .parse_timestamp(date)
                    .unwrap_or_else(|error| panic!("{date}: {error}"))
            })
            .collect();
        assert!(dates.is_sorted_by(|a, b| a >= b), "{path}");
        assert_eq!(feed.the("lastBuildDate").text, feed.all("item").next().unwrap().the("pubDate").text);
    }
    let item = channel(&Fixture::small().build(), "feed.xml")
        .children
        .into_iter()
        .find(|child| child.name == "item")
        .unwrap();
    assert_eq!(item.the("pubDate").text, "Thu, 12 Mar 2026 18:00:00 +0000");
}

/// Ramadan 2026 lay from 18 February to 19 March; Morocco's clocks stood at +00 in it.
#[test]
fn a_day_alone_counts_as_noon_in_the_portals_time_zone() {
    for (date, published) in
        [("2026-03-12", "Thu, 12 Mar 2026 12:00:00 +0000"), ("2026-05-12", "Tue, 12 May 2026 12:00:00 +0100")]
    {
        let run = Fixture::release(&toml("").replace("2026-03-12", date)).build().assert_clean();
        let feed = channel(&run, "feed.xml");
        assert_eq!(feed.the("item").the("pubDate").text, published);
    }
}

#[test]
fn items_are_known_by_their_id_whatever_their_address() {
    let fixture = Fixture::release(&toml("id = \"abc-7\""))
        .file("content/b.md", toml("id = \"urn:uuid:9e0c\""))
        .file("content/c.md", toml(""));
    let guids = |run: &Run| -> Vec<String> {
        let feed = channel(run, "feed.xml");
        feed.all("item")
            .map(|item| {
                let guid = item.the("guid");
                assert_eq!(guid.attrs["isPermaLink"], "false");
                guid.text.clone()
            })
            .collect()
    };
    let before = guids(&fixture.build().assert_clean());
    assert!(
        before.iter().any(|guid| guid.contains("abc-7")) && before.contains(&"urn:uuid:9e0c".to_owned()),
        "{before:?}"
    );
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), 3, "{before:?}");
    // Another address, the same id: still the same item for every reader.
    fixture
        .edit("content/a.md", toml("id = \"abc-7\"\nslug = \"autre\""))
        .edit("content/b.md", toml("id = \"urn:uuid:9e0c\"\nslug = \"bis\""));
    let after = guids(&fixture.build().assert_clean());
    assert_eq!(before.iter().collect::<BTreeSet<_>>(), after.iter().collect::<BTreeSet<_>>());
}

/// A correction of the date is no new release: a day later, every reader would show it again.
#[test]
fn an_id_outlives_a_change_of_date_and_of_domain() {
    let fixture = Fixture::release(&toml("id = \"abc-7\""));
    let guid = |run: &Run| channel(run, "feed.xml").the("item").the("guid").text.clone();
    let before = guid(&fixture.build().assert_clean());
    fixture.edit("content/a.md", toml("id = \"abc-7\"").replace("2026-03-12", "2026-03-13"));
    assert_eq!(guid(&fixture.build().assert_clean()), before);
    assert_eq!(guid(&fixture.build_with(&["--base-url", "https://autre.example/"]).assert_clean()), before);
}

#[test]
fn two_releases_of_one_id_are_an_error() {
    let fixture = Fixture::release(&toml("id = \"abc-7\"")).file("content/b.md", toml("id = \"abc-7\""));
    let run = fixture.build();
    assert_eq!(run.code, 1, "feeds and links would know them as one");
    assert!(run.stderr.contains("content/a.md") && run.stderr.contains("content/b.md"), "{}", run.stderr);
}

#[test]
fn a_pair_has_two_ids() {
    let fixture =
        Fixture::release(&toml("id = \"abc-7\"")).file("content/a.ar.md", "+++\ntitle = \"خبر\"\n+++\n");
    let run = fixture.build().assert_clean();
    let guid = |path: &str| channel(&run, path).the("item").the("guid").text.clone();
    assert_ne!(guid("feed.xml"), guid("ar/feed.xml"));
}

#[test]
fn the_plain_summary_stands_before_the_text() {
    let text = toml("summary = \"Un <résumé> & rien\"")
        + "[b](b.md) [racine](/contact/) ![p](p.png) <script>x</script>\n";
    let fixture = Fixture::release(&text).file("content/b.md", toml("")).file("content/p.png", PIXEL);
    let run = fixture.build_with(&["--base-url", "https://hote.example/portal/"]).assert_done();
    let feed = channel(&run, "feed.xml");
    let item = feed.all("item").find(|item| item.the("link").text.ends_with("/a/")).unwrap();
    let order: Vec<&str> = item
        .children
        .iter()
        .map(|child| child.name.as_str())
        .filter(|name| matches!(*name, "description" | "content:encoded"))
        .collect();
    assert_eq!(order, ["description", "content:encoded"]);
    // A description is HTML to its readers: escaped once for HTML, once for XML.
    assert_eq!(item.the("description").text, "Un &lt;résumé&gt; &amp; rien");
    let html = &item.the("content:encoded").text;
    let addresses: Vec<String> = html::elements(html)
        .iter()
        .flat_map(|e| [e.attr("href").to_owned(), e.attr("src").to_owned()])
        .filter(|a| !a.is_empty())
        .collect();
    assert_eq!(
        addresses,
        [
            "https://hote.example/portal/2026/03/12/b/",
            "https://hote.example/portal/contact/",
            "https://hote.example/portal/2026/03/12/a/p.png"
        ]
    );
    assert!(!html.contains("script"), "{html}");
}

/// Where no markup can say which way a run goes, controls do: titles, summaries, cards.
#[test]
fn runs_of_the_other_direction_are_isolated_in_feeds_and_cards() {
    let text = toml("summary = \"Dire « حزب 1 » ici\"").replace("\"A\"", "\"Le حزب (1)\"");
    let site =
        SITE.replace("title = \"Portail\"", "title = { fr = \"Portail بوابة 1\", ar = \"بوابة USFP 1\" }");
    let run = Fixture::release(&text)
        .file("site.toml", site)
        .file("content/a.ar.md", "+++\ntitle = \"حزب USFP اليوم\"\n+++\nالهاتف +212 537 اليوم.\n")
        .build()
        .assert_clean();
    for (page, feed, title, summary, channel_title) in [
        ("2026/03/12/a/", "feed.xml", "Le <حزب (1)>", "Dire « <حزب> 1 » ici", "Portail <بوابة> 1"),
        ("ar/2026/03/12/a/", "ar/feed.xml", "حزب <USFP> اليوم", "الهاتف <+212 537> اليوم.", "بوابة <USFP 1>"),
    ] {
        let shown =
            |text: &str| text.replace('\u{2068}', "<").replace('\u{2069}', ">").replace('\u{a0}', " ");
        let meta = |name: &str| {
            let tags = html::all(run.page(page), "meta").into_iter();
            let tag = tags.into_iter().find(|tag| tag.attr("property") == name || tag.attr("name") == name);
            shown(tag.unwrap().attr("content"))
        };
        assert_eq!(meta("og:title"), title);
        assert_eq!((meta("og:description"), meta("description")), (summary.to_owned(), summary.to_owned()));
        let feed = channel(&run, feed);
        let item = feed.the("item");
        assert_eq!(
            (shown(&item.the("title").text), shown(&item.the("description").text)),
            (title.into(), summary.into())
        );
        assert_eq!(shown(&feed.the("title").text), channel_title);
        let described = shown(&feed.the("description").text);
        assert!(described.contains(channel_title), "{described}");
        // A page's own text is markup, which says it by itself.
        assert!(!html::all(run.page(page), "h1").iter().any(|h1| h1.text.contains('\u{2068}')));
    }
}

#[test]
fn a_feed_has_the_newest_items_of_its_own_only() {
    let fixture = Fixture::with("");
    for number in 0..30 {
        let region = ["oriental", "souss-massa"][number % 2];
        let text = toml("")
            .replace("2026-03-12", &format!("2026-04-{:02}", number + 1))
            .replace("souss-massa", region);
        fixture.edit(&format!("content/n{number:02}.md"), text);
    }
    let run = fixture.build().assert_clean();
    assert_eq!(channel(&run, "feed.xml").all("item").count(), 20);
    let region = channel(&run, "regions/oriental/feed.xml");
    assert_eq!(region.all("item").count(), 15);
    assert!(region.all("item").all(|item| item.all("category").any(|category| category.text == "Oriental")));
}

/// Every feed that a page names exists, and every feed is named by its page.
#[test]
fn pages_name_their_feeds() {
    let run = Fixture::small().build().assert_clean();
    for path in run.output.keys().filter(|path| path.ends_with("feed.xml")) {
        let page = path.trim_end_matches("feed.xml");
        let links = html::all(run.page(page), "link");
        let named = links.iter().filter(|link| link.attr("type") == "application/rss+xml");
        let named: Vec<String> = named.filter_map(|link| html::resolve(page, link.attr("href"))).collect();
        assert_eq!(named.first(), Some(path), "{page}");
        assert!(named.iter().all(|feed| run.has(feed)));
    }
}

// Sitemaps.

/// Every address of every sitemap.
fn mapped(run: &Run) -> Vec<(String, Option<String>)> {
    let index = xml(run.page("sitemap.xml"));
    assert_eq!(
        (index.name.as_str(), index.attrs["xmlns"].as_str()),
        ("sitemapindex", "http://www.sitemaps.org/schemas/sitemap/0.9")
    );
    let mut all = Vec::new();
    for part in index.all("sitemap") {
        let file = part.the("loc").text.strip_prefix("https://parti.example/").unwrap();
        let set = xml(run.page(file));
        assert_eq!(set.name, "urlset");
        all.extend(
            set.all("url")
                .map(|url| (url.the("loc").text.clone(), url.all("lastmod").next().map(|m| m.text.clone()))),
        );
    }
    let parts = run.output.keys().filter(|path| path.starts_with("sitemap-")).count();
    assert_eq!(parts, index.all("sitemap").count(), "a part that the index does not name");
    all
}

#[test]
fn sitemaps_have_each_page_once_and_only_by_its_canonical_address() {
    let fixture = Fixture::small()
        .file("content/vieux.md", toml("aliases = [\"vieux\"]"))
        .file("content/retire.md", toml("withdrawn = \"Inexact\""))
        .file("content/brouillon.md", toml("draft = true"));
    let run = fixture.build().assert_clean();
    let mapped = mapped(&run);
    let addresses: BTreeSet<&str> = mapped.iter().map(|(address, _)| address.as_str()).collect();
    assert_eq!(addresses.len(), mapped.len(), "an address stands twice");
    let mut expected = BTreeSet::new();
    for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = std::str::from_utf8(bytes).unwrap();
        let noindex = html::all(page, "meta")
            .iter()
            .any(|meta| meta.attr("name") == "robots" && meta.attr("content").contains("noindex"));
        let address = format!("https://parti.example/{}", path.trim_end_matches("index.html"));
        if noindex {
            assert!(!addresses.contains(address.as_str()), "{address} asks not to be indexed");
            continue;
        }
        let canonical = html::all(page, "link").into_iter().find(|link| link.attr("rel") == "canonical");
        assert_eq!(canonical.map(|link| link.attr("href").to_owned()).as_ref(), Some(&address));
        expected.insert(address);
    }
    let expected: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    assert_eq!(addresses, expected);
    assert!(!addresses.iter().any(|address| address.contains("vieux/") && !address.contains("2026") || address.contains("404")));
    for (_, modified) in &mapped {
        assert!(modified.as_deref().is_none_or(|at| at.parse::<jiff::Timestamp>().is_ok()), "{modified:?}");
    }
}

#[test]
fn robots_are_told_where_the_sitemap_is_and_who_may_not_read() {
    let fixture = Fixture::small();
    let site = std::fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", site + "[robots]\nblock = [\"BotUn\"]\n");
    expect_test::expect![[r#"
        User-agent: BotUn
        Disallow: /

        User-agent: *
        Disallow:

        Sitemap: https://parti.example/sitemap.xml
    "#]]
    .assert_eq(fixture.build().assert_clean().page("robots.txt"));
}

// Structured data.

#[test]
fn structured_data_parses_on_every_page_and_says_what_search_engines_need() {
    for run in [Fixture::small().build(), nasty().build()] {
        let mut articles = 0;
        for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
            let page = std::str::from_utf8(bytes).unwrap();
            for script in html::all(page, "script") {
                assert_eq!((script.attr("type"), script.attrs.len()), ("application/ld+json", 1), "{path}");
                let data: serde_json::Value =
                    serde_json::from_str(&script.text).unwrap_or_else(|error| panic!("{path}: {error}"));
                let graph = data["@graph"].as_array().cloned().unwrap_or_else(|| vec![data.clone()]);
                for node in graph {
                    match node["@type"].as_str() {
                        Some("NewsArticle") => {
                            articles += 1;
                            for field in [
                                "headline",
                                "datePublished",
                                "dateModified",
                                "inLanguage",
                                "mainEntityOfPage",
                                "url",
                            ] {
                                assert!(
                                    node[field].as_str().is_some_and(|text| !text.is_empty()),
                                    "{path}: {field}"
                                );
                            }
                            assert!(
                                node["publisher"]["name"].is_string() && node["author"].is_object()
                                    || node["author"].is_array(),
                                "{path}"
                            );
                            assert!(
                                node["datePublished"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok()
                            );
                        }
                        Some("BreadcrumbList") => {
                            let items = node["itemListElement"].as_array().unwrap();
                            for (at, item) in items.iter().enumerate() {
                                assert_eq!(item["position"], at + 1, "{path}");
                                assert!(item["name"].is_string());
                            }
                        }
                        other => assert!(other.is_some(), "{path}: {node}"),
                    }
                }
            }
        }
        assert_eq!(articles, run.output.keys().filter(|path| is_release(path)).count());
    }
}

fn is_release(path: &str) -> bool {
    let path = path.strip_prefix("ar/").unwrap_or(path);
    path.starts_with("20") && path.ends_with("index.html") && path.matches('/').count() == 4
}

#[test]
fn titles_are_text_on_every_page_whatever_they_say() {
    let run = nasty().build();
    for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = std::str::from_utf8(bytes).unwrap();
        let scripts = html::all(page, "script")
            .into_iter()
            .filter(|script| script.attr("type") != "application/ld+json")
            .count();
        assert_eq!(scripts, 0, "{path}");
        assert!(!page.contains("<b>&amp;amp;"), "{path}");
    }
}

#[test]
fn a_feed_is_as_new_as_its_newest_instant_whatever_the_offset() {
    let release = |date: &str| toml("").replace("2026-03-12", date);
    let fixture = Fixture::release(&release("2026-03-12T23:30:00-05:00"))
        .file("content/b.md", release("2026-03-13T01:00:00+03:00"));
    let run = fixture.build().assert_clean();
    assert!(run.page("feed.xml").contains("<lastBuildDate>Thu, 12 Mar 2026 23:30:00 -0500</lastBuildDate>"));
}
