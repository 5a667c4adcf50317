//! Families whose label sets cannot be counted: a hash table that is read without a lock.
//!
//! Who looks a series up is pinned from before it gets the table until its reference is dropped. A removed
//! series, and a table that another one replaced, is first unlinked, then noted with the present epoch; a
//! reaper frees it when nobody is pinned any more since before that.
//!
//! A table that is full is replaced by one of twice the size, which takes the series over a few at a time, with each
//! that is made: nobody waits for all of them. Meanwhile what is not found in the new one is looked for in the old.

#![allow(unsafe_code, reason = "the label table is read without a lock")]

mod expiry;

use super::blocks::{Block, Blocks, Place};
use super::cap::{Cap, OVERFLOW};
use super::garbage::Garbage;
use super::idle::Idle;
use super::names::Names;
use super::series::Series;
use super::table::Table;
use super::{Child, Cursor, Handle, LabelSet, Labels, Named, Points, Schema, Spec, Store};
use crate::cell::{Pin, Stopped, StoppedCell, pin, stop};
use crate::label::render;
use foldhash::fast::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::*};
use std::time::Duration;

pub struct HashedStore<M: Child> {
    /// Replaced by a larger or smaller one; otherwise only its slots change.
    table: AtomicPtr<Table<M>>,
    hasher: RandomState,
    schema: Schema,
    shared: M::Shared,
    family: Box<str>,
    cap: Cap,
    idle: Idle,
    /// Series that can be found, but for the overflow series.
    live: AtomicUsize,
    /// Null until something was too much.
    overflow: AtomicPtr<Series<M>>,
    inner: StoppedCell<Inner<M>>,
    names: Names,
}

/// What is touched only while the cold paths are stopped.
struct Inner<M: Child> {
    blocks: Blocks<M>,
    /// How far the table has taken the series over; `None` when it has all.
    taken_over: Option<Place>,
    garbage: Garbage<M>,
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
        unsafe { Series::metric(self.series) }
    }
}

/// Places, with a series or without, at which a new table looks at once. It has room for as many new series as that
/// takes calls, so that it is done before it is full.
const TAKE_OVER: usize = 64;
/// Series that are removed while the cold paths are stopped once.
const UNLINK: usize = 256;

impl<M: Child> HashedStore<M> {
    /// `("ab", "c")` and `("a", "bc")` differ: each value turns what is there by its length.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "32 bits of a hash are enough for 2^32 cells")]
    fn hash(&self, values: &[&str]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        values.iter().for_each(|value| hasher.write(value.as_bytes()));
        hasher.finish() as u32
    }

    /// The present table.
    ///
    /// # Safety
    /// The caller is pinned, or has stopped the cold paths.
    #[inline(always)]
    unsafe fn table(&self) -> &Table<M> {
        // SAFETY: a table is freed when nobody is pinned any more who could have got it. Acquire: it was filled
        // before it was put here.
        unsafe { &*self.table.load(Acquire) }
    }

