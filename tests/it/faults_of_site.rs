//! Faults of `site.toml`: each is one error with its place and the nearest right name.

use expect_test::expect;

use crate::harness::{Fixture, SITE, toml};

#[test]
fn an_unknown_key_in_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}tilte = \"B\"\n"));
    fixture.build().assert_refused(expect!["site.toml:4:1: error: unknown field `tilte` in `site.toml`"]);
}

#[test]
fn an_unknown_table_in_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[partie]\nname = \"P\"\n"));
    fixture.build().assert_refused(expect!["site.toml:4:2: error: unknown field `partie` in `site.toml`"]);
}

#[test]
fn an_unknown_key_in_a_table_of_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[party]\nnom = \"P\"\n"));
    fixture.build().assert_refused(expect!["site.toml:5:1: error: unknown field `nom` in `site.toml`"]);
}

/// Without `https://` a browser would look for it in the portal; and a link may run no script.
#[test]
fn addresses_of_the_party_that_lead_nowhere() {
    let party = "[party]\nurl = \"parti.example\"\nsame_as = [\"https://social.example/a\", \"javascript:alert(1)\"]\n";
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}{party}"));
    fixture.build().assert_refused(expect![[r#"
        site.toml:5:7: error: `parti.example` is no valid value for `url`
        site.toml:6:40: error: `javascript:alert(1)` is no valid value for `same_as`"#]]);
}

#[test]
fn an_unknown_region_in_site_toml() {
    let fixture = Fixture::release(&toml(""))
        .file("site.toml", format!("{SITE}[party.regions.sus-massa]\ncontact = \"x\"\n"));
    fixture.build().assert_refused(expect!["site.toml:4:16: error: unknown region `sus-massa`"]);
}

#[test]
fn a_bad_time_zone() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}timezone = \"Africa/Casblanca\"\n"));
    fixture.build().assert_refused(expect![
        "site.toml:4:12: error: `Africa/Casblanca` is no valid value for `timezone`"
    ]);
}

#[test]
fn a_zone_that_only_the_machine_could_know() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}timezone = \"../../etc/passwd\"\n"));
    fixture.build().assert_refused(expect![
        "site.toml:4:12: error: `../../etc/passwd` is no valid value for `timezone`"
    ]);
}

#[test]
fn an_unknown_theme() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}theme = \"sobre\"\n"));
    fixture.build().assert_refused(expect!["site.toml:4:9: error: unknown theme `sobre`"]);
}

#[test]
fn an_unknown_territory() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}territory = \"maroc.tsv\"\n"));
    fixture.build().assert_refused(expect!["site.toml:4:13: error: missing file `maroc.tsv`"]);
}

#[test]
fn an_unknown_theme_option() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[options]\nacent = \"teal\"\n"));
    fixture
        .build()
        .assert_refused(expect!["site.toml:5:1: error: unknown field `acent` in the theme's options"]);
}

#[test]
fn a_theme_option_of_the_wrong_type() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[options]\nserif = \"non\"\n"));
    fixture
        .build()
        .assert_refused(expect!["site.toml:5:9: error: field `serif` has the wrong type: a string"]);
}

#[test]
fn a_theme_option_outside_its_choices() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[options]\naccent = \"red\"\n"));
    fixture.build().assert_refused(expect!["site.toml:5:10: error: `red` is no valid value for `accent`"]);
}

#[test]
fn a_deploy_target_without_kind() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[deploy.live]\npath = \"/srv\"\n"));
    fixture.build().assert_refused(expect!["site.toml:4:9: error: missing field `kind` in `site.toml`"]);
}

#[test]
fn a_deploy_target_of_an_unknown_kind() {
    let fixture = Fixture::release(&toml(""))
        .file("site.toml", format!("{SITE}[deploy.live]\nkind = \"floder\"\npath = \"/srv\"\n"));
    fixture.build().assert_refused(expect!["site.toml:5:8: error: `floder` is no valid value for `kind`"]);
}

#[test]
fn a_deploy_target_with_another_kinds_key() {
    let fixture = Fixture::release(&toml("")).file(
        "site.toml",
        format!("{SITE}[deploy.live]\nkind = \"folder\"\npath = \"/srv\"\nbucket = \"b\"\n"),
    );
    fixture.build().assert_refused(expect!["site.toml:7:1: error: unknown field `bucket` in `site.toml`"]);
}

#[test]
fn a_deploy_target_without_its_kinds_key() {
    let fixture = Fixture::release(&toml("")).file(
        "site.toml",
        format!("{SITE}[deploy.live]\nkind = \"s3\"\nendpoint = \"https://s3.example\"\n"),
    );
    fixture.build().assert_refused(expect!["site.toml:4:9: error: missing field `bucket` in `site.toml`"]);
}

#[test]
fn a_secret_in_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[deploy.live]\nkind = \"sftp\"\nhost = \"h\"\nuser = \"u\"\npath = \"/\"\npassword = \"p\"\n"));
    fixture.build().assert_refused(expect!["site.toml:9:1: error: unknown field `password` in `site.toml`"]);
}

