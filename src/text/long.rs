//! Lists of which a process looks at a few entries. What another one left of them stays in its file: those
//! stretches are read that somebody looks at, so that an edit in an archive of 100,000 takes up memory for a
//! few.
//!
//! A stretch that can't be read any more, or was altered in its file, leaves blanks and is remembered: after
//! the last look and before anything that was made of a list is written, whoever writes asks `is_whole`.
//! A list that is not can't be saved.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug};
use std::iter;
use std::ops::{Index, Range};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

use super::column::{Bytes, Chunk, Fixed};

/// Items that are read at once.
const STRETCH: usize = 1024;

/// A file that lists stay in.
pub trait Store: Debug + Send + Sync {
    /// The bytes at a place, where they can be read.
    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>>;

    /// Remembers that something could not be read.
    fn lose(&self);

    /// Whether all could be read so far. Else nothing may be made of any of it.
    fn is_whole(&self) -> bool;
}

/// A file that is being read.
#[derive(Clone)]
struct Reading {
    store: Arc<dyn Store>,
    way: Rc<Way>,
}

/// How far the reading of a file has come.
#[derive(Debug, Default)]
pub struct Way {
    /// The place of the next byte.
    pub at: Cell<u64>,
    /// Nobody looks at the bytes of what is being read, but at its length.
    pub passes: Cell<bool>,
}

thread_local! {
    static READING: RefCell<Option<Reading>> = const { RefCell::new(None) };
}

/// Runs what reads a file and keeps to `way`. Lists that it meets stay in the file.
pub fn reading<T>(store: Arc<dyn Store>, way: Rc<Way>, read: impl FnOnce() -> T) -> T {
    /// Puts back what was before, whatever happens.
    struct Before(Option<Reading>);

    impl Drop for Before {
        fn drop(&mut self) {
            READING.set(self.0.take());
        }
    }

    let _before = Before(READING.replace(Some(Reading { store, way })));
    read()
}

/// What long lists can be made of.
pub trait Item: Clone {
    fn encode(items: &[Self]) -> Vec<u8>;

    /// Just so many items.
    fn decode(bytes: &[u8], count: usize) -> Option<Vec<Self>>;

    /// Stands for one that can't be read.
    fn blank() -> Self;
}

impl<T: Fixed> Item for T {
    fn encode(items: &[Self]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(items.len() * T::BYTES);
        items.iter().for_each(|item| item.put(&mut bytes));
        bytes
    }

    fn decode(bytes: &[u8], count: usize) -> Option<Vec<Self>> {
        (bytes.len() == count.checked_mul(T::BYTES)?)
            .then(|| bytes.chunks_exact(T::BYTES).map(T::get).collect())
    }

    fn blank() -> Self {
        T::get(&vec![0; T::BYTES])
    }
}

/// Bytes of the checksum after each stretch.
const SUM: usize = size_of::<u64>();

/// Items that stand one after another in memory.
trait Run: Default {
    fn count(&self) -> usize;
    fn encode(&self, range: Range<usize>) -> Vec<u8>;
    fn decode(bytes: &[u8], count: usize) -> Option<Self>;
    fn blank(count: usize) -> Self;
    fn append(&mut self, more: Self);
}

impl<T: Item> Run for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn encode(&self, range: Range<usize>) -> Vec<u8> {
        T::encode(&self[range])
    }

    fn decode(bytes: &[u8], count: usize) -> Option<Self> {
        T::decode(bytes, count).filter(|items| items.len() == count)
    }

    fn blank(count: usize) -> Self {
        iter::repeat_n(T::blank(), count).collect()
    }

    fn append(&mut self, more: Self) {
        self.extend(more);
    }
}

/// A list in memory or, as far as nobody looked at it, in a file.
#[derive(Clone, Debug, Default)]
struct Form<R> {
    /// All of it, unless it stays elsewhere.
    here: R,
    there: Option<There<R>>,
    /// The file that it was read from.
    of: Option<Arc<dyn Store>>,
}

#[derive(Clone, Debug)]
struct There<R> {
    store: Arc<dyn Store>,
    count: usize,
    /// By stretch: where it lies, and how many bytes it has.
    places: Vec<(u64, usize)>,
    /// By stretch, where somebody looked at it.
    read: Vec<OnceLock<R>>,
}

impl<R: Run> There<R> {
    fn stretch(&self, number: usize) -> &R {
        self.read[number].get_or_init(|| {
            let count = STRETCH.min(self.count - number * STRETCH);
            let found = self.bytes(number).and_then(|bytes| R::decode(sound(&bytes)?, count));
            found.unwrap_or_else(|| {
                self.store.lose();
                R::blank(count)
            })
        })
    }

