//! What `import` and `new` make of texts as press offices have them.

use std::fs;

use crate::harness::{Fixture, Run};

/// What became of one text under `--accept`: the run, and the release that it wrote.
struct Imported {
    run: Run,
    text: String,
    fixture: Fixture,
}

#[track_caller]
fn imported(name: &str, text: &str) -> Imported {
    let fixture = Fixture::with("").file(name, text);
    let run = fixture.run("import", &["--accept", name]).assert_clean();
    let path = run.stdout.lines().find_map(|line| line.trim().strip_prefix("written   "));
    let text = fs::read_to_string(fixture.path(path.expect("something was written"))).unwrap();
    Imported { run, text, fixture }
}

impl Imported {
    /// What the release says, header included.
    #[track_caller]
    fn says(self, all: &[&str]) -> Self {
        for said in all {
            assert!(self.text.contains(said), "{said} is not in\n{}", self.text);
        }
        self
    }

    /// What the person was told.
    #[track_caller]
    fn told(self, all: &[&str]) -> Self {
        for told in all {
            assert!(self.run.stdout.contains(told), "{told} is not in\n{}", self.run.stdout);
        }
        self
    }

    #[track_caller]
    fn lacks(self, all: &[&str]) -> Self {
        for lacking in all {
            assert!(!self.text.contains(lacking), "{lacking} is in\n{}", self.text);
        }
        self
    }

    #[track_caller]
    fn builds(self) -> Self {
        self.fixture.build().assert_clean();
        self
    }
}

const HEADER: &str = "+++\ntitle = \"A\"\ndate = 2026-03-12\nregion = \"oriental\"\n+++\n";

#[test]
fn import_leaves_code_addresses_and_emphasis_of_markdown_alone() {
    let body = "L'eau et `l'x \"y\"` ; *mot*.\n\n```sh\necho \"l'eau\"\n```\n\n[L'eau](https://x.ma/l'eau \"l'eau\")\n";
    imported("a.md", &format!("{HEADER}{body}"))
        .says(&[
            "L’eau et `l'x \"y\"`\u{202f}; *mot*.",
            "echo \"l'eau\"",
            "[L’eau](https://x.ma/l'eau \"l'eau\")",
        ])
        .builds();
}

#[test]
fn import_mends_joined_letters_and_stray_apostrophes() {
    imported("a.txt", "date 2026-03-12 L´équipe de Tiznit a ﬁxé l‘eﬀort et d`autres.\n")
        .says(&["L’équipe de Tiznit a fixé l’effort et d’autres."])
        .told(&["´ → ’", "ﬁ → fi", "ﬀ → ff"])
        .builds();
}

#[test]
fn foreign_keys_of_one_field_merge_or_stay_as_comments() {
    imported(
        "a.md",
        "---\nlayout: post\ntitle: Le port\ndate: 2026-03-12\ncategories: jekyll update\ntags: [a, b]\n---\nTiznit.\n",
    )
    .says(&["tags = [\"a\", \"b\", \"jekyll\", \"update\"]", "# layout = \"post\""])
    .builds();
    imported(
        "a.md",
        "+++\ntitle = \"Le port\"\ndate = 2026-03-12\ndescription = \"D\"\nsummary = \"S\"\nkeywords = [\"x\", \"A\"]\n\
         categories = [\"y, z\"]\ntags = [\"a\"]\ntype = \"post\"\nseries = [\"Mer\"]\n+++\nTiznit.\n",
    )
    .says(&[
        "summary = \"S\"",
        "# description = \"D\"",
        "tags = [\"a\", \"x\", \"y, z\"]",
        "# kind = \"post\"",
        "series = \"Mer\"",
    ])
    .builds();
    imported(
        "a.md",
        "---\ntitle: Le port\ndate: 2026-03-12\nkeywords: eau, port\ncategories: [mer]\n---\nTiznit.\n",
    )
    .says(&["tags = [\"eau\", \"port\", \"mer\"]"])
    .builds();
}

