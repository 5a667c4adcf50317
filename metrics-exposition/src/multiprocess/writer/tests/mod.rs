//! Each case in processes of its own, because a process is one of several for good: this program, started again.

mod cases;
mod forks;
mod kills;
mod merged;
mod read;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const CASE: &str = "METRICS_WRITER_CASE";
const DIRECTORY: &str = "METRICS_WRITER_DIRECTORY";

/// What a process does, by its name.
type Case = (&'static str, fn(&Path));

const CASES: &[Case] = &[
    ("types", cases::types),
    ("removal", cases::removal),
    ("restart", cases::restart),
    ("churn", cases::churn),
    ("late", cases::late),
    ("full", cases::full),
    ("gone", cases::gone),
    ("by_hand", cases::by_hand),
    ("counting", kills::counting),
    ("living", merged::living),
    ("forking", forks::forking),
    ("without_room", forks::without_room),
];

fn command(case: &str, directory: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "multiprocess::writer::tests::as_a_process", "--ignored", "--nocapture"]);
    command.env(CASE, case).env(DIRECTORY, directory).stdin(Stdio::null());
    command
}

/// Does it in a process, to its end.
fn run(case: &str, directory: &Path) -> Output {
    let output = command(case, directory).output().unwrap();
    assert!(output.status.success(), "{case}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    output
}

fn start(case: &str, directory: &Path) -> Child {
    command(case, directory).stdout(Stdio::null()).spawn().unwrap()
}

#[test]
#[ignore = "what the others start as a process"]
fn as_a_process() {
    let case = std::env::var(CASE).unwrap();
    let (_, run) = CASES.iter().find(|(name, _)| *name == case).unwrap();
    run(Path::new(&std::env::var_os(DIRECTORY).unwrap()));
}
