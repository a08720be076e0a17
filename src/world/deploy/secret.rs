//! Secrets of hosts: from the environment, from a file outside the portal, or from a program that gives them.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::world::output::resolved;
use crate::world::tree::Root;

/// The environment's name for something about a target: `TRIBUNE_LIVE_PASSWORD`.
pub fn variable(target: &str, what: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("TRIBUNE_{}_{what}", target.chars().map(plain).collect::<String>())
}

/// The password of a target, if there is one. What is wrong with how it is given never says it.
pub fn password(root: &Root, target: &str) -> Result<Option<String>, String> {
    let [given, file, command] =
        ["PASSWORD", "PASSWORD_FILE", "PASSWORD_COMMAND"].map(|what| variable(target, what));
    if let Some(password) = set(&given)? {
        // Forges often add a line end.
        return Ok(Some(first_line(&password)));
    }
    if let Some(path) = set(&file)? {
        let place = resolved(Path::new(&path));
        if place.starts_with(resolved(root.dir())) {
            return Err(format!("the file of {file} lies in the portal: keep secrets outside of it"));
        }
        let text =
            fs::read_to_string(&place).map_err(|error| format!("cannot read the file of {file}: {error}"))?;
        return Ok(Some(first_line(&text)));
    }
    if let Some(program) = set(&command)? {
        let mut words = program.split_whitespace();
        let name = words.next().ok_or_else(|| format!("{command} names no program"))?;
        let output = Command::new(name).args(words).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("cannot run the program of {command}: {error}"))?;
        if !output.status.success() {
            return Err(format!("the program of {command} failed ({})", output.status));
        }
        return Ok(Some(first_line(&String::from_utf8_lossy(&output.stdout))));
    }
    Ok(None)
}

/// A variable of the environment. Workflows give secrets that nobody has set as empty ones.
fn set(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(format!("{name} is no UTF-8")),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_variables_of_its_own() {
        assert_eq!(variable("live-2", "PASSWORD"), "TRIBUNE_LIVE_2_PASSWORD");
        assert_eq!(first_line("secret\nuser: x\n"), "secret");
    }
}
