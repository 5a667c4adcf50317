//! What it costs to count in a file that others read, instead of in memory: the same program three times, in turns.
//! `cargo bench -p metrics-bench --bench multiprocess`; about a minute, and 128 MiB in the folder for temporary files.

mod workloads;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use workloads::{WORKLOADS, fill, round};

const ROLE: &str = "METRICS_BENCH_ROLE";
const DIRECTORY: &str = "PROMETHEUS_MULTIPROC_DIR";
const ROUNDS: usize = 41;
const PROCESSES: usize = 64;

fn main() {
    match std::env::var(ROLE).as_deref() {
        Ok("rounds") => answer(round),
        Ok(_) => answer(fill),
        Err(_) => {
            println!("{:<72}{:>10}{:>10}", "figure", "at most", "is");
            hot_paths();
            space();
        }
    }
}

fn print(what: &str, at_most: f64, is: f64) {
    let verdict = if is <= at_most { "ok" } else { "MISSED" };
    println!("  {what:<70}{at_most:>10.2}{is:>10.2}  {verdict}");
}

/// What a process that was started does: a line for each line.
fn answer(what: fn() -> String) {
    metrics_exposition::multiprocess::init_from_env().expect("the directory is there");
    for line in std::io::stdin().lines() {
        line.expect("the pipe is whole");
        println!("{}", what());
    }
}

struct Process {
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start(role: &str, directory: Option<&Path>) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("it runs"));
        command.env(ROLE, role).env_remove(DIRECTORY).envs(directory.map(|directory| (DIRECTORY, directory)));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it can be started again");
        let (asks, answers) = (child.stdin.take(), child.stdout.take().expect("it is piped"));
        Self { child, asks, answers: BufReader::new(answers) }
    }

    fn ask(&mut self) -> String {
        writeln!(self.asks.as_mut().expect("it was not ended"), "go").expect("it listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        line
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.asks = None;
        let _ = self.child.wait();
    }
}

/// Folders of a disk and of memory, emptied.
fn folders() -> Vec<(&'static str, PathBuf)> {
    let places = [("on disk", std::env::temp_dir()), ("in /dev/shm", PathBuf::from("/dev/shm"))];
    let there = places.into_iter().filter(|(_, place)| place.is_dir());
    let made = there.map(|(name, place)| {
        let folder = place.join(format!("metrics-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for temporary files");
        (name, folder)
    });
    made.collect()
}

fn hot_paths() {
    let folders = folders();
    let mut processes = vec![Process::start("rounds", None)];
    processes.extend(folders.iter().map(|(_, folder)| Process::start("rounds", Some(folder))));
    // Not measured: pages come in.
    processes.iter_mut().for_each(|process| drop(process.ask()));
    let mut times = vec![vec![Vec::new(); WORKLOADS.len()]; processes.len()];
    for _ in 0..ROUNDS {
        for (process, times) in processes.iter_mut().zip(&mut times) {
            let answer = process.ask();
            for (time, times) in answer.split_whitespace().zip(times) {
                times.push(time.parse().expect("a number"));
            }
        }
    }
    let medians: Vec<Vec<f64>> = times.into_iter().map(|times| times.into_iter().map(median).collect()).collect();
    for (at, (workload, _)) in WORKLOADS.iter().enumerate() {
        println!("  {:<70}{:>10}{:>10.2}", format!("nanoseconds: {workload}"), "", medians[0][at]);
        for ((name, _), medians_there) in folders.iter().zip(&medians[1..]) {
            print(&format!("  times as much, {name}"), 1.1, medians_there[at] / medians[0][at]);
        }
    }
    folders.iter().for_each(|(_, folder)| drop(fs::remove_dir_all(folder)));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn space() {
    let folders = folders();
    let (_, folder) = &folders[0];
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| Process::start("fill", Some(folder))).collect();
    processes.iter_mut().for_each(|process| drop(process.ask()));
    let files = fs::read_dir(folder).expect("it is there").map(|entry| entry.and_then(|entry| entry.metadata()));
    let bytes: u64 = files.map(|file| file.expect("it is there").len()).sum();
    let what = format!("MiB of {PROCESSES} processes of 16 threads with 1,000 histograms of 11 bounds");
    print(&what, 128.0, bytes as f64 / 1_048_576.0);
    drop(processes);
    folders.iter().for_each(|(_, folder)| drop(fs::remove_dir_all(folder)));
}
