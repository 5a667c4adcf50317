//! loom models of the cells that ship: every interleaving and every value that the memory model allows, up to
//! a number of preemptions. Run with `RUSTFLAGS="--cfg loom" cargo test -p metrics-core --lib --release`.
//!
//! All work is in spawned threads: loom 0.7 does not interleave the loads of a model's main thread.

use super::barrier;
use super::local::{Local, Place};
use super::{Cells, Layout, Published, Range, Slot};
use crate::sync::{AtomicU64, Ordering::*};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

/// With at most this many preemptions: two find each of the faults that the orderings prevent, where two threads
/// meet; three threads with three take hours.
fn model(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(f);
}

fn cells(layout: Layout) -> (Arc<Cells>, Arc<Range>) {
    let cells = Cells::new();
    let range = cells.stop().allocate(layout);
    (Arc::new(cells), Arc::new(range))
}

/// If it could be had: a model's reader does not try for ever.
fn sum(cells: &Cells, range: &Range) -> Option<u64> {
    let mut words = [0];
    let whole = cells.unmoved(|| {
        cells.read(std::iter::once((range, 0)), &mut words, u64::wrapping_add);
    });
    whole.then_some(words[0])
}

/// The sum and the buckets, if they could be had of one moment.
fn observations(cells: &Cells, range: &Range) -> Option<Vec<u64>> {
    let (mut words, mut whole) = (Vec::new(), false);
    let unmoved = cells.unmoved(|| {
        words.clear();
        whole = cells.read_sequenced(std::iter::once(range), 3, &mut words);
    });
    (unmoved && whole).then_some(words)
}

/// That sums do not go backwards, and stay within `bounds`.
fn check_sums(cells: &Cells, range: &Range, bounds: std::ops::RangeInclusive<u64>) {
    if let (Some(first), Some(second)) = (sum(cells, range), sum(cells, range)) {
        assert!(*bounds.start() <= first && first <= second && second <= *bounds.end(), "{first}, then {second}");
    }
}

fn living() -> Local {
    Local::new(|| true)
}

/// A thread that is being torn down: it gets no arena.
fn ending() -> Local {
    Local::new(|| false)
}

/// Observes 1 in the first bucket, 2 in the second.
fn observer(
    cells: &Arc<Cells>,
    range: &Arc<Range>,
    local: fn() -> Local,
    buckets: std::ops::Range<usize>,
) -> thread::JoinHandle<()> {
    let (cells, range) = (Arc::clone(cells), Arc::clone(range));
    thread::spawn(move || {
        let local = local();
        buckets.for_each(|bucket| cells.observe(&local, &range, bucket, (bucket + 1) as f64));
    })
}

fn check_whole(cells: &Cells, range: &Range) {
    if let Some(words) = observations(cells, range) {
        assert_eq!((words[1] + 2 * words[2]) as f64, f64::from_bits(words[0]), "a part of an observation");
    }
}