#[test]
fn feeds_of_too_many_items() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[feeds]\nitems = 100000\n"));
    fixture.build().assert_refused(expect!["site.toml:5:9: error: `100000` is no valid value for `items`"]);
}

#[test]
fn addresses_of_an_unknown_kind() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[build]\naddresses = \"fichier\"\n"));
    fixture
        .build()
        .assert_refused(expect!["site.toml:5:13: error: `fichier` is no valid value for `addresses`"]);
}

#[test]
fn site_toml_with_a_wrong_type() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", "title = 12\nbase_url = \"https://a.example/\"\n");
    fixture
        .build()
        .assert_refused(expect!["site.toml:1:9: error: field `title` has the wrong type: an integer"]);
}

#[test]
fn site_toml_without_title_and_base_url() {
    let fixture = Fixture::release(&toml("")).file("site.toml", "languages = [\"fr\"]\n");
    fixture.build().assert_refused(expect![[r#"
        site.toml:1:1: error: missing field `title` in `site.toml`
        site.toml:1:1: error: missing field `base_url` in `site.toml`"#]]);
}

#[test]
fn site_toml_with_a_relative_base_url() {
    let fixture = Fixture::release(&toml("")).file("site.toml", "title = \"A\"\nbase_url = \"/portail/\"\n");
    fixture
        .build()
        .assert_refused(expect!["site.toml:2:12: error: `/portail/` is no valid value for `base_url`"]);
}

#[test]
fn site_toml_with_a_bad_language() {
    let fixture = Fixture::release(&toml("")).file(
        "site.toml",
        "title = \"A\"\nbase_url = \"https://a.example/\"\nlanguages = [\"fr\", \"../ar\", \"fr\"]\n",
    );
    fixture.build().assert_refused(expect![[r#"
        site.toml:3:20: error: `../ar` is no valid value for `languages`
        site.toml:3:29: error: field `fr` is given twice"#]]);
}

#[test]
fn site_toml_that_is_no_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", "title = \"A\nbase_url = 1\n");
    fixture.build().assert_refused(expect![[
        r#"site.toml:1:11: error: invalid TOML: invalid basic string, expected `"`"#
    ]]);
}

#[test]
fn no_site_toml() {
    let fixture = Fixture::release(&toml(""));
    fixture.remove("site.toml");
    fixture.build().assert_refused(expect!["site.toml:1:1: error: no `site.toml` here"]);
}

#[test]
fn a_missing_logo() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[party]\nlogo = \"/logo.svg\"\n"));
    fixture.build().assert_refused(expect!["site.toml:5:8: error: missing image `/logo.svg`"]);
}

/// What is wrong with the configuration, a template and a text is said in one run.
#[test]
fn faults_of_all_kinds_are_said_at_once() {
    let fixture =
        Fixture::release(&toml("")).file("content/b.md", toml("").replace("souss-massa", "sous-massa"));
    let fixture = fixture.file("site.toml", format!("{SITE}descripton = \"x\"\n"));
    let run = fixture.build();
    run.assert_refused(expect![[r#"
        content/b.md:4:10: error: unknown region `sous-massa`
        site.toml:4:1: error: unknown field `descripton` in `site.toml`"#]]);
    let fixture = fixture.file("site.toml", SITE).file("templates/release.html", "{{ relese.title }}");
    fixture.build().assert_refused(expect![[r#"
        content/b.md:4:10: error: unknown region `sous-massa`
        templates/release.html:1:4: error: Variable `relese` is not defined. Available variables: authors, body, contact, corrections, extra, json_ld, lang, modified, newer, older, page, periods, portal, published, related, release, series, shared, standfirst, t, tags, translations"#]]);
    // Keys that all sources are read by must be right before sources are judged.
    let fixture = fixture.file("site.toml", SITE.replace("languages", "langages"));
    fixture.edit("content/c.ar.md", toml(""));
    fixture.build().assert_refused(expect!["site.toml:3:1: error: unknown field `langages` in `site.toml`"]);
}

#[test]
fn every_broken_template_is_told_of() {
    let broken = |name: &str| format!("{{% extends \"base.html\" %}}{{% block {name} %}}{{% endblock %}}");
    let fixture = Fixture::release(&toml(""))
        .file("templates/home.html", broken("un"))
        .file("templates/release.html", broken("deux"))
        .file("templates/404.html", "a\n{{ x")
        .file("templates/list.html", "{% extends \"themes/default/templates/rien.html\" %}");
    fixture.build().assert_refused(expect![[r#"
        templates/404.html:2:5: error: Unexpected end of input
        templates/home.html:1:35: error: Block `un` is not defined in any parent template
        templates/list.html:1:13: error: no template `themes/default/templates/rien.html`, which this one extends
        templates/release.html:1:35: error: Block `deux` is not defined in any parent template"#]]);
}
