//! What a release's text becomes on its page.

use crate::harness::{Fixture, toml};

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
