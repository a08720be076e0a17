//! What commands print: diagnostics and failures on standard error, results on standard output.

use std::io::Write;

use crate::cli::Common;
use crate::text::diagnostic::{Format, Report};
use crate::world::themes::built_in_file;
use crate::world::tree::{Failure, Root};

/// Prints a report, if there is anything in it.
pub fn report(report: &Report, root: &Root, common: &Common) {
    show(&reported(report, root, common));
}

/// A report as it is printed.
pub fn reported(report: &Report, root: &Root, common: &Common) -> String {
    let colour = !matches!(anstream::AutoStream::choice(&std::io::stderr()), anstream::ColorChoice::Never);
    rendered(report, root, common.format, colour)
}

/// A report as text.
pub fn rendered(report: &Report, root: &Root, format: Format, colour: bool) -> String {
    let read = |path: &str| {
        let built_in = || built_in_file(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        root.read_lossy(path).or_else(built_in)
    };
    report.render(format, colour, &read)
}

/// Prints a report that was made ready.
pub fn show(reported: &str) {
    let _ = write!(anstream::stderr().lock(), "{reported}");
}

/// Prints what failed.
pub fn failure(failure: &Failure) {
    complain(&failure.to_string());
}

/// Prints an error that has no place in a source.
pub fn complain(message: &str) {
    let _ = writeln!(anstream::stderr(), "error: {message}");
}

/// Prints a line of results.
pub fn say(line: &str) {
    let _ = writeln!(anstream::stdout(), "{line}");
}

/// Prints a remark for the person at the terminal, apart from results.
pub fn note(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Asks for a value, with one proposed. `None` at the end of input.
pub fn ask(what: &str, proposed: &str) -> Option<String> {
    let mut stdout = std::io::stdout();
    let _ = write!(stdout, "  {what} [{proposed}]: ");
    let _ = stdout.flush();
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(match answer.trim() {
            "" => proposed.to_owned(),
            answer => answer.to_owned(),
        }),
    }
}