#[test]
fn what_the_theme_does_not_declare_is_kept_as_a_comment() {
    imported(
        "a.md",
        "+++\ntitle = \"Le port\"\ndate = 2026-03-12\n[taxonomies]\ntags = [\"eau\"]\ncategories = [\"mer\"]\nlieux = [\"x\"]\n\
         [extra]\nlead = \"x\"\nplace = \"Tiznit\"\nevent_date = 3.5\n+++\nTiznit.\n",
    )
    .says(&[
        "\ntags = [\"eau\", \"mer\"]\n",
        "\nextra = { place = \"Tiznit\" }\n",
        "\n# extra = { lead = \"x\", event_date = 3.5 }\n",
        "\n# taxonomies = { lieux = [\"x\"] }\n",
    ])
    .told(&["aside     extra, taxonomies (kept as comments)"])
    .builds();
    imported("a.md", "---\ntitle: Le port\ndate: 2026-03-12\nparams:\n  a: 1\n---\nTiznit.\n")
        .says(&["# params = { a = \"1\" }"])
        .builds();
}

#[test]
fn a_month_is_a_date_without_its_day() {
    for (name, text, at) in [
        ("a.txt", "date 2018-04 Le parti visite Fès.\n", "1:6: error: `2018-04`"),
        ("a.txt", " date mars 2018 Le parti visite Fès.\n", "1:7: error: `mars 2018`"),
        ("a.txt", "Date : 04/2018\n\nLe parti visite Fès.\n", "1:8: error: `04/2018`"),
        ("a.md", "---\ndate: 2018-04\n---\nLe parti visite Fès.\n", "2:7: error: `2018-04`"),
    ] {
        let fixture = Fixture::with("").file(name, text).file(&format!("content/{name}"), text);
        for flag in ["--accept", "--dry-run"] {
            let run = fixture.run("import", &[flag, name]);
            assert_eq!((run.code, run.stderr), (1, format!("{name}:{at} is not a date: a day is missing\n")));
            for told in ["title     Le parti visite Fès (", "(a day is missing)", "Fès ×1 → MA-03"] {
                assert!(run.stdout.contains(told), "{told} is not in\n{}", run.stdout);
            }
        }
        assert!(!fixture.path("content/2026").exists() && !fixture.path("content/2018").exists());
        let built = fixture.build_with(&["--format", "human"]).stderr;
        assert!(built.contains("help: write the whole date, for example `2018-"), "{built}");
        assert!(!built.contains("missing field `date`"), "{built}");
        let built = fixture.build();
        let said = format!("content/{name}:{at} is not a date: a day is missing");
        assert!(built.stderr.contains(&said), "{said} is not in\n{}", built.stderr);
    }
}

#[test]
fn datelines_date_a_text_and_place_it_nowhere() {
    const LEAD: &str = "Le parti visite Fès.\n";
    for (text, day, evidence) in [
        ("Rabat, le 3 mars 2026\n\nLEAD", "2026-03-03", "the dateline says « Rabat, le 3 mars 2026 »"),
        ("Rabat, le 3 mars 2026\nLEAD", "2026-03-03", "the dateline says « Rabat, le 3 mars 2026 »"),
        ("Rabat, le 3 mars 2026 – LEAD", "2026-03-03", "the dateline says « Rabat, le 3 mars 2026 »"),
        ("Communiqué de presse\n\nLEAD", "2026-06-01", "the text has no date: today"),
        (
            "COMMUNIQUÉ DE PRESSE N° 12\nRabat, le mardi 3 mars 2026\n\nLEAD\nFin.\n",
            "2026-03-03",
            "le mardi 3 mars 2026 »",
        ),
        (
            "LEAD\nFait à Rabat, le 3 mars 2026\n",
            "2026-03-03",
            "the dateline says « Fait à Rabat, le 3 mars 2026 »",
        ),
        ("LEADFait à Rabat, le 3 mars 2026\nLe bureau\n", "2026-03-03", "the dateline says « Fait à Rabat"),
        (
            "Rabat, le 3 juillet 2026\n\nLEAD",
            "2026-06-01",
            "« Rabat, le 3 juillet 2026 », which is yet to come",
        ),
    ] {
        let text = text.replace("LEAD", LEAD);
        imported("a.txt", &text)
            .says(&["title = \"Le parti visite Fès\"", "region = \"fes-meknes\"", &format!("date = {day}T")])
            .told(&[evidence, "Fès ×1 → MA-03"])
            .builds();
    }
    for (text, evidence) in [
        ("عقد الحزب يوم الخميس 12 مارس 2026 لقاء بفاس.\n", "the lead says « يوم الخميس 12 مارس 2026 »"),
        ("الرباط في 12 مارس 2026 عقد الحزب لقاء بفاس.\n", "the dateline says « الرباط في 12 مارس 2026 »"),
        (
            "بلاغ صحفي\nالرباط في 12 مارس 2026\n\nعقد الحزب لقاء بفاس.\n",
            "the dateline says « الرباط في 12 مارس 2026 »",
        ),
    ] {
        imported("a.txt", text)
            .says(&["title = \"عقد الحزب لقاء بفاس\"", "region = \"fes-meknes\"", "date = 2026-03-12T"])
            .told(&[evidence])
            .builds();
    }
}

