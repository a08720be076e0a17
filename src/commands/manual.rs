//! `tribune completions` and `tribune man`, both derived from the command line's own definition.

use clap::CommandFactory;

use crate::cli::Cli;

use super::{Exit, terminal};

pub fn completions(shell: clap_complete::Shell) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tribune", &mut text);
    print(&text)
}

/// The manual: the program's page, then one for every command.
pub fn page() -> Exit {
    let mut text = Vec::new();
    let command = Cli::command();
    let mut pages = vec![clap_mangen::Man::new(command.clone())];
    pages.extend(
        command
            .get_subcommands()
            .map(|sub| clap_mangen::Man::new(sub.clone()).title(format!("tribune-{}", sub.get_name()))),
    );
    for page in pages {
        if let Err(error) = page.render(&mut text) {
            terminal::complain(&error.to_string());
            return Exit::Failed;
        }
    }
    print(&text)
}

fn print(text: &[u8]) -> Exit {
    terminal::say(String::from_utf8_lossy(text).trim_end());
    Exit::Done
}
