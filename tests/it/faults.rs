//! Every fault is one error, at its own line and column, with the nearest right name.

use expect_test::expect;

use crate::harness::{Fixture, PIXEL, SITE, toml, tree};

/// What `--format human` adds as help.
#[track_caller]
fn help(fixture: &Fixture) -> String {
    let run = fixture.build_with(&["--format", "human"]);
    let lines = run.stderr.lines().filter_map(|line| line.trim().strip_prefix("= help: "));
    lines.collect::<Vec<_>>().join("\n")
}

/// The misspelt key alone: that `title` is missing too would be noise.
#[test]
fn a_misspelt_key_in_toml() {
    let run =
        Fixture::release("+++\ntitel = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_misspelt_key_in_yaml() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregoin: souss-massa\n---\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_misspelt_key_in_bare_lines() {
    let run = Fixture::release("Titre : A\nDate : 2026-03-12\nRegoin : Souss-Massa\n\nTexte.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_key() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ncolour = \"red\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_key_given_twice_in_toml() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ntitle = \"B\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_key_given_twice_in_yaml() {
    let run =
        Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\ntitle: B\n---\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_key_given_twice_in_two_languages() {
    let run =
        Fixture::release("Titre : A\nTitle : B\nDate : 2026-03-12\nRégion : Souss-Massa\n\nTexte.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_wrong_type_in_toml() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ndraft = \"oui, bien sûr\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_number_for_a_title() {
    let run = Fixture::release("+++\ntitle = 12\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_table_for_a_list() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ntags = { eau = true }\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_wrong_type_in_yaml() {
    let run =
        Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\ntags:\n  eau: true\n---\n")
            .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_wrong_type_within_image() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nimage = { src = 12 }\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_misspelt_key_within_image() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nimage = { scr = \"a.png\", alt = \"\" }\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_kind() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nkind = \"speach\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_correction_without_note() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\ncorrections = [{ date = 2026-03-13 }]\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_region_with_the_nearest_right_name() {
    let fixture = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"sous-massa\"\n+++\n");
    fixture.build().assert_refused(expect![[""]]);
    expect![[""]].assert_eq(&help(&fixture));
}

#[test]
fn an_unknown_region_in_a_list() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = [\"souss-massa\", \"oriantal\"]\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_region_in_arabic() {
    let run =
        Fixture::release("العنوان: خبر\nالتاريخ: 12 مارس 2026\nالجهة: سوس-ماصة العليا\n\nنص.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_province() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nprovince = \"tiznitt\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_province_outside_the_region() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nprovince = \"berkane\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_date_that_is_none() {
    let run =
        Fixture::release("+++\ntitle = \"A\"\ndate = \"hier\"\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_day_that_the_month_has_not() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-02-30\nregion: souss-massa\n---\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_day_that_toml_itself_refuses() {
    let run =
        Fixture::release("+++\ntitle = \"A\"\ndate = 2026-02-30\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_month_without_a_day() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-03\nregion: souss-massa\n---\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_month_without_a_day_in_bare_lines() {
    let run = Fixture::release("Titre : A\nDate : mars 2026\nRégion : Souss-Massa\n\nTexte.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_date_in_two_readings() {
    let run = Fixture::release("---\ntitle: A\ndate: 260312\nregion: souss-massa\n---\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_missing_title() {
    let run =
        Fixture::release("+++\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe port ouvre.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_missing_date() {
    let run = Fixture::release("+++\ntitle = \"A\"\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_missing_region() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_empty_title() {
    let run =
        Fixture::release("+++\ntitle = \"\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_header_that_is_not_there_at_all() {
    let run = Fixture::release("Un texte sans rien.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_empty_file() {
    let run = Fixture::release("").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_missing_title_date_and_region_are_proposed() {
    let text =
        "+++\nnumber = 3\n+++\n\nAgadir ouvre un port\n\nAgadir, le 12 mars 2026 – Le conseil a décidé.\n";
    let fixture = Fixture::with("").file("content/2026-03-12-agadir.md", text);
    fixture.build().assert_refused(expect![[""]]);
    expect![[""]].assert_eq(&help(&fixture));
}

#[test]
fn two_sources_at_one_address_are_both_named() {
    let fixture = Fixture::with("").file("content/a.md", toml("")).file("content/b.md", toml("slug = \"a\""));
    fixture.build().assert_refused(expect![[""]]);
}

/// In other generators the alias replaced the release without a word.
#[test]
fn an_alias_against_a_release() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml(""))
        .file("content/b.md", toml("aliases = [\"/2026/03/12/a/\"]"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_alias_against_an_index() {
    let fixture = Fixture::release(&toml("aliases = [\"/regions/\"]"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn two_aliases_at_one_address() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("aliases = [\"vieux\"]"))
        .file("content/b.md", toml("aliases = [\"/vieux/\"]"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn aliases_that_differ_by_case_alone() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("aliases = [\"vieux\"]"))
        .file("content/b.md", toml("aliases = [\"Vieux\"]"));
    fixture.build().assert_refused(expect![[""]]);
}

/// On a Mac they would be one file.
#[test]
fn static_files_that_differ_by_normal_form_alone() {
    let fixture = Fixture::release(&toml(""))
        .file("content/static/\u{e9}t\u{e9}.txt", "1")
        .file("content/static/e\u{301}te\u{301}.txt", "2");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn static_files_that_differ_by_case_alone() {
    let fixture =
        Fixture::release(&toml("")).file("content/static/a.txt", "1").file("content/static/A.txt", "2");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_file_where_a_folder_must_be() {
    let fixture = Fixture::release(&toml("")).file("content/static/2026", "1");
    fixture.build().assert_refused(expect![[""]]);
}

/// `2026-bilan.txt` sorts between `2026` and `2026/…` and must not hide the clash.
#[test]
fn a_file_where_a_folder_must_be_with_another_name_between() {
    let fixture = Fixture::release(&toml(""))
        .file("content/static/2026", "1")
        .file("content/static/2026-bilan.txt", "2");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_static_file_against_a_page() {
    let fixture = Fixture::release(&toml("")).file("content/static/archives/index.html", "1");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_page_against_a_region_index() {
    let fixture = Fixture::release(&toml("")).file("content/pages/regions.md", "+++\ntitle = \"R\"\n+++\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_page_against_a_language_prefix() {
    let fixture = Fixture::release(&toml("")).file("content/pages/ar.md", "+++\ntitle = \"R\"\n+++\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_template_with_a_syntax_error() {
    let fixture =
        Fixture::release(&toml("")).file("templates/home.html", "<h1>{{ portal.title }}</h1>\n{% if %}\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_template_with_an_unknown_variable() {
    let fixture =
        Fixture::release(&toml("")).file("templates/home.html", "<h1>\n  {{ portal.titel }}\n</h1>\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_template_with_an_unknown_filter() {
    let fixture = Fixture::release(&toml(""))
        .file("templates/home.html", "<h1>\n  {{ portal.title | shout }}\n</h1>\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_template_with_an_unknown_parent() {
    let fixture = Fixture::release(&toml("")).file("templates/home.html", "{% extends \"basis.html\" %}\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_template_fault_is_passed_on_whole() {
    let fixture = Fixture::release(&toml(""))
        .file("templates/home.html", "<h1>\n  {{ portal.title | shout }}\n</h1>\n");
    expect![[""]].assert_eq(&fixture.build_with(&["--format", "human"]).stderr);
}

#[test]
fn a_missing_image_in_the_header() {
    let fixture = Fixture::release(&toml("image = { src = \"phto.png\", alt = \"Un port\" }"))
        .file("content/photo.png", PIXEL);
    fixture.build().assert_refused(expect![[""]]);
    expect![[""]].assert_eq(&help(&fixture));
}

#[test]
fn a_missing_image_in_the_text() {
    let fixture = Fixture::release(&(toml("") + "\nVoir ![un port](port.png).\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_missing_file_in_the_text() {
    let fixture = Fixture::release(&(toml("") + "\nVoir [le rapport](raport.pdf).\n"))
        .file("content/rapport.pdf", "%PDF");
    fixture.build().assert_refused(expect![[""]]);
    expect![[""]].assert_eq(&help(&fixture));
}

#[test]
fn a_header_in_toml_that_is_never_closed() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n\nTexte.\n")
        .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_header_in_yaml_that_is_never_closed() {
    let run = Fixture::release("---\ntitle: A\ndate: 2026-03-12\nregion: souss-massa\n\nTexte.\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn toml_that_is_none() {
    let run = Fixture::release("+++\ntitle = \"A\ndate = 2026-03-12\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn yaml_that_is_none() {
    let run = Fixture::release("---\ntitle: [A\ndate: 2026-03-12\n---\n").build();
    run.assert_refused(expect![[""]]);
}

/// The commonest fault of French titles in YAML, whose own message helps nobody.
#[test]
fn a_colon_in_a_yaml_title_asks_for_quotation_marks() {
    let fixture =
        Fixture::release("---\ntitle: Agadir : le port\ndate: 2026-03-12\nregion: souss-massa\n---\n");
    fixture.build().assert_refused(expect![[""]]);
    expect![[""]].assert_eq(&help(&fixture));
}

#[test]
fn a_binary_file_by_the_name_of_a_text() {
    let fixture = Fixture::with("").file("content/a.md", b"\x7fELF\x02\x01\x00\x00");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_picture_by_the_name_of_a_text() {
    let fixture = Fixture::with("").file("content/a.md", PIXEL);
    fixture.build().assert_refused(expect![[""]]);
}

/// Other generators copy the bad bytes into the page.
#[test]
fn invalid_utf_8_is_told_by_its_offset() {
    let fixture = Fixture::with("").file("content/a.md", b"+++\ntitle = \"\xc3\xa9t\xe9\"\n+++\n");
    fixture.build().assert_refused(expect![[""]]);
}

/// What Notepad once called « Unicode ».
#[test]
fn a_file_in_utf_16() {
    let bytes: Vec<u8> = "\u{feff}+++\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    Fixture::with("").file("content/a.md", bytes).build().assert_refused(expect![[""]]);
}

#[test]
fn conflict_markers_in_the_text() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nAvant.\n<<<<<<< HEAD\nUn.\n=======\nDeux.\n>>>>>>> autre\n").build();
    run.assert_refused(expect![[""]]);
}

/// The markers alone: what they make of the header is their fault.
#[test]
fn conflict_markers_in_the_header() {
    let run = Fixture::release("+++\ntitle = \"A\"\n<<<<<<< HEAD\ndate = 2026-03-12\n=======\ndate = 2026-03-13\n>>>>>>> autre\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn two_spellings_of_one_tag_name_both_places() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("tags = [\"Eau potable\"]"))
        .file("content/b.md", toml("tags = [\"Paix\", \"eau-potable\"]"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn two_spellings_of_one_series_name_both_places() {
    let fixture = Fixture::with("")
        .file("content/a.md", toml("series = \"Tournée\""))
        .file("content/b.md", toml("series = \"tournee\""));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_future_date_without_publish() {
    let run =
        Fixture::release("+++\ntitle = \"A\"\ndate = 2026-06-02\nregion = \"souss-massa\"\n+++\n").build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_language_in_a_file_name() {
    let fixture = Fixture::with("").file("content/a.es.md", toml(""));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_language_in_the_header() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nlang = \"es\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_name_without_any_letter_asks_for_a_slug_and_proposes_one() {
    let fixture = Fixture::with("").file("content/…….md", toml(""));
    fixture.build().assert_refused(expect![[""]]);
    expect![[""]].assert_eq(&help(&fixture));
}

#[test]
fn a_slug_in_capitals() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\nslug = \"Le Port\"\n+++\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

/// « exe.fdp » can be made to read « pdf.exe » backwards.
#[test]
fn a_direction_override_in_the_title() {
    let run =
        Fixture::release("+++\ntitle = \"A\u{202e}b\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n")
            .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn a_direction_override_in_the_text() {
    let run = Fixture::release(
        "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe compte \u{202e}654321.\n",
    )
    .build();
    run.assert_refused(expect![[""]]);
}

#[test]
fn an_isolate_that_its_line_does_not_close() {
    let run = Fixture::release("+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n\nLe \u{2068}compte.\nSuite.\n").build();
    run.assert_refused(expect![[""]]);
}

/// TOML's own escapes are another way to the same forgery.
#[test]
fn a_direction_override_written_as_an_escape() {
    let fixture =
        Fixture::release("+++\ntitle = \"A\\u202Eb\"\ndate = 2026-03-12\nregion = \"souss-massa\"\n+++\n");
    fixture.build().assert_refused(expect![[""]]);
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
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_text_nested_too_deep() {
    let fixture = Fixture::release(&(toml("") + "\n" + &">".repeat(100) + " a\n"));
    fixture.build().assert_refused(expect![[""]]);
}

/// Other programs took a minute, or aborted.
#[test]
fn a_hundred_thousand_quotations_are_refused_within_seconds() {
    let fixture = Fixture::release(&(toml("") + "\n" + &">".repeat(100_000) + " a\n"));
    let start = std::time::Instant::now();
    fixture.build().assert_refused(expect![[""]]);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

/// The sanitiser alone took 14 s for 100,000 nested elements.
#[test]
fn markup_nested_too_deep() {
    let fixture = Fixture::release(&(toml("") + "\n" + &"<div>".repeat(50_000) + "\n"));
    let start = std::time::Instant::now();
    fixture.build().assert_refused(expect![[""]]);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn a_header_nested_too_deep() {
    let fixture = Fixture::release(&toml(&format!("tags = {}{}", "[".repeat(5_000), "]".repeat(5_000))));
    fixture.build().assert_refused(expect![[""]]);
}

/// Rejecting such a header took another reader 17 s.
#[test]
fn a_yaml_header_nested_too_deep() {
    let fixture = Fixture::release(&format!("---\ntitle: A\ntags: {}\n---\n", "[".repeat(60_000)));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_link_that_could_run_code() {
    let fixture = Fixture::release(&(toml("") + "\nVoir [ici](javascript:alert(1)).\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_key_in_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}tilte = \"B\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_table_in_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[partie]\nname = \"P\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_key_in_a_table_of_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[party]\nnom = \"P\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_region_in_site_toml() {
    let fixture = Fixture::release(&toml(""))
        .file("site.toml", format!("{SITE}[party.regions.sous-massa]\ncontact = \"x\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_bad_time_zone() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}timezone = \"Africa/Casblanca\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_zone_that_only_the_machine_could_know() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}timezone = \"../../etc/passwd\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_theme() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}theme = \"sobre\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_territory() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}territory = \"maroc.tsv\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_theme_option() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[options]\nacent = \"teal\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_theme_option_of_the_wrong_type() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[options]\nserif = \"non\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_theme_option_outside_its_choices() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[options]\naccent = \"red\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_deploy_target_without_kind() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[deploy.live]\npath = \"/srv\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_deploy_target_of_an_unknown_kind() {
    let fixture = Fixture::release(&toml(""))
        .file("site.toml", format!("{SITE}[deploy.live]\nkind = \"floder\"\npath = \"/srv\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_deploy_target_with_another_kinds_key() {
    let fixture = Fixture::release(&toml("")).file(
        "site.toml",
        format!("{SITE}[deploy.live]\nkind = \"folder\"\npath = \"/srv\"\nbucket = \"b\"\n"),
    );
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_deploy_target_without_its_kinds_key() {
    let fixture = Fixture::release(&toml("")).file(
        "site.toml",
        format!("{SITE}[deploy.live]\nkind = \"s3\"\nendpoint = \"https://s3.example\"\n"),
    );
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_secret_in_site_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[deploy.live]\nkind = \"sftp\"\nhost = \"h\"\nuser = \"u\"\npath = \"/\"\npassword = \"p\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn feeds_of_too_many_items() {
    let fixture = Fixture::release(&toml("")).file("site.toml", format!("{SITE}[feeds]\nitems = 100000\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn addresses_of_an_unknown_kind() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[build]\naddresses = \"fichier\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn site_toml_with_a_wrong_type() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", "title = 12\nbase_url = \"https://a.example/\"\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn site_toml_without_title_and_base_url() {
    let fixture = Fixture::release(&toml("")).file("site.toml", "languages = [\"fr\"]\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn site_toml_with_a_relative_base_url() {
    let fixture = Fixture::release(&toml("")).file("site.toml", "title = \"A\"\nbase_url = \"/portail/\"\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn site_toml_with_a_bad_language() {
    let fixture = Fixture::release(&toml("")).file(
        "site.toml",
        "title = \"A\"\nbase_url = \"https://a.example/\"\nlanguages = [\"fr\", \"../ar\", \"fr\"]\n",
    );
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn site_toml_that_is_no_toml() {
    let fixture = Fixture::release(&toml("")).file("site.toml", "title = \"A\nbase_url = 1\n");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn no_site_toml() {
    let fixture = Fixture::release(&toml(""));
    fixture.remove("site.toml");
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_missing_logo() {
    let fixture =
        Fixture::release(&toml("")).file("site.toml", format!("{SITE}[party]\nlogo = \"/logo.svg\"\n"));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn an_unknown_field_of_the_theme() {
    let fixture = Fixture::release(&toml("[extra]\nplce = \"Agadir\""));
    fixture.build().assert_refused(expect![[""]]);
}

#[test]
fn a_field_of_the_theme_of_the_wrong_type() {
    let fixture = Fixture::release(&toml("[extra]\nevent_date = \"bientôt\""));
    fixture.build().assert_refused(expect![[""]]);
}

/// Others publish it without a word; see also `check`.
#[test]
fn a_copy_of_a_synchronising_tool_is_told() {
    let fixture = Fixture::release(&toml("")).file("content/b (conflicted copy 2026-03-12).md", toml(""));
    fixture.build().assert_warned(expect![[""]]);
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
    fixture.build().assert_refused(expect![[""]]);
}
