//! Identity of values: [`Fingerprint`] of inputs, [`Digest`] of bytes.
//!
//! A view is fingerprinted by hashing what it serialises, so what a template can see and
//! what decides whether it is rendered again cannot drift apart: there is one derive.

use std::cell::RefCell;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de, ser};
use xxhash_rust::xxh3::xxh3_128;

use super::column::Fixed;

/// Identity of a page's inputs: local to a machine and a version of the tool, never published.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    /// The fingerprint of what `value` serialises to.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        thread_local! {
            /// Hashing a stretch of bytes at once is several times faster than hashing item by item.
            static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        let mut hasher = Hasher(BUFFER.take());
        hasher.0.clear();
        // The hasher has no error to give, and views hold nothing that refuses to serialise.
        let fingerprint = match value.serialize(&mut hasher) {
            Ok(()) => Self(xxh3_128(&hasher.0)),
            Err(Never) => Self(0),
        };
        BUFFER.set(hasher.0);
        fingerprint
    }

    /// The fingerprint of a text, which is hashed where it stands.
    pub fn of_text(text: &str) -> Self {
        Self(xxh3_128(text.as_bytes()))
    }

    /// This fingerprint together with another, in order.
    pub fn with(self, other: Self) -> Self {
        Self::of(&(self, other))
    }
}

impl Fixed for Fingerprint {
    const BYTES: usize = u128::BYTES;

    fn put(self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn get(from: &[u8]) -> Self {
        Self(u128::get(from))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// BLAKE3 of bytes: the same on every machine, fit to be published.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// A digest as it is displayed.
    pub fn parse(text: &str) -> Option<Self> {
        let digest = Self(*blake3::Hash::from_hex(text).ok()?.as_bytes());
        (digest.to_string() == text).then_some(digest)
    }
}

impl Fixed for Digest {
    const BYTES: usize = 32;

    fn put(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.0);
    }

    fn get(from: &[u8]) -> Self {
        from.try_into().map_or(Self([0; 32]), Self)
    }
}

impl Serialize for Digest {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return <[u8; 32]>::deserialize(deserializer).map(Self);
        }
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected 64 hexadecimal digits"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Gathers what a value serialises to. Every item is preceded by its kind or its length, so two
/// different values of a type never give the same bytes. Fields have no names here: their order tells
/// them apart, and a fingerprint never outlives the program that made it.
struct Hasher(Vec<u8>);

/// The error of a serialiser that cannot fail.
#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value refused to be serialised")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

impl Hasher {
    fn tag(&mut self, tag: u8) {
        self.0.push(tag);
    }

    fn sized(&mut self, tag: u8, bytes: &[u8]) {
        self.tag(tag);
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty = $tag:literal),* $(,)?) => {$(
        fn $method(self, value: $type) -> Result<(), Never> {
            self.tag($tag);
            self.0.extend_from_slice(&value.to_le_bytes());
            Ok(())
        }
    )*};
}

impl<'a> ser::Serializer for &'a mut Hasher {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeStructVariant = Items<'a>;

    fn is_human_readable(&self) -> bool {
        false
    }

    plain! {
        serialize_i8: i8 = 1, serialize_i16: i16 = 2, serialize_i32: i32 = 3, serialize_i64: i64 = 4,
        serialize_i128: i128 = 5, serialize_u8: u8 = 6, serialize_u16: u16 = 7, serialize_u32: u32 = 8,
        serialize_u64: u64 = 9, serialize_u128: u128 = 10, serialize_f32: f32 = 11, serialize_f64: f64 = 12,
    }

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.tag(13);
        self.tag(u8::from(value));
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.serialize_u32(u32::from(value))
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        self.sized(14, value.as_bytes());
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        self.sized(15, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.tag(16);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        self.tag(17);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.tag(18);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, variant: u32, _: &'static str) -> Result<(), Never> {
        self.serialize_u32(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.tag(19);
        self.serialize_u32(variant)?;
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Never> {
        self.tag(20);
        Ok(Items(self))
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'a>, Never> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'a>, Never> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Never> {
        self.tag(21);
        self.serialize_u32(variant)?;
        Ok(Items(self))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a>, Never> {
        self.tag(22);
        Ok(Items(self))
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Items<'a>, Never> {
        self.serialize_map(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        variant: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Never> {
        self.tag(23);
        self.serialize_u32(variant)?;
        Ok(Items(self))
    }
}

/// The items of a sequence, map or structure being hashed.
struct Items<'a>(&'a mut Hasher);

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(&mut *self.0)
    }

    fn field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), Never> {
        self.item(value)
    }

    fn skip(&mut self) -> Result<(), Never> {
        self.0.tag(24);
        Ok(())
    }

    fn close(self) -> Result<(), Never> {
        self.0.tag(25);
        Ok(())
    }
}

macro_rules! items {
    ($($trait:ident { $($method:ident($($key:ident: $type:ty)?) => $call:ident),* $(; $skip:ident)? })*) => {$(
        impl ser::$trait for Items<'_> {
            type Ok = ();
            type Error = Never;
            $(fn $method<T: Serialize + ?Sized>(&mut self, $($key: $type,)? value: &T) -> Result<(), Never> {
                self.$call($($key,)? value)
            })*
            $(fn $skip(&mut self, _: &'static str) -> Result<(), Never> {
                self.skip()
            })?
            fn end(self) -> Result<(), Never> {
                self.close()
            }
        }
    )*};
}

items! {
    SerializeSeq { serialize_element() => item }
    SerializeTuple { serialize_element() => item }
    SerializeTupleStruct { serialize_field() => item }
    SerializeTupleVariant { serialize_field() => item }
    SerializeMap { serialize_key() => item, serialize_value() => item }
    SerializeStruct { serialize_field(key: &'static str) => field; skip_field }
    SerializeStructVariant { serialize_field(key: &'static str) => field; skip_field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Card<'a> {
        title: &'a str,
        tags: Vec<&'a str>,
    }

    #[test]
    fn neighbours_do_not_run_into_each_other() {
        let of = |title, tags| Fingerprint::of(&Card { title, tags });
        assert_eq!(of("a", vec!["b"]), of("a", vec!["b"]));
        assert_ne!(of("ab", vec![]), of("a", vec!["b"]));
        assert_ne!(of("a", vec!["bc"]), of("a", vec!["b", "c"]));
        assert_ne!(
            Fingerprint::of(&(vec![1u8], vec![2u8])),
            Fingerprint::of(&(vec![1u8, 2], Vec::<u8>::new()))
        );
    }
}
