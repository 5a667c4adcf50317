//! The points of a family, and where those with given labels are.

use super::super::Timestamp;
use super::FamilyFault;
use super::value::Value;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::fmt;
use std::hash::BuildHasher;
use std::ops::Range;

/// Points, with their labels in one text: a page of a hundred thousand series is read into four allocations, and not
/// into one for each.
#[derive(Clone, Default)]
pub(super) struct Series {
    points: Vec<Point>,
    /// The rendered labels of all points, one behind the other.
    text: String,
    /// The last point of each label set.
    last: HashTable<usize>,
    hasher: RandomState,
}

#[derive(Clone)]
struct Point {
    /// Of its labels, in the text; they begin where those of the point before it end.
    end: usize,
    value: Value,
    timestamp: Option<Timestamp>,
}

/// A point's labels, what it is, and of when.
pub(super) type Entry<'a> = (&'a str, &'a Value, Option<Timestamp>);

impl Series {
    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        range.map(|at| (labels(&self.points, &self.text, at), &self.points[at].value, self.points[at].timestamp))
    }

    /// The last point with these labels, or what [`push`](Self::push) needs to add the first one.
    #[inline]
    pub(super) fn find(&self, own: &str) -> Result<usize, u64> {
        // One bucket of a histogram comes behind another.
        let newest = self.len().wrapping_sub(1);
        if newest != usize::MAX && labels(&self.points, &self.text, newest) == own {
            return Ok(newest);
        }
        let hash = self.hasher.hash_one(own);
        let found = self.last.find(hash, |at| labels(&self.points, &self.text, *at) == own);
        found.copied().ok_or(hash)
    }

    pub(super) fn value_mut(&mut self, at: usize) -> &mut Value {
        &mut self.points[at].value
    }

    pub(super) fn timestamp(&self, at: usize) -> Option<Timestamp> {
        self.points[at].timestamp
    }

    /// Adds a point that is whole, with labels that were rendered and looked up.
    pub(super) fn push(
        &mut self,
        own: &str,
        found: Result<usize, u64>,
        value: Value,
        timestamp: Option<Timestamp>,
    ) -> Result<(), FamilyFault> {
        let Self { points, text, last, hasher } = self;
        let at = points.len();
        match found {
            Ok(before) => {
                let earlier = points[before].timestamp;
                if earlier == timestamp {
                    return Err(FamilyFault::Duplicate { labels: own.to_owned() });
                }
                if earlier.is_none() || timestamp < earlier {
                    return Err(FamilyFault::Time { labels: own.to_owned() });
                }
                if let Some(place) = last.find_mut(hasher.hash_one(own), |at| *at == before) {
                    *place = at;
                }
            }
            Err(hash) => {
                last.insert_unique(hash, at, |at| hasher.hash_one(labels(points, text, *at)));
            }
        }
        text.push_str(own);
        points.push(Point { end: text.len(), value, timestamp });
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
