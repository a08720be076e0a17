//! Every fault is one error, at its own line and column, with the nearest right name.

use expect_test::expect;

use crate::harness::{Fixture, PIXEL, toml, tree};

/// The misspelt key alone: that `title` is missing too would be noise.
#[test]
fn a_misspelt_key_in_toml() {
    let run =
        Fixture::release("+++\ntitel = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:2:1: error: unknown field `titel` in a release's header"]);
}

#[test]
fn a_misspelt_key_in_yaml() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregoin: souss-massa\n---\n").build();
    run.assert_refused(expect!["content/a.md:4:1: error: unknown field `regoin` in a release's header"]);
}

#[test]
fn a_misspelt_key_in_bare_lines() {
    let run = Fixture::release("Titre : A\nDate : 2026-03-12\nRegoin : Souss-Massa\n\nTexte.\n").build();
    run.assert_refused(expect!["content/a.md:3:1: error: unknown field `Regoin` in a release's header"]);
}

#[test]
fn an_unknown_key() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ncolour = \"red\"\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:1: error: unknown field `colour` in a release's header"]);
}

#[test]
fn a_key_given_twice_in_toml() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ntitle = \"B\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![
        "content/a.md:5:1: error: field `title` is given twice (the other: content/a.md:2:1)"
    ]);
}

#[test]
fn a_key_given_twice_in_yaml() {
    let run =
        Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\ntitle: B\n---\n").build();
    run.assert_refused(expect![
        "content/a.md:5:1: error: field `title` is given twice (the other: content/a.md:2:1)"
    ]);
}

#[test]
fn a_key_given_twice_in_two_languages() {
    let run =
        Fixture::release("Titre : A\nTitle : B\nDate : 2026-03-12\nRégion : Souss-Massa\n\nTexte.\n").build();
    run.assert_refused(expect![
        "content/a.md:2:1: error: field `title` is given twice (the other: content/a.md:1:1)"
    ]);
}

#[test]
fn a_wrong_type_in_toml() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ndraft = \"oui, bien sûr\"\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:9: error: field `draft` has the wrong type: a string"]);
}

#[test]
fn a_number_for_a_title() {
    let run = Fixture::release("+++\ntitle = 12\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:2:9: error: field `title` has the wrong type: an integer"]);
}

#[test]
fn a_table_for_a_list() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ntags = { eau = true }\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:8: error: field `tags` has the wrong type: a table"]);
}

#[test]
fn a_wrong_type_in_yaml() {
    let run =
        Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\ntags:\n  eau: true\n---\n")
            .build();
    run.assert_refused(expect!["content/a.md:6:3: error: field `tags` has the wrong type: a table"]);
}

#[test]
fn a_wrong_type_within_image() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nimage = { src = 12 }\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:17: error: field `src` has the wrong type: an integer"]);
}

#[test]
fn a_misspelt_key_within_image() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nimage = { scr = \"a.png\", alt = \"\" }\n+++\n").build();
    run.assert_refused(expect!["content/a.md:5:11: error: unknown field `scr` in a release's header"]);
}

#[test]
fn an_unknown_kind() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nkind = \"speach\"\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:8: error: `speach` is no valid value for `kind`"]);
}

#[test]
fn a_correction_without_note() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ncorrections = [{ date = 2026-03-13 }]\n+++\n").build();
    run.assert_refused(expect!["content/a.md:5:16: error: missing field `note` in a release's header"]);
}

#[test]
fn an_unknown_region_with_the_nearest_right_name() {
    let fixture = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"sus-massa\"\n+++\n");
    fixture.build().assert_refused(expect!["content/a.md:4:10: error: unknown region `sus-massa`"]);
    expect!["did you mean `souss-massa`?"].assert_eq(&fixture.help());
}

#[test]
fn an_unknown_region_in_a_list() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = [\"souss-massa\", \"oriantal\"]\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:4:26: error: unknown region `oriantal`"]);
}

#[test]
fn an_unknown_region_in_arabic() {
    let run =
        Fixture::release("العنوان: خبر\nالتاريخ: 12 مارس 2026\nالجهة: سوس-ماصة العليا\n\nنص.\n").build();
    run.assert_refused(expect!["content/a.md:3:8: error: unknown region `سوس-ماصة العليا`"]);
}

#[test]
fn an_unknown_province() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nprovince = \"tiznitt\"\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:12: error: unknown province `tiznitt`"]);
}

