//! The `ssh` of this machine: how it is called, and what it says when it fails. Its configuration, its agent
//! and its known hosts are those of the person who deploys.

use super::host::{Answer, HostFault, parted};

/// Who is spoken to.
pub struct Account {
    /// `user@host`, or a host alone, as people and `rsync` have it.
    pub name: String,
    /// The same for `ssh`, which knows no brackets.
    pub login: String,
    port: Option<String>,
}

impl Account {
    /// `host` may have a port.
    pub fn new(host: &str, user: Option<&str>) -> Answer<Self> {
        let (host, port) = parted(host);
        if host.starts_with('-') || user.is_some_and(|user| user.starts_with('-')) {
            return Err(HostFault::lasting("neither host nor user begins with a hyphen"));
        }
        let at = |host: &str| user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
        let name = if host.contains(':') { at(&format!("[{host}]")) } else { at(host) };
        Ok(Self { name, login: at(host), port: port.map(str::to_owned) })
    }

    /// The program's options: it asks nothing, speaks to known hosts alone, and gives up a host that says
    /// nothing for so many seconds.
    pub fn options(&self, timeout: u64) -> Vec<String> {
        let mut options = Vec::new();
        let mut add = |option: &str| options.extend(["-o".to_owned(), option.to_owned()]);
        add("BatchMode=yes");
        add("StrictHostKeyChecking=yes");
        add(&format!("ConnectTimeout={timeout}"));
        // It is asked twice whether it is there.
        add(&format!("ServerAliveInterval={}", timeout.div_ceil(2)));
        add("ServerAliveCountMax=2");
        // What else there is to say, such as the greeting of a host, tells nothing of why it failed.
        add("LogLevel=ERROR");
        if let Some(port) = &self.port {
            options.extend(["-p".to_owned(), port.clone()]);
        }
        options
    }
}

/// A path there, as far as it can be told: one that is relative is so to the folder of the user.
pub fn path(path: &str) -> Answer<&str> {
    match path.starts_with('~') {
        true => Err(HostFault::lasting(format!(
            "nobody resolves `{path}`: leave out `~/`, paths are relative to the folder of the user"
        ))),
        false => Ok(path),
    }
}

/// Why a program that speaks over SSH failed, by what it said.
pub fn fault(program: &str, said: &str) -> HostFault {
    let passes = [
        "Connection",
        "timed out",
        "timeout",
        "Timeout",
        "Temporary failure",
        "No route to host",
        "Network is unreachable",
        "disconnect",
        "Disconnected",
        "Broken pipe",
        "connection unexpectedly closed",
        "error in socket",
    ];
    let lasts = ["Host key verification failed", "Permission denied", "Too many authentication failures"];
    let has = |words: &[&str]| words.iter().any(|words| said.contains(words));
    HostFault { is_passing: has(&passes) && !has(&lasts), message: format!("{program}: {}", said.trim()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_have_a_port_and_is_no_option() {
        let account = Account::new("example.net:2222", Some("press")).unwrap();
        assert_eq!(account.name, "press@example.net");
        assert!(account.options(3).ends_with(&["-p".to_owned(), "2222".to_owned()]));
        assert!(account.options(3).contains(&"ServerAliveInterval=2".to_owned()));
        for host in ["[2001:db8::1]:22", "[2001:db8::1]", "2001:db8::1"] {
            let account = Account::new(host, Some("press")).unwrap();
            assert_eq!((&*account.name, &*account.login), ("press@[2001:db8::1]", "press@2001:db8::1"));
            assert_eq!(account.port.as_deref(), host.ends_with("22").then_some("22"));
        }
        assert!(Account::new("-oProxyCommand=x", None).is_err());
        assert!(Account::new("h", Some("-l")).is_err());
        assert!(path("~/www").is_err() && path("www").is_ok());
    }

    #[test]
    fn what_passes_is_told_from_what_stays() {
        assert!(fault("ssh", "ssh: connect to host h port 22: Connection refused\r\n").is_passing);
        assert!(!fault("ssh", "Host key verification failed.").is_passing);
        assert!(!fault("ssh", "Connection closed.\npress@h: Permission denied (publickey).").is_passing);
        assert_eq!(fault("ssh", " no such host \n").message, "ssh: no such host");
    }
}
