//! Families whose label sets cannot be counted: a hash table that is read without a lock.
//!
//! Who looks a series up is pinned from before it gets the table until its reference is dropped. A removed
//! series, and a table that a larger one replaced, is first unlinked, then noted with the present epoch; a
//! reaper frees it when nobody is pinned any more since before that.

#![allow(unsafe_code, reason = "the label table is read without a lock")]

use super::series::Series;
use super::slots::Slots;
use super::{Child, Cursor, Handle, LabelSet, Labels, Points, Schema, Spec, Store};
use crate::cell::{Key, Pin, Stopped, StoppedCell, pin, stop};
use crate::label::render;
use foldhash::fast::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering::*};

pub struct HashedStore<M: Child> {
    /// Replaced by a larger table; otherwise only its slots change.
    slots: AtomicPtr<Slots<M>>,
    hasher: RandomState,
    schema: Schema,
    shared: M::Shared,
    family: Box<str>,
    inner: StoppedCell<Inner<M>>,
}

/// What is touched only while the cold paths are stopped.
struct Inner<M> {
    /// In the order of creation; `None` where one was removed.
    series: Vec<Option<NonNull<Series<M>>>>,
    live: usize,
    created: u64,
    /// Slots that are not null, tombs included.
    used: usize,
    /// Unlinked, with the epoch of that.
    dead: Vec<(u64, NonNull<Series<M>>)>,
    old_slots: Vec<(u64, NonNull<Slots<M>>)>,
    /// Garbage at which it is worth looking for what is quiet.
    reap_at: usize,
}

// SAFETY: the pointers are owned, to what can be used and freed on any thread.
unsafe impl<M: Child> Send for Inner<M> {}
// SAFETY: the same; tables and series are read by all threads and written as described above.
unsafe impl<M: Child> Send for HashedStore<M> {}
// SAFETY: the same.
unsafe impl<M: Child> Sync for HashedStore<M> {}

/// A series of a hashed family.
#[allow(missing_debug_implementations, reason = "hidden; `Ref` has it")]
pub struct HashedFound<'a, M: Child> {
    series: NonNull<Series<M>>,
    store: PhantomData<&'a HashedStore<M>>,
    _pin: Pin<'static>,
}

impl<M: Child> Deref for HashedFound<'_, M> {
    type Target = M;

    #[inline(always)]
    fn deref(&self) -> &M {
        // SAFETY: pinned since before it was found.
        unsafe { self.series.as_ref() }.metric()
    }
}

/// Memory that nobody can reach any more. To be dropped after the cold paths go on again: freeing a metric
/// stops them.
struct Garbage<M: Child> {
    series: Vec<NonNull<Series<M>>>,
    slots: Vec<NonNull<Slots<M>>>,
}

impl<M: Child> Drop for Garbage<M> {
    fn drop(&mut self) {
        for series in self.series.drain(..) {
            // SAFETY: nobody is pinned any more who could have found it, and no handle keeps it.
            unsafe { Series::free(series) };
        }
        for slots in self.slots.drain(..) {
            // SAFETY: nobody is pinned any more who could have got it; it came from a box.
            drop(unsafe { Box::from_raw(slots.as_ptr()) });
        }
    }
}

/// Garbage at which to look for what is quiet: one `membarrier` for all of it.
const REAP: usize = 64;
/// An old table is as much garbage as this many series.
const OLD_SLOTS: usize = 8;

impl<M: Child> HashedStore<M> {
    /// Lengths are hashed too, so that `("ab", "c")` and `("a", "bc")` differ.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "32 bits of a hash are enough for 2^32 cells")]
    fn hash(&self, values: &[&str]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        let mut lengths = 0u64;
        for value in values {
            hasher.write(value.as_bytes());
            lengths = lengths.rotate_left(32) ^ value.len() as u64;
        }
        hasher.write_u64(lengths);
        let hash = hasher.finish();
        (hash ^ hash >> 32) as u32
    }

    /// The present table.
    ///
    /// # Safety
    /// The caller is pinned, or has stopped the cold paths.
    #[inline(always)]
    unsafe fn slots(&self) -> &Slots<M> {
        // SAFETY: a table is freed when nobody is pinned any more who could have got it. Acquire: it was filled
        // before it was put here.
        unsafe { &*self.slots.load(Acquire) }
    }

