//! Every link of every page leads somewhere, wherever the portal is put.

use std::collections::BTreeSet;

use expect_test::expect;

use crate::harness::{Fixture, PIXEL, Run, toml};
use crate::html;

/// How a portal is laid out and where.
struct Layout {
    /// `https://host/path/`
    base: &'static str,
    /// The folder of an address may stand for its `index.html`.
    folders: bool,
}

/// A portal with every kind of page and of link.
fn full() -> Fixture {
    let text = toml(
        "aliases = [\"/vieux/\", \"node/1.html\"]\nimage = { src = \"port é.png\", alt = \"Un port\" }\ntags = [\"Eau & sel\"]",
    ) + "\nVoir [la tournée](2026/03/tournee.md), [le contact](pages/contact.md#presse), [la racine](/), [le fil](/feed.xml), [la région](/regions/souss-massa/), [le PDF](</pièces/a b.pdf>), [ici](#ancre) et [ailleurs](https://example.org/x?y#z).\n\n## Une ancre {#ancre}\n\nUne note[^1].\n\n[^1]: La note.\n\n![Le port](<port é.png>)\n";
    let fixture = Fixture::small().file("content/tout.md", text).file("content/port é.png", PIXEL);
    let fixture = fixture.file("content/pages/contact.md", "+++\ntitle = \"Contact\"\n+++\n\n## Presse {#presse}\n\nÉcrivez à [nous](mailto:presse@parti.example).\n");
    let fixture =
        fixture.file("content/static/pièces/a b.pdf", "%PDF").file("content/static/logo.png", PIXEL);
    let site = std::fs::read_to_string(fixture.path("site.toml")).unwrap();
    let party = "[party]\nname = \"Parti\"\nlogo = \"/logo.png\"\nurl = \"https://le-parti.example/\"\ncontact = \"Presse ; +212 5 00 00 00 00 ; presse@parti.example\"\nsame_as = [\"https://social.example/parti\"]\n";
    fixture.file("site.toml", site + party)
}

/// The file that an address below the root leads to.
fn file_at(run: &Run, path: &str, layout: &Layout) -> Option<String> {
    let index =
        if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    let direct = run.output.contains_key(&index) && (layout.folders || index == path);
    direct.then_some(index)
}

/// Checks every link and resource of every page.
#[track_caller]
fn assert_links(run: &Run, layout: &Layout) {
    let path_of_base = &layout.base[layout.base.find("://").unwrap() + 3..];
    let path_of_base = &path_of_base[path_of_base.find('/').unwrap()..];
    let ids = |file: &str| -> BTreeSet<String> {
        html::elements(run.page(file))
            .into_iter()
            .filter_map(|mut element| element.attrs.remove("id"))
            .collect()
    };
    let mut seen = 0;
    let mut broken = Vec::new();
    for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
        let not_found = path.ends_with("404.html");
        for element in html::elements(std::str::from_utf8(bytes).unwrap()) {
            let set = element.attr("srcset").split(',').filter_map(|one| one.split_whitespace().next());
            let refresh = element
                .attr("content")
                .split("url=")
                .nth(1)
                .filter(|_| element.attr("http-equiv") == "refresh");
            let plain = ["href", "src", "action", "poster", "data", "cite"]
                .into_iter()
                .filter_map(|name| element.attrs.get(name).map(String::as_str));
            for target in plain.chain(set).chain(refresh) {
                seen += 1;
                if target.starts_with("mailto:") || target.starts_with("tel:") {
                    continue;
                }
                let absolute = target.strip_prefix(layout.base);
                let (inside, fragment) =
                    match (absolute, target.strip_prefix(path_of_base).filter(|_| not_found)) {
                        (Some(_), _) if element.name == "a" => {
                            broken.push(format!("{path}: {target} should be relative"));
                            continue;
                        }
                        (Some(inside), _) | (None, Some(inside)) => {
                            (html::resolve("", inside), inside.split_once('#'))
                        }
                        (None, None) if target.contains("://") => {
                            let outward = element.name == "a" && target.starts_with("https://");
                            if !outward {
                                broken.push(format!("{path}: <{}> loads {target}", element.name));
                            }
                            continue;
                        }
                        (None, None) => (html::resolve(path, target), target.split_once('#')),
                    };
                if not_found && element.name != "a" && absolute.is_none() && !target.starts_with('/')
                    || not_found && target.starts_with("../")
                {
                    broken.push(format!("{path}: {target} should be absolute"));
                    continue;
                }
                let canonical = Layout { folders: layout.folders || absolute.is_some(), ..*layout };
                let Some(file) = inside.as_deref().and_then(|inside| file_at(run, inside, &canonical)) else {
                    broken.push(format!("{path}: nothing at {target}"));
                    continue;
                };
                if let Some((_, fragment)) = fragment.filter(|_| file.ends_with(".html"))
                    && !ids(&file)
                        .contains(&*percent_encoding::percent_decode_str(fragment).decode_utf8_lossy())
                {
                    broken.push(format!("{path}: no #{fragment} in {file}"));
                }
            }
        }
    }
    broken.sort();
    broken.dedup();
    assert!(broken.is_empty(), "{} of {seen}: {broken:#?}", broken.len());
    assert!(seen > 500, "{seen}");
}

