//! Headers as writers bring them along from other generators: each makes a page, or an error that
//! says where and what to do.

use expect_test::{Expect, expect};

use crate::harness::Fixture;

/// The outcome of a file with this header: the address of its page, or the errors with their help.
#[track_caller]
fn outcome(name: &str, text: &str, expected: Expect) {
    let fixture = Fixture::with("").file(&format!("content/{name}"), text);
    let run = fixture.build();
    let said = match run.code {
        0 => {
            let is_release = |path: &&String| path.starts_with("20") && path.matches('/').count() == 4;
            let pages: Vec<&str> = run.output.keys().filter(is_release).map(String::as_str).collect();
            format!("{}{}", run.stderr, pages.join("\n"))
        }
        _ => {
            let errors = run.short_errors();
            assert!(errors.iter().all(|line| line.starts_with(&format!("content/{name}:"))), "{errors:?}");
            let human = fixture.build_with(&["--format", "human"]).stderr;
            let help = human.lines().filter_map(|line| line.trim().strip_prefix("= help: "));
            errors
                .into_iter()
                .map(str::to_owned)
                .chain(help.map(|help| format!("  {help}")))
                .collect::<Vec<_>>()
                .join("\n")
        }
    };
    expected.assert_eq(&said);
}

// Hugo.

#[test]
fn hugo_toml_with_its_usual_fields() {
    outcome(
        "port.md",
        "+++\ndate = '2026-03-12T09:00:00-00:00'\ndraft = false\ntitle = 'Le port'\nregion = 'oriental'\ntags = ['eau', 'port']\naliases = ['/ancien/port/']\n+++\n\nTexte.\n",
        expect!["2026/03/12/port/index.html"],
    );
}

