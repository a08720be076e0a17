//! `tribune due`

use serde::Serialize;

use crate::cli::{DueArgs, Inputs};
use crate::model::portal::Change;
use crate::text::diagnostic::{Diagnostic, Format, Report};
use crate::world::catalog::Memory;
use crate::world::clock::Stopwatch;

use super::load::{root, survey};
use super::{Exit, progress, terminal};

/// A line of `due --format json`.
#[derive(Serialize)]
struct Line<'a> {
    /// RFC 3339, in the portal's time zone.
    instant: String,
    what: Change,
    source: &'a str,
}

pub fn run(args: &DueArgs) -> Exit {
    let mut watch = Stopwatch::start();
    let mut root = root(&args.common);
    let mut faults = Vec::new();
    let inputs = Inputs { as_of: args.as_of, ..Inputs::default() };
    let memory = Memory { recall: true, remember: false };
    let survey = survey(&mut root, &inputs, &mut watch, &mut faults);
    let loaded = progress::during(&args.common, |progress| {
        survey.and_then(|survey| survey.load(&root, memory, progress, &mut watch, &mut faults))
    });
    faults.retain(Diagnostic::is_error);
    let Some(portal) = loaded.map(|loaded| loaded.portal).filter(|_| faults.is_empty()) else {
        terminal::report(&Report::new(faults), &root, &args.common);
        return Exit::Faults;
    };
    for due in &portal.due {
        let offset = portal.config.timezone.to_offset(due.instant);
        let instant = due.instant.display_with_offset(offset).to_string();
        let line = Line { instant, what: due.what, source: &due.source };
        terminal::say(&match args.common.format {
            Format::Json => serde_json::to_string(&line).unwrap_or_default(),
            _ => format!("{}  {}  {}", line.instant, words(due.what), line.source),
        });
    }
    if portal.due.is_empty() && args.common.format != Format::Json && !args.common.quiet {
        terminal::say("nothing is due: this portal changes only when its files do");
    }
    Exit::Done
}

fn words(what: Change) -> &'static str {
    match what {
        Change::Publishes => "publishes",
        Change::Expires => "expires  ",
    }
}