    /// The series with these values, as many as there are names; made if there is none.
    #[inline]
    pub(super) fn get(&self, values: &[&str]) -> HashedFound<'_, M> {
        let pin = pin();
        let series = self.find(self.schema.rendered, values, &pin).unwrap_or_else(|| self.missed(values));
        HashedFound { series, store: PhantomData, _pin: pin }
    }

    /// The series, if it is where it mostly is.
    #[inline(always)]
    fn find(&self, rendered_names: &[&str], values: &[&str], _pin: &Pin<'static>) -> Option<NonNull<Series<M>>> {
        // SAFETY: pinned.
        unsafe { self.table().find_first(self.hash(values), rendered_names, values) }
    }

    /// Removes the series with these values; whether there was one.
    pub(super) fn take(&self, values: &[&str]) -> bool {
        let _pin = pin();
        // SAFETY: pinned.
        let found = unsafe { self.table().find_anywhere(self.hash(values), self.schema.rendered, values) };
        found.is_some_and(|series| !self.unlink(&[series]).is_empty())
    }

    /// The series, which is not where most are. The caller is pinned.
    #[cold]
    #[inline(never)]
    fn missed(&self, values: &[&str]) -> NonNull<Series<M>> {
        let hash = self.hash(values);
        // SAFETY: pinned.
        if let Some(series) = unsafe { self.table().find_anywhere(hash, self.schema.rendered, values) } {
            return series;
        }
        if self.cap.is_reached(self.live.load(Relaxed)) {
            // Acquire: it was made before it was put there. Pinned: it is not freed.
            if let Some(series) = NonNull::new(self.overflow.load(Acquire)) {
                self.cap.count(&self.family, self.schema.names);
                return series;
            }
        }
        match self.create(hash, values, false) {
            Some(series) => series,
            None => {
                let values = vec![OVERFLOW; self.schema.names.len()];
                let series = self.create(self.hash(&values), &values, true);
                self.cap.count(&self.family, self.schema.names);
                series.expect("there is always room for this one")
            }
        }
    }

    /// `None` if there is no room for one more. The caller is pinned.
    fn create(&self, hash: u32, values: &[&str], is_overflow: bool) -> Option<NonNull<Series<M>>> {
        let (labels, escaped) = render(self.schema.rendered, values);
        // Before anything is stopped, which a panic would leave to the destructors.
        assert!(labels.len() <= Series::<M>::MAX_LABELS, "labels of a series beyond 1 GiB");
        // Of two threads that make the same one, the second has made it in vain.
        let mut new = Some(M::create(&self.shared));
        let mut stopped = stop();
        // SAFETY: stopped.
        let found = unsafe { self.table().find_anywhere(hash, self.schema.rendered, values) };
        let live = self.live.load(Relaxed);
        if found.is_none() && !is_overflow && self.cap.is_reached(live) {
            return None;
        }
        let series = found.unwrap_or_else(|| {
            self.make_room(&mut stopped, self.all() + 1);
            let room = self.inner.get(&mut stopped).blocks.room(labels.len());
            let metric = new.take().expect("made above, and needed once");
            let series = self.inner.get(&mut stopped).blocks.make(room, hash, (&labels, escaped), metric);
            // SAFETY: just made; stopped.
            self.names.begin(&mut stopped, unsafe { Series::metric(series) }, &labels);
            // SAFETY: the same; there is room.
            unsafe { self.table().insert(series) };
            self.live.store(live + 1, Relaxed);
            series
        });
        if is_overflow && self.overflow.load(Relaxed).is_null() {
            self.overflow.store(series.as_ptr(), Release);
            self.live.fetch_sub(1, Relaxed);
        }
        self.take_over(&mut stopped, TAKE_OVER);
        self.reap(stopped, false);
        Some(series)
    }

    /// Series that can be found, the overflow series too.
    fn all(&self) -> usize {
        self.live.load(Relaxed) + usize::from(!self.overflow.load(Relaxed).is_null())
    }

    /// Replaces a table that does not fit this many series.
    fn make_room(&self, stopped: &mut Stopped<'static>, series: usize) {
        let calls = self.inner.get(stopped).blocks.places().div_ceil(TAKE_OVER);
        let wanted = series.max(calls);
        // SAFETY: stopped.
        let table = unsafe { self.table() };
        let (is_full, is_too_large) = (table.is_full(series), table.is_too_large(wanted));
        if is_full {
            self.take_over(stopped, usize::MAX);
        }
        if !(is_full || is_too_large) || self.inner.get(stopped).taken_over.is_some() {
            return;
        }
        let table = Table::new(wanted);
        let old = self.table.load(Relaxed);
        table.set_previous(old);
        self.table.store(Box::into_raw(table), Release);
        self.inner.get(stopped).taken_over = Some(Place::default());
    }

    /// Goes on with filling a new table.
    fn take_over(&self, stopped: &mut Stopped<'static>, places: usize) {
        // SAFETY: stopped.
        let table = unsafe { self.table() };
        let inner = self.inner.get(stopped);
        let Some(mut place) = inner.taken_over else { return };
        let mut left = places;
        while let Some((block, start)) = inner.blocks.next(place) {
            for (series, next) in block.places(start, block.end()).take(left) {
                left -= 1;
                place = next;
                // SAFETY: a series was written here; one that is live was not freed; stopped; there is room for all.
                unsafe {
                    // What was made meanwhile is there already.
                    if Series::shape(series).is_live() && !table.contains(series) {
                        table.insert(series);
                    }
                }
            }
            if left == 0 {
                inner.taken_over = Some(place);
                return;
            }
            place = start.next_block();
        }
        inner.taken_over = None;
        let old = NonNull::new(table.set_previous(null_mut()));
        let epoch = stopped.retire();
        self.inner.get(stopped).garbage.retire_table(epoch, old);
    }

    /// Removes these series, [`UNLINK`] at most, as far as they are still there; which of them. The caller is pinned
    /// since before it found them.
    fn unlink(&self, series: &[NonNull<Series<M>>]) -> Vec<NonNull<Series<M>>> {
        if series.is_empty() {
            return Vec::new();
        }
        let mut stopped = stop();
        // SAFETY: stopped.
        let table = unsafe { self.table() };
        let going = series.iter().copied().filter(|&series| {
            // SAFETY: pinned, so it was not freed; stopped.
            unsafe {
                let is_there = Series::shape(series).is_live();
                if is_there {
                    Series::unpublish(series);
                    table.remove(series);
                    if let Some(previous) = table.previous() {
                        previous.remove(series);
                    }
                }
                is_there
            }
        });
        let going: Vec<_> = going.collect();
        for series in &going {
            // SAFETY: pinned, so it was not freed.
            self.names.end(&mut stopped, unsafe { Series::metric(*series) });
        }
        let overflow = self.overflow.load(Relaxed);
        if going.iter().any(|series| series.as_ptr() == overflow) {
            self.overflow.store(null_mut(), Relaxed);
            self.live.fetch_add(1, Relaxed);
        }
        self.live.fetch_sub(going.len(), Relaxed);
        self.idle.forget(&going);
        self.make_room(&mut stopped, self.all());
        self.take_over(&mut stopped, TAKE_OVER);
        let epoch = stopped.retire();
        self.inner.get(&mut stopped).garbage.retire(epoch, going.iter().copied());
        self.reap(stopped, false);
        going
    }

    /// Frees what nobody can reach any more, if there is enough of it; some of it at once.
    fn reap(&self, mut stopped: Stopped<'static>, is_scrape: bool) {
        let inner = self.inner.get(&mut stopped);
        let closed = inner.blocks.take_closed();
        if !closed.is_empty() {
            let epoch = stopped.retire();
            self.inner.get(&mut stopped).garbage.retire_blocks(epoch, closed);
        }
        if !self.inner.get(&mut stopped).garbage.is_worth_it(is_scrape) {
            return;
        }
        let quiet = stopped.quiet_before();
        let reaped = self.inner.get(&mut stopped).garbage.take(quiet, is_scrape);
        // Dropping a metric stops the cold paths, and what the global allocator counts should not wait.
        drop(stopped);
        // SAFETY: freed below.
        let late = self.idle.take_expired(reaped.series()).into_iter().filter_map(|expired| unsafe { expired.late() });
        let late: Vec<_> = late.collect();
        let freed = reaped.free();
        if !freed.is_empty() {
            let mut stopped = stop();
            let blocks = &mut self.inner.get(&mut stopped).blocks;
            // SAFETY: they are this family's, and their metrics were dropped just now.
            freed.into_iter().for_each(|series| unsafe { blocks.give(series) });
        }
        late.into_iter().for_each(|late| self.go_on(&late));
    }

    /// Frees what removals left behind because it was in use then, and goes on with filling a table. Each scrape does:
    /// without it, they would wait for the next series.
    fn sweep(&self) {
        let mut stopped = stop();
        self.take_over(&mut stopped, 16 * TAKE_OVER);
        let rounds = self.inner.get(&mut stopped).garbage.rounds();
        self.reap(stopped, true);
        (1..rounds).for_each(|_| self.reap(stop(), true));
    }

    /// Fills `batch` with series from `from` on, and says where to go on. With `end`, only those before it in its block;
    /// none of blocks newer than `newest`. The caller is pinned. The cold paths are stopped for a block's address only.
    fn fill(
        &self,
        batch: &mut Vec<NonNull<Series<M>>>,
        most: usize,
        from: Place,
        end: Option<Place>,
        newest: u32,
    ) -> Option<Place> {
        batch.clear();
        batch.reserve(most);
        let mut next = Some(from);
        while let Some(from) = next {
            let Some((block, start)) = self.inner.get(&mut stop()).blocks.next(from) else { break };
            if end.is_some_and(|end| !start.is_beside(end)) {
                break; // that block is no more
            }
            next = if end.is_some() { None } else { Some(start.next_block()) };
            if start.is_newer(newest) {
                continue;
            }
            let behind = block.fill(batch, most, start, end.unwrap_or_else(|| block.end()));
            if batch.len() == most {
                return Some(behind);
            }
        }
        None
    }
}