#[test]
fn a_message_of_whatsapp_loses_its_stamps_and_marks() {
    imported(
        "a.txt",
        "[12/03/2026, 10:32:11] Hassan PR: Le parti visite *Tiznit*.\n\u{200e}[12/03/2026, 10:32:15] Hassan PR: \
         \u{200e}image omitted\n[13/03/2026, 08:00:00] Hassan PR: Il a _parlé_.\n",
    )
    .says(&["+++\nLe parti visite Tiznit.\n\nIl a parlé.\n", "date = 2026-03-12T"])
    .lacks(&["Hassan", "omitted"])
    .told(&["the message was sent « [12/03/2026, 10:32:11] »", "[…] Hassan PR: removed ×3", "image omitted removed"])
    .builds();
    imported(
        "a.txt",
        "12/03/2026, 10:32 - Hassan PR: *Visite à Tiznit*\nLe parti visite _Tiznit_.\n12/03/2026, 10:33 - Hassan PR: <Médias omis>\n",
    )
    .says(&["title = \"Visite à Tiznit\"", "+++\nLe parti visite Tiznit.\n", "date = 2026-03-12T"])
    .lacks(&["Hassan", "omis", "*", "_"])
    .builds();
    imported(
        "a.txt",
        "[10:32, 12/03/2026] Service presse: *Le parti condamne*\nLe parti condamne à Tiznit.\n",
    )
    .says(&["title = \"Le parti condamne\"", "+++\nLe parti condamne à Tiznit.\n", "date = 2026-03-12T"])
    .told(&["the message was sent « [10:32, 12/03/2026] »"])
    .lacks(&["Service", "*"])
    .builds();
    imported(
        "a.txt",
        "[12/03/2026, 10:32:11] H: Titre : Visite\n[12/03/2026, 10:32:12] H: Date : 11 mars 2026\n\nLe parti visite Tiznit.\n",
    )
    .says(&["title = \"Visite\"", "date = 2026-03-11T", "+++\nLe parti visite Tiznit.\n"]).builds();
    let fixture =
        Fixture::with("").file("a.txt", "[12/03/2026, 10:32:11] H: Région : Sous-Massa\nLe parti.\n");
    let run = fixture.run("import", &["--accept", "a.txt"]);
    assert!(run.stderr.starts_with("a.txt:1:36: error: unknown region `Sous-Massa`"), "{}", run.stderr);
}

#[test]
fn the_second_half_of_a_pair_says_only_its_title() {
    let fixture = Fixture::with("");
    let new = |title: &str, more: &[&str]| {
        let run = fixture.run("new", &[&[title], more].concat()).assert_clean();
        fs::read_to_string(fixture.path(run.stdout.trim())).unwrap()
    };
    let first = new("Visite à Tiznit", &["--region", "souss-massa"]);
    assert!(first.contains("id = \"tag:parti.example,2026-06-01:visite-a-tiznit\""), "{first}");
    let second = new("Visite à Tiznit", &["--region", "souss-massa", "--lang", "ar"]);
    assert_eq!(second, "+++\ntitle = \"Visite à Tiznit\"\n+++\n");
    // The other way round there is nothing to inherit from.
    new("Autre", &["--region", "oriental", "--lang", "ar"]);
    let last = new("Autre", &["--region", "oriental"]);
    assert!(last.contains("id = \"tag:parti.example,2026-06-01:autre:fr\""), "{last}");
    let built = fixture.build().assert_clean();
    assert!(built.has("2026/06/01/visite-a-tiznit/") && built.has("ar/2026/06/01/visite-a-tiznit/"));
    assert!(built.has("2026/06/01/autre/") && built.has("ar/2026/06/01/autre/"));
}

