use super::read::files;
use super::run;
use crate::multiprocess::init;
use metrics_core::{Counter, Family, Gauge, Histogram, Info, LabelSet, LabelValue, Metrics};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::time::Duration;
use std::{fs, thread};

const CHILDREN: u64 = 5;

#[derive(LabelSet)]
struct Of<'a> {
    of: &'a str,
}

#[derive(Clone, Copy, LabelValue)]
enum Color {
    Red,
}

#[derive(LabelSet)]
struct Colored {
    color: Color,
}

#[derive(Metrics)]
#[metrics(prefix = "forked")]
struct Forked {
    /// Done.
    done: Counter,
    /// Of each.
    each: Family<Of<'static>, Counter>,
    /// In a place of its own.
    dense: Family<Colored, Counter>,
    /// Was reset.
    reset: Counter,
    /// Time.
    #[metric(unit = Seconds, buckets = [1.0])]
    time: Histogram,
    /// Last.
    #[metric(multiprocess = "mostrecent")]
    last: Gauge,
    /// The build.
    build: Info,
}

/// Ends the process at once, without what a test does then.
fn end() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(0) }
}

fn fork() -> i32 {
    // SAFETY: the child counts, makes and removes series, and ends.
    unsafe { libc::fork() }
}

fn wait(pid: i32) {
    let mut status = 0;
    // SAFETY: writes to where it is told.
    assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
    assert_eq!(status, 0, "the child has ended well");
}

fn prepare(forked: &Forked) {
    forked.reset.inc_by(100);
    forked.reset.reset();
    forked.reset.inc_by(1);
    forked.dense.with(&Colored { color: Color::Red }).inc_by(50);
    forked.dense.clear();
    forked.dense.with(&Colored { color: Color::Red }).inc_by(3);
    forked.each.with(&Of { of: "gone" }).inc_by(9);
    forked.each.clear();
    forked.build.set([("version", "7")]).unwrap();
    forked.last.set(1.0);
}

fn count_as_child(forked: &Forked, n: u64) {
    assert_eq!((forked.done.get(), forked.reset.get()), (0, 0), "a child begins at zero");
    forked.done.inc_by(n);
    forked.reset.inc_by(2);
    forked.dense.with(&Colored { color: Color::Red }).inc_by(4);
    forked.each.with(&Of { of: "child" }).inc_by(n);
    forked.time.observe(0.5);
    forked.last.set(2.0);
    // Threads of its own take what those of the parent had.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| forked.each.with(&Of { of: "threads" }).inc());
        }
    });
    // And its own children are children.
    match fork() {
        0 => {
            forked.done.inc_by(1_000);
            end();
        }
        child => wait(child),
    }
}

/// Forks while other threads count, make and remove series.
pub(super) fn forking(directory: &Path) {
    init(directory).unwrap();
    let forked = Forked::global();
    prepare(forked);
    let (stops, counted) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for thread in 0..3 {
            let (stops, counted) = (&stops, &counted);
            scope.spawn(move || {
                let mut n = 0;
                while !stops.load(Relaxed) {
                    forked.done.inc();
                    n += 1;
                    let name = format!("{thread}-{}", n % 100);
                    forked.each.with(&Of { of: &name }).inc();
                    forked.each.remove(&Of { of: &name });
                }
                counted.fetch_add(n, Relaxed);
            });
        }
        for n in 1..=CHILDREN {
            thread::sleep(Duration::from_millis(20));
            match fork() {
                0 => {
                    count_as_child(forked, n);
                    end();
                }
                child => wait(child),
            }
        }
        stops.store(true, Relaxed);
    });
    fs::write(directory.join("counted"), counted.load(Relaxed).to_string()).unwrap();
}

#[test]
fn a_forked_child_counts_from_zero_in_a_file_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    run("forking", directory.path());
    let counted: u64 = fs::read_to_string(directory.path().join("counted")).unwrap().parse().unwrap();
    let mut files = files(directory.path());
    assert_eq!(files.len() as u64, 1 + 2 * CHILDREN);
    let of = |file: &super::read::File, name: &str| file.series.get(name).map(|series| series.cells[0]);
    let parent = files.iter().find(|(_, (_, file))| of(file, "forked_done{}") == Some(counted)).map(|(pid, _)| *pid);
    let (_, parent) = files.remove(&parent.expect("the parent's counts are all there, and no other's")).unwrap();
    assert_eq!(of(&parent, "forked_reset{}"), Some(1));
    assert_eq!(of(&parent, "forked_dense{color=\"red\"}"), Some(3));
    assert_eq!(of(&parent, "forked_each{of=\"child\"}"), None);
    let mut done: Vec<_> = files.values().map(|(_, file)| of(file, "forked_done{}").unwrap()).collect();
    done.sort_unstable();
    let expected = (1..=CHILDREN).chain(std::iter::repeat_n(1_000, usize::try_from(CHILDREN).unwrap()));
    assert_eq!(done, expected.collect::<Vec<_>>());
    for (_, file) in files.values() {
        let n = of(file, "forked_done{}").unwrap();
        let is_child = n != 1_000;
        assert_eq!(file.series["forked_build{}"].texts[&0], b"version=\"7\"");
        assert_eq!(of(file, "forked_reset{}"), Some(if is_child { 2 } else { 0 }));
        assert_eq!(of(file, "forked_dense{color=\"red\"}"), Some(if is_child { 4 } else { 0 }));
        if is_child {
            assert_eq!(of(file, "forked_each{of=\"child\"}"), Some(n));
            assert_eq!(of(file, "forked_each{of=\"threads\"}"), Some(4));
            assert_eq!(file.series["forked_time_seconds{}"].cells[2..], [1, 0]);
            assert!(file.series["forked_last{}"].time >= file.header.started);
        }
    }
}

/// Where a child gets no file, it counts in memory, and its parent's file is its parent's.
pub(super) fn without_room(directory: &Path) {
    init(directory).unwrap();
    let forked = Forked::global();
    prepare(forked);
    forked.done.inc_by(10);
    let moved = directory.with_extension("moved");
    fs::rename(directory, &moved).unwrap();
    match fork() {
        0 => {
            assert_eq!((forked.done.get(), forked.reset.get()), (0, 0));
            forked.done.inc_by(5);
            forked.reset.inc_by(5);
            (0..3_000).for_each(|n| forked.each.with(&Of { of: &n.to_string() }).inc());
            assert_eq!((forked.done.get(), forked.reset.get()), (5, 5));
            end();
        }
        child => wait(child),
    }
    fs::rename(&moved, directory).unwrap();
    forked.done.inc();
}

#[test]
fn a_child_without_a_file_leaves_its_parents_alone() {
    let directory = tempfile::tempdir().unwrap();
    let output = run("without_room", directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr.matches("a forked process has no file").count(), 1, "{stderr}");
    let files = files(directory.path());
    assert_eq!(files.len(), 1);
    let (_, file) = files.values().next().unwrap();
    assert_eq!(file.series["forked_done{}"].cells, [11]);
    assert_eq!(file.series["forked_reset{}"].cells, [1]);
    assert!(!file.series.keys().any(|name| name.contains("each")));
}
