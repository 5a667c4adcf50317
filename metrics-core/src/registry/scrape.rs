use super::Source;
use super::families::{Family, Feed, Member, Page};
use super::gather::{Gathered, Given, gather};
use crate::cell::fold_idle;
use crate::metric::{Cursor, Points, Scratch};
use crate::model::FamilySink;
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A pass over a registry, in steps; nothing is locked between them, nor while a sink is called.
///
/// ```
/// use metrics_core::{Registry, model::{Desc, FamilySink, Labels, Point, Timestamp}};
///
/// struct Count(usize);
///
/// impl FamilySink for Count {
///     fn begin(&mut self, _: &Desc) {}
///     fn point(&mut self, _: Labels<'_>, _: &Point<'_>, _: Option<Timestamp>) {
///         self.0 += 1;
///     }
///     fn abandon(&mut self) {}
/// }
///
/// let mut count = Count(0);
/// let mut scrape = Registry::global().scrape();
/// while scrape.step(&mut count)? {}
/// # Ok::<(), metrics_core::registry::Aborted>(())
/// ```
pub struct Scrape {
    /// Until the first step.
    page: Option<Page>,
    families: Arc<Vec<Family>>,
    gathered: Gathered,
    family: usize,
    member: usize,
    cursor: Cursor,
    scratch: Scratch,
}

/// A collector failed after a part of its family had been handed out: the page must not be completed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Aborted {
    /// The family's name.
    pub family: String,
}

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the collector of `{}` panicked half-way", self.family)
    }
}

impl std::error::Error for Aborted {}

static FAULTS: AtomicU64 = AtomicU64::new(0);

/// Families that were left out of a page.
pub(crate) fn collector_faults() -> u64 {
    FAULTS.load(Relaxed)
}

impl Scrape {
    pub(super) fn new(page: Page, faults: u64) -> Self {
        // A scrape is when it pays: what is folded is not added up again.
        fold_idle();
        FAULTS.fetch_add(faults, Relaxed);
        let families = Arc::clone(&page.families);
        let (gathered, scratch) = (Gathered::default(), Scratch::default());
        Self { page: Some(page), families, gathered, family: 0, member: 0, cursor: Cursor::START, scratch }
    }

    /// Gives a family, or some thousand points of each of its sources, to the sink. `Ok(false)`: that was the last.
    ///
    /// The first step also runs all [collectors](crate::Collector). One that panics, or a metric that does, takes its
    /// families with it and nothing else: the sink is told to [abandon](FamilySink::abandon) them, and
    /// `metrics_core_collector_faults_total` counts them.
    ///
    /// # Errors
    /// If a metric panicked in a family of which a former step gave a part. The next step goes on behind it:
    /// a sink that still has all of the family, and has forgotten it, may do so.
    pub fn step(&mut self, sink: &mut dyn FamilySink) -> Result<bool, Aborted> {
        if let Some(page) = self.page.take() {
            self.run_collectors(&page);
        }
        let families = Arc::clone(&self.families);
        let Some(family) = families.get(self.family) else { return Ok(false) };
        let begins = (self.member, self.cursor) == (0, Cursor::START);
        if begins {
            sink.begin(&family.desc);
        }
        while let Some(member) = family.members.get(self.member) {
            let collected = match &member.feed {
                Feed::Source(source, index) => {
                    collect(&**source, *index, &member.scope, self.cursor, sink, &mut self.scratch)
                }
                Feed::Collector => self.give(member, &family.desc.name, sink),
            };
            match collected {
                Ok(Some(cursor)) => {
                    self.cursor = cursor;
                    return Ok(true);
                }
                Ok(None) => {
                    self.member += 1;
                    self.cursor = Cursor::START;
                }
                Err(Panicked) => {
                    FAULTS.fetch_add(1, Relaxed);
                    sink.abandon();
                    self.next_family();
                    if !begins {
                        return Err(Aborted { family: family.desc.name.clone() });
                    }
                    return Ok(self.family < self.families.len());
                }
            }
        }
        self.next_family();
        Ok(self.family < self.families.len())
    }

    /// Apart, so that what it needs of the stack is free again when the metrics are read.
    #[inline(never)]
    fn run_collectors(&mut self, page: &Page) {
        let (families, gathered, faults) = gather(page);
        (self.families, self.gathered) = (families, gathered);
        FAULTS.fetch_add(faults, Relaxed);
    }

    fn next_family(&mut self) {
        (self.family, self.member, self.cursor) = (self.family + 1, 0, Cursor::START);
    }

    /// Gives some points of what a collector made.
    fn give(&mut self, member: &Member, family: &str, sink: &mut dyn FamilySink) -> Result<Option<Cursor>, Panicked> {
        match self.gathered.get(member.id, family) {
            None => Ok(None),
            Some(Given::Owned(family)) => {
                let from = usize::try_from(self.cursor.place()).unwrap_or(usize::MAX).min(family.len());
                let end = family.len().min(from + Points::BATCH);
                family.emit(from..end, &member.scope, sink);
                Ok((end < family.len()).then_some(Cursor::new(end as u64)))
            }
            Some(Given::Snapshot(snapshot, number)) => {
                let collect = |points: &mut Points<'_>| snapshot.collect(*number, self.cursor, points);
                contained(&member.scope, sink, &mut self.scratch, collect)
            }
        }
    }
}

struct Panicked;

fn collect(
    source: &dyn Source,
    index: usize,
    scope: &str,
    from: Cursor,
    sink: &mut dyn FamilySink,
    scratch: &mut Scratch,
) -> Result<Option<Cursor>, Panicked> {
    contained(scope, sink, scratch, |points| source.collect(index, from, points))
}

fn contained(
    scope: &str,
    sink: &mut dyn FamilySink,
    scratch: &mut Scratch,
    collect: impl FnOnce(&mut Points<'_>) -> Option<Cursor>,
) -> Result<Option<Cursor>, Panicked> {
    let mut points = Points { sink, scope, own: "", scratch };
    // Unwind safe: the sink is told to forget the family, and scratch memory is overwritten before it is read.
    let result = catch_unwind(AssertUnwindSafe(|| collect(&mut points)));
    result.map_err(|payload| {
        forget(payload);
        Panicked
    })
}

/// Drops what a panic carries, which is the user's code too.
pub(crate) fn forget(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").field("family", &self.family).field("of", &self.families.len()).finish_non_exhaustive()
    }
}