#[test]
fn a_text_under_embargo_is_not_public_before_its_instant() {
    const TEXT: &str = "Communiqué de presse\n\nLe parti présente son programme\n\n\
        Rabat, le 27 novembre 2026 – Le parti présente à Fès son programme.\n";
    for (line, publish) in [
        ("SOUS EMBARGO JUSQU’AU 1er décembre 2026 à 10 h", "2026-12-01T10:00:00+00:00"),
        ("EMBARGO : mardi 1er décembre 2026, 10h00", "2026-12-01T10:00:00+00:00"),
        ("EMBARGO : 1er décembre 2026 à 10 h (heure locale)", "2026-12-01T10:00:00+00:00"),
        ("Ne pas diffuser avant le 1er décembre 2026", "2026-12-01T00:00:00+00:00"),
        ("**Embargoed until 10:00 on 1 December 2026**", "2026-12-01T10:00:00+00:00"),
        ("محظور النشر حتى 1 دجنبر 2026 على الساعة 10:00", "2026-12-01T10:00:00+00:00"),
        ("حظر النشر إلى غاية 1 دجنبر 2026", "2026-12-01T00:00:00+00:00"),
    ] {
        for text in [format!("{line}\n\n{TEXT}"), format!("{TEXT}\n{line}\n")] {
            let found = imported("a.txt", &text)
                .says(&["title = \"Le parti présente son programme\"", &format!("\npublish = {publish}\n")])
                .says(&["date = 2026-11-27T"])
                .lacks(&["draft"]);
            let body = found.text.rsplit("+++").next().unwrap();
            assert!(
                !body.contains("2026, 10") && !body.contains("décembre") && !body.contains("دجنبر"),
                "{body}"
            );
            let built = found.fixture.build().assert_clean();
            assert!(built.mentions("présente").is_empty(), "{line}");
            let later = found.fixture.build_with(&["--as-of", "2026-12-01T10:00:00Z"]).assert_clean();
            assert!(later.has("2026/11/27/le-parti-presente-son-programme/"), "{line}");
        }
    }
    imported("a.txt", &format!("SOUS EMBARGO JUSQU’AU 1er décembre 2026 à 10 h\n\n{TEXT}"))
        .says(&["\n# SOUS EMBARGO JUSQU’AU 1er décembre 2026 à 10 h\n"])
        .told(&["publish   2026-12-01T10:00:00+00:00 (proposed: the text says « SOUS EMBARGO JUSQU’AU 1er"]);
}

#[test]
fn an_embargo_that_nobody_can_read_makes_a_draft() {
    for line in [
        "SOUS EMBARGO",
        "Sous embargo jusqu’à mardi 10 h",
        "EMBARGO : mardi 10 h",
        "Sous embargo jusqu’au 31 novembre 2026",
        "Embargoed until 10 pm on 1 December 2026",
        "محظور النشر",
    ] {
        let found = imported("a.txt", &format!("{line}\n\nLe parti visite Fès\n\nIl y parle.\n"))
            .says(&["title = \"Le parti visite Fès\"", "\ndraft = true\n", "+++\nIl y parle.\n"])
            .lacks(&["publish"])
            .told(&["draft     true (proposed: the text says « ", "and no instant can be read"]);
        let told = format!("# {line}");
        assert!(found.text.contains(&told), "{told} is not in\n{}", found.text);
        assert!(found.fixture.build().mentions("y parle").is_empty(), "{line}");
    }
    imported("a.txt", "Embargo sur les armes : le parti parle\n\nLe parti visite Fès.\n")
        .says(&["title = \"Embargo sur les armes"])
        .lacks(&["draft", "publish"])
        .builds();
}