    /// The caller is pinned.
    #[cold]
    #[inline(never)]
    fn create(&self, hash: u32, values: &[&str]) -> NonNull<Series<M>> {
        let (labels, escaped) = render(self.schema.names, values);
        // Before anything is stopped, which a panic would leave to the destructors.
        assert!(labels.len() <= Series::<M>::MAX_LABELS, "labels of a series beyond 2 GiB");
        let mut stopped = stop();
        // SAFETY: stopped.
        if let Some(series) = unsafe { self.slots().find(hash, self.schema.names, values) } {
            return series;
        }
        let metric = M::create(&self.shared, &mut stopped, Key { family: &self.family, labels: &labels });
        let inner = self.inner.get(&mut stopped);
        let series = Series::new(hash, &labels, escaped, inner.created, metric);
        inner.push(series);
        // SAFETY: stopped.
        let slots = unsafe { self.slots() };
        if slots.is_full(inner.used + 1) {
            self.grow(&mut stopped);
        } else {
            // SAFETY: just made; stopped.
            inner.used += usize::from(unsafe { slots.insert(series) });
        }
        let garbage = self.reap(&mut stopped);
        drop(stopped);
        drop(garbage);
        series
    }

    /// Replaces the table by one that fits what is live.
    fn grow(&self, stopped: &mut Stopped<'static>) {
        let inner = self.inner.get(stopped);
        let slots = Slots::new(inner.live);
        for series in inner.series.iter().flatten() {
            // SAFETY: what is in the list was not freed; stopped.
            unsafe { slots.insert(*series) };
        }
        inner.used = inner.live;
        let old = self.slots.swap(Box::into_raw(Box::new(slots)), AcqRel);
        let epoch = stopped.retire();
        self.inner.get(stopped).old_slots.extend(NonNull::new(old).map(|old| (epoch, old)));
    }

    /// Removes these series as far as they are still there; how many.
    fn unlink(&self, series: &[NonNull<Series<M>>]) -> usize {
        if series.is_empty() {
            return 0;
        }
        let mut stopped = stop();
        // SAFETY: stopped.
        let slots = unsafe { self.slots() };
        let inner = self.inner.get(&mut stopped);
        let mut unlinked = Vec::with_capacity(series.len());
        for &series in series {
            // SAFETY: the caller is pinned since before it found the series, so it was not freed.
            let place = unsafe { series.as_ref() }.place.load(Relaxed) as usize;
            if inner.series.get(place) == Some(&Some(series)) {
                inner.series[place] = None;
                inner.live -= 1;
                // SAFETY: what is in the list is in the table; stopped.
                unsafe { slots.remove(series) };
                unlinked.push(series);
            }
        }
        inner.compact();
        let epoch = stopped.retire();
        self.inner.get(&mut stopped).dead.extend(unlinked.iter().map(|series| (epoch, *series)));
        let garbage = self.reap(&mut stopped);
        drop(stopped);
        drop(garbage);
        unlinked.len()
    }

    /// Frees what removals left behind because it was in use then. Each scrape does: without it, garbage would stay
    /// for as long as nothing more is removed.
    fn sweep(&self) {
        let mut stopped = stop();
        let inner = self.inner.get(&mut stopped);
        inner.reap_at = inner.reap_at.min(REAP);
        let garbage = self.reap(&mut stopped);
        drop(stopped);
        drop(garbage);
    }

    /// What of the garbage nobody can reach any more, if there is enough of it.
    fn reap(&self, stopped: &mut Stopped<'static>) -> Garbage<M> {
        let mut garbage = Garbage { series: Vec::new(), slots: Vec::new() };
        let inner = self.inner.get(stopped);
        if inner.garbage() < inner.reap_at {
            return garbage;
        }
        let quiet = stopped.quiet_before();
        let inner = self.inner.get(stopped);
        inner.dead.retain(|&(epoch, series)| {
            // SAFETY: not freed yet: it is still in this list.
            let reachable = epoch >= quiet || unsafe { series.as_ref() }.is_kept();
            if !reachable {
                garbage.series.push(series);
            }
            reachable
        });
        inner.old_slots.retain(|&(epoch, slots)| {
            if epoch < quiet {
                garbage.slots.push(slots);
            }
            epoch >= quiet
        });
        // What handles keep is not looked at again for each single removal.
        inner.reap_at = REAP.max(2 * inner.garbage());
        garbage
    }

    /// Puts series from creation number `from` on into `batch`, as many as there are or fit. The caller is pinned.
    fn batch<'a>(&self, from: u64, batch: &'a mut [NonNull<Series<M>>]) -> &'a [NonNull<Series<M>>] {
        let mut stopped = stop();
        let inner = self.inner.get(&mut stopped);
        let start = inner.start(from);
        let mut len = 0;
        for (place, series) in batch.iter_mut().zip(inner.series[start..].iter().flatten()) {
            *place = *series;
            len += 1;
        }
        &batch[..len]
    }
}

impl<M: Child> Inner<M> {
    fn garbage(&self) -> usize {
        self.dead.len() + self.old_slots.len() * OLD_SLOTS
    }

    fn push(&mut self, series: NonNull<Series<M>>) {
        self.created += 1;
        self.live += 1;
        self.series.push(Some(series));
        self.place(self.series.len() - 1);
    }

    fn place(&self, place: usize) {
        if let Some(series) = self.series[place] {
            let place = u32::try_from(place).expect("more series than cells");
            // SAFETY: what is in the list was not freed.
            unsafe { series.as_ref() }.place.store(place, Relaxed);
        }
    }

