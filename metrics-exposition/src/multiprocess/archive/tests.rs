use super::*;
use crate::multiprocess::directory::{ARCHIVE, NEW};
use crate::multiprocess::merge;
use crate::multiprocess::record::{List, Mode, Native, Number, Place, Record, label_word};
use crate::multiprocess::testing::{Process, directory};
use crate::multiprocess::{MultiprocessCollector, archive::compact::compact as compact_step};
use metrics_core::Collector;
use metrics_core::model::{Kind, MetricFamily};
use metrics_core::private::multiprocess::NativeLabel;
use std::fs;
use std::path::PathBuf;

/// All samples but those of the collector itself, as it reads them, sorted.
fn page(dir: &Path) -> Vec<String> {
    let collector = MultiprocessCollector::new(dir).expect("it is there").without_compaction();
    let families = collector.collect();
    let theirs = families.iter().filter(|family| !family.desc().name.starts_with("metrics_multiprocess_"));
    let samples = theirs.flat_map(MetricFamily::samples);
    let mut lines: Vec<_> = samples
        .map(|sample| match &sample.native_histogram {
            Some(native) => {
                // It has a thousand buckets.
                let hash = crc32fast::hash(format!("{native:?}").as_bytes());
                format!("{sample} {hash:08x}")
            }
            None => sample.to_string(),
        })
        .collect();
    lines.sort();
    lines
}

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .expect("it is there")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

