//! `tribune init`

use crate::cli::{Forge, InitArgs};
use crate::model::config::bundled_zone;
use crate::model::date::Moment;
use crate::world::clock::now;
use crate::world::sources::{create, is_free};
use crate::world::tree::Failure;

use super::{Exit, terminal};

const SITE: &str = include_str!("init/site.toml");
const WELCOME: &str = include_str!("init/bienvenue.md");
const WELCOME_AR: &str = include_str!("init/bienvenue.ar.md");
const GITHUB: &str = include_str!("init/github.yml");
const GITLAB: &str = include_str!("init/gitlab.yml");
const IGNORED: &str = "/public\n/.cache\n";

pub fn run(args: &InitArgs) -> Exit {
    match is_free(&args.folder) {
        Ok(true) => {}
        Ok(false) => {
            terminal::complain(&format!("{} is not empty; name another folder", args.folder.display()));
            return Exit::Usage;
        }
        Err(failure) => {
            terminal::failure(&failure);
            return Exit::Failed;
        }
    }
    match make(args) {
        Err(failure) => {
            terminal::failure(&failure);
            Exit::Failed
        }
        Ok(()) => {
            if !args.quiet {
                let folder = args.folder.display();
                terminal::say(&format!("a new portal in {folder}"));
                terminal::say(&format!("build it: tribune build --root {folder}"));
                if args.ci.is_some() {
                    terminal::say(
                        "say where its workflow takes Tribune from: TRIBUNE_REPOSITORY and TRIBUNE_REVISION",
                    );
                }
            }
            Exit::Done
        }
    }
}

fn make(args: &InitArgs) -> Result<(), Failure> {
    let zone = bundled_zone("Africa/Casablanca").unwrap_or(jiff::tz::TimeZone::UTC);
    let moment = Moment::at(now(), &zone);
    let (date, day) = (moment.rfc3339(), moment.date());
    let id = format!("tag:www.example.org,{day}:bienvenue");
    let folder =
        args.folder.join("content").join(format!("{:04}", day.year())).join(format!("{:02}", day.month()));
    create(&args.folder.join("site.toml"), SITE.as_bytes())?;
    create(&args.folder.join(".gitignore"), IGNORED.as_bytes())?;
    let welcome = WELCOME.replace("{date}", &date).replace("{id}", &id);
    create(&folder.join("bienvenue.md"), welcome.as_bytes())?;
    create(&folder.join("bienvenue.ar.md"), WELCOME_AR.as_bytes())?;
    for (forge, path, workflow) in [
        (Forge::Github, ".github/workflows/portal.yml", GITHUB),
        (Forge::Forgejo, ".forgejo/workflows/portal.yml", GITHUB),
        (Forge::Gitea, ".gitea/workflows/portal.yml", GITHUB),
        (Forge::Gitlab, ".gitlab-ci.yml", GITLAB),
    ] {
        if args.ci.is_some_and(|wanted| wanted == forge || wanted == Forge::All) {
            create(&args.folder.join(path), workflow.as_bytes())?;
        }
    }
    Ok(())
}
