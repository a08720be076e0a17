//! `tribune new`

use crate::cli::NewArgs;
use crate::desk::draft::{Draft, numbered, slug_of_title};
use crate::desk::repair::language_of;
use crate::model::date::Moment;
use crate::model::language::LangId;
use crate::model::release::typeset;
use crate::model::territory::Miss;
use crate::world::clock::now;
use crate::world::sources::{Free, Named, Wrote};

use super::load::{Ground, root, sound_ground};
use super::{Exit, terminal};

pub fn run(args: &NewArgs) -> Exit {
    let root = root(&args.common);
    let Ground { config, territory } = match sound_ground(&root) {
        Ok(ground) => ground,
        Err(report) => {
            terminal::report(&report, &root, &args.common);
            return Exit::Faults;
        }
    };
    let title = args.title.trim();
    if title.is_empty() {
        terminal::complain("the title is empty");
        return Exit::Usage;
    }
    let lang = match &args.lang {
        Some(tag) => config.find_language(tag),
        None => Some(config.find_language(language_of(title)).unwrap_or(LangId(0))),
    };
    let Some(lang) = lang else {
        terminal::complain(&format!(
            "no such language in this portal; it has {}",
            config.languages.join(", ")
        ));
        return Exit::Usage;
    };
    let region = match args.region.as_deref().map(|name| territory.find_region(name)) {
        None => None,
        Some(Ok(region)) => Some(territory.region(region).slug.clone()),
        Some(Err(miss)) => {
            let help = match miss {
                Miss::Unknown { suggestion: Some(name) } => format!("; did you mean `{name}`?"),
                Miss::Unknown { suggestion: None } => String::new(),
                Miss::Ambiguous { candidates } => format!("; write one of {}", candidates.join(", ")),
            };
            terminal::complain(&format!("unknown region{help}"));
            return Exit::Usage;
        }
    };
    let slug = slug_of_title(title);
    let moment = Moment::at(args.as_of.unwrap_or_else(now), &config.timezone);
    let day = moment.date();
    let tag = config.lang(lang);
    let folder = format!("content/{:04}/{:02}", day.year(), day.month());
    let known: Vec<&str> = territory.regions().map(|(_, region)| region.slug.as_str()).collect();
    let regions: Vec<String> = region.into_iter().collect();
    let mut named = |number| {
        let slug = numbered(&slug, number);
        let suffix = |lang| if lang == LangId(0) { String::new() } else { format!(".{}", config.lang(lang)) };
        let stands = |lang| {
            let stem = format!("{folder}/{slug}{}", suffix(lang));
            ["md", "txt"].iter().any(|ending| root.exists(&format!("{stem}.{ending}")))
        };
        let pair = config.languages().any(|(other, _)| other != lang && stands(other));
        let id = format!("tag:{},{day}:{slug}", config.base_url.host());
        let draft = Draft {
            title: typeset(tag, title, &config),
            date: moment.rfc3339(),
            regions: regions.clone(),
            // As what is inherited: no two releases have one `id`.
            id: if pair { format!("{id}:{tag}") } else { id },
            inherits: lang != LangId(0) && stands(LangId(0)),
            ..Default::default()
        };
        let mut text = draft.text();
        if regions.is_empty() {
            let choice = format!("region = \"\" # one of: {}", known.join(", "));
            text = text.replacen("region = \"\"", &choice, 1);
        }
        Named { path: format!("{folder}/{slug}{}.md", suffix(lang)), text }
    };
    // A header alone says nothing: two of one title are two releases.
    match (Free { root: &root, is_same: |_, _| false }).write(&mut named) {
        Ok(Wrote { path, wanted }) => {
            if !args.common.quiet {
                if let Some(wanted) = wanted {
                    terminal::note(&format!("`{wanted}` is there already and is kept: this one is another"));
                }
                terminal::say(&path);
            }
            Exit::Done
        }
        Err(failure) => {
            terminal::failure(&failure);
            Exit::Failed
        }
    }
}