    /// Takes out the holes once they are the greater part.
    fn compact(&mut self) {
        if self.series.len() > 2 * self.live + REAP {
            self.series.retain(Option::is_some);
            (0..self.series.len()).for_each(|place| self.place(place));
        }
    }

    /// Where series of creation number `from` and later begin.
    fn start(&self, from: u64) -> usize {
        let (mut low, mut high) = (0, self.series.len());
        while low < high {
            let middle = low.midpoint(high);
            let next = (middle..high).find_map(|place| Some((place, self.series[place]?)));
            match next {
                // SAFETY: what is in the list was not freed.
                Some((place, series)) if unsafe { series.as_ref() }.order < from => low = place + 1,
                _ => high = middle,
            }
        }
        low
    }
}

impl<M: Child> Store<M> for HashedStore<M> {
    type Found<'a> = HashedFound<'a, M>;

    fn new(schema: Schema, spec: &Spec<'_>) -> Self {
        let inner = Inner {
            series: Vec::new(),
            live: 0,
            created: 0,
            used: 0,
            dead: Vec::new(),
            old_slots: Vec::new(),
            reap_at: REAP,
        };
        Self {
            slots: AtomicPtr::new(Box::into_raw(Box::new(Slots::new(0)))),
            hasher: RandomState::default(),
            schema,
            shared: M::shared(spec.options),
            family: spec.name.into(),
            inner: StoppedCell::new(inner),
        }
    }

    #[inline(always)]
    fn with<L: LabelSet>(&self, labels: &L) -> HashedFound<'_, M> {
        labels.with_values(
            #[inline(always)]
            |values| {
                let hash = self.hash(values);
                let pin = pin();
                // SAFETY: pinned.
                let found = unsafe { self.slots().find(hash, L::NAMES, values) };
                let series = found.unwrap_or_else(|| self.create(hash, values));
                HashedFound { series, store: PhantomData, _pin: pin }
            },
        )
    }

    fn handle(self: &Arc<Self>, found: &HashedFound<'_, M>) -> Handle<M> {
        // SAFETY: found in this store, and pinned since before.
        unsafe { Handle::hashed(self, found.series) }
    }

    fn remove<L: LabelSet>(&self, labels: &L) -> bool {
        labels.with_values(|values| {
            let _pin = pin();
            // SAFETY: pinned.
            let found = unsafe { self.slots().find(self.hash(values), L::NAMES, values) };
            found.is_some_and(|series| self.unlink(&[series]) == 1)
        })
    }

    fn retain(&self, keep: &mut dyn FnMut(Labels<'_>) -> bool) {
        let mut from = 0;
        // Not those that are made meanwhile, maybe by `keep` itself: it would never end.
        let end = self.inner.get(&mut stop()).created;
        while from < end {
            let _pin = pin();
            let mut batch = [NonNull::dangling(); Points::BATCH];
            let batch = self.batch(from, &mut batch);
            // SAFETY: pinned since before it was found.
            let order = |series: &NonNull<Series<M>>| unsafe { series.as_ref() }.order;
            let Some(last) = batch.last() else { return };
            from = order(last) + 1;
            let going = batch.iter().copied().filter(|series| {
                // SAFETY: the same.
                let own = unsafe { Series::labels(*series) };
                order(series) < end && !keep(Labels { scope: "", own })
            });
            let going: Vec<_> = going.collect();
            self.unlink(&going);
        }
    }

    fn len(&self) -> usize {
        self.inner.get(&mut stop()).live
    }

    fn collect(&self, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        if from == Cursor::START {
            self.sweep();
        }
        // Pinned, not stopped: series that are removed meanwhile are still there to be read.
        let _pin = pin();
        let mut batch = [NonNull::dangling(); Points::BATCH];
        let batch = self.batch(from.0, &mut batch);
        points.children(batch.iter().map(|series| {
            // SAFETY: pinned since before it was found.
            unsafe { (Series::labels(*series), series.as_ref().metric()) }
        }));
        let last = batch.last().filter(|_| batch.len() == Points::BATCH)?;
        // SAFETY: the same.
        Some(Cursor(unsafe { last.as_ref() }.order + 1))
    }
}

impl<M: Child> Drop for HashedStore<M> {
    fn drop(&mut self) {
        // Nobody has a reference or a handle any more: they keep the store.
        let inner = self.inner.get_mut();
        let live = inner.series.drain(..).flatten();
        let slots = inner.old_slots.drain(..).map(|(_, slots)| slots);
        drop(Garbage {
            series: live.chain(inner.dead.drain(..).map(|(_, series)| series)).collect(),
            slots: slots.chain(NonNull::new(*self.slots.get_mut())).collect(),
        });
    }
}

impl<M: Child> fmt::Debug for HashedStore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashedStore").field("names", &self.schema.names).finish_non_exhaustive()
    }
}