#[test]
fn of_a_header_and_an_embargo_the_later_instant_holds() {
    // The header says one instant, the text another.
    let header = "Titre : A\nDate de diffusion : 26 novembre 2026\n\n";
    let later = format!("{header}SOUS EMBARGO JUSQU’AU 1er décembre 2026 à 10 h\n\nLe parti visite Fès.\n");
    imported("a.txt", &later)
        .says(&["\npublish = 2026-12-01T10:00:00+00:00\n", "+++\nLe parti visite Fès.\n"])
        .lacks(&["draft"])
        .told(&[
            "(proposed: the text says « SOUS EMBARGO",
            "later than the header's 2026-11-26T00:00:00+00:00",
        ])
        .builds();
    let earlier = format!("{header}Sous embargo jusqu’au 20 novembre 2026\n\nLe parti visite Fès.\n");
    imported("a.txt", &earlier)
        .says(&["\npublish = 2026-11-26T00:00:00+00:00\n"])
        .lacks(&["draft"])
        .told(&["(written in the text's header; the text says « Sous embargo"])
        .builds();
    // One that nobody can read is held by an instant to come, and by none that has passed.
    for line in ["SOUS EMBARGO", "Sous embargo jusqu’à mardi 10 h"] {
        let text = format!("{header}{line}\n\nLe parti visite Fès.\n");
        imported("a.txt", &text).says(&["\npublish = 2026-11-26T"]).lacks(&["draft"]).builds();
        let passed = imported("a.txt", &text.replace("novembre", "mai"))
            .says(&["\npublish = 2026-05-26T", "\ndraft = true\n"])
            .told(&["draft     true (proposed: the text says « "])
            .builds();
        assert!(passed.fixture.build().mentions("visite Fès").is_empty(), "{line}");
    }
}

#[test]
fn a_notice_with_control_characters_is_a_comment_that_a_build_can_read() {
    imported("a.txt", "Titre : A\nEmbargo : mardi \u{1b}\u{c} 10 h\n\nLe parti visite Fès.\n")
        .says(&["\n# Embargo : mardi", "\ndraft = true\n"])
        .lacks(&["\u{1b}", "\u{c}"])
        .builds();
}

#[test]
fn a_draft_of_its_author_stays_one_in_any_words() {
    for (header, draft) in [
        ("Brouillon : oui", "true"),
        ("Brouillon : نعم", "true"),
        ("Brouillon : non", "false"),
        ("Brouillon : true\nEmbargo : 1er décembre 2026 à 10 h", "true"),
        ("Brouillon : non\nEmbargo : mardi 10 h", "true"),
    ] {
        let found = imported("a.txt", &format!("Titre : A\n{header}\n\nLe parti visite Fès.\n"))
            .says(&[&format!("\ndraft = {draft}\n")])
            .builds();
        assert_eq!(found.text.matches("draft").count(), 1, "{}", found.text);
    }
    imported("a.md", "---\ntitle: A\npublished: false\n---\nLe parti visite Fès.\n")
        .says(&["\ndraft = true\n"])
        .builds();
}

