//! `metrics-multiproc` as a process.
#![cfg(target_os = "linux")]

#[path = "../binary/mod.rs"]
mod binary;

use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

const FOLDER: &str = "PROMETHEUS_MULTIPROC_DIR";
const JOBS: &str = r#"["jobs", "jobs_total", {"queue": "mail"}, "Jobs done."]"#;

fn command() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let mut command = Command::new(PROGRAM.get_or_init(|| binary::build("metrics-multiproc")));
    command.env_remove(FOLDER);
    command
}

/// What the Python client writes for one value; `tests/peers/fleet.py` has the client itself write.
fn write(path: &Path, key: &str, value: f64) {
    let padded = format!("{key}{}", " ".repeat(8 - (key.len() + 4) % 8));
    let used = i32::try_from(8 + 4 + padded.len() + 16).unwrap();
    let mut bytes = [used.to_ne_bytes(), [0; 4], i32::try_from(key.len()).unwrap().to_ne_bytes()].concat();
    bytes.extend(padded.bytes());
    bytes.extend([value.to_ne_bytes(), [0; 8]].concat());
    bytes.resize(64 << 10, 0);
    fs::write(path, bytes).unwrap();
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("counter_1.db"), JOBS, 2.0);
    write(&folder.path().join("counter_pool_2.db"), JOBS, 3.0);
    folder
}

struct Exporter {
    child: Child,
    url: String,
    stderr: ChildStderr,
}

impl Exporter {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("metrics: ").expect("says where").to_owned();
        let stderr = child.stderr.take().unwrap();
        Self { child, url, stderr }
    }

    /// Content type and page.
    fn get(&self, accept: &str) -> (String, Vec<u8>) {
        let config = ureq::Agent::config_builder().proxy(None).accept_encoding("").build();
        let mut answer = config.new_agent().get(&self.url).header("Accept", accept).call().unwrap();
        let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (content_type, answer.body_mut().read_to_vec().unwrap())
    }

    fn text(&self) -> String {
        String::from_utf8(self.get("*/*").1).unwrap()
    }

    fn stop(mut self, signal: Signal) -> (ExitStatus, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (status, said)
    }
}

#[test]
fn serves_a_directory() {
    let folder = folder();
    let exporter = Exporter::start(command().arg(folder.path()).args(["--addr", "127.0.0.1:0"]));
    assert!(exporter.url.starts_with("http://127.0.0.1:") && exporter.url.ends_with("/metrics"), "{}", exporter.url);
    let own = "# HELP jobs_total Jobs done.\n# TYPE jobs_total counter\njobs_total{queue=\"mail\"} 5\n";
    let text = exporter.text();
    assert!(text.contains(own), "{text}");

    write(&folder.path().join("counter_1.db"), JOBS, 4.5);
    fs::write(folder.path().join("app.db"), "SQLite format 3\0, and more").unwrap();
    let text = exporter.text();
    assert!(text.contains("jobs_total{queue=\"mail\"} 7.5\n"), "{text}");
    assert!(text.contains("metrics_multiprocess_skipped_files{reason=\"foreign\"} 1\n"), "{text}");

    let (content_type, page) = exporter.get("application/openmetrics-text;version=1.0.0");
    assert!(content_type.starts_with("application/openmetrics-text"), "{content_type}");
    assert!(page.ends_with(b"# EOF\n"));
    let protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    let (content_type, page) = exporter.get(protobuf);
    assert!(content_type.starts_with("application/vnd.google.protobuf"), "{content_type}");
    assert!(page.windows(4).any(|bytes| bytes == b"jobs"));

    let (status, said) = exporter.stop(Signal::TERM);
    assert_eq!((status.code(), &*said), (Some(0), ""));
}

#[test]
fn the_directory_may_come_from_the_environment() {
    let folder = folder();
    let options = ["--addr", "127.0.0.1:0", "--path", "/internal", "--no-compact", "--created", "--no-coalescing"];
    let more = ["--no-compression", "--max-in-flight", "0", "--time-limit", "0"];
    let exporter = Exporter::start(command().env(FOLDER, folder.path()).args(options).args(more));
    assert!(exporter.url.ends_with("/internal"), "{}", exporter.url);
    assert!(exporter.text().contains("jobs_total{queue=\"mail\"} 5\n"));
    assert_eq!(exporter.stop(Signal::INT).0.code(), Some(0));
}

#[test]
fn a_directory_that_goes_and_comes_back() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("metrics");
    fs::create_dir(&folder).unwrap();
    let exporter = Exporter::start(command().arg(&folder).args(["--addr", "127.0.0.1:0"]));
    assert!(exporter.text().contains("metrics_multiprocess_directory_readable 1\n"));
    fs::remove_dir(&folder).unwrap();
    assert!(exporter.text().contains("metrics_multiprocess_directory_readable 0\n"));
    fs::create_dir(&folder).unwrap();
    write(&folder.join("counter_1.db"), JOBS, 1.0);
    assert!(exporter.text().contains("jobs_total{queue=\"mail\"} 1\n"));
    exporter.stop(Signal::TERM);
}

/// The program must end by itself.
#[track_caller]
fn refuses(arguments: &[&str], expected: &str) {
    let done = command().args(arguments).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), &*done.stdout), (Some(2), &b""[..]), "{said}");
    assert!(said.starts_with("metrics-multiproc: ") && said.contains(expected), "{said}");
}

#[test]
fn mistakes_are_told() {
    let folder = folder();
    let folder = folder.path().to_str().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    refuses(&[], "no directory: name one, or set PROMETHEUS_MULTIPROC_DIR; --help tells more");
    refuses(&["/no/such"], "/no/such: there is no such directory; make it before");
    refuses(&[&format!("{folder}/counter_1.db")], "not a directory");
    refuses(&[folder, "--addr", &taken], &format!("cannot listen on {taken}: Address already in use"));
    refuses(&[folder, "--addr", "nonsense"], "cannot listen on nonsense");
    refuses(&[folder, "--path", "metrics"], "--path \"metrics\": it begins with `/`");
    refuses(&[folder, "--time-limit", "soon"], "soon");
    refuses(&[folder, "--adr", &taken], "--adr");
    refuses(&[folder, folder], "unexpected argument");
}

#[test]
fn help() {
    let done = command().arg("--help").output().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(text.contains("usage: metrics-multiproc"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 82), "{text}");
}
