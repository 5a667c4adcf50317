//! Where a scrape's points go.

use super::collect::Measured;
use super::family::Batch;
use crate::model::{Count, Exemplar, FamilySink, Labels, Point};
use std::borrow::Cow;
use std::fmt;

/// Where a scrape goes on in a metric of many series. Starts at [`Cursor::START`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cursor(pub(crate) u64);

impl Cursor {
    /// Before the first series.
    pub const START: Self = Self(0);

    /// A place of your own counting; 0 is [`START`](Self::START), at which nothing can go on.
    pub const fn new(place: u64) -> Self {
        Self(place)
    }

    /// The place.
    pub const fn place(self) -> u64 {
        self.0
    }
}

/// Where a metric's points go.
pub struct Points<'a> {
    pub(crate) sink: &'a mut dyn FamilySink,
    pub(crate) scope: &'a str,
    /// Labels of the series that the metric is a part of, rendered.
    pub(crate) own: &'a str,
    pub(crate) scratch: &'a mut Scratch,
}

/// Memory that a scrape uses again for each batch of points.
#[derive(Debug, Default)]
pub struct Scratch {
    /// What a metric wants to know when a scrape goes on with it.
    pub(crate) mark: u32,
    /// For families whose label sets cannot be counted.
    pub(super) batch: Batch,
    /// For those whose can: where there is a series.
    pub(super) live: Vec<usize>,
    words: Vec<u64>,
    exemplars: Vec<Option<Exemplar>>,
}

impl Points<'_> {
    /// Series of one call of [`Collect::collect`](super::Collect::collect), about.
    pub(crate) const BATCH: usize = 1_024;

    /// Gives a point with these labels, rendered.
    pub fn push(&mut self, own: &str, point: Point<'_>) {
        self.sink.point(Labels { scope: self.scope, own: &join(self.own, own) }, &point, None);
    }

    /// Lets `give` give points that all have these labels before their own.
    pub(crate) fn within(&mut self, own: &str, give: impl FnOnce(&mut Points<'_>)) {
        let own = &*join(self.own, own);
        give(&mut Points { sink: self.sink, scope: self.scope, own, scratch: self.scratch });
    }

    /// What was read of the children that were given since [`forget_words`](Self::forget_words), if they were read at
    /// one go.
    pub(crate) fn words(&self) -> &[u64] {
        &self.scratch.words
    }

    pub(crate) fn forget_words(&mut self) {
        self.scratch.words.clear();
    }

    /// Gives the points of `children` (labels and child), read at one go.
    pub(crate) fn children<'a, M: Measured>(
        &mut self,
        children: impl ExactSizeIterator<Item = (&'a str, &'a M)> + Clone,
    ) {
        if children.len() == 0 {
            return;
        }
        let Self { scope, own: outer, .. } = *self;
        let sink = &mut *self.sink;
        let Scratch { words, exemplars, .. } = &mut *self.scratch;
        M::read(children.clone().map(|(_, child)| child), words);
        if M::IS_COUNT && outer.is_empty() {
            return give_counts(scope, children.zip(&*words), sink, exemplars);
        }
        let width = words.len() / children.len();
        for ((own, child), words) in children.zip(words.chunks_exact(width)) {
            let labels = Labels { scope, own: &join(outer, own) };
            sink.point(labels, &child.point(words, exemplars), None);
        }
    }
}

/// Gives several at once: to hand each over by itself would cost as much as to write it.
fn give_counts<'a, 'w, M: Measured>(
    scope: &str,
    children: impl Iterator<Item = ((&'a str, &'a M), &'w u64)>,
    sink: &mut dyn FamilySink,
    exemplars: &mut Vec<Option<Exemplar>>,
) {
    let (mut counts, mut len) = ([Count::ZERO; 32], 0);
    for ((own, child), word) in children {
        let created = child.count_since();
        if let Some(created) = created {
            counts[len] = Count { own, value: *word, created };
            len += 1;
            if len < counts.len() {
                continue;
            }
        }
        if len > 0 {
            sink.counts(scope, &counts[..len]);
            len = 0;
        }
        if created.is_none() {
            sink.point(Labels { scope, own }, &child.point(std::slice::from_ref(word), exemplars), None);
        }
    }
    if len > 0 {
        sink.counts(scope, &counts[..len]);
    }
}

fn join<'a>(outer: &'a str, own: &'a str) -> Cow<'a, str> {
    match (outer, own) {
        ("", only) | (only, "") => Cow::Borrowed(only),
        (outer, own) => Cow::Owned(format!("{outer},{own}")),
    }
}

impl fmt::Debug for Points<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Points").field("scope", &self.scope).field("own", &self.own).finish_non_exhaustive()
    }
}