#[test]
fn a_province_outside_the_region() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nprovince = \"berkane\"\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:12: error: `Berkane` does not lie in `Souss-Massa`"]);
}

#[test]
fn a_date_that_is_none() {
    let run =
        Fixture::release("+++\ntitle = \"A\"\ndate = \"hier\"\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:3:8: error: `hier` is not a date"]);
}

#[test]
fn a_day_that_the_month_has_not() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-02-30\nregion: souss-massa\n---\n").build();
    run.assert_refused(expect!["content/a.md:3:7: error: `2026-02-30` is not a date"]);
}

#[test]
fn a_day_that_toml_itself_refuses() {
    let run =
        Fixture::release("+++\ntitle = \"A\"\ndate = 2026-02-30\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:3:8: error: `2026-02-30` is not a date"]);
}

#[test]
fn a_month_without_a_day() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-03\nregion: souss-massa\n---\n").build();
    run.assert_refused(expect!["content/a.md:3:7: error: `2026-03` is not a date: a day is missing"]);
}

#[test]
fn a_month_without_a_day_in_bare_lines() {
    let run = Fixture::release("Titre : A\nDate : mars 2026\nRégion : Souss-Massa\n\nTexte.\n").build();
    run.assert_refused(expect!["content/a.md:2:8: error: `mars 2026` is not a date: a day is missing"]);
}

#[test]
fn a_date_in_two_readings() {
    let run = Fixture::release("---\ntitle: A\ndate: 260312\nregion: souss-massa\n---\n").build();
    run.assert_refused(expect!["content/a.md:3:7: error: `260312` is not a date"]);
}

#[test]
fn a_missing_title() {
    let run =
        Fixture::release("+++\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe port ouvre.\n").build();
    run.assert_refused(expect!["content/a.md:1:1: error: missing field `title` in a release's header"]);
}

#[test]
fn a_missing_date() {
    let run = Fixture::release("+++\ntitle = \"A\"\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:1:1: error: missing field `date` in a release's header"]);
}

#[test]
fn a_missing_region() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\n+++\n").build();
    run.assert_refused(expect!["content/a.md:1:1: error: missing field `region` in a release's header"]);
}

#[test]
fn an_empty_title() {
    let run =
        Fixture::release("+++\ntitle = \"\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:2:9: error: field `title` is empty"]);
}

