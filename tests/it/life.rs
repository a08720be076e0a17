//! The life of a release: draft, embargo, expiry, withdrawal, correction, removal.

use expect_test::expect;

use crate::harness::{Fixture, PIXEL, folders, toml};
use crate::html;

const CANARY: &str = "zerzoura7";

/// A release that says the canary wherever it can, and one public release beside it.
fn canary(fields: &str) -> Fixture {
    let header = format!(
        "+++\ntitle = \"T {CANARY}\"\ndate = 2026-05-12\nregion = \"souss-massa\"\nprovince = \"Tiznit\"\nslug = \"{CANARY}\"\ntags = [\"{CANARY}\"]\nseries = \"S {CANARY}\"\nsummary = \"R {CANARY}\"\naliases = [\"/vieux-{CANARY}/\"]\nimage = {{ src = \"{CANARY}.png\", alt = \"{CANARY}\" }}\n{fields}\n+++\n\nTexte {CANARY}. [pièce]({CANARY}.pdf)\n"
    );
    let fixture = Fixture::release(&toml("")).file(&format!("content/{CANARY}.md"), header);
    fixture
        .file(&format!("content/{CANARY}.png"), PIXEL)
        .file(&format!("content/{CANARY}.pdf"), format!("%PDF {CANARY}"))
}

#[test]
fn a_draft_leaves_no_byte_in_the_output() {
    let run = canary("draft = true").build().assert_clean();
    assert_eq!(run.mentions(CANARY), [""; 0]);
    assert!(!run.has("2026/05/") && !run.has("regions/souss-massa/tiznit/"));
}

#[test]
fn an_embargoed_release_leaves_no_byte_in_the_output() {
    let run = canary("publish = 2026-06-01T12:00:01Z").build().assert_clean();
    assert_eq!(run.mentions(CANARY), [""; 0]);
}

#[test]
fn the_output_is_what_it_would_be_without_the_draft() {
    let with = canary("draft = true").build().assert_clean();
    let without = Fixture::release(&toml("")).build().assert_clean();
    assert_eq!(with.output, without.output);
}

/// A link to a draft would give its name away.
#[test]
fn a_link_to_a_draft_is_said_and_leaves_no_byte_either() {
    let fixture =
        canary("draft = true").file("content/b.md", toml("") + &format!("Voir [la suite]({CANARY}.md).\n"));
    let run = fixture.build().assert_done();
    assert!(run.stderr.contains("content/b.md:9:6: warning:"), "{}", run.stderr);
    assert_eq!(run.mentions(CANARY), [""; 0]);
    assert!(html::text(run.page("2026/03/12/b/")).contains("la suite"));
}

/// A file that a public release refers to as well is public.
#[test]
fn a_picture_that_a_public_release_shows_too_is_published_with_that_one_alone() {
    let fixture = canary("draft = true").file("content/b.md", toml("") + &format!("![x]({CANARY}.png)\n"));
    let run = fixture.build().assert_clean();
    let files: Vec<&str> = run
        .mentions(CANARY)
        .into_iter()
        .filter(|path| !path.ends_with(".html") && !path.ends_with(".xml"))
        .collect();
    assert_eq!(files, [format!("2026/03/12/b/{CANARY}.png")]);
}

#[test]
fn the_translation_of_a_draft_is_a_draft() {
    let arabic = format!("+++\ntitle = \"{CANARY}\"\n+++\n\n{CANARY}\n");
    let run = canary("draft = true").file(&format!("content/{CANARY}.ar.md"), arabic).build().assert_clean();
    assert_eq!(run.mentions(CANARY), [""; 0]);
}

