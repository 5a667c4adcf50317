//! Scrapes of one page at one time share it, and none gets a value from before it came in.
//!
//! A scrape that finds nobody computing its page computes it. One that finds somebody at it cannot have that page, of
//! which a part may have been read already. It waits until that one is done, and all that wait by then get one page
//! together, which the first of them computes: it begins when each of them is there. A computation that is late is not
//! waited for any longer.
//!
//! So one page is computed by one scrape at a time, as long as none is late, and each scrape waits for one other
//! computation at most. A page that is too long to be built whole is not shared: who waited for it computes one alone.

use super::HandlerMetrics;
use super::content_coding::Coding;
use super::page::{Page, Refusal, Wanted};
use super::slots::{Slot, Slots};
use super::stopwatch::Stopwatch;
use crate::chunk::Chunk;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many may wait: each keeps a thread.
pub(super) const WAITING: usize = 100;

pub(super) struct Coalescing {
    queues: Mutex<HashMap<Wanted, Queue>>,
    waiting: Slots,
}

/// Scrapes of one page.
struct Queue {
    running: Arc<Run>,
    /// What those wait for that came since.
    next: Option<Arc<Run>>,
}

/// One computation.
struct Run {
    /// Of the scrape that does it.
    watch: Stopwatch,
    outcome: Mutex<Option<Outcome>>,
    ended: Condvar,
}

#[derive(Clone)]
enum Outcome {
    Whole(Arc<Chunk>, Coding),
    Refused(Refusal),
    /// There is nothing to share.
    Alone,
}

/// What a scrape has to do.
enum Role<'a> {
    /// Compute.
    First(Arc<Run>),
    /// Compute when the other has ended.
    Next(Arc<Run>, Arc<Run>, Slot<'a>),
    /// Wait.
    Other(Arc<Run>, Slot<'a>),
}

impl Coalescing {
    pub(super) fn new() -> Self {
        Self { queues: Mutex::default(), waiting: Slots::new(Some(WAITING)) }
    }

    /// A page, from `compute` or from another scrape's.
    pub(super) fn page(
        &self,
        wanted: &Wanted,
        watch: &Stopwatch,
        counts: &HandlerMetrics,
        compute: impl Fn() -> Result<Page, Refusal>,
    ) -> Result<Page, Refusal> {
        let run = match self.enter(wanted, watch)? {
            Role::First(run) => run,
            Role::Next(run, before, _waiting) => {
                let _counted = counts.waiting().track_in_progress();
                before.wait(&before.watch);
                self.begin(wanted, &run);
                run
            }
            Role::Other(run, _waiting) => {
                let counted = counts.waiting().track_in_progress();
                let outcome = run.wait(watch).ok_or(Refusal::Late)?;
                drop(counted);
                return match outcome {
                    Outcome::Whole(chunk, coding) => {
                        counts.shared();
                        Ok(Page::Whole(Chunk::shared(chunk), coding))
                    }
                    Outcome::Refused(refusal) => Err(refusal),
                    Outcome::Alone => compute(),
                };
            }
        };
        // Nobody may wait for one that panicked.
        let mut leader = Leader { coalescing: self, wanted, run, outcome: Outcome::Alone };
        let page = match compute() {
            Ok(Page::Whole(chunk, coding)) => {
                let chunk = Arc::new(chunk);
                leader.outcome = Outcome::Whole(Arc::clone(&chunk), coding);
                Page::Whole(Chunk::shared(chunk), coding)
            }
            Ok(begun) => begun,
            Err(refusal) => {
                leader.outcome = Outcome::Refused(refusal.clone());
                return Err(refusal);
            }
        };
        Ok(page)
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<Wanted, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, wanted: &Wanted, watch: &Stopwatch) -> Result<Role<'_>, Refusal> {
        let mut queues = self.queues();
        match queues.entry(wanted.clone()) {
            Entry::Vacant(place) => {
                let run = Arc::new(Run::new(*watch));
                place.insert(Queue { running: Arc::clone(&run), next: None });
                Ok(Role::First(run))
            }
            Entry::Occupied(mut queue) => {
                let waiting = self.waiting.take().ok_or(Refusal::Crowded)?;
                let Queue { running, next } = queue.get_mut();
                if let Some(next) = next {
                    return Ok(Role::Other(Arc::clone(next), waiting));
                }
                let run = Arc::new(Run::new(*watch));
                *next = Some(Arc::clone(&run));
                Ok(Role::Next(run, Arc::clone(running), waiting))
            }
        }
    }

    /// From here on nobody joins this one.
    fn begin(&self, wanted: &Wanted, run: &Arc<Run>) {
        self.queues().insert(wanted.clone(), Queue { running: Arc::clone(run), next: None });
    }

    fn end(&self, wanted: &Wanted, run: &Arc<Run>) {
        let mut queues = self.queues();
        // One that was late is in nobody's way any more.
        if queues.get(wanted).is_some_and(|queue| Arc::ptr_eq(&queue.running, run) && queue.next.is_none()) {
            queues.remove(wanted);
        }
    }
}

impl Run {
    fn new(watch: Stopwatch) -> Self {
        Self { watch, outcome: Mutex::new(None), ended: Condvar::new() }
    }

    /// `None`: the time is over.
    fn wait(&self, watch: &Stopwatch) -> Option<Outcome> {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match watch.left() {
            None => self.ended.wait_while(outcome, |outcome| outcome.is_none()).unwrap_or_else(PoisonError::into_inner),
            Some(left) => {
                let waited = self.ended.wait_timeout_while(outcome, left, |outcome| outcome.is_none());
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        outcome.clone()
    }
}

/// The scrape that computes.
struct Leader<'a> {
    coalescing: &'a Coalescing,
    wanted: &'a Wanted,
    run: Arc<Run>,
    outcome: Outcome,
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Outcome::Alone);
        *self.run.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        self.run.ended.notify_all();
        self.coalescing.end(self.wanted, &self.run);
    }
}
