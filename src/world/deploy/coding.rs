//! The coding in which texts are kept and sent where nobody else shortens them: gzip, which every reader
//! understands (RFC 9110, section 8.4.1).

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// As headers name it.
pub const NAME: &str = "gzip";

/// The first bytes of whatever is in this coding (RFC 1952, section 2.3.1).
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Less is hardly shortened.
const LEAST: usize = 256;

/// No file of a portal is longer: what a host gives in few bytes may come to more than this machine has.
const MOST: u64 = 1 << 30;

/// Whether bytes may be in it.
pub fn may_be(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Whether files of a media type are shortened: pictures, sounds and archives are short already.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.starts_with("text/")
        || ["json", "xml", "javascript", "wasm"].iter().any(|ending| essence.ends_with(ending))
}

/// Bytes in it, the same for the same, unless that gains nothing.
pub fn shortened(bytes: &[u8], content_type: &str) -> Option<Vec<u8>> {
    if bytes.len() < LEAST || !is_text(content_type) || may_be(bytes) {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|short| short.len() < bytes.len())
}

/// The bytes that were put in it.
pub fn restored(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut whole = Vec::with_capacity(bytes.len() * 4);
    let read = MultiGzDecoder::new(bytes).take(MOST + 1).read_to_end(&mut whole)?;
    match read as u64 > MOST {
        true => {
            Err(io::Error::new(io::ErrorKind::FileTooLarge, "it comes to more than any file of a portal"))
        }
        false => Ok(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_what_is_short_stays() {
        let text = "Communiqué. ".repeat(100);
        let short = shortened(text.as_bytes(), "text/html; charset=utf-8").unwrap();
        assert!(short.len() < 100 && may_be(&short));
        assert_eq!(shortened(text.as_bytes(), "image/svg+xml"), Some(short.clone()));
        assert_eq!(restored(&short).unwrap(), text.as_bytes());
        assert_eq!(shortened(text.as_bytes(), "image/jpeg"), None);
        assert_eq!(shortened(b"court", "text/plain"), None);
        // What is in it already is not put in it again.
        assert_eq!(shortened(&short.repeat(10), "text/plain"), None);
        assert!(restored(&short[..short.len() / 2]).is_err());
    }
}
