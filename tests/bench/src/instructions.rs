//! Counting instructions: the benchmark starts itself once more, under callgrind, which writes down its count at
//! each call of [`metrics_bench_mark`]. Each subject runs once with n operations and once with 3 n; what the
//! second run has more is theirs.

use crate::Make;
use crate::measure::float;
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

const CHILD: &str = "METRICS_BENCH_COUNT";

/// Instructions of one operation, by workload and subject. Empty where there is no valgrind.
#[derive(Debug, Default)]
pub(crate) struct Instructions(HashMap<(String, String), f64>);

impl Instructions {
    pub(crate) fn get(&self, workload: &str, who: &str) -> Option<f64> {
        self.0.get(&(workload.to_owned(), who.to_owned())).copied()
    }
}

pub(crate) fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Where callgrind writes a count and begins another.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn metrics_bench_mark() {
    std::hint::black_box(());
}

/// What the child does: says what it runs and runs it.
pub(crate) fn run_all(workloads: &[Make], filter: &str) {
    for (title, make) in workloads.iter().filter(|(title, _)| title.contains(filter)) {
        let workload = make();
        if workload.counted == 0 {
            continue;
        }
        for subject in &workload.subjects {
            let n = workload.counted;
            println!("{title}\t{}\t{}", subject.who, float(2 * n) * subject.units);
            subject.run(0, n);
            metrics_bench_mark();
            subject.run(0, n);
            metrics_bench_mark();
            subject.run(0, 3 * n);
            metrics_bench_mark();
        }
    }
}

pub(crate) fn count(filter: &str) -> Instructions {
    try_count(filter).unwrap_or_else(|| {
        eprintln!("no instruction counts: valgrind is missing or failed");
        Instructions::default()
    })
}

fn try_count(filter: &str) -> Option<Instructions> {
    let dir = std::env::temp_dir().join(format!("metrics-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).ok()?;
    eprintln!("counting instructions");
    let child = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-before=metrics_bench_mark", "--dump-line=no"])
        .arg(format!("--callgrind-out-file={}", dir.join("part").display()))
        .arg(std::env::current_exe().ok()?)
        .arg(filter)
        .env(CHILD, "1")
        .stderr(Stdio::null())
        .output();
    let counts = child.ok().filter(|output| output.status.success()).and_then(|output| {
        let subjects = String::from_utf8(output.stdout).ok()?;
        subjects.lines().enumerate().map(|(k, line)| read(&dir, k, line)).collect()
    });
    let _ = std::fs::remove_dir_all(&dir);
    counts.map(Instructions)
}

/// Of the subject that the child ran as number `k`.
fn read(dir: &Path, k: usize, line: &str) -> Option<((String, String), f64)> {
    let mut words = line.split('\t');
    let (workload, who) = (words.next()?, words.next()?);
    let units: f64 = words.next()?.parse().ok()?;
    // Part 1 is the first preparation.
    let [short, long] = [2, 3].map(|part| total(&dir.join(format!("part.{}", 3 * k + part))));
    Some(((workload.to_owned(), who.to_owned()), (long? - short?) / units))
}

fn total(part: &Path) -> Option<f64> {
    let text = std::fs::read_to_string(part).ok()?;
    text.lines().find_map(|line| line.strip_prefix("totals: "))?.trim().parse().ok()
}
