//! The structure that ARCHITECTURE.md promises, held by reading the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Every ring with those that it may import.
const RINGS: [(&str, &[&str]); 7] = [
    ("text", &["text"]),
    ("model", &["text", "model"]),
    ("pages", &["text", "model", "pages"]),
    ("delivery", &["text", "pages", "delivery"]),
    ("desk", &["text", "model", "desk"]),
    ("world", &["text", "model", "pages", "delivery", "world"]),
    ("commands", &["text", "model", "pages", "delivery", "desk", "world", "commands", "cli"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
    files
}

/// The modules of the crate that a source names, `use` or not.
fn named(text: &str) -> Vec<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let after = code.flat_map(|line| line.split("crate::").skip(1));
    after.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()).collect()
}

#[test]
fn imports_point_down_only() {
    let mut seen = 0;
    for (ring, allowed) in RINGS {
        for (path, text) in sources(&root().join("src").join(ring)) {
            for module in named(&text) {
                seen += 1;
                assert!(allowed.contains(&module), "{}: `{ring}` may not know `{module}`", path.display());
            }
        }
    }
    assert!(seen > 100, "the sources were read");
}

#[test]
fn every_module_belongs_to_a_ring() {
    let known = ["cli.rs", "lib.rs", "main.rs"];
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_ring = RINGS.iter().any(|(ring, _)| *ring == name);
        assert!(is_ring || known.contains(&name.as_str()), "src/{name} stands in no ring");
    }
}

#[test]
fn no_file_is_longer_than_a_room() {
    for folder in ["src", "tests", "benches"] {
        for (path, text) in sources(&root().join(folder)) {
            let lines = text.lines().count();
            assert!(lines <= 800, "{} has {lines} lines: split it", path.display());
        }
    }
}

#[test]
fn only_new_import_and_init_write_sources() {
    for (path, text) in sources(&root().join("src/commands")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if !["new.rs", "import.rs", "init.rs"].contains(&name) {
            assert!(!text.contains("world::sources"), "{name} may not write sources");
        }
    }
}

#[test]
fn every_placeholder_is_documented_with_its_string() {
    let templates = fs::read_to_string(root().join("docs/templates.md")).unwrap();
    for (key, names) in tribune::pages::strings::ASKED {
        let row = templates.lines().find(|line| line.contains(&format!("`{key}`")));
        let mut shown: Vec<&str> =
            row.unwrap_or_else(|| panic!("docs/templates.md lacks `{key}`")).split('`').collect();
        shown.retain(|part| part.starts_with('{'));
        let all = ["{portal}", "{party}"];
        let more = key.starts_with("titles.") || key.starts_with("descriptions.");
        let more = if more && key != "titles.part" { all.as_slice() } else { &[] };
        shown.extend(more);
        shown.sort_unstable();
        let mut known: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
        known.sort_unstable();
        assert_eq!(shown, known, "{key} in docs/templates.md");
    }
}

#[test]
fn every_field_and_flag_is_documented() {
    let releases = fs::read_to_string(root().join("docs/releases.md")).unwrap();
    for field in tribune::model::release::FIELDS {
        assert!(releases.contains(&format!("`{field}`")), "docs/releases.md lacks `{field}`");
    }
    let commands = fs::read_to_string(root().join("docs/commands.md")).unwrap();
    let program = <tribune::cli::Cli as clap::CommandFactory>::command();
    for command in program.get_subcommands() {
        assert!(commands.contains(command.get_name()), "docs/commands.md lacks {}", command.get_name());
        for flag in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(commands.contains(&format!("--{flag}")), "docs/commands.md lacks --{flag}");
        }
    }
}

#[test]
fn what_is_named_in_the_architecture_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names =
        text.split('`').skip(1).step_by(2).filter(|name| name.ends_with(".rs") || name.starts_with("src/"));
    for name in names {
        let places = [root().join(name), root().join("src").join(name)];
        assert!(places.iter().any(|place| place.exists()), "ARCHITECTURE.md names {name}");
    }
}
