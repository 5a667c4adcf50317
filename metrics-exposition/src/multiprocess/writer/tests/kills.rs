use super::read::files;
use super::start;
use crate::multiprocess::init;
use metrics_core::model::Kind;
use metrics_core::{Counter, Family, Histogram, LabelSet, Metrics};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

const PROCESSES: usize = 8;
const THREADS: usize = 4;

#[derive(LabelSet)]
struct Of<'a> {
    thread: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "killed")]
struct Killed {
    /// Done.
    done: Counter,
    /// Of each thread.
    each: Family<Of<'static>, Counter>,
    /// Time.
    #[metric(unit = Seconds, buckets = [1.0, 2.0])]
    time: Histogram,
}

/// Counts until it is killed. What each thread has done it says behind each count, where it stays.
pub(super) fn counting(directory: &Path) {
    init(directory).unwrap();
    let name = directory.join(format!("{}.said", std::process::id()));
    let said = OpenOptions::new().create(true).truncate(true).write(true).read(true).open(name).unwrap();
    let killed = Killed::global();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let said: &File = &said;
            scope.spawn(move || {
                let name = thread.to_string();
                for n in 1u64.. {
                    killed.done.inc();
                    killed.each.with(&Of { thread: &name }).inc();
                    killed.time.observe(1.5);
                    // Series come and go while it is killed.
                    let other = format!("{thread}-{}", n % 64);
                    killed.each.with(&Of { thread: &other }).inc();
                    if n % 3 == 0 {
                        killed.each.remove(&Of { thread: &other });
                    }
                    said.write_at(&n.to_le_bytes(), 8 * thread as u64).unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_counted_survives_any_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| start("counting", directory.path())).collect();
    for (n, process) in processes.iter_mut().enumerate() {
        // Not all at one point of their lives; the first of them when they have hardly begun.
        thread::sleep(Duration::from_millis(if n == 0 { 30 } else { 97 }));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let (mut total, mut seen) = (0, 0);
    for (pid, (_, file)) in files(directory.path()) {
        // One that was killed before it had counted has said nothing.
        let said = std::fs::read(directory.path().join(format!("{pid}.said"))).unwrap_or_default();
        let said: Vec<u64> = said.chunks_exact(8).map(|n| u64::from_le_bytes(n.try_into().unwrap())).collect();
        let (least, most) = (said.iter().sum::<u64>(), said.iter().sum::<u64>() + THREADS as u64);
        let of = |name: &str| file.series.get(name).map_or(0, |series| series.cells[0]);
        let done = of("killed_done{}");
        assert!((least..=most).contains(&done), "{pid}: {done} of {said:?}");
        for (thread, said) in said.iter().enumerate() {
            let counted = of(&format!("killed_each{{thread=\"{thread}\"}}"));
            assert!((*said..=said + 1).contains(&counted), "{pid}, {thread}: {counted} of {said}");
        }
        if let Some(time) = file.series.get("killed_time_seconds{}") {
            assert_eq!(time.kind, Kind::Histogram);
            let (sum, counts) = (f64::from_bits(time.cells[1]), &time.cells[2..]);
            assert!(counts[0] == 0 && counts[2] == 0 && (least..=most).contains(&counts[1]), "{counts:?}");
            // Of each thread the sum may lack the last.
            let lacking = counts[1] as f64 * 1.5 - sum;
            assert!((0.0..=1.5 * THREADS as f64).contains(&lacking), "{lacking}");
        }
        total += done;
        seen += 1;
    }
    assert!(seen >= PROCESSES - 1 && total > 1_000, "{seen} processes have counted {total}");
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    let total = total as f64;
    assert_eq!(super::merged::page(directory.path()).get_sample_value("killed_done_total", &[]), Some(total));
}
