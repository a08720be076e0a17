use super::*;

struct Parsed {
    text: String,
    header: Header,
    problems: Vec<(Problem, String)>,
}

fn read(text: &str) -> Parsed {
    let source = Source::new("content/a.md", text);
    let mut faults = Faults::of(&source.path);
    let header = parse(&source, &mut faults);
    assert!(text.is_char_boundary(header.body), "{text:?}");
    let problems = faults.list.into_iter().map(|fault| {
        let span = fault.place.and_then(|place| place.span).unwrap();
        (fault.problem, text.get(span.range()).unwrap().to_owned())
    });
    Parsed { text: text.to_owned(), header, problems: problems.collect() }
}

impl Parsed {
    fn body(&self) -> &str {
        &self.text[self.header.body..]
    }

    /// `key=value` of each entry as the source has them.
    fn places(&self) -> Vec<String> {
        let at = |span: Span| &self.text[span.range()];
        let place = |entry: &Entry| format!("{}={}", at(entry.key.span), at(entry.value.span));
        self.header.entries.iter().map(place).collect()
    }

    fn value(&self, key: &str) -> &Value {
        let entry = self.header.entries.iter().find(|entry| entry.key.value == key);
        &entry.unwrap_or_else(|| panic!("no {key} in {:?}", self.header)).value.value
    }

    #[track_caller]
    fn sound(self, form: Form) -> Self {
        assert_eq!(self.problems, []);
        assert_eq!(self.header.form, form);
        assert!(!self.header.broken);
        self
    }
}

fn plain(text: &str) -> Value {
    Value::Plain(text.into())
}

