//! Lists as they are remembered between processes where the next one takes all of it into memory: each as
//! chunks of bytes, which are read several times faster than item by item.

use std::fmt;

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserializer, Serialize, Serializer};

/// What always takes as many bytes.
pub trait Fixed: Copy {
    const BYTES: usize;

    fn put(self, to: &mut Vec<u8>);

    /// From just so many bytes.
    fn get(from: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Fixed for $number {
            const BYTES: usize = size_of::<$number>();

            fn put(self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }

            fn get(from: &[u8]) -> Self {
                from.try_into().map(Self::from_le_bytes).unwrap_or_default()
            }
        }
    )*};
}

numbers!(u32, u64, u128, usize);

impl<T: Fixed, const N: usize> Fixed for [T; N] {
    const BYTES: usize = N * T::BYTES;

    fn put(self, to: &mut Vec<u8>) {
        self.into_iter().for_each(|item| item.put(to));
    }

    fn get(from: &[u8]) -> Self {
        std::array::from_fn(|at| T::get(&from[at * T::BYTES..(at + 1) * T::BYTES]))
    }
}

/// Bytes that are written and read at once: whoever reads a column from a file needs no more room for them.
const CHUNK: usize = 1 << 16;

/// Bytes for which room is made before they are read, at the most: a length may be damaged.
const MOST: usize = 1 << 26;

pub fn serialize<T: Fixed, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let at_once = CHUNK / T::BYTES;
    let mut column = serializer.serialize_seq(Some(1 + items.len().div_ceil(at_once)))?;
    column.serialize_element(&items.len())?;
    let mut bytes = Vec::with_capacity(at_once.min(items.len()) * T::BYTES);
    for chunk in items.chunks(at_once) {
        bytes.clear();
        chunk.iter().for_each(|item| item.put(&mut bytes));
        column.serialize_element(&Bytes(&bytes))?;
    }
    column.end()
}

pub fn deserialize<'de, T: Fixed, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let take = |items: &mut Vec<T>, bytes: &[u8]| {
        items.extend(bytes.chunks_exact(T::BYTES).map(T::get));
        bytes.len().is_multiple_of(T::BYTES)
    };
    deserializer.deserialize_seq(Column { room: MOST / T::BYTES, take })
}

/// Bytes that are written at once.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Reads a column: how many items there are, then chunks of them.
struct Column<T> {
    /// Items for which room is made at the most.
    room: usize,
    /// Takes the items of a chunk. Whether it holds whole ones.
    take: fn(&mut Vec<T>, &[u8]) -> bool,
}

impl<'de, T> Visitor<'de> for Column<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut column: A) -> Result<Vec<T>, A::Error> {
        let Self { room, take } = self;
        let count: usize = column.next_element()?.ok_or_else(|| A::Error::custom("no column"))?;
        let mut items = Vec::with_capacity(count.min(room));
        let mut is_whole = true;
        while column.next_element_seed(Chunk(|bytes: &[u8]| is_whole &= take(&mut items, bytes)))?.is_some() {
        }
        match is_whole && items.len() == count {
            true => Ok(items),
            false => Err(A::Error::custom("a column that is not as long as it says")),
        }
    }
}

/// Reads a chunk and hands its bytes on.
pub(super) struct Chunk<F>(pub(super) F);

impl<'de, F: FnMut(&[u8])> DeserializeSeed<'de> for Chunk<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_byte_buf(self)
    }
}

impl<F: FnMut(&[u8])> Visitor<'_> for Chunk<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a chunk of a column")
    }

    fn visit_bytes<E: Error>(mut self, bytes: &[u8]) -> Result<(), E> {
        (self.0)(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Both {
        #[serde(with = "super")]
        numbers: Vec<u128>,
        #[serde(with = "super")]
        pairs: Vec<[u32; 2]>,
    }

    #[test]
    fn a_column_comes_back() {
        for length in [0, 1, 3, CHUNK / 16 - 1, CHUNK / 16, CHUNK / 16 + 1, CHUNK] {
            let numbers: Vec<u128> = (0..length as u128).map(|n| u128::MAX - n).collect();
            let both = Both { numbers, pairs: vec![[1, 2], [u32::MAX, 0]] };
            let bytes = postcard::to_stdvec(&both).unwrap();
            assert_eq!(postcard::from_bytes::<Both>(&bytes).unwrap(), both);
            // From a file as well, with room for one chunk.
            let (read, _) = postcard::from_io::<Both, _>((&*bytes, &mut vec![0; CHUNK])).unwrap();
            assert_eq!(read, both);
            assert!(postcard::from_bytes::<Both>(&bytes[..bytes.len() - 1]).is_err());
        }
        // Of one item, whose length is no multiple of its items'; of more items than there are.
        for damaged in
            [[2, 1, 3, 0, 0, 0, 1, 0], [2, 2, 0, 1, 0, 0, 0, 0], [1, 255, 255, 255, 255, 127, 1, 0]]
        {
            assert!(postcard::from_bytes::<Both>(&damaged).is_err());
        }
    }
}