#[test]
fn a_header_that_is_not_there_at_all() {
    let run = Fixture::release("Un texte sans rien.\n").build();
    run.assert_refused(expect![[r#"
        content/a.md:1:1: error: missing field `title` in a release's header
        content/a.md:1:1: error: missing field `date` in a release's header
        content/a.md:1:1: error: missing field `region` in a release's header"#]]);
}

#[test]
fn an_empty_file() {
    let run = Fixture::release("").build();
    run.assert_refused(expect![[r#"
        content/a.md:1:1: error: missing field `title` in a release's header
        content/a.md:1:1: error: missing field `date` in a release's header
        content/a.md:1:1: error: missing field `region` in a release's header"#]]);
}

#[test]
fn a_missing_title_date_and_region_are_proposed() {
    let text =
        "+++\nnumber = 3\n+++\n\nAgadir ouvre un port\n\nAgadir, le 12 mars 2026 – Le conseil a décidé.\n";
    let fixture = Fixture::with("").file("content/2026-03-12-agadir.md", text);
    fixture.build().assert_refused(expect![[r#"
        content/2026-03-12-agadir.md:1:1: error: missing field `title` in a release's header
        content/2026-03-12-agadir.md:1:1: error: missing field `date` in a release's header
        content/2026-03-12-agadir.md:1:1: error: missing field `region` in a release's header"#]]);
    expect![[r#"
        add `title`, for example `title = "Agadir ouvre un port"`
        add `date`, for example `date = 2026-03-12`
        add `region`, for example `region = "souss-massa"` (Agadir ×1 → MA-09)"#]]
    .assert_eq(&fixture.help());
}

#[test]
fn two_sources_at_one_address_are_both_named() {
    let fixture = Fixture::with("").file("content/a.md", toml("")).file("content/b.md", toml("slug = \"a\""));
    fixture.build().assert_refused(expect![
        "content/b.md:1:1: error: two sources at one address: `/2026/03/12/a/` (the other: content/a.md:1:1)"
    ]);
}

/// In other generators the alias replaced the release without a word.
#[test]
fn an_alias_against_a_release() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml(""))
        .file("content/b.md", toml("aliases = [\"/2026/03/12/a/\"]"));
    fixture.build().assert_refused(expect![
        "content/b.md:5:12: error: two sources at one address: `/2026/03/12/a/` (the other: content/a.md:1:1)"
    ]);
}

#[test]
fn an_alias_against_an_index() {
    let fixture = Fixture::release(&toml("aliases = [\"/regions/\"]"));
    fixture
        .build()
        .assert_refused(expect!["content/a.md:5:12: error: two sources at one address: `/regions/`"]);
}

#[test]
fn two_aliases_at_one_address() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("aliases = [\"vieux\"]"))
        .file("content/b.md", toml("aliases = [\"/vieux/\"]"));
    fixture.build().assert_refused(expect![
        "content/b.md:5:12: error: two sources at one address: `/vieux/` (the other: content/a.md:5:12)"
    ]);
}

#[test]
fn aliases_that_differ_by_case_alone() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("aliases = [\"vieux\"]"))
        .file("content/b.md", toml("aliases = [\"Vieux\"]"));
    fixture.build().assert_refused(expect![
        "content/b.md:5:12: error: two sources at one address: `/Vieux/` (the other: content/a.md:5:12)"
    ]);
}

/// On a Mac they would be one file.
#[test]
fn static_files_that_differ_by_normal_form_alone() {
    let fixture = Fixture::release(&toml(""))
        .file("content/static/\u{e9}t\u{e9}.txt", "1")
        .file("content/static/e\u{301}te\u{301}.txt", "2");
    fixture.build().assert_refused(expect!["content/static/été.txt:1:1: error: two sources at one address: `content/static/été.txt` (the other: content/static/été.txt:1:1)"]);
}

#[test]
fn static_files_that_differ_by_case_alone() {
    let fixture =
        Fixture::release(&toml("")).file("content/static/a.txt", "1").file("content/static/A.txt", "2");
    fixture.build().assert_refused(expect!["content/static/a.txt:1:1: error: two sources at one address: `/a.txt` (the other: content/static/A.txt:1:1)"]);
}

#[test]
fn a_file_where_a_folder_must_be() {
    let fixture = Fixture::release(&toml("")).file("content/static/2026", "1");
    fixture.build().assert_refused(expect!["content/a.md:1:1: error: two sources at one address: `/2026/03/12/a/` (the other: content/static/2026:1:1)"]);
}

/// `2026-bilan.txt` sorts between `2026` and `2026/…` and must not hide the clash.
#[test]
fn a_file_where_a_folder_must_be_with_another_name_between() {
    let fixture = Fixture::release(&toml(""))
        .file("content/static/2026", "1")
        .file("content/static/2026-bilan.txt", "2");
    fixture.build().assert_refused(expect!["content/a.md:1:1: error: two sources at one address: `/2026/03/12/a/` (the other: content/static/2026:1:1)"]);
}

#[test]
fn a_static_file_against_a_page() {
    let fixture = Fixture::release(&toml("")).file("content/static/archives/index.html", "1");
    fixture.build().assert_refused(expect![
        "content/static/archives/index.html:1:1: error: two sources at one address: `/archives/index.html`"
    ]);
}

#[test]
fn a_page_against_a_region_index() {
    let fixture = Fixture::release(&toml("")).file("content/pages/regions.md", "+++\ntitle = \"R\"\n+++\n");
    fixture.build().assert_refused(expect![
        "content/pages/regions.md:1:1: error: two sources at one address: `/regions/`"
    ]);
}

#[test]
fn a_page_against_a_language_prefix() {
    let fixture = Fixture::release(&toml("")).file("content/pages/ar.md", "+++\ntitle = \"R\"\n+++\n");
    fixture
        .build()
        .assert_refused(expect!["content/pages/ar.md:1:1: error: two sources at one address: `/ar/`"]);
}

#[test]
fn a_template_with_a_syntax_error() {
    let fixture =
        Fixture::release(&toml("")).file("templates/home.html", "<h1>{{ portal.title }}</h1>\n{% if %}\n");
    fixture.build().assert_refused(expect!["templates/home.html:2:7: error: Found `%}` but expected one of: integer, float, string, bool, ident, `-`, `not`, `<`, `{`, `[` or `(`"]);
}

#[test]
fn a_template_with_an_unknown_variable() {
    let fixture =
        Fixture::release(&toml("")).file("templates/home.html", "<h1>\n  {{ portal.titel }}\n</h1>\n");
    fixture.build().assert_refused(expect!["templates/home.html:2:13: error: Field `titel` is not defined. Available fields: archives, assets, base_url, credit, description, dir, feed, generator, home, lang, language, locale, options, pages, party, regions, regions_index, title"]);
}

#[test]
fn a_template_with_an_unknown_filter() {
    let fixture = Fixture::release(&toml(""))
        .file("templates/home.html", "<h1>\n  {{ portal.title | shout }}\n</h1>\n");
    fixture.build().assert_refused(expect!["templates/home.html:2:21: error: Unknown filter `shout`"]);
}

#[test]
fn a_template_with_an_unknown_parent() {
    let fixture = Fixture::release(&toml("")).file("templates/home.html", "{% extends \"basis.html\" %}\n");
    fixture.build().assert_refused(expect![
        "templates/home.html:1:13: error: no template `basis.html`, which this one extends"
    ]);
}

#[test]
fn a_template_fault_is_passed_on_whole() {
    let fixture = Fixture::release(&toml(""))
        .file("templates/home.html", "<h1>\n  {{ portal.title | shout }}\n</h1>\n");
    expect![[r#"
        error: Unknown filter `shout`
         --> templates/home.html:2:21
          |
        2 |   {{ portal.title | shout }}
          |                     ^^^^^

        1 error, 0 warnings
        error: nothing was published; the output is as it was
    "#]]
    .assert_eq(&fixture.build_with(&["--format", "human"]).stderr);
}

#[test]
fn a_missing_image_in_the_header() {
    let fixture = Fixture::release(&toml("image = { src = \"phto.png\", alt = \"Un port\" }"))
        .file("content/photo.png", PIXEL);
    fixture.build().assert_refused(expect![[r#"
        content/a.md:5:17: error: missing image `phto.png`
        content/photo.png:1:1: warning: no release refers to this file, so it is not published"#]]);
    expect!["did you mean `photo.png`?"].assert_eq(&fixture.help());
}

#[test]
fn a_missing_image_in_the_text() {
    let fixture = Fixture::release(&(toml("") + "\nVoir ![un port](port.png).\n"));
    fixture.build().assert_refused(expect!["content/a.md:10:6: error: missing image `port.png`"]);
}

#[test]
fn a_missing_file_in_the_text() {
    let fixture = Fixture::release(&(toml("") + "\nVoir [le rapport](raport.pdf).\n"))
        .file("content/rapport.pdf", "%PDF");
    fixture.build().assert_refused(expect![[r#"
        content/a.md:10:6: error: missing file `raport.pdf`
        content/rapport.pdf:1:1: warning: no release refers to this file, so it is not published"#]]);
    expect!["did you mean `rapport.pdf`?"].assert_eq(&fixture.help());
}

#[test]
fn a_header_in_toml_that_is_never_closed() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n\nTexte.\n")
        .build();
    run.assert_refused(expect!["content/a.md:1:1: error: the header opened by `+++` is never closed"]);
}

#[test]
fn a_header_in_yaml_that_is_never_closed() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\n\nTexte.\n").build();
    run.assert_refused(expect!["content/a.md:1:1: error: the header opened by `---` is never closed"]);
}

#[test]
fn toml_that_is_none() {
    let run = Fixture::release("+++\ntitle = \"A\ndate = 2026-03-12\n+++\n").build();
    run.assert_refused(expect![[
        r#"content/a.md:2:11: error: invalid TOML: invalid basic string, expected `"`"#
    ]]);
}

#[test]
fn yaml_that_is_none() {
    let run = Fixture::release("---\ntitle: [A\ndate: 2026-03-12\n---\n").build();
    run.assert_refused(expect![[r#"
        content/a.md:2:8: error: field `title` has the wrong type: a list
        content/a.md:3:5: error: invalid YAML: illegal placement of ':' indicator"#]]);
}

/// The commonest fault of French titles in YAML, whose own message helps nobody.
#[test]
fn a_colon_in_a_yaml_title_asks_for_quotation_marks() {
    let fixture =
        Fixture::release("---\ntitle: Agadir : le port\ndate: 2026-03-12\nregion: souss-massa\n---\n");
    fixture.build().assert_refused(expect!["content/a.md:2:8: error: invalid YAML: a value with `: ` in it"]);
    expect![[r#"put the value in quotation marks: `title: "…"`"#]].assert_eq(&fixture.help());
}

#[test]
fn a_binary_file_by_the_name_of_a_text() {
    let fixture = Fixture::with("").file("content/a.md", b"\x7fELF\x02\x01\x00\x00");
    fixture
        .build()
        .assert_refused(expect!["content/a.md:1:7: error: the file is not text: a NUL character at byte 6"]);
}

#[test]
fn a_picture_by_the_name_of_a_text() {
    let fixture = Fixture::with("").file("content/a.md", PIXEL);
    fixture
        .build()
        .assert_refused(expect!["content/a.md:2:1: error: the file is not text: a NUL character at byte 8"]);
}

/// Other generators copy the bad bytes into the page.
#[test]
fn invalid_utf_8_is_told_by_its_offset() {
    let fixture = Fixture::with("").file("content/a.md", b"+++\ntitle = \"\xc3\xa9t\xe9\"\n+++\n");
    fixture
        .build()
        .assert_refused(expect!["content/a.md:2:12: error: the file is not UTF-8 from byte 16 on"]);
}

/// What Notepad once called « Unicode ».
#[test]
fn a_file_in_utf_16() {
    let bytes: Vec<u8> = "\u{feff}+++\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    Fixture::with("")
        .file("content/a.md", bytes)
        .build()
        .assert_refused(expect!["content/a.md:1:1: error: the file is not UTF-8 from byte 0 on"]);
}

#[test]
fn conflict_markers_in_the_text() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nAvant.\n<<<<<<< HEAD\nUn.\n=======\nDeux.\n>>>>>>> autre\n").build();
    run.assert_refused(expect!["content/a.md:8:1: error: conflict markers of a version control system"]);
}

/// The markers alone: what they make of the header is their fault.
#[test]
fn conflict_markers_in_the_header() {
    let run = Fixture::release("+++\ntitle = \"A\"\n<<<<<<< HEAD\ndate = 2026-03-12\n=======\ndate = 2026-03-13\n>>>>>>> autre\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect!["content/a.md:3:1: error: conflict markers of a version control system"]);
}

#[test]
fn two_spellings_of_one_tag_name_both_places() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("tags = [\"Eau potable\"]"))
        .file("content/b.md", toml("tags = [\"Paix\", \"eau-potable\"]"));
    fixture.build().assert_refused(expect!["content/b.md:5:17: error: two spellings of one tag: `eau-potable` and `Eau potable` (the other: content/a.md:5:9)"]);
}

#[test]
fn two_spellings_of_one_series_name_both_places() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("series = \"Tournée\""))
        .file("content/b.md", toml("series = \"tournee\""));
    fixture.build().assert_refused(expect!["content/b.md:5:10: error: two spellings of one series: `tournee` and `Tournée` (the other: content/a.md:5:10)"]);
}

#[test]
fn a_future_date_without_publish() {
    let run =
        Fixture::release("+++\ntitle = \"A\"\ndate = 2026-06-02\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![
        "content/a.md:3:8: error: the date lies in the future and there is no `publish`"
    ]);
}

#[test]
fn an_unknown_language_in_a_file_name() {
    let fixture = Fixture::with("").file("content/a.es.md", toml(""));
    fixture.build().assert_refused(expect![
        "content/a.es.md:1:1: error: `es` is no language of this portal, which has `fr`, `ar`"
    ]);
}

#[test]
fn an_unknown_language_in_the_header() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nlang = \"es\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![
        "content/a.md:5:8: error: `es` is no language of this portal, which has `fr`, `ar`"
    ]);
}

#[test]
fn a_name_without_any_letter_asks_for_a_slug_and_proposes_one() {
    let fixture = Fixture::with("").file("content/…….md", toml(""));
    fixture.build().assert_refused(expect![
        "content/…….md:1:1: error: no address can be made from the file name: `slug` is required"
    ]);
    expect![[r#"add `slug`, for example "a""#]].assert_eq(&fixture.help());
}

#[test]
fn a_slug_in_capitals() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nslug = \"Le Port\"\n+++\n",
    )
    .build();
    run.assert_refused(expect!["content/a.md:5:8: error: `Le Port` is no valid value for `slug`"]);
}

/// « exe.fdp » can be made to read « pdf.exe » backwards.
#[test]
fn a_direction_override_in_the_title() {
    let run =
        Fixture::release("+++\ntitle = \"A\u{202e}b\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n")
            .build();
    run.assert_refused(expect![
        "content/a.md:2:11: error: a control of text direction, U+202E, that can forge what is read"
    ]);
}

#[test]
fn a_direction_override_in_the_text() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe compte \u{202e}654321.\n",
    )
    .build();
    run.assert_refused(expect![
        "content/a.md:7:11: error: a control of text direction, U+202E, that can forge what is read"
    ]);
}

#[test]
fn an_isolate_that_its_line_does_not_close() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe \u{2068}compte.\nSuite.\n").build();
    run.assert_refused(expect![
        "content/a.md:7:4: error: a control of text direction, U+2068, that can forge what is read"
    ]);
}

/// TOML's own escapes are another way to the same forgery.
#[test]
fn a_direction_override_written_as_an_escape() {
    let fixture =
        Fixture::release("+++\ntitle = \"A\\u202Eb\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n");
    fixture.build().assert_refused(expect![
        "content/a.md:2:9: error: a control of text direction, U+202E, that can forge what is read"
    ]);
}

/// So are HTML's: whatever the build says, no page may carry it.
#[test]
fn a_direction_override_written_as_an_entity() {
    let fixture = Fixture::release(&(toml("") + "\nLe compte &#x202E;654321.\n"));
    let run = fixture.build();
    assert!(
        run.code == 1 || run.mentions("\u{202e}").is_empty() && run.mentions("&#x202E;").is_empty(),
        "{:?}",
        run.mentions("\u{202e}")
    );
}

#[test]
fn a_file_over_one_mebibyte() {
    let fixture = Fixture::release(&(toml("") + &"x".repeat(1 << 20)));
    fixture.build().assert_refused(expect![
        "content/a.md:1:1: error: the file has 1048646 bytes, over the limit of 1048576"
    ]);
}

#[test]
fn a_text_nested_too_deep() {
    let fixture = Fixture::release(&(toml("") + "\n" + &">".repeat(100) + " a\n"));
    fixture.build().assert_refused(expect!["content/a.md:10:65: error: nested more than 64 levels deep"]);
}

/// Other programs took a minute, or aborted.
#[test]
fn a_hundred_thousand_quotations_are_refused_within_seconds() {
    let fixture = Fixture::release(&(toml("") + "\n" + &">".repeat(100_000) + " a\n"));
    let start = std::time::Instant::now();
    fixture.build().assert_refused(expect!["content/a.md:10:65: error: nested more than 64 levels deep"]);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

/// The sanitiser alone took 14 s for 100,000 nested elements.
#[test]
fn markup_nested_too_deep_is_refused_or_made_flat_within_seconds() {
    let fixture = Fixture::release(&(toml("") + "\n" + &"<div>".repeat(50_000) + "\n"));
    let start = std::time::Instant::now();
    let run = fixture.build();
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    assert!(run.code == 1 || run.page("2026/03/12/a/").matches("<div>").count() < 1_000);
}

#[test]
fn a_header_nested_too_deep() {
    let fixture = Fixture::release(&toml(&format!("tags = {}{}", "[".repeat(5_000), "]".repeat(5_000))));
    fixture.build().assert_refused(expect!["content/a.md:5:72: error: nested more than 64 levels deep"]);
}

/// Rejecting such a header took another reader 17 s.
#[test]
fn a_yaml_header_nested_too_deep() {
    let fixture = Fixture::release(&format!("---\ntitle: A\ntags: {}\n---\n", "[".repeat(60_000)));
    fixture
        .build()
        .assert_refused(expect!["content/a.md:3:262: error: invalid YAML: recursion limit exceeded"]);
}

#[test]
fn a_link_that_could_run_code() {
    let fixture = Fixture::release(&(toml("") + "\nVoir [ici](javascript:alert(1)).\n"));
    fixture.build().assert_refused(expect![
        "content/a.md:10:6: error: a link that could run code: `javascript:alert(1)`"
    ]);
}

#[test]
fn an_unknown_field_of_the_theme() {
    let fixture = Fixture::release(&toml("[extra]\nplce = \"Agadir\""));
    fixture.build().assert_refused(expect![
        "content/a.md:6:1: error: unknown field `plce` in the theme's `extra` fields"
    ]);
}

#[test]
fn a_field_of_the_theme_of_the_wrong_type() {
    let fixture = Fixture::release(&toml("[extra]\nevent_date = \"bientôt\""));
    fixture.build().assert_refused(expect!["content/a.md:6:14: error: `bientôt` is not a date"]);
}

/// Others publish it without a word; see also `check`.
#[test]
fn a_copy_of_a_synchronising_tool_is_told() {
    let fixture = Fixture::release(&toml("")).file("content/b (conflicted copy 2026-03-12).md", toml(""));
    fixture.build().assert_warned(expect![[r#"
        content/b (conflicted copy 2026-03-12).md:1:1: warning: a copy left behind by a synchronising tool
    "#]]);
}

/// Where other tools stop at the first one, the whole list is printed, and the last good output
/// stands to the byte and to the second.
#[test]
fn twenty_faults_in_twenty_files_are_twenty_errors_in_one_run() {
    let fixture = Fixture::release(&toml(""));
    let before = fixture.build().assert_done();
    for number in 0..20 {
        let (folder, day) = (number / 4, 10 + number);
        let (date, region) = (format!("2026-04-{day}"), ["souss-masa", "orientl"][number % 2]);
        let text = format!("+++\ntitle = \"R{number}\"\ndate = {date}\nregion = \"{region}\"\n+++\n");
        fixture.edit(&format!("content/{folder}/r{number}.md"), text);
    }
    let after = fixture.build();
    assert_eq!((after.code, after.short_errors().len()), (1, 20), "{}", after.stderr);
    assert!(after.short_errors().iter().all(|line| line.contains(".md:4:10: error: unknown region")));
    assert_eq!(after.changes(&before), [""; 0]);
    assert_eq!(after.output, tree(&fixture.path("public")));
}

/// Twenty kinds, one each: none may hide another or bring one along.
#[test]
fn twenty_kinds_of_faults_do_not_hide_each_other() {
    let fixture = Fixture::with("");
    let faults = [
        "titel = \"B\"",
        "kind = \"speach\"",
        "tags = 3",
        "province = \"berkane\"",
        "province = \"nulle-part\"",
        "slug = \"Le Port\"",
        "image = \"absent.png\"",
        "aliases = [\"../a\"]",
        "publish = \"demain\"",
        "expires = 2026-13-01",
        "lang = \"es\"",
        "draft = 1",
        "corrections = \"oui\"",
        "updated = \"hier\"",
        "withdrawn = \"\"",
        "extra = 1",
        "authors = [1]",
        "image = { src = \"a.png\", legend = \"x\" }",
        "summary = [\"a\"]",
        "number = 1.5",
    ];
    for (number, fault) in faults.iter().enumerate() {
        let image = if fault.contains("a.png") { "content/a.png" } else { "content/static/a.png" };
        fixture.edit(image, PIXEL).edit(&format!("content/f{number:02}.md"), toml(fault));
    }
    fixture.build().assert_refused(expect![[r#"
        content/f00.md:5:1: error: unknown field `titel` in a release's header
        content/f01.md:5:8: error: `speach` is no valid value for `kind`
        content/f02.md:5:8: error: field `tags` has the wrong type: an integer
        content/f03.md:5:12: error: `Berkane` does not lie in `Souss-Massa`
        content/f04.md:5:12: error: unknown province `nulle-part`
        content/f05.md:5:8: error: `Le Port` is no valid value for `slug`
        content/f06.md:5:9: error: missing image `absent.png`
        content/f07.md:5:12: error: the alias `../a` leads out of its folder by `..`
        content/f08.md:5:11: error: `demain` is not a date
        content/f09.md:5:11: error: `2026-13-01` is not a date
        content/f10.md:5:8: error: `es` is no language of this portal, which has `fr`, `ar`
        content/f11.md:5:9: error: field `draft` has the wrong type: an integer
        content/f12.md:5:15: error: field `corrections` has the wrong type: a string
        content/f13.md:5:11: error: `hier` is not a date
        content/f14.md:5:13: error: field `withdrawn` is empty
        content/f15.md:5:9: error: field `extra` has the wrong type: an integer
        content/f16.md:5:12: error: field `authors` has the wrong type: an integer
        content/f17.md:5:26: error: unknown field `legend` in a release's header
        content/f18.md:5:11: error: field `summary` has the wrong type: a list
        content/f19.md:5:10: error: field `number` has the wrong type: a decimal number"#]]);
}