    /// The bytes of a stretch, with its checksum.
    fn bytes(&self, number: usize) -> Option<Vec<u8>> {
        let (at, length) = self.places[number];
        self.store.read(at, length)
    }
}

/// Bytes with their checksum behind them.
fn summed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = xxh3_64(&bytes);
    sum.put(&mut bytes);
    bytes
}

/// The same without the checksum, where that is right.
fn sound(bytes: &[u8]) -> Option<&[u8]> {
    let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
    (xxh3_64(bytes) == u64::get(sum)).then_some(bytes)
}

impl<R: Run> Form<R> {
    fn count(&self) -> usize {
        self.there.as_ref().map_or_else(|| self.here.count(), |there| there.count)
    }

    /// What an item stands in, and its place there.
    fn at(&self, ix: usize) -> (&R, usize) {
        match &self.there {
            None => (&self.here, ix),
            Some(there) => (there.stretch(ix / STRETCH), ix % STRETCH),
        }
    }

    /// The same to be changed.
    fn at_mut(&mut self, ix: usize) -> Option<(&mut R, usize)> {
        let Some(there) = &mut self.there else { return Some((&mut self.here, ix)) };
        there.stretch(ix / STRETCH);
        there.read[ix / STRETCH].get_mut().map(|stretch| (stretch, ix % STRETCH))
    }

    /// All items, in memory.
    fn all_mut(&mut self) -> &mut R {
        if let Some(mut there) = self.there.take() {
            for number in 0..there.places.len() {
                there.stretch(number);
                there.read[number].take().into_iter().for_each(|stretch| self.here.append(stretch));
            }
        }
        &mut self.here
    }

    fn is_whole(&self) -> bool {
        self.of.as_ref().is_none_or(|store| store.is_whole())
    }

    /// The bytes of a stretch, with its checksum.
    fn bytes(&self, number: usize) -> Option<Vec<u8>> {
        let start = number * STRETCH;
        let Some(there) = &self.there else {
            return Some(summed(self.here.encode(start..self.count().min(start + STRETCH))));
        };
        match there.read[number].get() {
            Some(stretch) => Some(summed(stretch.encode(0..stretch.count()))),
            None => there.bytes(number).filter(|bytes| sound(bytes).is_some()),
        }
    }

    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stretches = self.count().div_ceil(STRETCH);
        let mut list = serializer.serialize_seq(Some(1 + stretches))?;
        list.serialize_element(&self.count())?;
        let lost = || S::Error::custom("a list that can't be read any more");
        for number in 0..stretches {
            list.serialize_element(&Bytes(&self.bytes(number).ok_or_else(lost)?))?;
        }
        match self.is_whole() {
            true => list.end(),
            false => Err(lost()),
        }
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader(std::marker::PhantomData))
    }
}

/// Reads a list: how many items there are, then stretches of them.
struct Reader<R>(std::marker::PhantomData<R>);

impl<'de, R: Run> Visitor<'de> for Reader<R> {
    type Value = Form<R>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list in stretches")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Form<R>, A::Error> {
        let damaged = || A::Error::custom("a list that is not as long as it says");
        let count: usize = list.next_element()?.ok_or_else(damaged)?;
        let reading = READING.with_borrow(Clone::clone);
        let mut all = R::default();
        let mut places = Vec::new();
        let (mut is_whole, mut taken) = (true, 0);
        loop {
            let expected = STRETCH.min(count - taken);
            let mut length = 0;
            let take = |bytes: &[u8]| {
                length = bytes.len();
                if reading.is_none() {
                    match sound(bytes).and_then(|bytes| R::decode(bytes, expected)) {
                        Some(stretch) => all.append(stretch),
                        None => is_whole = false,
                    }
                }
            };
            let passes = |passes| {
                if let Some(reading) = &reading {
                    reading.way.passes.set(passes);
                }
            };
            passes(true);
            let found = list.next_element_seed(Chunk(take));
            passes(false);
            if found?.is_none() {
                break;
            }
            // One more than there should be has no items.
            is_whole &= expected > 0;
            taken += expected;
            if let Some(reading) = &reading {
                places.push((reading.way.at.get().saturating_sub(length as u64), length));
            }
        }
        if !is_whole || taken != count {
            return Err(damaged());
        }
        let of = reading.map(|reading| reading.store);
        let read = places.iter().map(|_| OnceLock::new()).collect();
        let there = of.clone().map(|store| There { store, count, places, read });
        Ok(Form { here: all, there, of })
    }
}