/// A process that has one of each type, two of whose numbers are `n`.
fn everything(n: u64) -> Process {
    let real = |value: f64| value.to_bits();
    let mut process = Process::new(100 + n)
        .counter("jobs", r#"q="a""#, n)
        .counter(&format!("only_{n}"), "", 1)
        .gauge("all", Mode::All, 0.5, 0)
        .gauge("live", Mode::LiveAll, 0.5, 0)
        .gauge("least", Mode::Min, 1.5 + n as f64, 0)
        .gauge("latest", Mode::MostRecent, n as f64, 1_000 - n)
        .histogram("wait", &[1.0, 2.0], &[n, 1, 2], 0.25)
        .histogram("other", if n.is_multiple_of(2) { &[1.0] } else { &[3.0] }, &[n, 1], 0.5);
    let place = process.build.cells(&[0, real(0.5), n]).unwrap();
    process = process.family("size", Kind::Summary, Mode::Unset, Number::U64, &[]).series("", place);
    let place = process.build.cells(&[real(0.75)]).unwrap();
    process = process.family("work", Kind::Counter, Mode::Unset, Number::F64, &[]).series("", place);
    let offset = process.build.word((-1i64).cast_unsigned(), 0);
    process = process.family("level", Kind::Gauge, Mode::Sum, Number::I64, &[]).series("", Place::Word { offset });
    let offset = process.build.word(n % 2, 0);
    process = process.family("phase", Kind::StateSet, Mode::Sum, Number::U64, &[]).series("", Place::Word { offset });
    let words = [process.build.word(real(1.5), 0), process.build.word(n, 0), process.build.word(1, 0)];
    let place = Place::Words(List::Values(&words));
    process = process.family("ages", Kind::GaugeHistogram, Mode::Sum, Number::U64, &[4.0]).series("", place);
    // More native cells than a chunk has.
    let cells: Vec<u64> = [0, real(2.0)].into_iter().chain((0..600).map(|cell| cell % 7 + n)).collect();
    let place = process.build.cells(&cells).unwrap();
    process = process.family("native", Kind::Histogram, Mode::Unset, Number::U64, &[]).series("", place);
    let series = process.last();
    let more = [&[0, 0], &cells[2..]].concat();
    let Some(Place::Cells { first, len }) = process.build.cells(&more) else { panic!("it fits") };
    process.build.log(&Record::More { series, life: 0, first, len });
    let index = |cell: i32| if cell % 2 == 0 { NativeLabel::Positive(cell) } else { NativeLabel::Negative(cell) };
    let labels: Vec<_> =
        [NativeLabel::Zero, NativeLabel::NotANumber].into_iter().chain((2..1_200).map(index)).collect();
    let labels: Vec<_> = labels.into_iter().map(label_word).collect();
    let labels = List::Values(&labels);
    process.build.log(&Record::Native(Native { series, life: 0, schema: 5, zero_threshold: 0.0, created: 7, labels }));
    let text = [&real(0.5).to_le_bytes()[..], &(1_000_000_000 * n).to_le_bytes(), br#"id="x""#].concat();
    for (series, slot) in [(0, 0), (series, 0)] {
        let (offset, capacity) = process.build.blob(&text).unwrap();
        process.build.log(&Record::Blob { series, slot, offset, capacity });
    }
    process
}

#[test]
fn a_page_is_the_same_before_and_after() {
    let dir = directory();
    let _living = everything(1).living(dir.path());
    for n in 2..6 {
        everything(n).dead(dir.path());
    }
    let before = page(dir.path());
    assert!(before.len() > 45, "{before:#?}");
    assert_eq!(compact(dir.path()).unwrap(), 4);
    assert_eq!(files(dir.path()).len(), 3, "{:?}", files(dir.path()));
    assert_eq!(page(dir.path()), before);
    // Once more, with more of them.
    for n in 6..9 {
        everything(n).dead(dir.path());
    }
    let before = page(dir.path());
    assert_eq!(compact(dir.path()).unwrap(), 3);
    assert_eq!(page(dir.path()), before);
    assert_eq!(compact(dir.path()).unwrap(), 0);
    assert_eq!(files(dir.path()).len(), 3);
}

#[test]
fn a_compactor_may_be_killed_at_any_call() {
    const DIR: &str = "METRICS_TEST_COMPACT";
    const NAME: &str = "multiprocess::archive::tests::a_compactor_may_be_killed_at_any_call";
    // The child, which ends itself before its n-th call.
    if let Some(dir) = std::env::var_os(DIR) {
        let (path, n) = (PathBuf::from(&dir), std::env::var("METRICS_TEST_CALL").unwrap().parse::<u32>().unwrap());
        let mut call = 0;
        let done = compact_step(&path, usize::MAX, None, &mut || {
            call += 1;
            if call == n {
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
            }
        });
        assert!(done.is_ok_and(|done| done.is_some()));
        return;
    }
    let this = std::env::current_exe().expect("a program");
    for n in 1.. {
        let dir = directory();
        let _living = Process::new(1).counter("jobs", "", 1).living(dir.path());
        Process::new(2).counter("jobs", "", 10).gauge("x", Mode::All, 1.0, 0).dead(dir.path());
        compact(dir.path()).unwrap();
        for pid in 3..6 {
            Process::new(pid).counter("jobs", "", 10).histogram("t", &[1.0], &[1, 2], 0.5).dead(dir.path());
        }
        let before = page(dir.path());
        let mut child = std::process::Command::new(&this);
        child.args(["--exact", NAME, "--quiet"]).env(DIR, dir.path()).env("METRICS_TEST_CALL", n.to_string());
        let output = child.output().expect("it starts");
        assert_eq!(page(dir.path()), before, "killed before call {n}");
        if output.status.success() {
            assert!(n > 15, "only {n} calls");
            break;
        }
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(9), "{output:?}");
        // And the next one mends what it left.
        compact(dir.path()).unwrap();
        assert_eq!(page(dir.path()), before, "mended after call {n}");
        compact(dir.path()).unwrap();
        assert_eq!(page(dir.path()), before);
        assert_eq!(files(dir.path()).len(), 3, "{:?}", files(dir.path()));
    }
}

#[test]
fn totals_never_go_backwards_for_whoever_reads_meanwhile() {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
    let dir = directory();
    let (path, done, least) = (dir.path(), AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let collector = MultiprocessCollector::new(path).unwrap();
                while !done.load(SeqCst) {
                    let promised = least.load(SeqCst);
                    let families = collector.collect();
                    let samples = families.iter().flat_map(MetricFamily::samples);
                    let total =
                        samples.filter(|sample| sample.name == "jobs_total").map(|sample| sample.value.as_f64());
                    let total: f64 = total.sum();
                    assert!(total >= promised as f64, "{total} after {promised}");
                    assert!(total <= (least.load(SeqCst) + 1) as f64, "{total}");
                }
            });
        }
        scope.spawn(|| {
            while !done.load(SeqCst) {
                compact(path).unwrap();
            }
        });
        for n in 1..=300 {
            Process::new(n).counter("jobs", "", 1).dead_whole(path);
            least.store(n, SeqCst);
        }
        done.store(true, SeqCst);
    });
    compact(path).unwrap();
    assert_eq!(files(path), [ARCHIVE, "lock"]);
    assert_eq!(merge([path.join(ARCHIVE)], true).get_sample_value("jobs_total", &[]), Some(300.0));
}

