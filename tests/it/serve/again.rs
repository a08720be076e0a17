//! What one preview leaves to the next.

use super::{PAGE, Preview, portal, serve, text};
use crate::ports::port;
use crate::running::Running;

#[test]
fn a_preview_goes_on_from_the_one_before() {
    let fixture = portal();
    let port = port().to_string();
    let preview = |args: &[&str]| serve(&fixture, &[&["--port", &port], args].concat());
    let mut first = preview(&[]);
    let is_left = |_: &Running| fixture.path(".cache/tribune/preview-sources").exists();
    first.running.until("what it knows to be left", is_left);
    first.stop();
    // Who opens all sources remembers them one by one.
    let opened = || {
        let files = std::fs::read_dir(fixture.path(".cache/tribune")).unwrap();
        let of_sources =
            files.filter(|file| file.as_ref().unwrap().file_name().to_str().unwrap().starts_with("catalog-"));
        of_sources.map(|file| std::fs::remove_file(file.unwrap().path()).unwrap()).count() > 0
    };
    assert!(opened());
    let embargoed = "/2026/03/12/demain/";
    let shows = |args: &[&str], word: &str, has_embargo: bool| {
        let mut preview = preview(args);
        preview.until_shown(PAGE, &format!("Texte {word}."));
        let page = preview.get(embargoed).text();
        assert!(page.contains("Bientôt.") && page.contains("sous embargo") == has_embargo, "{page}");
        preview.stop();
    };
    shows(&[], "un", true);
    assert!(!opened());
    fixture.edit("content/a.md", text("deux"));
    shows(&[], "deux", true);
    assert!(!opened());
    // An embargo has lifted since.
    shows(&["--as-of", "2026-12-24T10:00:01Z"], "deux", false);
    assert!(opened());
    let heads = fixture.path(".cache/tribune/preview-heads");
    let mut bytes = std::fs::read(&heads).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&heads, bytes).unwrap();
    shows(&[], "deux", true);
    assert!(opened());
}

impl Preview {
    fn stop(mut self) {
        self.running.signal("INT");
        assert_eq!(self.running.ended(), Some(0));
    }
}
