//! Whom the preview answers. It shows what is not public yet, and any page in the same browser can
//! send requests to it: names that lead here by a trick of DNS, and pages of others, get nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::header::{self, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

/// The names under which the preview is reached.
#[derive(Clone, Debug)]
pub struct Guard {
    /// As given with `--host`: a name or an address.
    pub host: String,
    pub port: u16,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

impl Guard {
    /// Refuses what is not for the preview or not from its own pages. `local` is the address at
    /// which the request arrived.
    pub fn admit(&self, request: &Parts, local: IpAddr) -> Result<(), StatusCode> {
        let mut hosts = request.headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok());
        let is_named = host.is_some_and(|host| self.is_ours(host, local)) && hosts.next().is_none();
        let authority = request.uri.authority();
        let is_meant = authority.is_none_or(|authority| self.is_ours(authority.as_str(), local));
        if !is_named || !is_meant {
            return Err(StatusCode::MISDIRECTED_REQUEST);
        }
        let mut origins = request.headers.get_all(header::ORIGIN).iter();
        if !origins.all(|origin| origin.to_str().is_ok_and(|origin| self.is_our_origin(origin, local))) {
            return Err(StatusCode::FORBIDDEN);
        }
        let of = |name: &HeaderName| request.headers.get(name).map(|value| value.as_bytes());
        // A link on another page may be followed; nothing may be embedded, fetched or framed.
        let is_followed =
            of(&SEC_FETCH_MODE) == Some(b"navigate") && of(&SEC_FETCH_DEST) == Some(b"document");
        match of(&SEC_FETCH_SITE) {
            None | Some(b"same-origin" | b"none") => {}
            Some(_) if is_followed => {}
            Some(_) => return Err(StatusCode::FORBIDDEN),
        }
        if request.method != Method::GET && request.method != Method::HEAD {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        // Nothing here reads a body, and what follows one is nobody's request.
        let has_body = request.headers.contains_key(header::TRANSFER_ENCODING)
            || of(&header::CONTENT_LENGTH).is_some_and(|length| length != b"0");
        if has_body { Err(StatusCode::BAD_REQUEST) } else { Ok(()) }
    }

    /// Whether a request that was admitted proves to come from a page of ours: browsers send at least
    /// one of the three with a stream of events.
    pub fn is_from_our_page(&self, request: &Parts, local: IpAddr) -> bool {
        let of = |name: &HeaderName| request.headers.get(name).and_then(|value| value.to_str().ok());
        of(&header::ORIGIN).is_some_and(|origin| self.is_our_origin(origin, local))
            || of(&SEC_FETCH_SITE) == Some("same-origin")
            || of(&header::REFERER).is_some_and(|referer| self.is_our_page(referer, local))
    }

    fn is_our_origin(&self, origin: &str, local: IpAddr) -> bool {
        origin.strip_prefix("http://").is_some_and(|authority| self.is_ours(authority, local))
    }

    fn is_our_page(&self, address: &str, local: IpAddr) -> bool {
        let rest = address.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        rest.is_some_and(|(authority, _)| self.is_ours(authority, local))
    }

    /// Whether a host with its port is the preview: addresses as addresses, names as a whole.
    fn is_ours(&self, authority: &str, local: IpAddr) -> bool {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                let plain = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
                (host, plain.then(|| port.parse::<u16>().ok()).flatten())
            }
            _ => (authority, Some(80)),
        };
        if port != Some(self.port) {
            return false;
        }
        let address = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        };
        match address {
            Some(address) => {
                let named = self.host.parse::<IpAddr>().ok().filter(|named| !named.is_unspecified());
                let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                loopback.contains(&address) || address == local.to_canonical() || Some(address) == named
            }
            None => {
                let is_name = !self.host.is_empty() && self.host.parse::<IpAddr>().is_err();
                host.eq_ignore_ascii_case("localhost") || is_name && host.eq_ignore_ascii_case(&self.host)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(host: &str, authority: &str) -> bool {
        let guard = Guard { host: host.into(), port: 1111 };
        guard.is_ours(authority, IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7)))
    }

    #[test]
    fn only_exact_names_and_addresses_are_ours() {
        for ours in ["localhost:1111", "LocalHost:1111", "127.0.0.1:1111", "[::1]:1111", "192.168.1.7:1111"] {
            assert!(is_ours("127.0.0.1", ours), "{ours}");
        }
        for other in [
            "",
            ":1111",
            "localhost",
            "localhost:",
            "localhost:80",
            "localhost:+1111",
            "localhost:01111x",
            "127.evil.example:1111",
            "127.0.0.1.evil.example:1111",
            "localhost.evil.example:1111",
            "127.0.0.2:1111",
            "127.1:1111",
            "2130706433:1111",
            "0x7f000001:1111",
            "0.0.0.0:1111",
            "[::]:1111",
            "[::1:1111",
            "::1:1111",
            "[::ffff:127.0.0.1]:1111",
            "localhost.:1111",
            "user@localhost:1111",
            "192.168.1.8:1111",
            "evil.example:1111",
            "localhost:1111, evil.example",
        ] {
            assert!(!is_ours("127.0.0.1", other), "{other}");
        }
        assert!(is_ours("atelier.local", "Atelier.local:1111"));
        assert!(!is_ours("0.0.0.0", "0.0.0.0:1111"));
    }
}