/// A long list.
#[derive(Clone)]
pub struct Long<T>(Form<Vec<T>>);

impl<T> Default for Long<T> {
    fn default() -> Self {
        Self(Form { here: Vec::new(), there: None, of: None })
    }
}

impl<T: Debug> Debug for Long<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Item + PartialEq> PartialEq for Long<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T> From<Vec<T>> for Long<T> {
    fn from(all: Vec<T>) -> Self {
        Self(Form { here: all, there: None, of: None })
    }
}

impl<T> FromIterator<T> for Long<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Item> Serialize for Long<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Item> Deserialize<'de> for Long<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Form::deserialize(deserializer).map(Self)
    }
}

impl<T: Item> Index<usize> for Long<T> {
    type Output = T;

    fn index(&self, ix: usize) -> &T {
        let (stretch, at) = self.0.at(ix);
        &stretch[at]
    }
}

impl<T: Item> Long<T> {
    pub fn len(&self) -> usize {
        self.0.count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, ix: usize) -> Option<&T> {
        (ix < self.len()).then(|| &self[ix])
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        (0..self.len()).map(|ix| &self[ix])
    }

    /// The place of the first item of which this does not hold, in a list where it holds of none after one
    /// of which it does not.
    pub fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        first(self.len(), |ix| !holds(&self[ix]))
    }

    /// The place of an item in a list that is in order, or where it would be.
    pub fn binary_search(&self, wanted: &T) -> Result<usize, usize>
    where
        T: Ord,
    {
        let at = self.partition_point(|item| item < wanted);
        if self.get(at) == Some(wanted) { Ok(at) } else { Err(at) }
    }

    pub fn push(&mut self, item: T) {
        self.0.all_mut().push(item);
    }

    /// All items, in memory.
    pub fn all_mut(&mut self) -> &mut Vec<T> {
        self.0.all_mut()
    }

    /// All items in stretches, of which no more than one is in memory that was not before. Lists of as many
    /// items that came from one file have the same ones.
    pub fn into_stretches(self) -> impl Iterator<Item = Vec<T>> {
        let Form { here, there, .. } = self.0;
        let stretches = there.into_iter().flat_map(|mut there| {
            (0..there.places.len()).map(move |number| {
                there.stretch(number);
                there.read[number].take().unwrap_or_default()
            })
        });
        iter::once(here).chain(stretches)
    }

    /// Puts items in the place of others. Where they are as many, nothing else is read.
    pub fn replace(&mut self, range: Range<usize>, items: Vec<T>) {
        if range.len() != items.len() {
            self.0.all_mut().splice(range, items);
            return;
        }
        for (ix, item) in range.zip(items) {
            if let Some((stretch, at)) = self.0.at_mut(ix) {
                stretch[at] = item;
            }
        }
    }

    /// Whether all that was looked at could be read. Else nothing may be made of any of it.
    pub fn is_whole(&self) -> bool {
        self.0.is_whole()
    }
}

impl<T: Item + Send + Sync> Long<T> {
    pub fn par_iter(&self) -> impl IndexedParallelIterator<Item = &T> {
        (0..self.len()).into_par_iter().map(|ix| &self[ix])
    }
}

