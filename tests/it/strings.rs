//! Strings of language files: each that cannot be meant is one error, where it is written.

use expect_test::expect;

use crate::harness::{Fixture, toml};

/// It was published as it stood: `<title>Actu {regoin} – Portail`.
#[test]
fn a_placeholder_that_nothing_fills_is_told_where_it_stands() {
    let fixture = Fixture::release(&toml("")).file(
        "lang/fr.toml",
        "[titles]\nregion = \"Actu {regoin}\"\nyear = \"En {month_year}\"\n[date]\nfirst = \"{day}er\"\n",
    );
    fixture.build().assert_refused(expect![[r#"
        lang/fr.toml:2:16: error: `{regoin}` is no placeholder of `titles.region`
        lang/fr.toml:3:12: error: `{month_year}` is no placeholder of `titles.year`
        lang/fr.toml:5:10: error: `{day}` is no placeholder of `date.first`"#]]);
    expect![[r#"
        did you mean `{region}`?
        write one of: {portal}, {party}, {year}
        delete it: this string has no placeholders"#]]
    .assert_eq(&fixture.help());
}

#[test]
fn every_placeholder_that_is_documented_is_filled_in() {
    let fixture = Fixture::release(&toml("")).file(
        "lang/fr.toml",
        "[titles]\nhome = \"{party} de {portal}\"\nregion_month = \"{portal} {party} {region} {year} {month_year}\"\n",
    );
    let run = fixture.build().assert_clean();
    assert!(run.page("regions/souss-massa/2026/03/").contains("Portail Portail Souss-Massa 2026 mars 2026"));
    assert_eq!(run.mentions("{party}"), [""; 0]);
}

#[test]
fn what_a_template_fills_in_is_known_of_the_strings_that_it_asks_for() {
    let fixture = Fixture::release(&toml("number = \"7\"")).file(
        "lang/fr.toml",
        "[text]\nnumber = \"N° {numero}\"\nhome = \"Accueil {portal}\"\n[plurals.releases]\nother = \"{count}\"\n",
    );
    fixture.build().assert_refused(expect![[r#"
        lang/fr.toml:2:14: error: `{numero}` is no placeholder of `text.number`
        lang/fr.toml:3:17: error: `{portal}` is no placeholder of `text.home`
        lang/fr.toml:5:10: error: `{count}` is no placeholder of `plurals.releases.other`"#]]);
    // A template of the portal's own may fill in more.
    let fixture = Fixture::release(&toml("number = \"7\""))
        .file("lang/fr.toml", "[text]\nnumber = \"N° {number} de {year}\"\n")
        .file("templates/page.html", "{{ text(\n  key=\"number\", number=\"1\",\n  year=\"2026\") }}");
    fixture.build().assert_clean();
}

/// A script of a theme, or a filter, may fill in what no function does.
#[test]
fn a_string_of_a_themes_own_may_be_filled_otherwise() {
    let fixture = Fixture::release(&toml(""))
        .file("themes/nous/theme.toml", "name = \"nous\"\nextends = \"default\"\n")
        .file("themes/nous/lang/fr.toml", "[text]\nfound = \"{hits} résultats\"\n")
        .file("themes/nous/lang/ar.toml", "[text]\nfound = \"{hits}\"\n")
        .file("site.toml", format!("{}theme = \"nous\"\n", crate::harness::SITE));
    fixture.build().assert_clean();
    fixture.edit("lang/fr.toml", "[text]\nfound = \"{hits} textes\"\n");
    fixture.build().assert_clean();
    fixture.edit("lang/fr.toml", "[text]\nfound = \"{hit} textes\"\n");
    let run = fixture.build();
    assert_eq!(run.short_errors(), ["lang/fr.toml:2:10: error: `{hit}` is no placeholder of `text.found`"]);
}

/// It was told as a string that Arabic lacks, and nobody had asked for it.
#[test]
fn a_misspelt_key_is_told_where_it_stands() {
    let fixture = Fixture::release(&toml("")).file(
        "lang/fr.toml",
        "[text]\ncontact_title = \"x\"\nhom = \"y\"\nzzz = \"z\"\n[text.kind]\nspeach = \"a\"\n[titres]\nhome = \"b\"\nyear = \"c\"\n",
    );
    fixture.build().assert_refused(expect![[r#"
        lang/fr.toml:2:1: error: nothing asks for a string `text.contact_title`
        lang/fr.toml:3:1: error: nothing asks for a string `text.hom`
        lang/fr.toml:4:1: error: nothing asks for a string `text.zzz`
        lang/fr.toml:6:1: error: nothing asks for a string `text.kind.speach`
        lang/fr.toml:7:2: error: nothing asks for a string `titres`"#]]);
    expect![[r#"
        the theme has `text.party_contact`, `text.press_contact`, `text.region_contact`; is one of them meant?
        did you mean `text.home`?
        delete it, or ask for it in a template of the portal
        did you mean `text.kind.speech`?
        did you mean `titles`?"#]]
    .assert_eq(&fixture.help());
}

/// Which strings a template asks for that puts their names together, nobody can tell.
#[test]
fn a_string_whose_name_a_template_puts_together_is_asked_for() {
    for asks in
        ["{{ t[\"menus\"] }}", "{% set w = t %}{{ w.menus }}", "{% set k = \"menus\" %}{{ text(key=k) }}"]
    {
        let template = format!(
            "{{% extends \"themes/default/templates/404.html\" %}}{{% block main %}}{asks}{{% endblock %}}"
        );
        let own = "[text]\nmenus = \"Les menus\"\n";
        let fixture = Fixture::release(&toml("")).file("lang/fr.toml", own).file("lang/ar.toml", own);
        let run = fixture.file("templates/404.html", template).build().assert_clean();
        assert!(run.page("404.html").contains("Les menus"), "{asks}");
    }
}

/// What a portal's own template says, it says in all languages of the portal.
#[test]
fn a_string_of_the_portals_own_that_a_language_lacks_is_told_where_the_other_has_it() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml(""))
        .file("lang/fr.toml", "[text]\ndonate = \"Donner\"\n[plurals.seats]\none = \"{n} siège\"\nmany = \"{n} sièges\"\nother = \"{n} sièges\"\n")
        .file(
            "templates/404.html",
            "{% extends \"themes/default/templates/404.html\" %}{% block main %}{{ t.donate }} {% if lang == 'fr' %}{{ plural(key=\"seats\", n=3) }}{% endif %}{% endblock %}",
        );
    fixture
        .build()
        .assert_refused(expect!["lang/fr.toml:2:1: error: no string `text.donate` for the language `ar`"]);
    expect!["add it to `lang/ar.toml`"].assert_eq(&fixture.help());
    fixture.edit("lang/ar.toml", "[text]\ndonate = \"تبرع\"\n");
    assert!(fixture.build().assert_clean().page("404.html").contains("Donner 3 sièges"));
}

#[test]
fn a_string_that_a_language_of_a_theme_lacks_is_told_where_the_other_has_it() {
    let fixture = Fixture::release(&toml(""))
        .file("themes/nous/theme.toml", "name = \"nous\"\nextends = \"default\"\n")
        .file("themes/nous/lang/fr.toml", "[text]\nfound = \"résultats\"\n")
        .file("themes/nous/lang/ar.toml", "[plurals.seats]\nother = \"{n}\"\n")
        .file("site.toml", format!("{}theme = \"nous\"\n", crate::harness::SITE));
    let run = fixture.build();
    assert_eq!(
        run.short_errors(),
        ["themes/nous/lang/fr.toml:2:1: error: no string `text.found` for the language `ar`"]
    );
    assert!(
        run.stderr.contains("themes/nous/lang/ar.toml:2:1: warning: string `seats` lacks"),
        "{}",
        run.stderr
    );
    assert!(fixture.help().contains("add it to `themes/nous/lang/ar.toml`"), "{}", fixture.help());
}

#[test]
fn a_language_that_the_theme_does_not_speak_is_one_error() {
    let site = crate::harness::SITE.replace("\"ar\"", "\"es\"");
    let fixture = Fixture::release(&toml("")).file("site.toml", site);
    fixture
        .build()
        .assert_refused(expect!["lang/es.toml:1:1: error: the theme has no strings for the language `es`"]);
    expect!["write `lang/es.toml` with all strings that the theme has in another language, or take `es` out of `languages` in `site.toml`"]
        .assert_eq(&fixture.help());
}
