//! `tribune deploy`

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::DeployArgs;
use crate::delivery::parcel::{Item, Parcel};
use crate::delivery::serving::headers;
use crate::pages::manifest::Entry;
use crate::pages::path::OutPath;
use crate::world::deploy::host::HostFault;
use crate::world::deploy::site::{Order, Source};
use crate::world::output;

use super::place::{Place, now};
use super::{Exit, terminal};

pub fn run(args: &DeployArgs) -> Exit {
    let place = match Place::find(&args.common, args.target.as_deref()) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    if args.verify {
        return place.verify(&args.common);
    }
    let output = output::place(&place.root, args.output.as_deref());
    let output = match output.and_then(|output| place.see_beside(&output).map(|()| output)) {
        Ok(output) => output,
        Err(reason) => return refuse(Exit::Usage, reason),
    };
    let Some(manifest) = output::published(&place.root, &output) else {
        return refuse(
            Exit::Failed,
            format!(
                "nothing is known to have been built into {}: run `tribune build` first",
                output.display()
            ),
        );
    };
    if manifest.preview {
        return refuse(
            Exit::Faults,
            "what was built last shows what is not public, drafts or a day to come: run `tribune build` without \
             `--drafts` and `--as-of`",
        );
    }
    let item = |one: Entry| {
        let path = OutPath::parse(one.file())?;
        let headers = Arc::new(headers(&path));
        Some(Item { path, digest: one.digest(), bytes: one.stamp().bytes, headers })
    };
    let items: Option<Vec<Item>> = manifest.files.iter().map(item).collect();
    // What is not among them would be removed from the host.
    let Some(items) = items.filter(|_| manifest.files.is_whole()) else {
        return refuse(Exit::Failed, "what was built last can't be read from `.cache`: run `tribune build`");
    };
    let wanted = Parcel::of(items);
    let read = |item: &Item| {
        output::read(&output, &item.path).map_err(|failure| HostFault::lasting(failure.to_string()))
    };
    let dead = |token: &str| place.tokens.is_dead(token);
    let order = Order {
        base_url: &place.base_url,
        built: manifest.valid.0,
        wanted: &wanted,
        source: Source::Output(&read),
        now: now(),
        grace: if args.now { Duration::ZERO } else { place.target.grace },
        history: place.target.history,
        over: &[],
        consents: &args.yes,
        repairs: args.repair,
        token: &place.tokens.own,
        dead: &dead,
    };
    place.fulfil(&args.common, &order, args.dry_run)
}

fn refuse(exit: Exit, reason: impl Display) -> Exit {
    terminal::complain(&reason.to_string());
    exit
}