impl<M: Child> Store<M> for HashedStore<M> {
    type Found<'a> = HashedFound<'a, M>;

    fn new(schema: Schema, spec: &Spec<'_>) -> Self {
        Self {
            table: AtomicPtr::new(Box::into_raw(Table::new(0))),
            hasher: RandomState::default(),
            schema,
            shared: M::shared(spec, schema.names),
            family: spec.name.into(),
            cap: Cap::new(spec.options.max_series),
            idle: Idle::new(spec.options.ttl),
            live: AtomicUsize::new(0),
            overflow: AtomicPtr::new(null_mut()),
            inner: StoppedCell::new(Inner { blocks: Blocks::new(), taken_over: None, garbage: Garbage::new() }),
            names: Names::new(),
        }
    }

    #[inline(always)]
    fn with<L: LabelSet>(&self, labels: &L) -> HashedFound<'_, M> {
        let pin = pin();
        let found = labels.with_values(
            #[inline(always)]
            |values| self.find(L::NAMES, values, &pin),
        );
        // The values once more, so that a hit need not keep them in memory.
        let series = found.unwrap_or_else(|| labels.with_values(|values| self.missed(values)));
        HashedFound { series, store: PhantomData, _pin: pin }
    }

    fn handle(self: &Arc<Self>, found: &HashedFound<'_, M>) -> Handle<M> {
        // SAFETY: found in this store, and pinned since before.
        unsafe { Handle::hashed(self, found.series) }
    }

    fn remove<L: LabelSet>(&self, labels: &L) -> bool {
        labels.with_values(|values| self.take(values))
    }

    fn retain(&self, keep: &mut dyn FnMut(Labels<'_>) -> bool) {
        // Not those that are made meanwhile, maybe by `keep` itself: it would never end.
        let ends: Vec<Place> = self.inner.get(&mut stop()).blocks.iter().map(Block::end).collect();
        let mut batch = Vec::new();
        for end in ends {
            let mut from = Some(end.start());
            while let Some(place) = from {
                let _pin = pin();
                from = self.fill(&mut batch, UNLINK, place, Some(end), end.generation());
                batch.retain(|series| {
                    // SAFETY: pinned since before it was found.
                    let own = unsafe { Series::labels(*series) };
                    !keep(Labels { scope: "", own })
                });
                self.unlink(&batch);
            }
        }
    }

    fn len(&self) -> usize {
        self.all()
    }

    fn set_max_series(&self, max: Option<usize>) {
        self.cap.set(max.unwrap_or(usize::MAX));
    }

    fn set_time_to_live(&self, ttl: Option<Duration>) {
        self.idle.set(ttl);
    }

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        if from == Cursor::START {
            self.sweep();
            // Not what is made meanwhile, block by block: others may make series faster than a slow client reads them.
            points.scratch.mark = self.inner.get(&mut stop()).blocks.generation();
        }
        // Pinned, not stopped: series that are removed meanwhile are still there to be read.
        let _pin = pin();
        let mut batch = points.scratch.batch.take();
        let next = self.fill(&mut batch, Points::BATCH, Place::unpack(from.0), None, points.scratch.mark);
        let children = batch.iter().map(|series| {
            // SAFETY: pinned since before it was found.
            unsafe { (Series::labels(*series), Series::metric(*series)) }
        });
        points.forget_words();
        M::give(family, children, points);
        self.expire(self.idle.look(&batch, points.words()));
        points.scratch.batch.give(batch);
        next.map(|place| Cursor(place.pack()))
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        let blocks: Vec<_> = self.inner.get(stopped).blocks.iter().collect();
        let series = blocks.iter().flat_map(|block| block.walk(block.start(), block.end()));
        // SAFETY: they are live; stopped, so none is freed.
        let children = series.map(|(series, _)| unsafe { (Series::labels(series), Series::metric(series)) });
        self.names.announce(stopped, family, named, children);
    }
}

impl<M: Child> Drop for HashedStore<M> {
    fn drop(&mut self) {
        // Nobody has a reference or a handle any more: they keep the store.
        let table = NonNull::new(*self.table.get_mut());
        let inner = self.inner.get_mut();
        for block in inner.blocks.iter() {
            for (series, _) in block.walk(block.start(), block.end()) {
                // SAFETY: it is live, and this is its end.
                unsafe { Series::drop_metric(series) };
            }
        }
        inner.garbage.take_all(table).free();
        let closed = inner.blocks.take_closed();
        // SAFETY: what is in them was freed, here or by the garbage.
        inner.blocks.iter().chain(closed).for_each(|block| unsafe { block.free() });
    }
}

impl<M: Child> fmt::Debug for HashedStore<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashedStore").field("names", &self.schema.names).finish_non_exhaustive()
    }
}
