//! Long lists as they are remembered between processes: each as one stretch of bytes, which is read
//! several times faster than item by item.

use std::fmt;
use std::marker::PhantomData;

use rayon::prelude::*;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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

pub fn serialize<T: Fixed, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(items.len() * T::BYTES);
    items.iter().for_each(|item| item.put(&mut bytes));
    serializer.serialize_bytes(&bytes)
}

pub fn deserialize<'de, T: Fixed, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Column<T>(PhantomData<T>);

    impl<T: Fixed> Visitor<'_> for Column<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a column of items of {} bytes", T::BYTES)
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<T>, E> {
            match bytes.len().is_multiple_of(T::BYTES) {
                true => Ok(bytes.chunks_exact(T::BYTES).map(T::get).collect()),
                false => Err(E::invalid_length(bytes.len(), &self)),
            }
        }
    }

    deserializer.deserialize_byte_buf(Column(PhantomData))
}

/// Texts, one after another.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Texts {
    #[serde(with = "self")]
    ends: Vec<u32>,
    all: String,
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut gathered = Self::default();
        texts.into_iter().for_each(|text| gathered.push(text));
        gathered
    }
}

impl Texts {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }

    /// The text at a place; one that was damaged is empty.
    pub fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.all.get(start..self.ends[at] as usize).unwrap_or_default()
    }

    /// All texts in their order.
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &str> {
        (0..self.len()).into_par_iter().map(|at| self.get(at))
    }
}

#[cfg(test)]
mod tests {
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
        let both = Both { numbers: vec![0, u128::MAX, 7], pairs: vec![[1, 2], [u32::MAX, 0]] };
        let bytes = postcard::to_stdvec(&both).unwrap();
        assert_eq!(postcard::from_bytes::<Both>(&bytes).unwrap(), both);
        assert!(postcard::from_bytes::<Both>(&bytes[..bytes.len() - 1]).is_err());
        // Whose length is no multiple of its items'.
        assert!(postcard::from_bytes::<Both>(&[3, 0, 0, 0, 0]).is_err());
    }

    #[test]
    fn texts_come_back() {
        let texts: Texts = ["", "é", "a/b", ""].into_iter().collect();
        let bytes = postcard::to_stdvec(&texts).unwrap();
        let back: Texts = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back.par_iter().collect::<Vec<_>>(), ["", "é", "a/b", ""]);
        let damaged = Texts { ends: vec![1, 3, 2, 9], all: "éa".into() };
        assert_eq!(damaged.par_iter().collect::<Vec<_>>(), ["", "", "", ""]);
    }
}
