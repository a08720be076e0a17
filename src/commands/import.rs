//! `tribune import`

use std::io::IsTerminal;
use std::path::Path;

use jiff::Timestamp;

use crate::cli::ImportArgs;
use crate::desk::import::{Import, Proposal, import};
use crate::model::body::Markup;
use crate::model::date::parse;
use crate::model::header::{self, Value};
use crate::model::release::Rules;
use crate::pages::theme::Declarations;
use crate::text::diagnostic::{Diagnostic, Faults, Report};
use crate::text::source::{Place, Source};
use crate::world::clock::now;
use crate::world::sources::{Free, Named, Wrote, read};
use crate::world::themes;
use crate::world::tree::Root;

use super::load::{Ground, root, sound_ground};
use super::{Exit, terminal};

pub fn run(args: &ImportArgs) -> Exit {
    let mut root = root(&args.common);
    let Ground { config, territory } = match sound_ground(&root) {
        Ok(ground) => ground,
        Err(report) => {
            terminal::report(&report, &root, &args.common);
            return Exit::Faults;
        }
    };
    let asks = !args.accept && !args.dry_run;
    if asks && !std::io::stdin().is_terminal() {
        terminal::complain(
            "no terminal to ask on; pass `--accept` to take the proposals or `--dry-run` to see them",
        );
        return Exit::Usage;
    }
    let rules = Rules { config: &config, territory: &territory };
    // Of a theme that cannot be found, a build speaks; a text need not wait for it.
    let chain = themes::chain(&mut root, &config, &mut Vec::new()).unwrap_or_default();
    let desk = Desk { rules, declared: Declarations::of(&chain), now: args.as_of.unwrap_or_else(now) };
    let mut exit = Exit::Done;
    for file in &args.files {
        let ended = one(file, &desk, args, asks, &root);
        if exit == Exit::Done {
            exit = ended;
        }
    }
    exit
}

/// What all texts of a run are read by.
struct Desk<'a> {
    rules: Rules<'a>,
    declared: Declarations,
    now: Timestamp,
}

fn one(file: &Path, desk: &Desk, args: &ImportArgs, asks: bool, root: &Root) -> Exit {
    let shown = file.to_string_lossy().replace('\\', "/");
    if Markup::of(&shown).is_none() {
        terminal::complain(&format!("cannot import {shown}: only `.txt` and `.md` can be read yet"));
        return Exit::Usage;
    }
    let text = match read(file) {
        Ok(Ok(text)) => text,
        Ok(Err((problem, span))) => {
            refuse(vec![Diagnostic::new(problem, Place::new(shown.as_str(), span))], args);
            return Exit::Faults;
        }
        Err(failure) => {
            terminal::failure(&failure);
            return Exit::Failed;
        }
    };
    let source = Source::new(shown.as_str(), text);
    let mut found = match import(&source, desk.rules, desk.now, &|entry| desk.declared.allow(entry)) {
        Ok(found) => found,
        Err(faults) => {
            refuse(faults, args);
            return Exit::Faults;
        }
    };
    if !found.warnings.is_empty() {
        refuse(std::mem::take(&mut found.warnings), args);
    }
    let free = Free { root, is_same };
    let number = free.find(&mut |number| named(&mut found, number));
    found.number(number);
    if !args.common.quiet {
        show(&shown, &found);
    }
    // Nobody to ask, and no day to publish it under.
    if let Some(fault) = found.undated.take_if(|_| !asks) {
        refuse(vec![fault], args);
        return Exit::Faults;
    }
    if args.dry_run {
        return Exit::Done;
    }
    if asks && !ask(&mut found, desk) {
        terminal::say("  left out");
        return Exit::Done;
    }
    match free.write(&mut |number| named(&mut found, number)) {
        Ok(Wrote { path, wanted }) => {
            if !args.common.quiet {
                let kept = wanted.map(|wanted| format!(" (`{wanted}` is there already and is kept)"));
                terminal::say(&format!("  written   {path}{}", kept.unwrap_or_default()));
            }
            Exit::Done
        }
        Err(failure) => {
            terminal::failure(&failure);
            Exit::Failed
        }
    }
}

fn named(found: &mut Import, number: usize) -> Named {
    found.number(number);
    Named { path: found.path.clone(), text: found.draft.text() }
}