/// What is no line of the header is text, and public.
#[test]
fn an_embargo_is_known_by_whatever_press_offices_call_it() {
    for line in [
        "Embargo : 1er décembre 2026",
        "Sous embargo : 1er décembre 2026 à 10 h 30",
        "SOUS EMBARGO JUSQU’AU : mardi 1er décembre 2026",
        "Embargo jusqu'au : 01/12/2026",
        "Embargoed until: December 1, 2026",
        "Diffusion : 1er décembre 2026",
        "Publié le : 1er décembre 2026",
        "Date de publication : 2026-12-01T10:00:00+01:00",
        "حظر النشر حتى: 1 دجنبر 2026",
        "تاريخ النشر: فاتح دجنبر 2026",
        "موعد النشر: ١ دجنبر ٢٠٢٦",
    ] {
        let text = format!("Titre : {CANARY}\nDate : 2026-03-12\nRégion : national\n{line}\n\n{CANARY}\n");
        let run = Fixture::with("").file("content/a.txt", text).build();
        assert_eq!(
            (run.stderr.as_str(), run.mentions(CANARY).as_slice()),
            ("", [""; 0].as_slice()),
            "{line}"
        );
    }
}

#[test]
fn an_embargo_that_stands_in_the_text_alone_is_an_error_until_it_lifts() {
    let text = toml("") + "SOUS EMBARGO JUSQU’AU 2 juin 2026 à 10 h\n\nEncore.\n";
    let text = text.replace("Texte.\n\n", "").replace("Texte.\n", "");
    let fixture = Fixture::release(&text);
    fixture.build().assert_refused(expect![
        "content/a.md:8:1: error: the text says that it is under embargo, and there is no `publish`"
    ]);
    let help = fixture.help();
    assert!(help.starts_with("write `publish = 2026-06-02T10:00:00+01:00` and"), "{help}");
    fixture.build_with(&["--as-of", "2026-06-02T09:00:00Z"]).assert_clean();
    // At the end of a text, in Arabic, beside its original.
    let arabic = "+++\ntitle = \"خبر\"\n+++\n\nنص.\n\nمحظور النشر حتى 2 يونيو 2026 على الساعة 10:00\n";
    let fixture = Fixture::release(&toml("")).file("content/a.ar.md", arabic);
    fixture.build().assert_refused(expect![
        "content/a.ar.md:7:1: error: the text says that it is under embargo, and there is no `publish`"
    ]);
    // Who says when, or that it is a draft, need not say it again; and one that speaks of another embargo is none.
    for fields in ["publish = 2026-06-02T10:00:00+01:00", "draft = true"] {
        Fixture::release(&text.replace("region", &format!("{fields}\nregion"))).build().assert_clean();
    }
    Fixture::release(&(toml("") + "L’embargo sur Gaza jusqu’au 2 juin 2026 est une honte.\n"))
        .build()
        .assert_clean();
}

