//! loom models of the cells that ship: every interleaving and every value that the memory model allows, up to
//! a number of preemptions. Run with `RUSTFLAGS="--cfg loom" cargo test -p metrics-core --lib --release`.
//!
//! All work is in spawned threads: loom 0.7 does not interleave the loads of a model's main thread.

use super::local::{Local, Place};
use super::{Cells, Key, Range};
use crate::sync::{AtomicU64, Ordering::*};
use loom::sync::Arc;
use loom::thread;

const KEY: Key<'static> = Key { family: "", labels: "" };

/// With at most this many preemptions: two find each of the faults that the orderings prevent, where two threads
/// meet; three threads with three take hours.
fn model(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(f);
}

fn cells(len: u32) -> (Arc<Cells>, Arc<Range>) {
    let cells = Cells::new();
    let range = cells.stop().allocate(len, KEY);
    (Arc::new(cells), Arc::new(range))
}

fn sum(cells: &Cells, range: &Range) -> u64 {
    let mut words = [0];
    cells.read(std::iter::once(range), &mut words, u64::wrapping_add);
    words[0]
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
    let mut words = Vec::new();
    if cells.read_sequenced(std::iter::once(range), 3, &mut words) {
        assert_eq!((words[1] + 2 * words[2]) as f64, f64::from_bits(words[0]), "a part of an observation");
    }
}

#[test]
fn a_scrape_sees_whole_observations() {
    model(3, || {
        let (cells, range) = cells(4);
        let writer = observer(&cells, &range, living, 0..2);
        let reader = thread::spawn(move || check_whole(&cells, &range));
        writer.join().unwrap();
        reader.join().unwrap();
    });
}

#[test]
fn a_scrape_sees_whole_observations_of_threads_without_an_arena() {
    model(2, || {
        let (cells, range) = cells(4);
        let writers = [observer(&cells, &range, ending, 0..1), observer(&cells, &range, ending, 1..2)];
        let (theirs, its) = (Arc::clone(&cells), Arc::clone(&range));
        let reader = thread::spawn(move || check_whole(&theirs, &its));
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        reader.join().unwrap();
        let mut words = Vec::new();
        if cells.read_sequenced(std::iter::once(&*range), 3, &mut words) {
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
        let range = cells.stop().allocate(1, KEY);
        assert!(matches!(cells.touch(&local, range.first()), Place::Own(_)));
    });
}

/// Two threads, one after the other or at once, and a scraper.
#[test]
fn an_adopted_arena_keeps_its_counts() {
    model(2, || {
        let (cells, range) = cells(1);
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
        let reader = thread::spawn(move || {
            let first = sum(&theirs, &its);
            let second = sum(&theirs, &its);
            assert!(first <= second && second <= 3, "went back from {first} to {second}");
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        reader.join().unwrap();
        assert_eq!(sum(&cells, &range), 3);
    });
}

#[test]
fn threads_without_an_arena_lose_nothing() {
    model(2, || {
        let (cells, range) = cells(1);
        let writers = [ending as fn() -> Local, ending, living].map(|local| {
            let (cells, range) = (Arc::clone(&cells), Arc::clone(&range));
            thread::spawn(move || cells.add(&local(), &range, 1))
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert_eq!(sum(&cells, &range), 3);
    });
}

/// A writer looks a series up in a slot, twice, and adds 3. The reaper removes it and, once it is quiet, gives its
/// cells to a series that gets fives. A 3 in the second one's copy would be a write into another series.
fn recycling(local: fn() -> Local) {
    const OLD: u64 = 1;
    const NEW: u64 = 2;
    model(3, move || {
        let (cells, range) = cells(1);
        let slot = Arc::new(AtomicU64::new(OLD));
        let (theirs, its, found) = (Arc::clone(&cells), Arc::clone(&range), Arc::clone(&slot));
        let writer = thread::spawn(move || {
            let local = local();
            for _ in 0..2 {
                let _pin = theirs.pin(&local);
                match found.load(Acquire) {
                    OLD => theirs.add(&local, &its, 3),
                    NEW => theirs.add(&local, &its, 5),
                    _ => {}
                }
            }
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
                assert_eq!(theirs.stop().allocate(1, KEY), *its, "the range is free again");
                found.store(NEW, Release);
            }
        });
        writer.join().unwrap();
        reaper.join().unwrap();
        let sum = sum(&cells, &range);
        match slot.load(Relaxed) {
            NEW => assert!(sum % 5 == 0, "{sum} in the new series"),
            _ => assert!(sum % 3 == 0, "{sum} in the old series"),
        }
    });
}

#[test]
fn no_write_lands_in_a_recycled_series() {
    recycling(living);
}

#[test]
fn no_write_of_an_ending_thread_lands_in_a_recycled_series() {
    recycling(ending);
}

/// The table of an arena grows while it is read.
#[test]
fn a_growing_table_shows_all_counts() {
    model(3, || {
        let cells = Arc::new(Cells::new());
        let ranges = Arc::new([(); 3].map(|()| cells.stop().allocate(4, KEY)));
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
        assert!(ranges.iter().all(|range| sum(&cells, range) == 1));
    });
}
