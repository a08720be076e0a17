//! `tribune rollback`

use std::time::Duration;

use serde::Serialize;

use crate::cli::RollbackArgs;
use crate::delivery::state::State;
use crate::text::diagnostic::Format;
use crate::text::fingerprint::Digest;
use crate::world::deploy::site::{Order, Source};

use super::place::{Place, now};
use super::{Exit, terminal};

/// A line of `rollback --list --format json`.
#[derive(Serialize)]
struct Line {
    state: u64,
    current: bool,
    /// RFC 3339.
    deployed: String,
    built: String,
    files: usize,
    bytes: u64,
    restores: Option<u64>,
}

pub fn run(args: &RollbackArgs) -> Exit {
    let place = match Place::find(&args.common, args.target.as_deref()) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let states = match place.site.states() {
        Ok(states) => states,
        Err(stop) => return place.refuse(stop),
    };
    if args.list {
        list(args, &states);
        return Exit::Done;
    }
    let Some((current, before)) = states.split_last() else {
        terminal::complain("nothing was ever deployed there");
        return Exit::Usage;
    };
    let wanted = match args.to {
        None => before.last(),
        Some(number) => before.iter().find(|state| state.number == number),
    };
    let Some(wanted) = wanted else {
        let numbers: Vec<String> = before.iter().map(|state| state.number.to_string()).collect();
        terminal::complain(&match numbers.is_empty() {
            true => format!("there is no state before the current one, {}", current.number),
            false => format!("the states that can be gone back to are {}", numbers.join(", ")),
        });
        return Exit::Usage;
    };
    let parcel = match place.site.parcel(wanted) {
        Ok(parcel) => parcel,
        Err(fault) => return place.refuse(fault.into()),
    };
    let over = states.iter().filter(|state| state.number > wanted.number);
    let over: Vec<Digest> = over.map(State::content).collect();
    let dead = |token: &str| place.tokens.is_dead(token);
    let order = Order {
        base_url: &wanted.base_url,
        built: wanted.built,
        wanted: &parcel,
        source: Source::Kept(wanted.number),
        now: now(),
        // What was wrong is to be gone.
        grace: Duration::ZERO,
        history: place.target.history,
        over: &over,
        consents: &args.yes,
        repairs: false,
        token: &place.tokens.own,
        dead: &dead,
    };
    place.fulfil(&args.common, &order, args.dry_run)
}

fn list(args: &RollbackArgs, states: &[State]) {
    for (nth, state) in states.iter().enumerate().rev() {
        let line = Line {
            state: state.number,
            current: nth + 1 == states.len(),
            deployed: state.deployed.to_string(),
            built: state.built.to_string(),
            files: state.files,
            bytes: state.bytes,
            restores: state.restores,
        };
        terminal::say(&match args.common.format {
            Format::Json => serde_json::to_string(&line).unwrap_or_default(),
            _ => format!(
                "{}  deployed {}, built {}, {} files{}{}",
                line.state,
                line.deployed,
                line.built,
                line.files,
                line.restores.map(|number| format!(", as state {number}")).unwrap_or_default(),
                if line.current { "  (current)" } else { "" }
            ),
        });
    }
}