/// Ten thousand by hand: `METRICS_SOAK=10000 cargo test … many_short_workers`.
#[test]
fn many_short_workers_leave_few_files() {
    let workers = std::env::var("METRICS_SOAK").ok().and_then(|workers| workers.parse().ok()).unwrap_or(600);
    let dir = directory();
    let collector = MultiprocessCollector::new(dir.path()).unwrap();
    let mut most = 0;
    for n in 1..=workers {
        let process = Process::new(n).counter("jobs", r#"q="a""#, 1).gauge("load", Mode::All, 1.0, 0);
        process.histogram("t", &[1.0], &[1, 1], 0.5).dead(dir.path());
        if n % 10 == 0 {
            let families = collector.collect();
            let value = |name: &str| families.iter().find(|family| family.desc().name == name).unwrap().samples();
            assert_eq!(value("jobs")[0].value.as_f64(), n as f64);
            assert!(value("load").len() <= 1_000 + 26);
            most = most.max(files(dir.path()).len());
        }
    }
    assert!(most <= 30, "{most} files");
}

#[test]
fn gauges_of_the_last_processes_are_kept() {
    let dir = directory();
    for pid in 0..1_100 {
        Process::new(pid).gauge("load", Mode::All, 1.0, 0).dead(dir.path());
        if pid == 600 {
            compact(dir.path()).unwrap();
        }
    }
    assert_eq!(page(dir.path()).len(), 1_100);
    compact(dir.path()).unwrap();
    let kept = page(dir.path());
    assert_eq!(kept.len(), 1_000);
    assert!(kept.iter().any(|line| line.contains(r#"pid="100""#)));
    assert!(!kept.iter().any(|line| line.contains(r#"pid="99""#)));
}

#[test]
fn what_cannot_be_read_whole_is_left() {
    let dir = directory();
    let path = Process::new(1).counter("jobs", "", 1).counter("more", "", 1).dead(dir.path());
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() - 30;
    bytes[at] ^= 0x55;
    fs::write(&path, bytes).unwrap();
    Process::new(2).counter("jobs", "", 1).dead(dir.path());
    let before = page(dir.path());
    assert_eq!(compact(dir.path()).unwrap(), 1);
    assert_eq!(page(dir.path()), before);
    assert!(path.exists());
}

#[test]
fn two_types_of_one_name_are_both_kept() {
    let dir = directory();
    Process::new(1).counter("x", "", 1).dead(dir.path());
    Process::new(2).gauge("x", Mode::Max, 2.0, 0).dead(dir.path());
    assert_eq!(compact(dir.path()).unwrap(), 2);
    assert_eq!(page(dir.path()), ["x 2.0"], "the newest process decides");
    let _living = Process::new(3).counter("x", "", 1).living(dir.path());
    assert_eq!(page(dir.path())[1], "x_total 2");
}

#[test]
fn what_was_left_half_made_is_removed() {
    let dir = directory();
    fs::write(dir.path().join(format!("{NEW}archive-1")), "x").unwrap();
    fs::write(dir.path().join(format!("{NEW}7-1")), "x").unwrap();
    let old = dir.path().join(format!("{NEW}8-1"));
    fs::write(&old, "x").unwrap();
    let time = std::time::SystemTime::now() - std::time::Duration::from_secs(7_200);
    fs::File::options().write(true).open(&old).unwrap().set_modified(time).unwrap();
    assert_eq!(compact(dir.path()).unwrap(), 0);
    assert_eq!(files(dir.path()), [&format!("{NEW}7-1"), "lock"]);
}

#[test]
fn an_archive_that_is_none_stays() {
    let dir = directory();
    fs::write(dir.path().join(ARCHIVE), "precious").unwrap();
    Process::new(1).counter("jobs", "", 1).dead(dir.path());
    let error = compact(dir.path()).unwrap_err();
    assert!(error.to_string().contains("archive.metrics is truncated"), "{error}");
    assert_eq!(page(dir.path())[1], "jobs_total 1");
    assert_eq!(fs::read(dir.path().join(ARCHIVE)).unwrap(), b"precious");
}

#[test]
fn somebody_who_knows_may_say_so() {
    let dir = directory();
    for name in ["gauge_liveall_7.db", "gauge_livesum_7.db", "gauge_all_7.db", "counter_7.db", "gauge_liveall_8.db"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    let _living = Process::new(7).counter("jobs", "", 1).living(dir.path());
    Process::new(7).counter("jobs", "", 1).dead(dir.path());
    let other = Process::new(8).counter("jobs", "", 1).dead(dir.path());
    assert_eq!(mark_process_dead(dir.path(), 7).unwrap(), 3);
    assert_eq!(page(dir.path())[1], "jobs_total 3");
    assert!(other.exists());
    assert_eq!(files(dir.path()).iter().filter(|name| name.ends_with(".db")).count(), 3);
    assert!(mark_process_dead(dir.path().join("none"), 7).is_err());
}