#[test]
fn every_link_leads_somewhere_in_folders() {
    let run = full().build().assert_clean();
    assert_links(&run, &Layout { base: "https://parti.example/", folders: true });
}

#[test]
fn every_link_leads_somewhere_below_a_path() {
    let run = full().build_with(&["--base-url", "https://hote.example/portal"]).assert_clean();
    assert_links(&run, &Layout { base: "https://hote.example/portal/", folders: true });
}

#[test]
fn every_link_leads_somewhere_in_files() {
    let fixture = full();
    let site = std::fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", format!("{site}[build]\naddresses = \"file\"\n"));
    let run = fixture.build_with(&["--base-url", "https://hote.example/portal/"]).assert_clean();
    assert_links(&run, &Layout { base: "https://hote.example/portal/", folders: true });
}

/// A stick in a library: no server, so no folder stands for its index.
#[test]
fn every_link_leads_to_a_file_in_a_portable_portal() {
    let run = full().build_with(&["--portable"]).assert_clean();
    assert_links(&run, &Layout { base: "https://parti.example/", folders: false });
    // Where pages are files, they are the same files.
    let fixture = full();
    let site = std::fs::read_to_string(fixture.path("site.toml")).unwrap();
    fixture.edit("site.toml", format!("{site}[build]\naddresses = \"file\"\n"));
    let files = fixture.build().assert_clean();
    let portable = fixture.build_with(&["--portable"]).assert_clean();
    assert!(files.output.keys().eq(portable.output.keys()));
    assert_links(&portable, &Layout { base: "https://parti.example/", folders: false });
}

#[test]
fn links_inside_pages_are_the_same_whatever_the_base_url() {
    let (one, other) = (
        full().build().assert_clean(),
        full().build_with(&["--base-url", "https://x.example/a/b/"]).assert_clean(),
    );
    for (path, bytes) in one.output.iter().filter(|(path, _)| path.ends_with("index.html")) {
        let relative = |bytes: &[u8]| html::links(path, std::str::from_utf8(bytes).unwrap());
        assert_eq!(relative(bytes), relative(&other.output[path]), "{path}");
    }
    assert!(other.page("404.html").contains("\"/a/b/") && !other.page("404.html").contains("\"./"));
    assert!(one.page("404.html").contains("\"/regions/"));
}

#[test]
fn addresses_for_machines_are_absolute() {
    let run = full().build_with(&["--base-url", "https://hote.example/portal/"]).assert_clean();
    let base = "https://hote.example/portal/";
    for (path, bytes) in
        run.output.iter().filter(|(path, _)| path.ends_with(".html") && !path.ends_with("404.html"))
    {
        let page = std::str::from_utf8(bytes).unwrap();
        for link in html::all(page, "link") {
            let machine = link.attr("rel") == "canonical" || !link.attr("hreflang").is_empty();
            assert!(!machine || link.attr("href").starts_with(base), "{path}: {link:?}");
        }
        for meta in html::all(page, "meta") {
            let machine = matches!(meta.attr("property"), "og:url" | "og:image");
            assert!(!machine || meta.attr("content").starts_with(base), "{path}: {meta:?}");
        }
        let canonical =
            html::all(page, "link").into_iter().filter(|link| link.attr("rel") == "canonical").count();
        assert_eq!(canonical, 1, "{path}");
    }
    assert!(run.page("robots.txt").contains("Sitemap: https://hote.example/portal/sitemap.xml"));
    let relative = |path: &&String| {
        path.ends_with(".xml") && std::str::from_utf8(&run.output[*path]).unwrap().contains("=\"../")
    };
    assert_eq!(run.output.keys().filter(relative).count(), 0);
}

