//! Series that end by themselves when nothing has changed them for a while.
//!
//! A scrape reads every series anyway; here it compares what it reads with what it read before. So an increment costs
//! nothing for it, and where nobody scrapes nothing ends.
//!
//! Who looked a series up just before its end may still count in it. Nobody will look there any more; so when nobody can
//! write to it any more, what came late goes on in the next series with these labels.

use super::Child;
use super::series::Series;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Of one family.
pub(super) struct Idle {
    /// In nanoseconds; 0: for ever.
    ttl: AtomicU64,
    hasher: RandomState,
    /// Nobody who holds it stops the cold paths.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Seen,
    /// What was read of a series that expired, until nobody can write to it any more.
    expired: HashMap<usize, Box<[u64]>, RandomState>,
}

/// What was read of all series.
///
/// Scrapes find series in one order, and where one ends another takes its place. So the next reading is mostly the one
/// behind the last, and seldom has to be looked for all over the memory.
#[derive(Default)]
struct Seen {
    readings: Vec<Reading>,
    /// Which is of which series.
    places: HashMap<usize, usize, RandomState>,
    /// Places of series that are no more.
    free: Vec<usize>,
}

struct Reading {
    /// Its address, or 0.
    series: usize,
    /// A hash of what was read.
    read: u64,
    since: Instant,
}

impl Seen {
    /// The reading of a series, made if there is none. `next` is where to look first.
    #[inline]
    fn reading(&mut self, series: usize, next: &mut usize, read: u64, now: Instant) -> &mut Reading {
        let place = match self.readings.get(*next) {
            Some(reading) if reading.series == series => *next,
            _ => self.look_up(series, read, now),
        };
        *next = place + 1;
        &mut self.readings[place]
    }

    #[cold]
    fn look_up(&mut self, series: usize, read: u64, now: Instant) -> usize {
        let Self { readings, places, free } = self;
        *places.entry(series).or_insert_with(|| {
            let reading = Reading { series, read, since: now };
            if let Some(place) = free.pop() {
                readings[place] = reading;
                return place;
            }
            readings.push(reading);
            readings.len() - 1
        })
    }

    fn forget(&mut self, series: usize) {
        if let Some(place) = self.places.remove(&series) {
            self.readings[place].series = 0;
            self.free.push(place);
        }
    }
}

/// A series that nothing has changed for too long, and what was read of it.
pub(super) struct Expired<M> {
    pub(super) series: NonNull<Series<M>>,
    words: Box<[u64]>,
}

impl Idle {
    pub(super) fn new(ttl: Option<Duration>) -> Self {
        let idle = Self { ttl: AtomicU64::new(0), hasher: RandomState::default(), state: Mutex::default() };
        idle.set(ttl);
        idle
    }

    pub(super) fn set(&self, ttl: Option<Duration>) {
        let nanos = ttl.map_or(0, |ttl| u64::try_from(ttl.as_nanos()).unwrap_or(u64::MAX).max(1));
        self.ttl.store(nanos, Relaxed);
        if nanos == 0 {
            self.lock().seen = Seen::default();
        }
    }

    fn ttl(&self) -> Option<Duration> {
        let nanos = self.ttl.load(Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which of these series expire, given what was read of them just now, as many words of each; or nothing, and then
    /// they are read here. The caller is pinned since before it found them.
    pub(super) fn look<M: Child>(&self, series: &[NonNull<Series<M>>], words: &[u64]) -> Vec<Expired<M>> {
        let Some(ttl) = self.ttl().filter(|_| crate::model::HAS_CLOCK && !series.is_empty()) else {
            return Vec::new();
        };
        let mut own = Vec::new();
        let words = if words.is_empty() { measure(series, &mut own) } else { words };
        let (now, width) = (Instant::now(), words.len() / series.len());
        if width == 0 {
            return Vec::new();
        }
        let (mut state, mut next) = (self.lock(), 0);
        let expires = |(series, words): (&NonNull<Series<M>>, &[u64])| {
            let read = self.hasher.hash_one(words);
            let seen = state.seen.reading(series.addr().get(), &mut next, read, now);
            if seen.read != read || is_kept(*series) {
                (seen.read, seen.since) = (read, now);
            }
            let is_over = now.saturating_duration_since(seen.since) >= ttl && seen.since != now;
            is_over.then(|| Expired { series: *series, words: words.into() })
        };
        series.iter().zip(words.chunks_exact(width)).filter_map(expires).collect()
    }

    /// These were removed, for whatever reason: what comes to their places is new.
    pub(super) fn forget<M>(&self, removed: &[NonNull<Series<M>>]) {
        if self.ttl.load(Relaxed) > 0 {
            let mut state = self.lock();
            for series in removed {
                state.seen.forget(series.addr().get());
            }
        }
    }

    /// Remembers what was read of a series that was removed because it expired. Its caller keeps it from being freed.
    pub(super) fn expire<M>(&self, expired: Expired<M>) {
        self.lock().expired.insert(expired.series.addr().get(), expired.words);
    }

    /// What was read of these series when they expired, of those that did; nobody can write to them any more.
    pub(super) fn take_expired<M>(&self, series: &[NonNull<Series<M>>]) -> Vec<Expired<M>> {
        let mut state = self.lock();
        if state.expired.is_empty() {
            return Vec::new();
        }
        let take = |series: &NonNull<Series<M>>| {
            let words = state.expired.remove(&series.addr().get())?;
            Some(Expired { series: *series, words })
        };
        series.iter().filter_map(take).collect()
    }
}

/// What is measured of series, one by one.
#[allow(unsafe_code, reason = "series are reached without locks")]
fn measure<'a, M: Child>(series: &[NonNull<Series<M>>], words: &'a mut Vec<u64>) -> &'a [u64] {
    let mut of_one = Vec::new();
    for series in series {
        // SAFETY: the caller of `look` is pinned since before it found it.
        unsafe { Series::metric(*series) }.measure(&mut of_one);
        words.extend_from_slice(&of_one);
    }
    words
}

/// Whether a handle keeps it, by which it may be changed at any time.
#[allow(unsafe_code, reason = "series are reached without locks")]
fn is_kept<M: Child>(series: NonNull<Series<M>>) -> bool {
    // SAFETY: the caller of `look` is pinned since before it found it.
    unsafe { Series::is_kept(series) }
}

/// What came late to a series that expired: its labels, what it held then, and what it holds now.
pub(super) struct Late {
    pub(super) labels: Box<str>,
    pub(super) then: Box<[u64]>,
    pub(super) now: Vec<u64>,
}

impl<M: Child> Expired<M> {
    /// # Safety
    /// The series was not freed.
    #[allow(unsafe_code, reason = "series are reached without locks")]
    pub(super) unsafe fn late(self) -> Option<Late> {
        let mut now = Vec::new();
        // SAFETY: the caller says so.
        let (metric, labels) = unsafe { (Series::metric(self.series), Series::labels(self.series)) };
        metric.measure(&mut now);
        (*now != *self.words).then(|| Late { labels: labels.into(), then: self.words, now })
    }
}