/// Whether a text was imported before. What else its header says may have been written since.
fn is_same(standing: &str, new: &str) -> bool {
    let parts = |text: &str| {
        let source = Source::new("", text);
        let header = header::parse(&source, &mut Faults::of(&source.path));
        let title = header.entries.into_iter().find(|entry| entry.key.value == "title");
        let title = title.and_then(|entry| match entry.value.value {
            Value::Text(title) | Value::Plain(title) => Some(title),
            _ => None,
        });
        let body = text.get(header.body..).unwrap_or_default().trim();
        (title, body.lines().map(str::to_owned).collect::<Vec<_>>())
    };
    parts(standing) == parts(new)
}

/// Prints diagnostics of a file that need not stand in the portal.
fn refuse(faults: Vec<Diagnostic>, args: &ImportArgs) {
    let here = Root::new("");
    terminal::report(&Report::new(faults), &here, &args.common);
}

fn show(file: &str, found: &Import) {
    let line = |label: &str, proposal: &Proposal| {
        let mark = if proposal.given { "" } else { "proposed: " };
        terminal::say(&format!("  {label:<9} {} ({mark}{})", proposal.value, proposal.reason));
    };
    match found.undated {
        Some(_) => terminal::say(file),
        None => terminal::say(&format!("{file} → {}", found.path)),
    }
    line("title", &found.title);
    match found.undated {
        Some(_) => terminal::say(&format!("  date      {} ({})", found.date.value, found.date.reason)),
        None => line("date", &found.date),
    }
    if let Some(publish) = &found.publish {
        line("publish", publish);
    }
    if let Some(reason) = &found.draft_for {
        terminal::say(&format!("  draft     true (proposed: {reason})"));
    }
    if let Some(number) = &found.number {
        line("number", number);
    }
    line("region", &found.region);
    if !found.provinces.is_empty() {
        terminal::say(&format!("  provinces {}", found.provinces.join(", ")));
    }
    let names = found.draft.aside.iter().map(|entry| entry.key.value.clone());
    let notes = found.draft.notes.iter().map(|note| format!("« {note} »"));
    let names: Vec<String> = names.chain(notes).collect();
    if !names.is_empty() {
        terminal::say(&format!("  aside     {} (kept as comments)", names.join(", ")));
    }
    for (n, repair) in found.repairs.iter().enumerate() {
        let label = if n == 0 { "repairs" } else { "" };
        terminal::say(&format!("  {label:<9} {repair}"));
    }
}

/// Asks until when a text is under embargo that says so; without an answer it stays a draft.
fn ask_of_embargo(found: &mut Import, desk: &Desk) -> bool {
    let proposed =
        found.publish.as_ref().filter(|publish| !publish.given).map(|publish| publish.value.clone());
    if proposed.is_none() && found.draft_for.is_none() {
        return true;
    }
    let proposed = proposed.unwrap_or_default();
    let what = if found.draft_for.is_some() { "publish, or nothing for a draft" } else { "publish" };
    loop {
        let Some(answer) = terminal::ask(what, &proposed) else { return false };
        if answer == proposed {
            return true;
        }
        let taken = parse(&answer).and_then(|date| found.hold_until(date, &desk.rules.config.timezone));
        match taken {
            Ok(()) => return true,
            Err(reason) => terminal::complain(&reason),
        }
    }
}

/// Asks for every field that was only proposed. Says whether the release shall be written.
fn ask(found: &mut Import, desk: &Desk) -> bool {
    if !found.title.given {
        let Some(title) = terminal::ask("title", &found.title.value) else { return false };
        if title != found.title.value {
            found.retitle(title);
        }
    }
    let rules = desk.rules;
    if !ask_of_embargo(found, desk) {
        return false;
    }
    while !found.date.given {
        let proposed = if found.undated.is_some() { "" } else { &found.date.value };
        let Some(answer) = terminal::ask("date", proposed) else { return false };
        if answer == found.date.value && found.undated.is_none() {
            break;
        }
        let taken = parse(&answer).and_then(|date| found.redate(date, desk.now, &rules.config.timezone));
        match taken {
            Ok(()) => break,
            Err(reason) => terminal::complain(&reason),
        }
    }
    while !found.region.given {
        let Some(name) = terminal::ask("region", &found.region.value) else { return false };
        match rules.territory.find_region(&name) {
            Ok(region) => {
                let slug = rules.territory.region(region).slug.clone();
                if found.draft.regions.first() != Some(&slug) {
                    found.draft.provinces.clear();
                    found.draft.regions = vec![slug];
                }
                break;
            }
            Err(_) => terminal::complain("no such region in this portal"),
        }
    }
    terminal::ask("write it", "yes")
        .is_some_and(|answer| matches!(answer.to_lowercase().as_str(), "yes" | "y" | "oui" | "o" | "نعم"))
}
