//! Keys that were seen, so that each is parsed once ever and hashed rarely.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Keys of files of one role, each with what it means.
///
/// Processes of one program make their metrics in one order. So each key remembers which one came behind it last, and to
/// find one is mostly to compare it with that.
#[derive(Debug)]
pub(super) struct Keys<T> {
    known: Vec<Known<T>>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The one that was found last.
    last: usize,
    /// Number of the scrape, and how many keys it has found.
    scrape: u32,
    found: usize,
}

/// Keys that are kept although they have not been found, at least.
const SPARE: usize = 4_096;

#[derive(Debug)]
struct Known<T> {
    raw: Box<[u8]>,
    means: T,
    next: u32,
    seen: u32,
}

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            last: 0,
            scrape: 1,
            found: 0,
        }
    }
}

impl<T> Keys<T> {
    /// The number of a key, and of what it means, which `parse` says if the key is new.
    pub(super) fn find(&mut self, raw: &[u8], parse: impl FnOnce(&[u8]) -> T) -> usize {
        let guess = self.known.get(self.last).map_or(0, |last| last.next as usize);
        let found = match self.known.get(guess) {
            Some(known) if *known.raw == *raw => guess,
            _ => self.look_up(raw, parse),
        };
        self.last = found;
        let seen = &mut self.known[found].seen;
        if *seen != self.scrape {
            *seen = self.scrape;
            self.found += 1;
        }
        found
    }

    /// Begins a scrape.
    pub(super) fn begin(&mut self) {
        (self.scrape, self.found) = (self.scrape + 1, 0);
    }

    /// Whether most keys have gone: nobody has them any more.
    pub(super) fn is_stale(&self) -> bool {
        self.known.len() - self.found > SPARE.max(self.known.len() / 2)
    }

    /// What key `number` means.
    pub(super) fn means(&self, number: usize) -> &T {
        &self.known[number].means
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    fn look_up(&mut self, raw: &[u8], parse: impl FnOnce(&[u8]) -> T) -> usize {
        let Self { known, table, hasher, last, .. } = self;
        let hash = hasher.hash_one(raw);
        let found = match table.find(hash, |number| *known[*number as usize].raw == *raw) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(known.len()).expect("keys take more than a byte each");
                known.push(Known { raw: raw.into(), means: parse(raw), next: 0, seen: 0 });
                table.insert_unique(hash, number, |number| hasher.hash_one(&*known[*number as usize].raw));
                number
            }
        };
        known[*last].next = found;
        found as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_parsed_once() {
        let (mut keys, mut parsed) = (Keys::default(), 0);
        let mut all: Vec<_> = (0..1000).map(|n| format!("key {n}")).collect();
        for round in 0..3 {
            keys.begin();
            for key in &all {
                let number = keys.find(key.as_bytes(), |raw| {
                    parsed += 1;
                    String::from_utf8(raw.to_vec()).unwrap()
                });
                assert_eq!(keys.means(number), key);
            }
            // Another process made them in another order.
            all.rotate_left(round * 17 + 5);
            all.swap(3, 500);
            assert_eq!(keys.found, 1000);
        }
        assert_eq!((parsed, keys.known.len()), (1000, 1000));
    }
    #[test]
    fn keys_that_have_gone_are_told() {
        let mut keys = Keys::default();
        for key in 0..10_000u32 {
            keys.find(&key.to_ne_bytes(), |_| ());
        }
        assert!(!keys.is_stale());
        keys.begin();
        (0..5_000u32).for_each(|key| assert!(keys.find(&key.to_ne_bytes(), |_| ()) < 5_000));
        assert!(!keys.is_stale());
        keys.begin();
        (0..4_999u32).for_each(|key| assert!(keys.find(&key.to_ne_bytes(), |_| ()) < 5_000));
        assert!(keys.is_stale());
    }
}