/// The first of so many places of which this holds; it holds of all after it.
pub fn first(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// Texts, one after another.
#[derive(Clone, Debug, Default)]
pub struct Texts(Form<Joined>);

#[derive(Clone, Debug, Default)]
struct Joined {
    ends: Vec<u32>,
    all: String,
}

impl Joined {
    fn start(&self, ix: usize) -> usize {
        ix.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
    }
}

impl Run for Joined {
    fn count(&self) -> usize {
        self.ends.len()
    }

    /// Their ends, then they themselves.
    fn encode(&self, range: Range<usize>) -> Vec<u8> {
        let (start, end) = (self.start(range.start), self.start(range.end));
        let ends: Vec<u32> = self.ends[range].iter().map(|end| end - start as u32).collect();
        [&*u32::encode(&ends), &self.all.as_bytes()[start..end]].concat()
    }

    fn decode(bytes: &[u8], count: usize) -> Option<Self> {
        let (ends, all) = bytes.split_at_checked(count.checked_mul(u32::BYTES)?)?;
        let ends: Vec<u32> = Item::decode(ends, count)?;
        let all = String::from_utf8(all.to_vec()).ok()?;
        let is_end = |end: &u32| all.is_char_boundary(*end as usize);
        let is_sound = ends.is_sorted() && ends.iter().all(is_end);
        (is_sound && ends.last().is_none_or(|end| *end as usize == all.len())).then_some(Self { ends, all })
    }

    fn blank(count: usize) -> Self {
        Self { ends: vec![0; count], all: String::new() }
    }

    fn append(&mut self, more: Self) {
        let start = self.all.len() as u32;
        self.ends.extend(more.ends.into_iter().map(|end| start + end));
        self.all.push_str(&more.all);
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut gathered = Self::default();
        texts.into_iter().for_each(|text| gathered.push(text));
        gathered
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Form::deserialize(deserializer).map(Self)
    }
}

impl Texts {
    pub fn len(&self) -> usize {
        self.0.count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn push(&mut self, text: &str) {
        self.0.all_mut().push(text);
    }

    /// The text at a place.
    pub fn get(&self, ix: usize) -> &str {
        let (joined, at) = self.0.at(ix);
        &joined.all[joined.start(at)..joined.ends[at] as usize]
    }

    /// The place of a text among texts in order, or where it would be.
    pub fn binary_search(&self, wanted: &str) -> Result<usize, usize> {
        let at = first(self.len(), |ix| self.get(ix) >= wanted);
        if at < self.len() && self.get(at) == wanted { Ok(at) } else { Err(at) }
    }

    /// Whether all that was looked at could be read. Else nothing may be made of any of it.
    pub fn is_whole(&self) -> bool {
        self.0.is_whole()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// A file in memory that counts how often it is read.
    #[derive(Debug, Default)]
    struct Shelf {
        bytes: Mutex<Vec<u8>>,
        reads: Mutex<Vec<u64>>,
        lost: AtomicBool,
    }

    impl Store for Shelf {
        fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
            self.reads.lock().unwrap().push(at);
            let at = usize::try_from(at).unwrap();
            self.bytes.lock().unwrap().get(at..at + length).map(<[u8]>::to_vec)
        }

        fn lose(&self) {
            self.lost.store(true, Ordering::Relaxed);
        }

        fn is_whole(&self) -> bool {
            !self.lost.load(Ordering::Relaxed)
        }
    }

    struct Counted<'b>(&'b [u8], Rc<Way>);

    impl std::io::Read for Counted<'_> {
        fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(to)?;
            if self.1.passes.get() && to.len() > 1 {
                to.fill(255);
            }
            self.1.at.set(self.1.at.get() + read as u64);
            Ok(read)
        }
    }

    type Both = (u8, Long<u128>, Texts);

    fn both(count: usize) -> Both {
        let texts: Vec<String> = (0..count).map(|n| "é".repeat(n % 5)).collect();
        (7, (0..count as u128).map(|n| u128::MAX - n).collect(), texts.iter().map(String::as_str).collect())
    }

    fn left(both: &Both) -> (Arc<Shelf>, Both) {
        let bytes = postcard::to_stdvec(both).unwrap();
        let shelf = Arc::new(Shelf { bytes: Mutex::new(bytes.clone()), ..Shelf::default() });
        let way = Rc::new(Way::default());
        let mut room = vec![0; bytes.len()];
        let read = Counted(&bytes, Rc::clone(&way));
        let (back, _) =
            reading(Arc::clone(&shelf) as _, way, || postcard::from_io((read, &mut room[..]))).unwrap();
        (shelf, back)
    }

    fn told((_, numbers, texts): &Both) -> (Vec<u128>, Vec<String>) {
        assert_eq!(numbers.len(), texts.len());
        (numbers.iter().copied().collect(), (0..texts.len()).map(|at| texts.get(at).to_owned()).collect())
    }

    #[test]
    fn lists_come_back_from_memory_and_from_files() {
        for count in [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH] {
            let all = both(count);
            let bytes = postcard::to_stdvec(&all).unwrap();
            assert_eq!(told(&postcard::from_bytes(&bytes).unwrap()), told(&all));
            let (shelf, back) = left(&all);
            assert!(shelf.reads.lock().unwrap().is_empty());
            assert_eq!(back.1.clone().into_stretches().flatten().collect::<Vec<_>>(), told(&all).0);
            // As nobody looked at them, and as somebody did.
            assert_eq!(postcard::to_stdvec(&back).unwrap(), bytes);
            assert_eq!(told(&back), told(&all));
            assert_eq!(postcard::to_stdvec(&back).unwrap(), bytes);
            assert!(shelf.is_whole() && back.1.is_whole() && back.2.is_whole());
        }
    }

    #[test]
    fn only_what_is_looked_at_is_read_and_once() {
        let (shelf, back) = left(&both(5 * STRETCH));
        for ix in [0, STRETCH - 1, 3 * STRETCH, 3 * STRETCH + 7] {
            assert_eq!(back.1[ix], u128::MAX - ix as u128);
            assert_eq!(back.2.get(ix), "é".repeat(ix % 5));
        }
        assert_eq!(shelf.reads.lock().unwrap().len(), 4);
        assert_eq!(back.1.get(5 * STRETCH), None);
    }

    #[test]
    fn what_is_put_in_the_place_of_others_is_found_there() {
        let (shelf, mut back) = left(&both(3 * STRETCH));
        let mut all: Vec<u128> = both(3 * STRETCH).1.iter().copied().collect();
        back.1.replace(STRETCH..STRETCH + 2, vec![1, 2]);
        all.splice(STRETCH..STRETCH + 2, [1, 2]);
        assert_eq!(shelf.reads.lock().unwrap().len(), 1);
        let told = |list: &Long<u128>| list.iter().copied().collect::<Vec<_>>();
        let again = |list: &Long<u128>| -> Long<u128> {
            postcard::from_bytes(&postcard::to_stdvec(list).unwrap()).unwrap()
        };
        assert_eq!((told(&back.1), told(&again(&back.1))), (all.clone(), all.clone()));
        back.1.replace(5..7, vec![3]);
        all.splice(5..7, [3]);
        back.1.push(4);
        all.push(4);
        assert_eq!((told(&back.1), told(&again(&back.1))), (all.clone(), all));
        back.2.push("fin");
        assert_eq!((back.2.len(), back.2.get(3 * STRETCH)), (3 * STRETCH + 1, "fin"));
        assert_eq!(back.2.get(STRETCH + 4), "é".repeat((STRETCH + 4) % 5));
    }

    #[test]
    fn what_can_not_be_read_any_more_is_noticed() {
        let (shelf, back) = left(&both(2 * STRETCH));
        shelf.bytes.lock().unwrap().truncate(100);
        assert!(back.1.is_whole());
        assert_eq!((back.1[0], back.2.get(STRETCH)), (0, ""));
        assert!(!back.1.is_whole() && !back.2.is_whole());
        assert!(postcard::to_stdvec(&back.1).is_err());
        // Nor is what was altered in place.
        let (shelf, mut back) = left(&both(STRETCH));
        shelf.bytes.lock().unwrap()[100] ^= 1;
        assert!(postcard::to_stdvec(&back.1).is_err());
        assert_eq!(back.1.all_mut().len(), STRETCH);
        assert!(!back.1.is_whole() && postcard::to_stdvec(&back.1).is_err());
    }

    #[test]
    fn texts_in_order_are_found() {
        let texts: Texts = ["a", "b", "d"].into_iter().collect();
        let found = ["", "a", "c", "d", "e"].map(|text| texts.binary_search(text));
        assert_eq!(found, [Err(0), Ok(0), Err(2), Ok(2), Err(3)]);
        assert_eq!(Texts::default().binary_search("a"), Err(0));
    }

    #[test]
    fn a_damaged_list_is_none() {
        let all = both(3);
        let list = postcard::to_stdvec(&all.1).unwrap();
        let texts = postcard::to_stdvec(&all.2).unwrap();
        assert!(
            postcard::from_bytes::<Long<u128>>(&list).is_ok()
                && postcard::from_bytes::<Texts>(&texts).is_ok()
        );
        for at in [0, 1, 2] {
            for to in [0, 1, 4, 200] {
                let damaged = |whole: &[u8]| {
                    let mut bytes = whole.to_vec();
                    bytes[at] = if bytes[at] == to { to + 1 } else { to };
                    bytes
                };
                assert!(postcard::from_bytes::<Long<u128>>(&damaged(&list)).is_err(), "{at} {to}");
                assert!(postcard::from_bytes::<Texts>(&damaged(&texts)).is_err(), "{at} {to}");
            }
        }
        // Ends out of order, beyond the end, within a character, before the end.
        for ends in [[2u32, 1, 2], [1, 2, 4], [0, 1, 2], [0, 0, 0]] {
            let bytes = [&*u32::encode(&ends), "é".as_bytes()].concat();
            assert!(Joined::decode(&bytes, 3).is_none(), "{ends:?}");
        }
        assert!(Joined::decode(&[&*u32::encode(&[0, 2, 2]), "é".as_bytes()].concat(), 3).is_some());
    }
}