/// Whatever is doubtful of the instant: what is public too early can't be called back.
#[test]
fn an_embargo_in_a_text_holds_as_long_as_it_may_mean() {
    let refused = |line: &str, fields: &str, as_of: &str| {
        let text =
            toml(fields).replace("Texte.", &format!("{line}\n\nLe parti présente son programme à Fès."));
        let run = Fixture::release(&text.replace("2026-03-12", "2026-06-01")).build_with(&["--as-of", as_of]);
        assert!(
            run.stderr.is_empty() || run.stderr.contains("the text says that it is under embargo"),
            "{}",
            run.stderr
        );
        run.code == 1
    };
    // (line, an instant at which it still holds, one at which it does not)
    for (line, holds, over) in [
        ("Not for release before 2 June 2026 at 10:00", "2026-06-02T08:59:00Z", "2026-06-02T09:00:00Z"),
        ("Ne Pas Diffuser avant le 2 juin 2026", "2026-06-01T22:59:00Z", "2026-06-01T23:00:00Z"),
        ("Diffusion interdite avant le 2 juin 2026 à 10 h", "2026-06-02T08:59:00Z", "2026-06-02T09:00:00Z"),
        ("ممنوع النشر حتى 2 يونيو 2026", "2026-06-01T22:59:00Z", "2026-06-01T23:00:00Z"),
        (
            "Rabat, le 1er juin 2026 – Sous embargo jusqu’au 2 juin 2026 à 10 h",
            "2026-06-02T08:59:00Z",
            "2026-06-02T09:00:00Z",
        ),
        (
            "<p align=\"center\"><strong>SOUS EMBARGO JUSQU’AU 2 juin 2026</strong></p>",
            "2026-06-02T22:00:00Z",
            "2026-06-02T23:00:00Z",
        ),
        (
            "Le présent communiqué est sous embargo jusqu’au 2 juin 2026 à 10 h.",
            "2026-06-02T08:59:00Z",
            "2026-06-02T09:00:00Z",
        ),
        ("هذا البلاغ محظور النشر حتى 2 يونيو 2026", "2026-06-01T22:59:00Z", "2026-06-01T23:00:00Z"),
        // The day can be read, and no more.
        ("Sous embargo jusqu’au 2 juin 2026 à midi", "2026-06-02T22:59:00Z", "2026-06-02T23:00:00Z"),
        ("Embargoed until 2 June 2026, 10:00 pm", "2026-06-02T22:59:00Z", "2026-06-02T23:00:00Z"),
        // Nothing can be.
        ("SOUS EMBARGO", "2026-06-07T22:59:00Z", "2026-06-07T23:00:00Z"),
        ("Sous embargo jusqu’à mardi 10 h", "2026-06-07T22:59:00Z", "2026-06-07T23:00:00Z"),
    ] {
        assert_eq!([holds, over].map(|as_of| refused(line, "", as_of)), [true, false], "{line}");
        let withdrawn = "withdrawn = \"Une erreur\"";
        assert!(!refused(line, "draft = true", holds) && !refused(line, withdrawn, holds), "{line}");
    }
    // The later of two counts.
    let line = "SOUS EMBARGO JUSQU’AU 4 juin 2026";
    let publish = |day: u8| refused(line, &format!("publish = 2026-06-{day:02}"), "2026-06-03T12:00:00Z");
    assert_eq!([2, 4, 5].map(publish), [true, false, false]);
    assert!(!refused("SOUS EMBARGO", "publish = 2026-06-02", "2026-06-03T12:00:00Z"));
    for line in ["Gaza sous embargo", "L’île vit sous embargo depuis dix ans", "Diffusion : immédiate"] {
        assert!(!refused(line, "", "2026-06-01T12:00:00Z"), "{line}");
    }
    let header = "Titre : A\nDate : 2026-06-01\nRégion : national\nDiffusion : immédiate\n\nTexte.\n";
    Fixture::release(header).build().assert_clean();
}

#[test]
fn the_translation_of_an_embargoed_release_waits_with_it() {
    let arabic = format!("+++\ntitle = \"{CANARY}\"\n+++\n\n{CANARY}\n");
    let fixture = canary("publish = 2026-06-02T00:00:00Z").file(&format!("content/{CANARY}.ar.md"), arabic);
    assert_eq!(fixture.build().assert_clean().mentions(CANARY), [""; 0]);
}

#[test]
fn drafts_are_shown_and_marked_where_they_are_asked_for() {
    for (fields, mark) in [("draft = true", "Brouillon"), ("publish = 2026-06-02T00:00:00Z", "embargo")] {
        let run = canary(fields).build_with(&["--drafts"]).assert_clean();
        let page = run.page(&format!("2026/05/12/{CANARY}/"));
        let notice = html::elements(page)
            .into_iter()
            .find(|e| e.attr("class").split(' ').any(|class| class == "notice"));
        let notice = notice.map(|notice| notice.text.to_lowercase()).unwrap_or_default();
        assert!(notice.contains(&mark.to_lowercase()), "{mark}: {notice}");
        assert!(run.lists("", &format!("2026/05/12/{CANARY}/")), "it stands on the lists, too");
        assert!(!run.page("feed.xml").contains(CANARY), "but in no feed");
    }
}