fn list_of(value: &Value) -> Vec<&str> {
    let Value::List(items) = value else { panic!("{value:?}") };
    items
        .iter()
        .map(|node| match &node.value {
            Value::Plain(text) | Value::Text(text) => text.as_str(),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn toml() {
    let parsed = read(
        "\u{feff}\n+++  \ntitle = \"Rencontre à Tiznit\"\ndate = 2026-03-12\nRégion = \"souss-massa\"\nextra.x = 1\n+++\nTexte\n",
    );
    let parsed = parsed.sound(Form::Toml);
    assert_eq!(
        parsed.places()[..3],
        ["title=\"Rencontre à Tiznit\"", "date=2026-03-12", "Région=\"souss-massa\""]
    );
    assert_eq!(parsed.header.entries[2].key.value, "region");
    assert_eq!(parsed.value("date"), &Value::Date("2026-03-12".into()));
    assert_eq!(parsed.body(), "Texte\n");
    assert_eq!(&parsed.text[parsed.header.span.range()], "+++");
}

#[test]
fn toml_with_any_line_ends_and_decomposed_accents() {
    for end in ["\r\n", "\r"] {
        let parsed =
            read(&["+++", "title = \"Re\u{301}union \"", "+++", "Texte"].join(end)).sound(Form::Toml);
        assert_eq!(parsed.value("title"), &Value::Text("Réunion".into()));
        assert_eq!(parsed.body(), "Texte");
    }
}

#[test]
fn toml_faults_have_places() {
    let parsed =
        read("+++\ntitle = \"a\"\ntitre = \"b\"\ntitle = \"c\"\nregion = souss\ndate = 2026-03-12\n+++\nx");
    let duplicate = Problem::DuplicateField { name: "title".into() };
    assert_eq!(parsed.problems.iter().filter(|(problem, _)| *problem == duplicate).count(), 2);
    assert!(
        parsed.problems.iter().any(|(problem, at)| matches!(problem, Problem::Syntax { format: "TOML", .. })
            && at.starts_with("souss")),
        "{:?}",
        parsed.problems
    );
    assert!(parsed.header.broken);
    assert_eq!(parsed.value("title"), &Value::Text("a".into()));
    assert_eq!(parsed.value("date"), &Value::Date("2026-03-12".into()));
    assert_eq!(parsed.body(), "x");
}

#[test]
fn an_unclosed_header_hides_the_text() {
    for (fence, text) in [
        ("+++", "\n+++\ntitle = \"a\"\n\nTexte\n"),
        ("---", "---\ntitle: a\n\nTexte\n"),
        ("---", "---\n\nالعنوان : a\n"),
    ] {
        let parsed = read(text);
        let fence: &'static str = fence;
        assert_eq!(parsed.problems, [(Problem::UnclosedHeader { fence }, fence.to_owned())]);
        assert!(parsed.header.broken);
        assert_eq!((parsed.header.entries.len(), parsed.body()), (0, ""));
    }
}

#[test]
fn a_break_at_the_top_is_no_header() {
    for text in [
        "---\n\nLe bureau politique s'est réuni.\n",
        "---\n",
        "---\n\nTexte\n\n---\n\nTexte : suite\n",
        "---\nhttp://x.ma/\n",
    ] {
        let parsed = read(text).sound(Form::None);
        assert_eq!(parsed.body(), text);
    }
    assert_eq!(read("---\n---\nTexte").sound(Form::Yaml).body(), "Texte");
    assert_eq!(read("---\n# note\ntitle: a\n---\nTexte").sound(Form::Yaml).places(), ["title=a"]);
    assert_eq!(read("----\ntitle: a\n").sound(Form::None).header.body, 0);
}

#[test]
fn yaml() {
    let text = "---\ntitle: Élections au Maroc # note\ndate: 12 mars 2026\r\nregion:   \"souss-massa\"\ntags: [a, 'b']\nkind:\n\
                image:\n  src: p.jpg\n  alt: |\n    Une photo\n    large\nauthors:\n- Amina\n- Omar  \ndraft: NO\nالجهة : فاس\n...\nTexte";
    let parsed = read(&text.replace("الجهة", "الإقليم")).sound(Form::Yaml);
    assert_eq!(
        parsed.places()[..5],
        ["title=Élections au Maroc", "date=12 mars 2026", "region=\"souss-massa\"", "tags=[a, 'b']", "kind="]
    );
    assert_eq!(parsed.value("kind"), &plain(""));
    assert_eq!(parsed.value("draft"), &plain("NO"));
    assert_eq!(parsed.value("region"), &Value::Text("souss-massa".into()));
    assert_eq!(parsed.value("province"), &plain("فاس"));
    assert_eq!(list_of(parsed.value("authors")), ["Amina", "Omar"]);
    let Value::Map(image) = parsed.value("image") else { panic!() };
    assert_eq!(image[1].0.value, "alt");
    assert_eq!(image[1].1.value, Value::Text("Une photo\nlarge".into()));
    assert_eq!(parsed.places()[6], "authors=Amina\n- Omar");
    assert!(parsed.places()[5].starts_with("image=src: p.jpg\n"), "{:?}", parsed.places()[5]);
    assert_eq!(parsed.body(), "Texte");
}

#[test]
fn yaml_with_lone_returns() {
    let parsed = read("---\rtitle: \"é\"\rslug: b\r---\rTexte").sound(Form::Yaml);
    assert_eq!(parsed.places(), ["title=\"é\"", "slug=b"]);
    assert_eq!(parsed.body(), "Texte");
}

#[test]
fn yaml_titles_with_colons_are_all_reported_and_the_rest_is_read() {
    let parsed =
        read("---\ntitle: Agadir : le parti répond\nsummary: Trois points: a\nregion: souss-massa\n---\n");
    let found: Vec<_> = parsed.problems.iter().map(|(problem, at)| (problem.clone(), at.as_str())).collect();
    assert_eq!(
        found,
        [(Problem::QuoteTheTitle, "Agadir : le parti répond"), (Problem::QuoteTheTitle, "Trois points: a")]
    );
    assert_eq!(parsed.value("title"), &plain("Agadir : le parti répond"));
    assert_eq!(parsed.value("region"), &plain("souss-massa"));
    assert!(parsed.header.broken);
    let nested = read("---\nimage:\n  alt: a: b\n---\n");
    assert_eq!(nested.problems[0].0, Problem::QuoteTheTitle);
}

#[test]
fn what_yaml_adds_is_refused_in_words() {
    let message = |text: &str| match &read(&format!("---\n{text}\n---\n")).problems[..] {
        [(Problem::Syntax { format: "YAML", message }, _)] => message.clone(),
        other => panic!("{text:?}: {other:?}"),
    };
    assert!(message("title: *fort*").contains("`*`"));
    assert!(message("title: &a b").contains("`&`"));
    assert!(message("title: !Urgent b").contains("`!`"));
    assert!(message("title: a\n--- b").contains("one document"));
    assert!(message("- a\n- b").contains("lines such as"));
    assert!(message("Le parti se réunit").contains("lines such as"));
    assert!(message("title: a\nLe parti se réunit").contains("line such as"));
    assert!(message("? [a]\n: b").contains("a key is a word"));
    assert!(!message("title: 'a\nslug: b").is_empty());
    assert!(!message("title: @b").is_empty());
    assert!(!message("title: a\n\tslug: b").is_empty());
}

#[test]
fn yaml_duplicates_and_depth() {
    let parsed = read("---\ntitle: a\nTitre: b\nimage: {src: x, src: y}\n---\n");
    let found: Vec<_> = parsed.problems.iter().map(|(_, at)| at.as_str()).collect();
    assert_eq!(found, ["src", "Titre"]);
    assert!(!parsed.header.broken);
    for deep in ["[".repeat(20_000), "- ".repeat(20_000), "{a: ".repeat(10_000), "? ".repeat(20_000)] {
        let parsed = read(&format!("---\nkey:\n  {deep}\n---\n"));
        assert!(!parsed.problems.is_empty() && parsed.header.broken);
    }
    let parsed = read(&format!("---\na: {}{}\n---\n", "[".repeat(80), "]".repeat(80)));
    assert_eq!(parsed.problems[0].0, Problem::NestedTooDeep { limit: 64 });
}

#[test]
fn bare_lines_in_three_languages() {
    let text = "\nTitre : Rencontre : les élus\nDate : jeudi 12 mars 2026\nRégion = Souss-Massa\nالإقليم: تزنيت\n\
                «\u{a0}التاريخ\u{a0}»\n";
    let parsed = read(text).sound(Form::Bare);
    assert_eq!(
        parsed.places(),
        ["Titre=Rencontre : les élus", "Date=jeudi 12 mars 2026", "Région=Souss-Massa", "الإقليم=تزنيت"]
    );
    assert!(parsed.body().starts_with('«'));
    let keys: Vec<_> = parsed.header.entries.iter().map(|entry| &*entry.key.value).collect();
    assert_eq!(keys, ["title", "date", "region", "province"]);
    let parsed =
        read("العنوان : لقاء\r\nالتاريخ: ١٢ مارس ٢٠٢٦\r\nالجهة：سوس ماسة\r\n\r\nنص").sound(Form::Bare);
    assert_eq!(parsed.places(), ["العنوان=لقاء", "التاريخ=١٢ مارس ٢٠٢٦", "الجهة=سوس ماسة"]);
    assert_eq!(parsed.body(), "نص");
    let parsed = read("Titre\u{a0}: a\u{a0}b\u{a0}\rSlug: c\rTexte").sound(Form::Bare);
    assert_eq!(parsed.value("title"), &plain("a\u{a0}b"));
    assert_eq!(parsed.body(), "Texte");
    let parsed = read("title = \"Réunion\"\nContact : a, b\n").sound(Form::Bare);
    assert_eq!(parsed.value("title"), &Value::Text("Réunion".into()));
    assert_eq!(parsed.value("contact"), &plain("a, b"));
    assert_eq!(parsed.header.body, parsed.text.len());
}

#[test]
fn a_date_line_gives_the_rest_to_the_text() {
    let parsed = read(" date 2026-03-12 Le secrétaire a réuni les élus.\n\nSuite\n").sound(Form::Bare);
    assert_eq!(parsed.places(), ["date=2026-03-12"]);
    assert_eq!(&parsed.text[parsed.header.span.range()], "date 2026-03-12");
    assert_eq!(parsed.body(), "Le secrétaire a réuni les élus.\n\nSuite\n");
    let parsed = read("Titre : a\nDate : 12 mars 2026 à Rabat\nTitre : b\n").sound(Form::Bare);
    assert_eq!(parsed.body(), "à Rabat\nTitre : b\n");
    let parsed = read("\u{200f}التاريخ 12 مارس 2026\u{200f}\nالجهة: سوس\nنص").sound(Form::Bare);
    assert_eq!(parsed.places(), ["التاريخ=12 مارس 2026", "الجهة=سوس"]);
    let parsed = read("**Date : 2026-03-12** Le parti").sound(Form::Bare);
    assert_eq!((parsed.places(), parsed.body()), (vec!["Date=2026-03-12".to_owned()], "Le parti"));
    for (text, value) in [
        ("Date : bientôt, à Rabat\n", "bientôt, à Rabat"),
        ("Date : mercredi 12 mars 2026\n", "mercredi 12 mars 2026"),
        ("Date :\n", ""),
        ("Date : 2026-03-12/14\n", "2026-03-12/14"),
    ] {
        let parsed = read(text).sound(Form::Bare);
        assert_eq!(parsed.value("date"), &plain(value));
        assert_eq!(parsed.body(), "");
    }
    for text in ["date de la réunion : fixée\n", "Datée du 12 mars 2026\n", "date\n", "2026-03-12 Le parti\n"]
    {
        assert_eq!(read(text).sound(Form::None).body(), text);
    }
}

#[test]
fn decorated_keys() {
    for line in [
        "*Titre :* Réunion",
        "*Titre : Réunion*",
        "**Titre** : Réunion",
        "**Titre :** Réunion",
        "*Titre* : Réunion",
        "_*Titre :*_ Réunion",
    ] {
        let parsed = read(line).sound(Form::Bare);
        assert_eq!(parsed.places(), ["Titre=Réunion"], "{line}");
    }
    assert_eq!(read("Titre : *Réunion*").places(), ["Titre=*Réunion*"]);
    assert_eq!(read("*Date :* 2026-03-12\nTexte").sound(Form::Bare).body(), "Texte");
}

#[test]
fn bare_lists() {
    let parsed = read(
        "Mots-clés : santé, école ; \u{200f}شباب، eau,\nAuteurs: Amina\nTitre: a, b\nRégion : Fès ; Rabat\n",
    )
    .sound(Form::Bare);
    assert_eq!(list_of(parsed.value("tags")), ["santé", "école", "شباب", "eau"]);
    let Value::List(items) = parsed.value("tags") else { panic!() };
    let places: Vec<_> = items.iter().map(|item| &parsed.text[item.span.range()]).collect();
    assert_eq!(places, ["santé", "école", "شباب", "eau"]);
    assert_eq!(parsed.value("authors"), &plain("Amina"));
    assert_eq!(parsed.value("title"), &plain("a, b"));
    assert_eq!(list_of(parsed.value("region")), ["Fès", "Rabat"]);
}

#[test]
fn a_misspelt_key_is_an_entry_and_a_sentence_is_text() {
    let parsed = read("Tittre : a\nRegoin: b\n\nTexte").sound(Form::Bare);
    let keys: Vec<_> = parsed.header.entries.iter().map(|entry| &*entry.key.value).collect();
    assert_eq!((keys, parsed.body()), (vec!["Tittre", "Regoin"], "Texte"));
    for text in [
        "Rabat : le parti se réunit\n",
        "https://a.ma/\n",
        "Le titre : une affaire\n",
        "Communiqué : a\n",
        "10:30\n",
        ": a\n",
        "** : a\n",
        "=\n",
    ] {
        assert_eq!(read(text).sound(Form::None).body(), text);
    }
}

#[test]
fn bare_duplicates() {
    let parsed = read("Titre : a\nObjet : b\nTexte");
    assert_eq!(parsed.problems, [(Problem::DuplicateField { name: "title".into() }, "Objet".to_owned())]);
    assert_eq!((parsed.value("title"), parsed.body()), (&plain("a"), "Texte"));
}

#[test]
fn too_large() {
    let large = "title: a\n".repeat(10_000);
    for text in [large.clone(), format!("---\n{large}---\nx"), format!("+++\n{large}+++\nx")] {
        let parsed = read(&text);
        assert!(
            parsed.problems.iter().any(|(problem, _)| *problem == Problem::HeaderTooLarge { limit: LARGEST })
        );
        assert!(parsed.header.broken);
    }
    let text = format!("Titre : a\nLe parti {}", "x ".repeat(100_000));
    assert_eq!(read(&text).sound(Form::Bare).places(), ["Titre=a"]);
    let text = format!("Date : 2026-03-12 {}", "x: ".repeat(100_000));
    assert_eq!(read(&text).sound(Form::Bare).places(), ["Date=2026-03-12"]);
}

#[test]
fn no_header() {
    for text in ["", "\n \n", "\u{feff}", "Texte\n", "\u{feff}Texte"] {
        let parsed = read(text).sound(Form::None);
        assert_eq!(parsed.body(), text.trim_start_matches('\u{feff}'));
    }
}

#[test]
fn whole_documents_keep_their_keys() {
    let source = Source::new("site.toml", "\u{feff}titre = \"a\"\n[party]\nname = \"b\"\n");
    let mut faults = Faults::of(&source.path);
    let entries = parse_toml(&source, &mut faults);
    assert_eq!(entries.iter().map(|entry| &*entry.key.value).collect::<Vec<_>>(), ["titre", "party"]);
    assert_eq!(&source.text[entries[0].value.span.range()], "\"a\"");
    assert!(faults.list.is_empty());
}

/// A small generator, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn mutated_headers_never_panic() {
    let seeds = [
        "+++\ntitle = \"a\"\ndate = 2026-03-12\n[extra]\nx = [1, {y = 'é'}]\n[[corrections]]\nnote = \"\"\"n\"\"\"\n+++\nTexte",
        "---\ntitle: 'é'\ndate: 12 mars 2026\ntags: [a, \"b\"]\nimage: {src: x}\nl:\n  - |\n    a\n  - >-\n    b\n---\nTexte",
        "*Titre :* a\nالتاريخ： ١٢ مارس ٢٠٢٦ نص\nMots-clés : a، b ; c\n**Date** : 2026-03-12** Texte\r\n",
    ];
    let pieces = [
        "\n", "\r", "\r\n", "\0", "\t", "  ", ": ", ":", "：", "=", "*", "**", "&a", "!", "|", ">", "- ",
        "? ", "[", "]", "{", "}", ",", ".", "#", "\"", "'", "\"\"\"", "'''", "\\", "\u{a0}", "\u{200f}", "é",
        "e\u{301}", "ع", "😀", "\u{feff}", "---\n", "+++\n", "...\n", "%", "@", "<<: ", "[[a]]\n", "[a.b]\n",
        "date ", "2026", "n°", "\u{85}", "\u{2028}",
    ];
    let mut dice = Dice(42);
    for round in 0..20_000 {
        let mut text: Vec<char> = seeds[round % seeds.len()].chars().collect();
        for _ in 0..=dice.below(6) {
            let at = dice.below(text.len() + 1);
            let to = (at + dice.below(4)).min(text.len());
            text.splice(at..to, pieces[dice.below(pieces.len())].chars());
        }
        let text: String = text.into_iter().collect();
        let parsed = read(&text);
        // Every place is a slice of the text.
        let _ = parsed.places();
        let source = Source::new("site.toml", text);
        parse_toml(&source, &mut Faults::of(&source.path));
    }
}

#[test]
fn hostile_headers_come_to_an_end() {
    let fill = |piece: &str| piece.repeat(60_000 / piece.len());
    let pieces = [
        "[",
        "{",
        "- ",
        "? ",
        "a: ",
        "a:\n",
        "\"",
        "'",
        "&a ",
        "*a ",
        "!a ",
        "|\n",
        "#",
        "\n",
        " ",
        "[a,",
        "{a: b, ",
        "a b ",
        "\u{a0}",
        "x\n",
        "a = 1\n",
        "[a]\n",
        "[[a]]\n",
        "[a.b.c]\n",
        "a.b.c.d = 1\n",
        "= ",
        "\"\"\"",
        "é: ",
        ", ",
        "a: b: c\n",
        "- a\n",
        "\t",
        ": ",
        "- - -\n",
        "%a\n",
        "[]: ",
        "{}\n",
    ];
    for (open, close) in [
        ("---\n", "\n---\n"),
        ("---\na: ", "\n---\n"),
        ("---\na: [", "\n---\n"),
        ("+++\n", "\n+++\n"),
        ("+++\na = [", "\n+++\n"),
        ("Titre : a\n", ""),
        ("Tags : ", ""),
        ("date ", ""),
    ] {
        for piece in pieces {
            read(&format!("{open}{}{close}", fill(piece)));
        }
    }
    let numbered = |line: fn(usize) -> String| (0..4000).map(line).collect::<String>();
    read(&format!("---\n{}---\n", numbered(|n| format!("key{n}: a\n"))));
    read(&format!("+++\n{}+++\n", numbered(|n| format!("key{n} = 1\n"))));
}
