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