#[test]
fn an_embargo_passes_with_the_clock() {
    let fixture = canary("publish = 2026-06-02T00:00:00Z");
    let before = fixture.build_with(&["--as-of", "2026-06-01T23:59:59Z"]).assert_clean();
    assert_eq!(before.mentions(CANARY), [""; 0]);
    let after = fixture.build_with(&["--as-of", "2026-06-02T00:00:00Z"]).assert_clean();
    assert!(after.has(&format!("2026/05/12/{CANARY}/")) && after.page("feed.xml").contains(CANARY));
    // And back: the clock of a machine may be put right.
    let again = fixture.build_with(&["--as-of", "2026-06-01T23:59:59Z"]).assert_clean();
    assert_eq!(again.output, before.output);
}

/// A day alone is public from its first minute in the portal's time zone, not in Greenwich's.
#[test]
fn a_day_is_public_from_its_first_minute_in_the_portals_time_zone() {
    let text = toml("").replace("2026-03-12", "2026-06-02");
    let fixture = Fixture::release(&text);
    assert_eq!(fixture.build_with(&["--as-of", "2026-06-01T22:59:59Z"]).code, 1);
    assert!(fixture.build_with(&["--as-of", "2026-06-01T23:00:00Z"]).assert_clean().has("2026/06/02/a/"));
}

#[test]
fn a_future_date_may_wait_for_its_publish() {
    let text = toml("publish = 2026-06-10T08:00:00Z").replace("2026-03-12", "2026-06-10");
    let fixture = Fixture::release(&text);
    assert!(!fixture.build().assert_clean().has("2026/"));
    assert!(fixture.build_with(&["--as-of", "2026-06-10T08:00:00Z"]).assert_clean().has("2026/06/10/a/"));
}

#[test]
fn an_expired_release_keeps_its_address_without_its_text() {
    let fixture = Fixture::release(
        &(toml("expires = 2026-05-01T00:00:00Z\nsummary = \"R zerzoura7\"\nimage = \"p.png\"")
            + "Suite zerzoura7.\n"),
    );
    let fixture = fixture.file("content/p.png", PIXEL);
    let before = fixture.build_with(&["--as-of", "2026-04-30T23:59:59Z"]).assert_clean();
    assert!(before.page("2026/03/12/a/").contains(CANARY) && before.has("2026/03/12/a/p.png"));
    let after = fixture.build().assert_clean();
    assert_eq!(after.mentions(CANARY), [""; 0]);
    assert!(!after.has("2026/03/12/a/p.png"));
    let page = after.page("2026/03/12/a/");
    assert!(
        html::text(page).contains("A") && html::text(page).contains("est terminée"),
        "{}",
        html::text(page)
    );
}

/// « Expire : 15 décembre 2026 » : on the 15th the text can still be read.
#[test]
fn a_day_on_which_a_text_expires_still_counts_in_the_portals_time_zone() {
    let fixture = Fixture::release(&(toml("expires = 2026-05-15") + "Suite zerzoura7.\n"));
    let at = |instant: &str| fixture.build_with(&["--as-of", instant]).assert_clean();
    assert!(at("2026-05-15T22:59:59Z").page("2026/03/12/a/").contains(CANARY));
    assert_eq!(at("2026-05-15T23:00:00Z").mentions(CANARY), [""; 0]);
    // The day of the release itself, an invitation for instance.
    let fixture = Fixture::release(&toml("expires = 2026-03-12"));
    fixture.build_with(&["--as-of", "2026-03-12T22:00:00Z"]).assert_clean();
}

#[test]
fn a_text_that_expires_before_it_is_shown_is_refused_with_both_places() {
    let fixture = Fixture::release(&toml("expires = 2026-03-11"));
    fixture.build().assert_refused(expect_test::expect!["content/a.md:5:11: error: `expires` does not lie after `date`: the text would never be shown (the other: content/a.md:3:8)"]);
    expect_test::expect!["correct one of the two; a day without a time lasts until its end"]
        .assert_eq(&fixture.help());
    let late = "publish = 2026-06-02T09:00:00Z\nexpires = 2026-06-02T09:00:00Z";
    Fixture::release(&toml(late)).build().assert_refused(expect_test::expect!["content/a.md:6:11: error: `expires` does not lie after `publish`: the text would never be shown (the other: content/a.md:5:11)"]);
    Fixture::release(&toml(&format!("{late}\ndraft = true"))).build().assert_clean();
    // An original's dates are its own fault; a translation is told of those that it gives itself.
    let fixture = Fixture::release(&toml("expires = 2026-05-01"))
        .file("content/a.ar.md", "+++\ntitle = \"ب\"\ndate = 2026-05-02\n+++\n");
    fixture.build().assert_refused(expect_test::expect!["content/a.md:5:11: error: `expires` does not lie after `date`: the text would never be shown (the other: content/a.ar.md:3:8)"]);
    let fixture =
        Fixture::release(&toml("expires = 2026-03-11")).file("content/a.ar.md", "+++\ntitle = \"ب\"\n+++\n");
    assert_eq!(fixture.build().short_errors().len(), 1);
}

