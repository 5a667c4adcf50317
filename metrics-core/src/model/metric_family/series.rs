//! The points of a family, and where those with given labels are.

use super::super::Timestamp;
use super::FamilyFault;
use super::value::Value;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::cmp::Ordering;
use std::fmt;
use std::hash::BuildHasher;
use std::ops::Range;

/// Points, with their labels in one text: a page of a hundred thousand series is read into a few allocations, and not
/// into one for each.
#[derive(Clone, Default)]
pub(super) struct Series {
    points: Vec<Point>,
    /// The rendered labels of all points, one behind the other.
    text: String,
    /// Of the points, up to the last one that has any.
    times: Vec<Option<Timestamp>>,
    /// The last point of each label set. Empty as long as labels come sorted, as they do on many pages: then only those
    /// of the newest point can come again, and nothing need be hashed.
    last: HashTable<usize>,
    hasher: RandomState,
}

#[derive(Clone)]
struct Point {
    /// Of its labels, in the text; they begin where those of the point before it end.
    end: usize,
    value: Value,
}

/// A point's labels, what it is, and of when.
pub(super) type Entry<'a> = (&'a str, &'a Value, Option<Timestamp>);

/// There is no point with these labels. With their hash, if there is a table that needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing {
    hash: Option<u64>,
}

impl Series {
    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        range.map(|at| (labels(&self.points, &self.text, at), &self.points[at].value, self.timestamp(at)))
    }

    /// The last point with these labels, or what [`push`](Self::push) needs to add the first one.
    #[inline]
    pub(super) fn find(&mut self, own: &str) -> Result<usize, Missing> {
        let Some(newest) = self.len().checked_sub(1) else { return Err(Missing { hash: None }) };
        // One bucket of a histogram comes behind another.
        match own.cmp(labels(&self.points, &self.text, newest)) {
            Ordering::Equal => return Ok(newest),
            Ordering::Greater if self.last.is_empty() => return Err(Missing { hash: None }),
            _ => {}
        }
        self.look_up(own)
    }

    #[inline(never)]
    fn look_up(&mut self, own: &str) -> Result<usize, Missing> {
        let Self { points, text, last, hasher, .. } = self;
        let labels = |at: usize| labels(points, text, at);
        if last.is_empty() {
            let hash = |at: usize| hasher.hash_one(labels(at));
            last.reserve(points.len(), |at| hash(*at));
            let is_last = |at: &usize| at + 1 == points.len() || labels(*at) != labels(at + 1);
            for at in (0..points.len()).filter(is_last) {
                last.insert_unique(hash(at), at, |at| hash(*at));
            }
        }
        let hash = hasher.hash_one(own);
        last.find(hash, |at| labels(*at) == own).copied().ok_or(Missing { hash: Some(hash) })
    }

    pub(super) fn value_mut(&mut self, at: usize) -> &mut Value {
        &mut self.points[at].value
    }

    pub(super) fn timestamp(&self, at: usize) -> Option<Timestamp> {
        self.times.get(at).copied().flatten()
    }

    /// Adds a point that is whole, with labels that were rendered and looked up.
    pub(super) fn push(
        &mut self,
        own: &str,
        found: Result<usize, Missing>,
        value: Value,
        timestamp: Option<Timestamp>,
    ) -> Result<(), FamilyFault> {
        let at = self.len();
        if let Ok(before) = found {
            let earlier = self.timestamp(before);
            if earlier == timestamp {
                return Err(FamilyFault::Duplicate { labels: own.to_owned() });
            }
            if earlier.is_none() || timestamp < earlier {
                return Err(FamilyFault::Time { labels: own.to_owned() });
            }
        }
        let Self { points, text, times, last, hasher } = self;
        match found {
            Ok(before) => {
                if let Some(place) = last.find_mut(hasher.hash_one(own), |at| *at == before) {
                    *place = at;
                }
            }
            Err(Missing { hash: Some(hash) }) => {
                last.insert_unique(hash, at, |at| hasher.hash_one(labels(points, text, *at)));
            }
            Err(Missing { hash: None }) => {}
        }
        if timestamp.is_some() {
            times.resize(at, None);
            times.push(timestamp);
        }
        text.push_str(own);
        points.push(Point { end: text.len(), value });
        Ok(())
    }
}

#[inline]
fn labels<'a>(points: &[Point], text: &'a str, at: usize) -> &'a str {
    let start = if at == 0 { 0 } else { points[at - 1].end };
    &text[start..points[at].end]
}

impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.range(0..self.len()).eq(other.range(0..other.len()))
    }
}

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.range(0..self.len())).finish()
    }
}