#[test]
fn what_stands_above_a_text_is_none_of_it() {
    const LEAD: &str = "Rabat, le 27 avril 2026 – Le parti présente à Fès son programme.\n";
    let letterhead = format!(
        "Parti de l’Azur\nBureau politique\n\nCommuniqué de presse n° 45/2026\n\nLe parti présente son programme\n\n{LEAD}"
    );
    for (name, text) in [("a.txt", letterhead.clone()), ("a.md", letterhead)] {
        let found = imported(name, &text)
            .says(&[
                "title = \"Le parti présente son programme\"",
                "date = 2026-04-27T",
                "number = \"45/2026\"",
            ])
            .says(&["\n# Parti de l’Azur\n# Bureau politique\n# Communiqué de presse n°"])
            .says(&["+++\nRabat, le 27"])
            .told(&["number    45/2026 (the label says « Communiqué de presse n°"]);
        let page = found.fixture.build().assert_clean();
        assert!(page.page("2026/04/27/le-parti-presente-son-programme/").contains("45/2026"));
    }
    for above in
        ["COMMUNIQUÉ DE PRESSE\n\n", "بلاغ صحفي\n\n", "Casablanca, le 20 mars 2026\n\n", "Communiqué\n"]
    {
        let found = imported("a.txt", &format!("{above}Le parti visite Fès.\n\nIl y parle.\n"))
            .says(&[
                "+++\nLe parti visite Fès.\n",
                &format!("\n# {}\n", above.trim()).replace("20 m", "20\u{a0}m"),
            ])
            .builds();
        assert!(found.run.stdout.contains("(kept as comments)"));
    }
    // Between title and text as well; what the header says wins, and a title that it has stays below.
    imported("a.txt", "Visite à Fès\n\nRabat, le 20 mars 2026\n\nIl y parle.\n").says(&[
        "title = \"Visite à Fès\"",
        "date = 2026-03-20T",
        "+++\nIl y parle.\n",
    ]);
    imported(
        "a.md",
        &format!("{}Communiqué n° 3\n\nB\n\nTexte.\n", HEADER.replace("region", "number = \"4\"\nregion")),
    )
    .says(&["number = \"4\"", "# Communiqué n°\u{a0}3\n", "+++\nB\n\nTexte.\n"])
    .lacks(&["number = \"3\""])
    .builds();
}

#[test]
fn what_is_shown_above_a_label_stays_in_the_text() {
    const TEXT: &str = "Communiqué de presse\n\nVisite à Fès\n\nLe parti visite Fès.\n";
    for shown in ["![Affiche](affiche.jpg)", "[Dossier de presse](dossier.pdf)"] {
        imported("a.md", &format!("{shown}\n\n{TEXT}"))
            .says(&["title = \"Visite à Fès\"", "\n# Communiqué de presse\n"])
            .says(&[&format!("+++\n{shown}\n\nLe parti visite Fès.\n")]);
        // Without a label as well: it is no title.
        imported("a.md", &format!("{shown}\n\nLe parti visite Fès.\n\nIl y parle.\n")).says(&[
            "title = \"Le parti visite Fès\"",
            &format!("+++\n{shown}\n\nLe parti visite Fès.\n\nIl y parle.\n"),
        ]);
    }
    let march = "Voir le programme complet\nDes milliers de personnes ont marché hier à Agadir\nLe gouvernement se tait\n";
    imported("a.txt", &format!("Titre : A\n\n{march}\nDéclaration\n\nLe parti parle.\n"))
        .says(&[&format!("+++\n{march}\nDéclaration\n")])
        .builds();
}

#[test]
fn a_day_that_does_not_exist_is_asked_for() {
    for (text, at, told) in [
        (
            "Rabat, le 31 février 2026 – Le parti visite Fès.\n",
            "1:8: error: `le 31 février 2026`",
            "but February 2026 has 28 days, not 31)",
        ),
        (
            "Communiqué\n\nRabat, mardi 27 mars 2026\n\nLe parti visite Fès.\n",
            "3:8: error: `mardi 27 mars 2026`",
            "but 27 March 2026 is a Friday)",
        ),
        (
            "Le parti visite Fès.\n\nFait à Rabat, le 31 avril 2026\n",
            "3:15: error: `le 31 avril 2026`",
            "« Fait à Rabat, le 31 avril 2026 », but April 2026 has 30 days, not 31)",
        ),
        (
            "Le parti visite Fès mardi 27 mars 2026.\n",
            "1:21: error: `mardi 27 mars 2026`",
            "the lead says « mardi 27",
        ),
    ] {
        let fixture = Fixture::with("").file("a.txt", text);
        for flag in ["--accept", "--dry-run"] {
            let run = fixture.run("import", &[flag, "a.txt"]);
            assert_eq!((run.code, run.stderr), (1, format!("a.txt:{at} is not a date\n")), "{text}");
            for told in [told, "title     ", "Fès ×1 → MA-03"] {
                assert!(run.stdout.contains(told), "{told} is not in\n{}", run.stdout);
            }
        }
        assert!(!fixture.path("content").exists());
    }
}