/// Archives of other programs are full of them, and nobody is told anything false.
#[test]
fn a_change_before_the_release_harms_nobody() {
    let fields = "updated = 2025-03-14\ncorrections = [{ date = 2026-03-11, note = \"Le 12.\" }]";
    let page = Fixture::release(&toml(fields)).build().assert_clean();
    assert!(page.page("2026/03/12/a/").contains("\"dateModified\":\"2026-03-12T12:00:00+00:00\""));
}

/// As a future `date` is: said when it is written, and over once the day has come.
#[test]
fn a_change_in_the_future_is_refused_until_it_has_come() {
    let fields = "updated = 2026-06-02\ncorrections = [{ date = 2026-06-03, note = \"Le 12.\" }]";
    let fixture = Fixture::release(&toml(fields));
    fixture.build().assert_refused(expect_test::expect![[r#"
        content/a.md:5:11: error: a date of `updated` lies in the future
        content/a.md:6:25: error: a date of `corrections` lies in the future"#]]);
    let first = fixture.build_with(&["--as-of", "2026-06-02T23:00:00Z"]).assert_clean();
    assert!(first.has("2026/03/12/a/"));
    // A clock that was put back finds it again.
    assert_eq!(fixture.build().short_errors().len(), 2);
    // An embargo is a clock of its own: its end makes no error that was none when it was written.
    let waits = toml(&format!("publish = 2026-06-03T10:00:00Z\n{fields}"));
    let fixture = Fixture::release(&waits);
    fixture.build().assert_clean();
    fixture.build_with(&["--as-of", "2026-06-03T10:00:00Z"]).assert_clean();
    let late = Fixture::release(&waits.replace("2026-06-03T10", "2026-06-02T10"));
    assert_eq!(late.build().short_errors().len(), 1);
}

#[test]
fn a_withdrawn_release_shows_the_reason_in_its_place() {
    let fixture = Fixture::release(
        &(toml("withdrawn = \"Une citation était inexacte\"\nsummary = \"R zerzoura7\"")
            + "Suite zerzoura7.\n"),
    );
    let run = fixture.build().assert_clean();
    assert_eq!(run.mentions(CANARY), [""; 0]);
    assert!(html::text(run.page("2026/03/12/a/")).contains("Une citation était inexacte"));
    assert!(run.page("feed.xml").contains("Une citation était inexacte"));
}

#[test]
fn a_withdrawal_reaches_the_translation() {
    let fixture = Fixture::release(&toml("withdrawn = \"Inexact\""))
        .file("content/a.ar.md", "+++\ntitle = \"خبر\"\n+++\n\nzerzoura7\n");
    let run = fixture.build().assert_clean();
    assert_eq!(run.mentions(CANARY), [""; 0]);
    assert!(html::text(run.page("ar/2026/03/12/a/")).contains("Inexact"));
}

/// YAML and bare lines know no types: `false` would be what readers are told.
#[test]
fn a_yes_or_no_is_no_reason_to_withdraw() {
    for (header, at) in [
        (
            "---\ntitle: A\ndate: 2026-03-12\nregion: national\nwithdrawn: false\n---\n",
            "5:12: error: `false`",
        ),
        ("Titre : A\nDate : 2026-03-12\nRégion : national\nRetrait : oui\n", "4:11: error: `oui`"),
    ] {
        let run = Fixture::release(&format!("{header}\nTexte.\n")).build();
        let expected = format!("content/a.md:{at} is no valid value for `withdrawn`");
        assert_eq!((run.code, run.stderr.lines().next()), (1, Some(expected.as_str())), "{}", run.stderr);
    }
}

#[test]
fn corrections_and_updates_are_shown_with_their_dates() {
    let fields = "updated = 2026-03-14\ncorrections = [{ date = 2026-03-13, note = \"Le chiffre est 12.\" }]";
    let run = Fixture::release(&toml(fields)).build().assert_clean();
    let page = run.page("2026/03/12/a/");
    assert!(html::text(page).contains("Le chiffre est 12.") && html::text(page).contains("13 mars 2026"));
    assert!(page.contains("\"dateModified\":\"2026-03-14T12:00:00+00:00\""), "{page}");
}

#[test]
fn what_was_under_embargo_says_when_it_came_out_of_it() {
    let publish = "publish = 2026-04-01T10:00:00+01:00";
    let machines = |fields: &str| {
        let run = Fixture::release(&toml(fields)).build().assert_clean();
        let page = run.page("2026/03/12/a/");
        let of_page = |start: &str| page.split(start).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let feed = run.page("feed.xml");
        let of_feed = |tag: &str| feed.split(tag).nth(1).unwrap().split('<').next().unwrap().to_owned();
        let sitemap = run.page("sitemap-fr-2026.xml");
        assert!(html::text(page).contains("12 mars 2026"));
        (
            [
                of_page("\"datePublished\":\""),
                of_page("\"dateModified\":\""),
                of_page("published_time\" content=\""),
            ],
            [of_feed("<pubDate>"), of_feed("<lastBuildDate>")],
            sitemap.split("<lastmod>").nth(1).unwrap().split('<').next().unwrap().to_owned(),
            html::text(page).contains("Mis à jour"),
        )
    };
    let instant = "2026-04-01T10:00:00+01:00".to_owned();
    let in_words = "Wed, 01 Apr 2026 10:00:00 +0100".to_owned();
    let lifted = ([instant.clone(), instant.clone(), instant.clone()], [in_words.clone(), in_words.clone()]);
    let told = machines(publish);
    assert_eq!(((told.0, told.1), told.2, told.3), (lifted, instant.clone(), false));
    // What changed later says both.
    let (page, feed, sitemap, is_updated) = machines(&format!("{publish}\nupdated = 2026-05-01"));
    let later = "2026-05-01T12:00:00+01:00".to_owned();
    assert_eq!(page, [instant.clone(), later.clone(), instant]);
    assert_eq!((feed, sitemap, is_updated), ([in_words.clone(), in_words], later, true));
}

#[test]
fn old_addresses_redirect_to_the_release() {
    let run = Fixture::release(&toml("aliases = [\"/vieux/port/\", \"node/12.html\", \"2019/é t\"]"))
        .build()
        .assert_clean();
    for old in ["vieux/port/", "node/12.html", "2019/é t/"] {
        let page = run.page(old);
        let refresh =
            html::all(page, "meta").into_iter().find(|meta| meta.attr("http-equiv") == "refresh").unwrap();
        let to = refresh.attr("content").split("url=").nth(1).unwrap();
        assert_eq!(html::resolve(old, to).as_deref(), Some("2026/03/12/a/"), "{old}");
        assert!(run.lists(old, "2026/03/12/a/"), "{old}");
        let canonical =
            html::all(page, "link").into_iter().find(|link| link.attr("rel") == "canonical").unwrap();
        assert_eq!(canonical.attr("href"), "https://parti.example/2026/03/12/a/");
        assert!(page.contains("noindex"), "{old}");
        assert!(!page.contains("<script"), "{old}");
    }
}

/// As an old site's own map or a browser's bar spells it; a server looks for the decoded name.
#[test]
fn old_addresses_may_be_percent_encoded_and_decomposed() {
    let run = Fixture::release(&toml("aliases = [\"/caf%C3%A9/ancien\", \"/e%CC%81te%CC%81/100%/\"]"));
    let run = run.build().assert_clean();
    for old in ["café/ancien/", "été/100%/"] {
        assert!(run.lists(old, "2026/03/12/a/"), "{old}");
    }
}

#[test]
fn a_deleted_release_is_gone_everywhere_with_its_folders() {
    let fixture = canary("");
    let before = fixture.build().assert_clean();
    assert!(before.mentions(CANARY).len() > 10);
    for ending in ["md", "png", "pdf"] {
        fixture.remove(&format!("content/{CANARY}.{ending}"));
    }
    let after = fixture.build().assert_clean();
    assert_eq!(after.mentions(CANARY), [""; 0]);
    let left: Vec<String> = folders(&fixture.path("public"))
        .into_iter()
        .filter(|f| f.contains(CANARY) || f.starts_with("2026/05") || f.contains("tiznit"))
        .collect();
    assert_eq!(left, [""; 0]);
    let alone = Fixture::release(&toml("")).build().assert_clean();
    assert_eq!(after.output, alone.output, "what is left is what a clean build makes");
}

#[test]
fn a_release_that_becomes_a_draft_is_gone_everywhere() {
    let fixture = canary("");
    fixture.build().assert_clean();
    let text = std::fs::read_to_string(fixture.path(&format!("content/{CANARY}.md"))).unwrap();
    fixture.edit(&format!("content/{CANARY}.md"), text.replacen("+++\n", "+++\ndraft = true\n", 1));
    assert_eq!(fixture.build().assert_clean().mentions(CANARY), [""; 0]);
}

#[test]
fn a_moved_release_leaves_nothing_at_its_old_address() {
    let fixture = Fixture::release(&toml(""));
    fixture.build().assert_clean();
    fixture.edit("content/a.md", toml("").replace("2026-03-12", "2026-04-02"));
    let run = fixture.build().assert_clean();
    assert!(
        run.has("2026/04/02/a/")
            && !run.has("2026/03/")
            && !folders(&fixture.path("public")).contains(&"2026/03".into())
    );
}

/// Someone else's files in the output: a proof of ownership, a .htaccess, a folder of an agency.
#[test]
fn foreign_files_in_the_output_are_kept() {
    let fixture = Fixture::release(&toml(""));
    fixture.build().assert_clean();
    for path in [".htaccess", "google123.html", "2026/03/12/a/note.txt", "agence/index.html"] {
        fixture.edit(&format!("public/{path}"), "à nous");
    }
    fixture.edit("content/a.md", toml("").replace("2026-03-12", "2026-04-02"));
    let run = fixture.build().assert_clean();
    assert_eq!(
        run.mentions("à nous"),
        [".htaccess", "2026/03/12/a/note.txt", "agence/index.html", "google123.html"]
    );
    assert!(!run.has("2026/03/12/a/"));
}

#[test]
fn what_someone_changed_in_the_output_is_put_right() {
    let fixture = Fixture::release(&toml(""));
    let before = fixture.build().assert_clean();
    fixture.edit("public/index.html", "piraté").remove("public/feed.xml");
    assert_eq!(fixture.build().assert_clean().output, before.output);
}

/// A draft may have any date; what is public in the other language inherits it and must not vanish.
#[test]
fn a_translation_of_a_draft_with_a_future_date_is_refused() {
    let base = toml("draft = true").replace("2026-03-12", "2027-03-12");
    let arabic = "+++\ntitle = \"ب\"\ndraft = false\n+++\n\nنص.\n";
    let fixture = Fixture::release(&base).file("content/b.md", toml("")).file("content/a.ar.md", arabic);
    fixture.build().assert_refused(expect_test::expect![
        "content/a.ar.md:1:1: error: the date lies in the future and there is no `publish`"
    ]);
    let one = Fixture::release(&toml("").replace("2026-03-12", "2027-03-12"))
        .file("content/a.ar.md", "+++\ntitle = \"ب\"\n+++\n");
    assert_eq!(one.build().short_errors().len(), 1, "the first language has said it");
}