/// Everything that a browser fetches of itself.
#[test]
fn no_page_loads_anything_from_another_host() {
    let hostile = [
        "![x](https://mal.example/a.png)",
        "<img src=\"https://mal.example/b.png\" srcset=\"https://mal.example/c.png 2x\">",
        "<img src=\"//mal.example/b.png\">",
        "<iframe src=\"https://mal.example/\"></iframe>",
        "<script src=\"https://mal.example/x.js\"></script>",
        "<link rel=\"stylesheet\" href=\"https://mal.example/x.css\">",
        "<p style=\"background:url(https://mal.example/d.png)\">x</p>",
        "<style>@import url(https://mal.example/e.css)</style>",
        "<video src=\"https://mal.example/f.mp4\" poster=\"https://mal.example/g.png\"></video>",
        "<object data=\"https://mal.example/h\"></object><embed src=\"https://mal.example/i\">",
        "<svg><image href=\"https://mal.example/j\"/></svg>",
        "<input type=\"image\" src=\"https://mal.example/k\">",
        "<body background=\"https://mal.example/l\">",
        "<base href=\"https://mal.example/\">",
        "<meta http-equiv=\"refresh\" content=\"0;url=https://mal.example/\">",
        "<form action=\"https://mal.example/\"><button>x</button></form>",
        "<img src=\"&#104;ttps://mal.example/m.png\">",
        "<picture><source srcset=\"https://mal.example/n.png\"><img src=x alt=x></picture>",
    ];
    for text in hostile {
        let run = Fixture::release(&(toml("") + text + "\n")).build();
        for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
            for element in html::elements(std::str::from_utf8(bytes).unwrap()) {
                let outward = element.attrs.iter().find(|(name, value)| {
                    value.contains("mal.example")
                        && !(element.name == "a" && *name == "href"
                            || element.name == "meta"
                                && *name == "content"
                                && element.attr("http-equiv").is_empty())
                });
                assert_eq!(outward, None, "<{}> on {path} by {text}", element.name);
                assert!(
                    element.name != "style" && element.name != "iframe",
                    "<{}> on {path} by {text}",
                    element.name
                );
            }
        }
    }
    let run = full().build().assert_clean();
    for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".css")) {
        let sheet = std::str::from_utf8(bytes).unwrap();
        let loads = sheet
            .match_indices("url(")
            .filter(|(at, _)| !sheet[at + 4..].trim_start_matches(['"', '\'']).starts_with("data:"));
        assert_eq!(loads.count() + sheet.matches("@import").count(), 0, "{path}");
    }
}

#[test]
fn links_that_could_run_code_are_refused_or_dead() {
    for target in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#10;script:alert(1)",
        "&#x6a;avascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        " javascript:alert(1)",
    ] {
        for text in [
            format!("[x](<{target}>)"),
            format!("<a href=\"{target}\">x</a>"),
            format!("![x](<{target}>)"),
            format!("<{target}>"),
        ] {
            let run = Fixture::release(&(toml("") + &text + "\n")).build();
            for (path, bytes) in run.output.iter().filter(|(path, _)| path.ends_with(".html")) {
                for element in html::elements(std::str::from_utf8(bytes).unwrap()) {
                    for name in ["href", "src"] {
                        let value: String =
                            element.attr(name).chars().filter(|c| !c.is_control() && *c != ' ').collect();
                        let live = ["javascript:", "vbscript:", "data:"]
                            .iter()
                            .any(|scheme| value.to_lowercase().starts_with(scheme));
                        assert!(!live, "<{} {name}={value}> on {path} by {text}", element.name);
                    }
                }
            }
        }
    }
}

#[test]
fn a_link_to_a_draft_page_is_a_warning_like_one_to_a_draft_release() {
    let fixture = Fixture::release(&(toml("") + "[la page](pages/p.md)\n"))
        .file("content/pages/p.md", "+++\ntitle = \"P\"\ndraft = true\n+++\nx\n");
    let run = fixture.build();
    run.assert_warned(expect_test::expect![[r#"
        content/a.md:9:1: warning: `pages/p.md` is not public
    "#]]);
    assert!(run.page("2026/03/12/a/").contains("<p>Texte.\nla page</p>"));
}

/// Each was compared with every address there is: half an hour for so many.
#[test]
fn thousands_of_broken_links_are_all_said() {
    let links: String = (0..4_000).map(|n| format!("[x](/regions/souss-masa{n}/)\n")).collect();
    let fixture = Fixture::release(&(toml("") + &links));
    for number in 0..300 {
        fixture.edit(&format!("content/r{number}.md"), toml(""));
    }
    let run = fixture.check();
    assert_eq!(run.short_errors().len(), 4_000);
}

#[test]
fn the_root_is_no_picture() {
    let fixture = Fixture::release(&toml("image = \"/\""));
    fixture
        .build()
        .assert_refused(expect!["content/a.md:5:9: error: the image `/` is empty or has an empty part"]);
}

/// A picture that nobody can make out is published as it is, without dimensions.
#[test]
fn a_picture_of_unknown_size_is_published() {
    let fixture = Fixture::release(&(toml("") + "\n![Un port](port.webp)\n"));
    let odd = b"RIFF\x14\0\0\0WEBPJUNK\x04\0\0\0abcd";
    // The first chunk is none of a picture; then it is cut.
    for picture in [&odd[..], &odd[..14]] {
        fixture.edit("content/port.webp", picture);
        let run = fixture.build().assert_clean();
        assert_eq!(run.output["2026/03/12/a/port.webp"], picture);
        let page = run.page("2026/03/12/a/");
        let images: Vec<&str> = page.split("<img ").filter(|image| image.contains("port.webp")).collect();
        assert!(images.len() == 1 && !images[0].split('>').next().unwrap().contains("width"), "{page}");
    }
}