#[test]
fn a_scrape_sees_whole_observations() {
    model(3, || {
        let (cells, range) = cells(Layout::Histogram(2));
        let writer = observer(&cells, &range, living, 0..2);
        let reader = thread::spawn(move || check_whole(&cells, &range));
        writer.join().unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn a_scrape_sees_whole_observations_of_threads_without_an_arena() {
    model(2, || {
        let (cells, range) = cells(Layout::Histogram(2));
        let writers = [observer(&cells, &range, ending, 0..1), observer(&cells, &range, ending, 1..2)];
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reader = thread::spawn(move || check_whole(&theirs, &its));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        reader.join().unwrap();
        if let Some(words) = observations(&cells, &range) {
            assert_eq!(words[1..], [1, 1]);
        }
    });
}

/// Its first use of the cells is a lookup, before there is any metric that would have said how many arenas there
/// may be.
#[test]
fn a_thread_that_pins_first_gets_an_arena() {
    model(2, || {
        let cells = Cells::new();
        let local = living();
        drop(cells.pin(&local));
        let range = cells.stop().allocate(Layout::Count);
        assert!(matches!(cells.touch(&local, range.first()), Place::Own(_)));
    });
}

/// Two threads, one after the other or at once, and a scraper.
#[test]
fn an_adopted_arena_keeps_its_counts() {
    model(2, || {
        let (cells, range) = cells(Layout::Count);
        let count = |n| {
            let (cells, range) = (Arc::clone(&cells), Arc::clone(&range));
            thread::spawn(move || {
                let local = living();
                cells.add(&local, &range, n);
                cells.leave(&local);
            })
        };
        let writers = [count(1), count(2)];
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reader = thread::spawn(move || check_sums(&theirs, &its, 0..=3));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        reader.join().unwrap();
        assert_eq!((sum(&cells, &range), cells.arenas.taken()), (Some(3), 0));
    });
}

#[test]
fn threads_without_an_arena_lose_nothing() {
    model(2, || {
        let (cells, range) = cells(Layout::Count);
        let writers = [ending as fn() -> Local, ending, living].map(|local| {
            let (cells, range) = (Arc::clone(&cells), Arc::clone(&range));
            thread::spawn(move || cells.add(&local(), &range, 1))
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert_eq!(sum(&cells, &range), Some(3));
    });
}

/// A writer looks a series up in a slot, twice, and adds 3. The reaper removes it and, once it is quiet, gives its
/// cells to a series that gets fives. A 3 in the second one's copy would be a write into another series.
fn recycling(preemptions: usize, local: fn() -> Local) {
    const OLD: u64 = 1;
    const NEW: u64 = 2;
    model(preemptions, move || {
        let (cells, range) = cells(Layout::Count);
        let slot = Arc::new(AtomicU64::new(OLD));
        let (theirs, its, found) = (Arc::clone(&cells), Arc::clone(&range), Arc::clone(&slot));
        let writer = thread::spawn(move || {
            let local = local();
            for _ in 0..2 {
                let _pin = theirs.pin(&local);
                let found = found.load(Acquire);
                barrier::here();
                match found {
                    OLD => theirs.add(&local, &its, 3),
                    NEW => theirs.add(&local, &its, 5),
                    _ => {}
                }
            }
            barrier::ended();
        });
        let (theirs, its, found) = (Arc::clone(&cells), Arc::clone(&range), Arc::clone(&slot));
        let reaper = thread::spawn(move || {
            let mut stopped = theirs.stop();
            found.store(0, Release);
            let epoch = stopped.retire();
            let quiet = epoch < stopped.quiet_before();
            drop(stopped);
            if quiet {
                theirs.recycle(its.first(), its.len());
                assert_eq!(theirs.stop().allocate(Layout::Count), *its, "the range is free again");
                found.store(NEW, Release);
            }
        });
        writer.join().unwrap();
        reaper.join().unwrap();
        let sum = sum(&cells, &range).unwrap();
        match slot.load(Relaxed) {
            NEW => assert!(sum % 5 == 0, "{sum} in the new series"),
            _ => assert!(sum % 3 == 0, "{sum} in the old series"),
        }
    });
}

#[test]
fn no_write_lands_in_a_recycled_series() {
    recycling(3, living);
}

/// Where the reaper's fence is one in all threads, so that pins need none.
#[test]
fn no_write_lands_in_a_recycled_series_by_membarrier() {
    barrier::allow(true);
    recycling(2, living);
    barrier::allow(false);
}

#[test]
fn no_write_of_an_ending_thread_lands_in_a_recycled_series() {
    recycling(3, ending);
}

/// The table of an arena grows while it is read.
#[test]
fn a_growing_table_shows_all_counts() {
    model(3, || {
        let cells = Arc::new(Cells::new());
        let ranges = Arc::new([(); 3].map(|()| cells.stop().allocate(Layout::Histogram(2))));
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&ranges));
        let writer = thread::spawn(move || {
            let local = living();
            its.iter().for_each(|range| theirs.add(&local, range, 1));
        });
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&ranges));
        let reader = thread::spawn(move || {
            let (last, first) = (sum(&theirs, &its[2]), sum(&theirs, &its[0]));
            assert!(first >= last, "a later count without the earlier one");
        });
        writer.join().unwrap();
        reader.join().unwrap();
        assert!(ranges.iter().all(|range| sum(&cells, range) == Some(1)));
    });
}

/// Leaves an arena behind that the next [`Cells::fold_idle`] folds.
fn leave_behind(cells: &Cells, count: impl FnOnce(&Local)) {
    let local = living();
    count(&local);
    cells.leave(&local);
    cells.fold_idle();
}

/// The next thread counts and ends while an arena is folded.
#[test]
fn a_folded_arena_loses_nothing() {
    model(2, || {
        let (cells, range) = cells(Layout::Count);
        leave_behind(&cells, |local| cells.add(local, &range, 1));
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let writer = thread::spawn(move || {
            let local = living();
            theirs.add(&local, &its, 2);
            theirs.leave(&local);
        });
        let theirs = Arc::clone(&cells);
        let folder = thread::spawn(move || (0..2).for_each(|_| theirs.fold_idle()));
        [writer, folder].into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(sum(&cells, &range), Some(3));
    });
}

#[test]
fn a_scrape_sees_what_is_folded_once() {
    model(3, || {
        let (cells, range) = cells(Layout::Count);
        leave_behind(&cells, |local| cells.add(local, &range, 1));
        let theirs = Arc::clone(&cells);
        let folder = thread::spawn(move || theirs.fold_idle());
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reader = thread::spawn(move || check_sums(&theirs, &its, 1..=1));
        [folder, reader].into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// A histogram moves to the shared arena.
fn fold_beside(other: fn(&Arc<Cells>, &Arc<Range>) -> thread::JoinHandle<()>) {
    model(2, move || {
        let (cells, range) = cells(Layout::Histogram(2));
        leave_behind(&cells, |local| cells.observe(local, &range, 0, 1.0));
        let theirs = Arc::clone(&cells);
        let folder = thread::spawn(move || theirs.fold_idle());
        let other = other(&cells, &range);
        [folder, other].into_iter().for_each(|thread| thread.join().unwrap());
        check_whole(&cells, &range);
        assert_eq!(observations(&cells, &range).unwrap()[1], 1);
    });
}

#[test]
fn a_fold_adds_to_what_threads_without_an_arena_observe() {
    fold_beside(|cells, range| observer(cells, range, ending, 1..2));
}

#[test]
fn a_scrape_sees_whole_observations_that_are_folded() {
    fold_beside(|cells, range| {
        let (cells, range) = (Arc::clone(cells), Arc::clone(range));
        thread::spawn(move || check_whole(&cells, &range))
    });
}

/// The memory of a folded chunk becomes another chunk, while somebody still reads it as the first.
#[test]
fn a_chunk_that_is_used_again_shows_no_counts_of_others() {
    model(1, || {
        let (cells, range) = cells(Layout::Count);
        let ranges = [(); 4].map(|()| cells.stop().allocate(Layout::Count));
        let other = Arc::new(ranges.into_iter().find(|other| other.chunk() != range.chunk()).unwrap());
        leave_behind(&cells, |local| cells.add(local, &range, 1));
        let theirs = Arc::clone(&cells);
        let folder = thread::spawn(move || theirs.fold_idle());
        let theirs = Arc::clone(&cells);
        let its = Arc::clone(&other);
        let writer = thread::spawn(move || theirs.add(&living(), &its, 5));
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reader = thread::spawn(move || check_sums(&theirs, &its, 1..=1));
        [writer, folder, reader].into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!((sum(&cells, &range), sum(&cells, &other)), (Some(1), Some(5)));
    });
}

/// The zeros of a recycled range, and what a fold moves of it, do not get in each other's way.
#[test]
fn a_fold_moves_nothing_into_the_next_series() {
    model(2, || {
        let (cells, range) = cells(Layout::Count);
        leave_behind(&cells, |local| cells.add(local, &range, 1));
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reaper = thread::spawn(move || {
            theirs.recycle(its.first(), its.len());
            let next = theirs.stop().allocate(Layout::Count);
            theirs.add(&living(), &next, 5);
        });
        let theirs = Arc::clone(&cells);
        let folder = thread::spawn(move || theirs.fold_idle());
        [reaper, folder].into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(sum(&cells, &range), Some(5));
    });
}

/// A thread that goes by slots counts in two buckets and the sum at once.
fn observe_by_slots(local: fn() -> Local) {
    model(2, move || {
        let (cells, range) = cells(Layout::Histogram(2));
        let (theirs, slot) = (Arc::clone(&cells), Slot::new(&range, 1));
        let writer = thread::spawn(move || theirs.observe_slot(&local(), slot, Some(0), 3.0));
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reader = thread::spawn(move || check_whole(&theirs, &its));
        let other = observer(&cells, &range, ending, 0..1);
        [writer, reader, other].into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(observations(&cells, &range), Some(vec![4f64.to_bits(), 2, 1]));
    });
}

#[test]
fn a_scrape_sees_whole_observations_by_slots() {
    observe_by_slots(living);
}

#[test]
fn a_scrape_sees_whole_observations_by_slots_of_threads_without_an_arena() {
    observe_by_slots(ending);
}

/// What a model sees die while it is read.
struct Mortal(Arc<UnsafeCell<bool>>);

impl Mortal {
    fn new() -> Self {
        Self(Arc::new(UnsafeCell::new(true)))
    }

    fn is_alive(&self) -> bool {
        // SAFETY: the model finds out whether that is so.
        self.0.with(|alive| unsafe { *alive })
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        // SAFETY: the model finds out whether that is so.
        self.0.with_mut(|alive| unsafe { *alive = false });
    }
}

/// One thread reads what another replaces, twice, and frees as soon as it may.
fn replacing(preemptions: usize, local: fn() -> Local) {
    model(preemptions, move || {
        let cells = Box::into_raw(Box::new(Cells::new()));
        // SAFETY: freed at the end, when all threads have ended.
        let lasting: &'static Cells = unsafe { &*cells };
        let published = Arc::new(Published::new(Mortal::new()));
        let theirs = Arc::clone(&published);
        let reader = thread::spawn(move || {
            {
                let local = local();
                // As an observer does it.
                let pin = lasting.pin_first(&local).unwrap_or_else(|| lasting.pin(&local));
                let value = theirs.get(&pin);
                barrier::here();
                assert!(value.is_alive());
            }
            barrier::ended();
        });
        let theirs = Arc::clone(&published);
        let writer = thread::spawn(move || {
            for _ in 0..2 {
                let mut stopped = lasting.stop();
                theirs.replace(&mut stopped, Mortal::new());
                let quiet = theirs.take_quiet(&mut stopped);
                drop(stopped);
                drop(quiet);
            }
        });
        reader.join().unwrap();
        writer.join().unwrap();
        drop(published);
        // SAFETY: from the box above; nobody borrows it any more.
        drop(unsafe { Box::from_raw(cells) });
    });
}

#[test]
fn what_is_published_is_not_freed_while_it_is_read() {
    replacing(3, living);
}

#[test]
fn what_is_published_is_not_freed_while_it_is_read_by_membarrier() {
    barrier::allow(true);
    replacing(2, living);
    barrier::allow(false);
}

#[test]
fn what_is_published_is_not_freed_while_an_ending_thread_reads_it() {
    replacing(3, ending);
}