#[test]
fn check_remarks_on_a_summary_that_says_nothing() {
    let fixture = Fixture::with("");
    for (n, (body, warned)) in [
        ("COMMUNIQUÉ DE PRESSE\n\nTexte.\n", true),
        ("بلاغ صحفي\n\nTexte.\n", true),
        ("Casablanca, le 20 mars 2026\n\nTexte.\n", true),
        ("**Communiqué**\nRabat, le 20 mars 2026\n\nTexte.\n", true),
        ("Parti de l’Azur\n\nCommuniqué\n\nTexte.\n", true),
        ("Sous embargo jusqu’au 12 mars 2026\n\nTexte.\n", true),
        ("Rabat, le 20 mars 2026 – Le parti parle.\n\nTexte.\n", false),
        ("Communiqué\nLe parti parle.\n\nTexte.\n", false),
        ("Le parti parle\n\nTexte.\n", false),
        ("Communiqué\n", false),
    ]
    .into_iter()
    .enumerate()
    {
        for (summary, warned) in [("", warned), ("summary = \"S\"\nregion", false)] {
            let header = HEADER.replace("region", if summary.is_empty() { "region" } else { summary });
            let run = fixture.edit("content/a.md", format!("{header}{body}")).check();
            let said = "content/a.md:6:1: warning: the summary is no more than « ";
            assert_eq!(run.stderr.contains(" is no more than "), warned, "{n} {}", run.stderr);
            assert!(!warned || run.stderr.contains(said), "{n} {}", run.stderr);
            assert_eq!(run.code, 0);
        }
    }
    let run = fixture.edit("content/a.md", format!("{HEADER}Communiqué\n\nTexte.\n"));
    let run = run.run("check", &["--format", "human"]);
    assert!(run.stderr.contains("add `summary`, or remove the line"), "{}", run.stderr);
}

#[test]
fn a_title_of_its_own_and_a_venue_say_where() {
    for text in [
        "Un grand meeting du parti à Agadir\n\nLe parti organise un meeting.\n",
        "Un grand meeting\n\nLe parti le tient au complexe sportif d’Agadir.\n",
        "Le problème est complexe à Agadir.\n\nLe parti parle.\n",
    ] {
        imported("a.txt", text).says(&["region = \"souss-massa\""]).told(&["Agadir ×1 → MA-09"]).builds();
    }
    imported("a.txt", "Rabat, le 3 mars 2026\n\nLe bureau s’est réuni au siège central du parti à Rabat.\n")
        .says(&["region = \"national\""])
        .told(&["(proposed: no name of a place counts: Rabat (where the text was written))"]);
}

#[test]
fn check_remarks_on_a_national_release_that_speaks_of_one_region() {
    let fixture = Fixture::with("");
    for (title, body, warned) in [
        ("Visite à Oujda", "Le parti visite Oujda. Les élus d’Oujda parlent.", true),
        ("Visite", "La région de l’Oriental attend. La région de l’Oriental vote, dit Oujda.", true),
        ("Visite à Oujda", "Le parti visite Oujda.", false),
        ("Visite à Oujda", "Le parti visite Oujda. Il ira à Fès, puis à Oujda.", false),
        ("Visite", "Le parti est à Rabat. Il reste à Rabat. Rabat lui plaît.", false),
        ("Marche nationale à Rabat", "Le parti marche à Rabat. Rabat attend.", false),
        ("Programme", "Le parti parle aux élus.", false),
    ] {
        let header = HEADER.replace("oriental", "national").replace("\"A\"", &format!("\"{title}\""));
        let run = fixture.edit("content/a.md", format!("{header}{body}\n")).check();
        let said = run.stderr.contains("warning: the text speaks of another region than `national`");
        assert_eq!(said, warned, "{title} {body}\n{}", run.stderr);
    }
}

#[test]
fn straight_quotes_of_arabic_become_guillemets() {
    imported(
        "a.ar.md",
        &format!("{HEADER}قال الحزب \"نعم\" و\"كلمة\"، `x \"y\"` وشاشة 15\".\n\n<b title=\"نعم\">نعم</b>\n"),
    )
    .says(&["قال الحزب «نعم» و«كلمة»، `x \"y\"` وشاشة 15\".", "<b title=\"نعم\">"])
    .told(&["\"…\" → «…» ×2"]);
}