#[test]
fn hugo_toml_with_fields_that_tribune_has_not() {
    outcome(
        "port.md",
        "+++\ntitle = 'Le port'\ndate = 2026-03-12T09:00:00Z\nlastmod = 2026-03-13\npublishDate = 2026-03-12\nexpiryDate = 2027-01-01\ndescription = 'Un port'\ncategories = ['Mer']\nweight = 10\nregion = 'oriental'\n[params]\nauthor = 'Amina'\n[[cascade]]\ntype = 'post'\n+++\n",
        expect![[r#"
            content/port.md:4:1: error: unknown field `lastmod` in a release's header
            content/port.md:5:1: error: unknown field `publishDate` in a release's header
            content/port.md:6:1: error: unknown field `expiryDate` in a release's header
            content/port.md:7:1: error: unknown field `description` in a release's header
            content/port.md:8:1: error: unknown field `categories` in a release's header
            content/port.md:9:1: error: unknown field `weight` in a release's header
            content/port.md:11:2: error: unknown field `params` in a release's header
            content/port.md:13:3: error: unknown field `cascade` in a release's header
              write `updated`
              write `publish`
              write `expires`
              write `summary`
              write `tags`, a list at the top of the header
              delete the line: there is nothing like it here
              write `extra`, for what the theme declares
              delete the line: there is nothing like it here"#]],
    );
}

#[test]
fn hugo_yaml() {
    outcome(
        "port.md",
        "---\ntitle: \"Le port\"\ndate: 2026-03-12T09:00:00+01:00\ndraft: false\ntags:\n- eau\n- port\nregion: oriental\n---\n\nTexte.\n",
        expect!["2026/03/12/port/index.html"],
    );
}

#[test]
fn hugo_json() {
    outcome(
        "port.md",
        "{\n  \"title\": \"Le port\",\n  \"date\": \"2026-03-12\",\n  \"region\": \"oriental\"\n}\n\nTexte.\n",
        expect![
            "content/port.md:1:1: error: invalid header: a header in JSON; write TOML between `+++`, YAML between `---`, or bare lines"
        ],
    );
}

#[test]
fn hugo_shortcodes_stay_text() {
    outcome(
        "port.md",
        "+++\ntitle = 'Le port'\ndate = 2026-03-12\nregion = 'oriental'\n+++\n\n{{< figure src=\"a.png\" >}} {{% note %}}x{{% /note %}}\n",
        expect!["2026/03/12/port/index.html"],
    );
}

// Zola.

#[test]
fn zola_with_taxonomies_and_extra() {
    outcome(
        "2026-03-12-port.md",
        "+++\ntitle = \"Le port\"\ndate = 2026-03-12\nupdated = 2026-03-13\nslug = \"port\"\n[taxonomies]\ntags = [\"eau\"]\ncategories = [\"mer\"]\n[extra]\nregion = \"oriental\"\n+++\n\nTexte.\n",
        expect![[r#"
            content/2026-03-12-port.md:1:1: error: missing field `region` in a release's header
            content/2026-03-12-port.md:6:2: error: unknown field `taxonomies` in a release's header
              add `region`, for example `region = "national"`
              write `tags`, a list at the top of the header"#]],
    );
}

#[test]
fn zola_with_weight_template_and_authors() {
    outcome(
        "port.md",
        "+++\ntitle = \"Le port\"\ndescription = \"\"\ndate = 2026-03-12T10:00:00Z\nweight = 0\nin_search_index = true\ntemplate = \"page.html\"\nauthors = [\"Amina\"]\nregion = \"oriental\"\n+++\n",
        expect![[r#"
            content/port.md:3:1: error: unknown field `description` in a release's header
            content/port.md:5:1: error: unknown field `weight` in a release's header
            content/port.md:6:1: error: unknown field `in_search_index` in a release's header
            content/port.md:7:1: error: unknown field `template` in a release's header
              write `summary`
              delete the line: there is nothing like it here
              delete the line: there is nothing like it here
              delete the line: there is nothing like it here"#]],
    );
}

#[test]
fn zola_with_a_section_file() {
    outcome(
        "_index.md",
        "+++\ntitle = \"Blog\"\nsort_by = \"date\"\npaginate_by = 5\n+++\n",
        expect![[r#"
            content/_index.md:1:1: error: missing field `date` in a release's header
            content/_index.md:1:1: error: missing field `region` in a release's header
            content/_index.md:3:1: error: unknown field `sort_by` in a release's header
            content/_index.md:4:1: error: unknown field `paginate_by` in a release's header
              add `date`, for example `date = 2026-03-12`
              add `region`, for example `region = "national"`
              delete the line: there is nothing like it here
              delete the line: there is nothing like it here"#]],
    );
}

#[test]
fn zola_with_a_folder_of_its_own() {
    outcome(
        "2026-03-12-port/index.md",
        "+++\ntitle = \"Le port\"\ndate = 2026-03-12\nregion = \"oriental\"\n+++\n",
        expect!["2026/03/12/port/index.html"],
    );
}

// Jekyll.

#[test]
fn jekyll_with_layout_and_categories() {
    outcome(
        "2026-03-12-le-port.md",
        "---\nlayout: post\ntitle:  \"Le port\"\ndate:   2026-03-12 15:32:14 -0300\ncategories: mer port\nregion: oriental\n---\n\nTexte.\n",
        expect![[r#"
            content/2026-03-12-le-port.md:2:1: error: unknown field `layout` in a release's header
            content/2026-03-12-le-port.md:5:1: error: unknown field `categories` in a release's header
              delete the line: there is nothing like it here
              write `tags`, a list at the top of the header"#]],
    );
}

#[test]
fn jekyll_with_a_date_in_the_file_name_alone() {
    outcome(
        "2026-03-12-le-port.md",
        "---\ntitle: Le port\nregion: oriental\n---\n",
        expect![[r#"
        content/2026-03-12-le-port.md:1:1: error: missing field `date` in a release's header
          add `date`, for example `date = 2026-03-12`"#]],
    );
}

#[test]
fn jekyll_with_tags_in_one_line_and_in_flow_style() {
    outcome(
        "port.md",
        "---\ntitle: Le port\ndate: 2026-03-12 15:32:14 +0100\nregion: oriental\ntags: [eau, \"port de mer\"]\n---\n",
        expect!["2026/03/12/port/index.html"],
    );
    outcome(
        "port.md",
        "---\ntitle: Le port\ndate: 2026-03-12 15:32:14\nregion: oriental\ntags: eau port\n---\n",
        expect!["2026/03/12/port/index.html"],
    );
}

#[test]
fn jekyll_with_block_lists_folded_texts_and_comments() {
    outcome(
        "port.md",
        "---\n# en-tête\ntitle: >-\n  Le port\n  d'Agadir\ndate: 2026-03-12 # jeudi\nregion:\n  - oriental\n  - souss-massa\nauthors: ['Amina', \"Omar\"]\nsummary: |\n  Deux lignes\n  de résumé.\nimage:\n  src: /p.png\n  alt: 'L''eau'\n---\n",
        expect!["content/port.md:15:8: error: missing image `/p.png`"],
    );
}

#[test]
fn jekyll_with_published_permalink_and_redirects() {
    outcome(
        "port.md",
        "---\ntitle: Le port\ndate: 2026-03-12\nregion: oriental\npublished: false\npermalink: /mer/port.html\nredirect_from:\n  - /ancien\n---\n",
        expect![[r#"
            content/port.md:5:1: error: unknown field `published` in a release's header
            content/port.md:6:1: error: unknown field `permalink` in a release's header
            content/port.md:7:1: error: unknown field `redirect_from` in a release's header
              write `draft = true` for what shall not be seen, else delete the line
              write `slug`, the last part of the address
              write `aliases`"#]],
    );
}

#[test]
fn jekyll_with_an_empty_header() {
    outcome(
        "port.md",
        "---\n---\n\nTexte.\n",
        expect![[r#"
            content/port.md:1:1: error: missing field `title` in a release's header
            content/port.md:1:1: error: missing field `date` in a release's header
            content/port.md:1:1: error: missing field `region` in a release's header
              add `title`, for example `title = "Texte"`
              add `date`, for example `date = 2026-03-12`
              add `region`, for example `region = "national"`"#]],
    );
}

#[test]
fn jekyll_with_anchors_aliases_and_types() {
    outcome(
        "port.md",
        "---\ntitle: &t Le port\nsummary: *t\ndate: 2026-03-12\nregion: oriental\nnumber: 012\ndraft: no\n---\n",
        expect![
            "content/port.md:2:8: error: invalid YAML: a value that starts with `&` or `*` needs quotation marks"
        ],
    );
    outcome(
        "port.md",
        "---\ntitle: !!str Le port\ndate: !!timestamp 2026-03-12\nregion: oriental\n---\n",
        expect![
            "content/port.md:2:8: error: invalid YAML: a value that starts with `!` needs quotation marks"
        ],
    );
    outcome(
        "port.md",
        "---\ntitle: ~\ndate: null\nregion: oriental\n---\n",
        expect![[r#"
            content/port.md:2:8: error: field `title` is empty
            content/port.md:3:7: error: field `date` is empty
              give `title` a value or delete the line
              give `date` a value or delete the line"#]],
    );
}

/// A bomb of nine aliases of nine aliases, known from other parsers.
#[test]
fn a_bomb_of_aliases_is_refused_at_once() {
    let mut text = String::from("---\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let list = vec![format!("*a{before}"); 9].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    text.push_str("---\n");
    let start = std::time::Instant::now();
    let run = Fixture::release(&text).build();
    assert_eq!(run.code, 1);
    assert!(start.elapsed().as_secs() < 3);
}

/// Every cut of a header, at every byte: a page or an error, never a panic.
#[test]
fn a_header_cut_anywhere_never_ends_in_a_panic() {
    let headers = [
        "+++\ntitle = \"Été\"\ndate = 2026-03-12\nregion = [\"oriental\"]\nimage = { src = \"a\" }\n[extra]\n+++\n",
        "---\ntitle: \"Été\"\ndate: 2026-03-12\nregion: [oriental]\nimage: { src: a }\ntags:\n  - x\n---\n",
        "Titre : Été\nالتاريخ: 12 مارس 2026\nRégion : Oriental, Souss-Massa\nTags : a ; b\n\nTexte",
    ];
    let fixture = Fixture::with("");
    for (form, header) in headers.iter().enumerate() {
        for cut in 0..header.len() {
            fixture.edit(&format!("content/{form}/c{cut:03}.md"), &header.as_bytes()[..cut]);
        }
    }
    let run = fixture.build();
    assert_eq!(run.code, 1);
    assert!(run.short_errors().len() > 200);
}

#[test]
fn a_tab_in_yaml_is_told_where_it_stands() {
    let text = "---\ntitle: A\n\tdate: 2026-03-12\nregion: souss-massa\n---\nTexte.\n";
    Fixture::release(text).build().assert_refused(expect![
        "content/a.md:3:1: error: invalid YAML: lines are indented by spaces, never by tabs"
    ]);
}
