use super::families::{Family, Member};
use crate::cell::fold_idle;
use crate::metric::{Cursor, Points, Scratch};
use crate::model::FamilySink;
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
///     fn point(&mut self, _: Labels<'_>, _: Point<'_>, _: Option<Timestamp>) {
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
    families: Arc<Vec<Family>>,
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

/// Families that were left out because their collector panicked.
pub(crate) fn collector_faults() -> u64 {
    FAULTS.load(Relaxed)
}

impl Scrape {
    pub(super) fn new(families: Arc<Vec<Family>>) -> Self {
        // A scrape is when it pays: what is folded is not added up again.
        fold_idle();
        Self { families, family: 0, member: 0, cursor: Cursor::START, scratch: Scratch::default() }
    }

    /// Gives a family, or some thousand points of each of its sources, to the sink. `Ok(false)`: that was the last.
    ///
    /// A collector that panics takes its family with it and nothing else: the sink is told to
    /// [abandon](FamilySink::abandon) it, and `metrics_core_collector_faults_total` counts one more.
    ///
    /// # Errors
    /// If a collector panicked in a family of which a former step gave a part. The next step goes on behind it:
    /// a sink that still has all of the family, and has forgotten it, may do so.
    pub fn step(&mut self, sink: &mut dyn FamilySink) -> Result<bool, Aborted> {
        let families = Arc::clone(&self.families);
        let Some(family) = families.get(self.family) else { return Ok(false) };
        let begins = (self.member, self.cursor) == (0, Cursor::START);
        if begins {
            sink.begin(&family.desc);
        }
        while let Some(member) = family.members.get(self.member) {
            match collect(member, self.cursor, sink, &mut self.scratch) {
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

    fn next_family(&mut self) {
        (self.family, self.member, self.cursor) = (self.family + 1, 0, Cursor::START);
    }
}

struct Panicked;

fn collect(
    member: &Member,
    from: Cursor,
    sink: &mut dyn FamilySink,
    scratch: &mut Scratch,
) -> Result<Option<Cursor>, Panicked> {
    let mut points = Points { sink, scope: &member.scope, scratch };
    // Unwind safe: the sink is told to forget the family, and scratch memory is overwritten before it is read.
    let result = catch_unwind(AssertUnwindSafe(|| member.source.collect(member.index, from, &mut points)));
    result.map_err(|payload| {
        // Dropping what a panic carries is the user's code too.
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(second);
        }
        Panicked
    })
}

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").field("family", &self.family).field("of", &self.families.len()).finish_non_exhaustive()
    }
}
