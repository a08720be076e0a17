//! What many pages show, converted for templates once.

use std::fmt;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

use foldhash::HashMap;
use parking_lot::Mutex;
use serde::{Serialize, Serializer};
use tera::Value;

/// A part of views that goes into many of them: a template gets the same value each time.
pub struct Prepared<T>(Arc<Both<T>>);

struct Both<T> {
    own: T,
    value: Value,
}

impl<T: Serialize> Prepared<T> {
    pub fn new(own: T) -> Self {
        let value = Value::from_serializable(&own);
        Self(Arc::new(Both { own, value }))
    }
}

impl<T> Clone for Prepared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Deref for Prepared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.own
    }
}

impl<T: fmt::Debug> fmt::Debug for Prepared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.own.fmt(f)
    }
}

impl<T> Serialize for Prepared<T> {
    /// The engine takes its own values as they are.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.value.serialize(serializer)
    }
}

/// Parts of what is kept, each for one thread at a time.
const SHARDS: usize = 16;

/// What was made lately. In each shard twice as many as `MOST` are kept at the most: where the young are
/// too many, the old, for which nobody has asked since, make room.
pub struct Recent<K, V> {
    shards: Vec<Mutex<Ages<K, V>>>,
}

struct Ages<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

/// Of the young, in one shard.
const MOST: usize = 128;

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        let ages = || Mutex::new(Ages { young: HashMap::default(), old: HashMap::default() });
        Self { shards: (0..SHARDS).map(|_| ages()).collect() }
    }
}

impl<K: Hash + Eq + Copy, V: Clone> Recent<K, V> {
    /// What was made for this key, or is made now; `spread` scatters keys. `make` must not ask here itself:
    /// its shard is locked meanwhile.
    pub fn get(&self, key: K, spread: usize, make: impl FnOnce() -> V) -> V {
        let mut ages = self.shards[spread % SHARDS].lock();
        if let Some(known) = ages.young.get(&key) {
            return known.clone();
        }
        let value = ages.old.remove(&key).unwrap_or_else(make);
        if ages.young.len() >= MOST {
            ages.old = std::mem::take(&mut ages.young);
        }
        ages.young.insert(key, value.clone());
        value
    }

    pub fn clear(&self) {
        for shard in &self.shards {
            let mut ages = shard.lock();
            (ages.young, ages.old) = Default::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_get_the_value_itself() {
        /// Counts how often it is converted.
        struct Counted(std::cell::Cell<u32>);
        impl Serialize for Counted {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.set(self.0.get() + 1);
                serializer.serialize_str("a")
            }
        }
        let prepared = Prepared::new(Counted(Default::default()));
        for _ in 0..2 {
            assert_eq!(Value::from_serializable(&vec![prepared.clone()]), Value::from_serializable(&["a"]));
        }
        assert_eq!(prepared.0.own.0.get(), 1);
        assert_eq!(serde_json::to_string(&prepared).unwrap(), "\"a\"");
    }

    #[test]
    fn what_is_asked_for_again_stays_and_room_is_bounded() {
        let recent = Recent::default();
        let made = std::cell::Cell::new(0);
        let get = |key: usize| {
            recent.get(key, 0, || {
                made.set(made.get() + 1);
                key * 2
            })
        };
        for key in 0..10 * MOST {
            assert_eq!((get(key), get(0)), (key * 2, 0));
        }
        assert_eq!(made.get(), 10 * MOST);
        let ages = recent.shards[0].lock();
        assert!(ages.young.len() + ages.old.len() <= 2 * MOST);
    }
}
