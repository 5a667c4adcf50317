//! The points of a family, and where those with given labels are.

use super::super::Timestamp;
use super::FamilyFault;
use super::index::{Hash, Index};
use super::value::Value;
use std::fmt;
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
    /// Empty as long as labels come sorted, as they do on many pages: then only those of the newest point can come again,
    /// and nothing need be hashed.
    index: Index,
}

#[derive(Clone)]
struct Point {
    /// Of its labels, in the text; they begin where those of the point before it end.
    end: usize,
    value: Value,
}

/// A point's labels, what it is, and of when.
pub(super) type Entry<'a> = (&'a str, &'a Value, Option<Timestamp>);

impl Series {
    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    pub(super) fn range(&self, range: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        range.map(|at| (labels(&self.points, &self.text, at), &self.points[at].value, self.timestamp(at)))
    }

    /// The last point with these labels, or what [`push`](Self::push) needs to add the first one.
    #[inline]
    pub(super) fn find(&mut self, own: &str) -> Result<usize, Option<Hash>> {
        let Some(newest) = self.len().checked_sub(1) else { return Err(None) };
        // One bucket of a histogram comes behind another.
        let order = own.cmp(labels(&self.points, &self.text, newest));
        if order.is_eq() {
            Ok(newest)
        } else if self.index.is_empty() && order.is_gt() {
            Err(None)
        } else {
            self.look_up(own).map_err(Some)
        }
    }

    #[inline(never)]
    fn look_up(&mut self, own: &str) -> Result<usize, Hash> {
        let Self { points, text, index, .. } = self;
        let labels = |at| labels(points, text, at);
        if index.is_empty() {
            index.reserve(points.len());
            for at in 0..points.len() {
                match index.find(labels(at), labels) {
                    Ok(before) => index.replace(labels(at), before, at),
                    Err(hash) => index.insert(hash, at),
                }
            }
        }
        index.find(own, labels)
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
        found: Result<usize, Option<Hash>>,
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
        match found {
            Ok(before) if !self.index.is_empty() => self.index.replace(own, before, at),
            Err(Some(hash)) => self.index.insert(hash, at),
            _ => {}
        }
        if timestamp.is_some() {
            self.times.resize(at, None);
            self.times.push(timestamp);
        }
        self.text.push_str(own);
        self.points.push(Point { end: self.text.len(), value });
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorted to some place and in any order behind it, so that the table begins there; some twice, some at another time.
    #[test]
    fn a_point_is_found_in_whatever_order_points_came() {
        for sorted in [0, 1, 2, 40, 200] {
            let (mut series, mut last) = (Series::default(), std::collections::HashMap::new());
            for at in 0..200_u64 {
                let number = if at < sorted { at } else { at * 7919 % 191 };
                let (own, time) =
                    (format!("n=\"{number:03}\""), (number % 3 == 0).then(|| Timestamp::from_nanos(at / 2)));
                let found = series.find(&own);
                assert_eq!(found.ok(), last.get(&own).copied(), "{own}");
                let earlier = found.ok().map(|before| series.timestamp(before));
                let added = series.push(&own, found, Value::Number(Some(at.into())), time);
                assert_eq!(added.is_ok(), earlier.is_none_or(|earlier| earlier.is_some() && earlier < time), "{own}");
                if added.is_ok() {
                    last.insert(own.clone(), series.len() - 1);
                    let entry = series.range(series.len() - 1..series.len()).next();
                    assert_eq!(entry, Some((&*own, &Value::Number(Some(at.into())), time)));
                }
                assert_eq!(series.find(&own).ok(), last.get(&own).copied(), "{own}");
            }
        }
    }
}
