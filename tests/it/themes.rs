//! Themes, templates and languages as authors of themes use them; territories of one's own.

use crate::harness::{Fixture, toml};

#[test]
fn a_portal_overrides_one_template_and_builds_on_the_themes() {
    let fixture = Fixture::release(&toml("")).file(
        "templates/release.html",
        "{% extends \"themes/default/templates/release.html\" %}\n\
         {% block main %}<p>EN TÊTE {{ release.title }}</p>{{ super() }}{% endblock %}\n",
    );
    let run = fixture.build().assert_clean();
    assert!(run.page("2026/03/12/a/").contains("<p>EN TÊTE A</p>"));
    assert!(run.page("2026/03/12/a/").contains("<article"), "the theme's own block follows");
    assert!(!run.page("").contains("EN TÊTE"));
}

#[test]
fn what_pages_have_in_common_knows_their_kind_their_root_and_their_place_in_the_menu() {
    let fixture = Fixture::release(&toml(""))
        .file("content/pages/contact.md", "+++\ntitle = \"Contact\"\n+++\nÉcrire.\n")
        .file("content/pages/equipe.md", "+++\ntitle = \"Équipe\"\n+++\nNous.\n")
        .file(
            "templates/shared/nous.html",
            "<i>{{ page.kind }} {{ page.root }} [{{ page.menu }}] {{ lang }}</i>",
        )
        .file("templates/shared/footer.html", "<b>{{ portal.title }}</b>{{ shared is defined }}")
        .file(
            "templates/page.html",
            "{% extends \"base.html\" %}{% block main %}{{ shared.nous }}{% endblock %}",
        )
        .file(
            "templates/release.html",
            "{% extends \"base.html\" %}{% block main %}{{ shared[\"nous\"] }}{% endblock %}",
        );
    let run = fixture.build().assert_clean();
    assert!(run.page("contact/").contains("<i>page ../ [contact/] fr</i>"), "{}", run.page("contact/"));
    assert!(run.page("equipe/").contains("<i>page ../ [equipe/] fr</i>"));
    assert!(run.page("2026/03/12/a/").contains("<i>release ../../../../ [] fr</i>"));
    // The theme's own piece is replaced, and knows nothing of the others.
    assert!(run.page("").contains("</b>false") && !run.page("").contains("<footer class=\"bottom\""));
    // Its menu marks the page that it is on.
    let here = "<a href=\"../contact/\" aria-current=\"page\">";
    assert!(run.page("contact/").contains(here) && !run.page("equipe/").contains(here));
    let fixture = fixture.file("templates/shared/nous.html", "{{ page.title }}");
    let run = fixture.build();
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("templates/shared/nous.html:1:"), "{}", run.stderr);
}

#[test]
fn a_theme_extends_another_with_options_fields_strings_and_files() {
    let fixture = Fixture::with("")
        .file("site.toml", format!("{}theme = \"nous\"\n[options]\nmot = \"bonjour\"\n", crate::harness::SITE))
        .file(
            "themes/nous/theme.toml",
            "extends = \"default\"\n[options.mot]\ntype = \"string\"\ndefault = \"x\"\n\
             [options.fort]\ntype = \"boolean\"\ndefault = true\n[extra.jour]\ntype = \"date\"\n",
        )
        .file(
            "themes/nous/templates/page.html",
            "<!doctype html><title>{{ page.title }}</title>{{ portal.options.mot }} {{ portal.options.fort }} {{ t.nouveau }} {{ body }}",
        )
        .file("themes/nous/lang/fr.toml", "[text]\nnouveau = \"du neuf\"\n")
        .file("themes/nous/lang/ar.toml", "[text]\nnouveau = \"جديد\"\n")
        .file("themes/nous/static/nous.css", "p{}")
        .file("content/pages/contact.md", "+++\ntitle = \"Contact\"\n+++\nÉcrire.\n")
        .file("content/a.md", toml("[extra]\njour = \"1er août 2026\""));
    let run = fixture.build().assert_clean();
    assert!(run.page("contact/").contains("bonjour true du neuf <p>Écrire.</p>"), "{}", run.page("contact/"));
    assert!(run.has("nous.css") && run.has("style.css"));
    assert!(run.page("2026/03/12/a/").contains("</html>"), "release.html comes from the default theme");
}

/// What readers have stored under an address must not stay there when its content changes.
#[test]
fn the_mark_of_a_static_file_is_that_of_the_one_that_is_published() {
    let fixture = Fixture::release(&toml(""));
    let mut marks = std::collections::BTreeSet::new();
    for style in [None, Some("p{}"), Some("p{color:red}")] {
        if let Some(style) = style {
            fixture.edit("content/static/style.css", style);
        }
        let run = fixture.build().assert_clean();
        let page = run.page("2026/03/12/a/");
        marks.insert(page.split("style.css?v=").nth(1).unwrap().split('"').next().unwrap().to_owned());
    }
    assert_eq!(marks.len(), 3, "{marks:?}");
}

#[test]
fn a_typed_field_of_the_theme_is_checked() {
    let fixture = Fixture::with("")
        .file("themes/default/theme.toml", "[extra.places]\ntype = \"integer\"\n")
        .file("content/a.md", toml("[extra]\nplaces = \"douze\"\n"));
    let run = fixture.check();
    assert_eq!(run.code, 1);
    let told = "content/a.md:6:10: error: field `places` has the wrong type: a string";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn a_string_of_the_portal_wins_over_the_themes() {
    let fixture = Fixture::release(&toml("")).file("lang/fr.toml", "[titles]\nyear = \"L’an {year}\"\n");
    assert!(fixture.build().assert_clean().page("2026/").contains("L’an 2026"));
}

#[test]
fn a_language_that_the_theme_has_not_is_said_once() {
    let fixture = Fixture::release(&toml(""));
    fixture.edit("site.toml", crate::harness::SITE.replace("\"ar\"", "\"es\""));
    let run = fixture.build();
    assert_eq!(run.short_errors().len(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("for the language `es`"), "{}", run.stderr);
}

#[test]
fn dates_are_written_as_each_language_does() {
    let august = toml("").replace("2026-03-12", "2025-08-01");
    let fixture = Fixture::with("")
        .file("content/a.md", &august)
        .file("content/a.ar.md", "+++\ntitle = \"أ\"\n+++\nنص.\n");
    let run = fixture.build().assert_clean();
    assert!(run.page("2025/08/01/a/").contains(">1er août 2025</time>"));
    assert!(run.page("ar/2025/08/01/a/").contains(">1 غشت 2025</time>"));
}

#[test]
fn a_territory_of_ones_own_has_its_regions_in_its_languages() {
    let site = format!("{}territory = \"pays.tsv\"\n", crate::harness::SITE);
    let territory = "# name: Pays\n# credit_fr: L’Institut\nkind\tcode\tparent\tname_fr\tname_ar\taliases\n\
        region\t1\t\tNord-Est\tالشمال\tLe Nord|NE\nprovince\t1.1\t1\tMontville\tمونفيل\t\n";
    let fixture = Fixture::with("")
        .file("site.toml", site)
        .file("pays.tsv", territory)
        .file("content/a.md", toml("province = \"montville\"").replace("souss-massa", "le nord"));
    let run = fixture.build().assert_clean();
    assert!(run.has("regions/nord-est/2026/03/") && run.has("regions/nord-est/montville/"));
    assert!(run.page("ar/regions/nord-est/").contains("الشمال") && run.has("regions/national/"));
    assert!(run.page("").contains("L’Institut") && !run.has("regions/souss-massa/"));
}
