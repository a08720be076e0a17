//! Every fault says what to do about it, in the words of what was written.

use expect_test::expect;

use crate::harness::{Fixture, PIXEL, toml};

/// WordPress addresses its posts so.
#[test]
fn an_alias_with_a_query_is_for_a_server_to_redirect() {
    let fixture = Fixture::release(&toml("aliases = [\"/?p=12\"]"));
    fixture.build().assert_refused(expect!["content/a.md:5:12: error: the alias `/?p=12` holds `?` or `#`"]);
    expect!["a static host finds a page by its path and cannot tell addresses apart by what follows `?` or `#`: delete this alias; a server that redirects by queries has rules of its own for it"]
        .assert_eq(&fixture.help());
}

#[test]
fn a_language_that_the_portal_has_not_is_told_with_those_that_it_has() {
    let fixture = Fixture::with("").file("content/l.es.md", toml(""));
    expect!["take `.es` out of the file's name, or add the language to `languages` in `site.toml`"]
        .assert_eq(&fixture.help());
    expect!["correct `lang`, or add the language to `languages` in `site.toml`"]
        .assert_eq(&Fixture::release(&toml("lang = \"es\"")).help());
}

#[test]
fn several_places_in_one_name_are_offered_as_a_list() {
    let of = |region: &str| {
        Fixture::release(&format!("---\ntitle: A\ndate: 2026-03-12\n{region}\n---\n\nTexte.\n")).help()
    };
    expect![[r#"did you mean `["souss-massa", "tanger-tetouan-al-hoceima"]`?"#]]
        .assert_eq(&of("region: Agadir, Tanger"));
    expect![[r#"did you mean `["souss-massa", "oriental"]`?"#]]
        .assert_eq(&of("region: Souss-Massa et Oriental"));
    expect![[r#"did you mean `["tiznit", "berkane"]`?"#]]
        .assert_eq(&of("region: [souss-massa, oriental]\nprovince: Tiznit, Berkane"));
    expect![""].assert_eq(&of("region: Agadir, Marseille"));
}

#[test]
fn a_picture_of_a_text_is_described_as_markdown_does() {
    let fixture =
        Fixture::release(&(toml("image = \"a.png\"") + "![](b.png) <img src=\"b.png\" alt=\"\">\n"))
            .file("content/a.png", PIXEL)
            .file("content/b.png", PIXEL);
    let run = fixture.run("check", &["--format", "human"]);
    let helps = run.stderr.lines().filter_map(|line| line.trim().strip_prefix("= help: "));
    let helps: Vec<&str> = helps.filter(|help| help.starts_with("describe")).collect();
    assert_eq!(
        helps,
        [
            "describe the image in a few words, or write `alt = \"\"` where it only decorates",
            "describe the image between the brackets, `![…](b.png)`; where it only decorates, write `<img src=\"b.png\" alt=\"\">`",
        ]
    );
}
