//! `metrics-lint` as a process.

use crate::binary;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;

const CLEAN: &str = "# HELP jobs Jobs that wait.\n# TYPE jobs gauge\njobs 3\n";
const DIRTY: &str = "# HELP jobs_s Jobs.\n# TYPE jobs_s gauge\njobs_s{userId=\"a\"} 3\n";
const LINES: &str = "jobs_s label names should be written in 'snake_case' not 'camelCase' [camel-case]\n\
    jobs_s metric names should not contain abbreviated units [unit-abbreviations]\n";

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| binary::build("metrics-lint"))
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(program());
    for proxy in ["ALL_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy"] {
        command.env_remove(proxy);
    }
    let pipes = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    // One that complains about its arguments does not read.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

#[track_caller]
fn check(arguments: &[&str], input: &str, code: i32, out: &str, err: &str) {
    let output = run(arguments, input);
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((output.status.code(), &*stdout), (Some(code), out), "{stderr}");
    assert!(stderr.contains(err) && stderr.is_empty() == err.is_empty(), "{stderr}");
}

/// Answers each request with these bytes; gives its URL.
fn server(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<_> = lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            assert!(head.iter().any(|line| line.to_ascii_lowercase().starts_with("accept: text/plain")), "{head:?}");
            // The other side may have had enough.
            drop(stream.write_all(&answer));
        }
    });
    url
}

fn answer(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n");
    format!("{head}Connection: close\r\n\r\n{body}").into_bytes()
}

#[test]
fn standard_input() {
    check(&["-"], CLEAN, 0, "", "");
    check(&["-"], DIRTY, 1, LINES, "");
    check(&["-"], "", 0, "", "");
    check(&["-"], "jobs{ 3\n", 2, "", "line 1, column ");
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, page: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, page).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (clean, dirty, bad) = (write("clean", CLEAN), write("dirty", DIRTY), write("bad", "{\n"));
    check(&[&clean], "", 0, "", "");
    check(&[&dirty], "", 1, LINES, "");
    let named: String = LINES.lines().map(|line| format!("{dirty}: {line}\n")).collect();
    check(&[&clean, &dirty], "", 1, &named, "");
    check(&[&bad, &dirty], "", 2, &named, "bad: line 1");
    check(&["/no/such/file"], "", 2, "", "/no/such/file: ");
    let openmetrics = write("openmetrics", &format!("{CLEAN}# EOF\n"));
    check(&[&openmetrics], "", 0, "", "");
}

#[test]
fn urls() {
    let text = "text/plain; version=0.0.4; charset=utf-8";
    check(&[&server(answer("200 OK", text, CLEAN))], "", 0, "", "");
    check(&[&server(answer("200 OK", text, DIRTY))], "", 1, LINES, "");
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    check(&[&server(answer("200 OK", openmetrics, &format!("{CLEAN}# EOF\n")))], "", 0, "", "");
    check(&[&server(answer("200 OK", openmetrics, CLEAN))], "", 2, "", "`# EOF` is missing");
    check(&[&server(answer("200 OK", "text/html", CLEAN))], "", 2, "", "text/html");
    check(&[&server(answer("404 Not Found", text, CLEAN))], "", 2, "", "404");
    let mut endless = answer("200 OK", text, CLEAN);
    endless.truncate(endless.len() - 4);
    check(&[&server(endless)], "", 2, "", "http://127.0.0.1");
    check(&["http://127.0.0.1:1/"], "", 2, "", "http://127.0.0.1:1/: ");
    check(&["https://127.0.0.1:1/"], "", 2, "", "only http://");
}

#[test]
fn a_page_without_end_is_cut_off() {
    let mut page = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n".to_vec();
    page.resize((32 << 20) + 4096, b'\n');
    check(&[&server(page)], "", 2, "", "more than 33554432 bytes");
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    // Connected to, and never answered.
    check(&["--timeout", "1", &url], "", 2, "", "timeout");
}

#[test]
fn options() {
    let [first, second] = ["--disable", "camel-case"];
    check(&[first, second, "-"], DIRTY, 1, LINES.split_inclusive('\n').nth(1).unwrap(), "");
    check(&[first, second, "--disable=unit-abbreviations", "-"], DIRTY, 0, "", "");
    let many = "# HELP a Many.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 1\n";
    check(&["--max-series", "1", "-"], many, 1, "a has 2 series, more than 1 [max-series]\n", "");
    let size = CLEAN.len().to_string();
    check(&["--max-bytes", &size, "-"], CLEAN, 0, "", "");
    check(&["--max-bytes", &size, "-"], &format!("{CLEAN}\n"), 2, "", "-: the page has more than ");
    for (arguments, err) in [
        (&["--disable", "nothing", "-"][..], "`nothing` is no rule; there are help "),
        (&["--format", "xml", "-"], "`text` and `json`"),
        (&["--max-series", "many", "-"], "many"),
        (&["--verbose", "-"], "--verbose"),
        (&[], "no page"),
    ] {
        check(arguments, CLEAN, 2, "", err);
    }
    let rules = run(&["--list-rules"], "");
    let rules = (rules.status.code(), String::from_utf8(rules.stdout).unwrap());
    for rule in metrics_exposition::lint::RULES {
        let expected = format!("{}\n    why: {}\n    way out: {}\n", rule.id, rule.why, rule.way_out);
        assert!(rules.0 == Some(0) && rules.1.contains(&expected), "{rules:?}");
    }
    let help = run(&["--help"], "");
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("exit code: 0"));
}

#[test]
fn json() {
    let output = run(&["--format", "json", "-"], DIRTY);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["[\n", r#""metric": "jobs_s""#, r#""rule": "camel-case""#, r#""page": "-""#, r#""way_out": "write"#] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    check(&["--format", "json", "-"], CLEAN, 0, "[]\n", "");
}

/// Names, labels and broken lines of a page must not move a terminal's cursor, or worse.
#[test]
fn a_page_cannot_talk_to_the_terminal() {
    let odd = "# HELP \"a\x1b[2J_s\u{9b}\" Odd.\n# TYPE \"a\x1b[2J_s\u{9b}\" gauge\n{\"a\x1b[2J_s\u{9b}\",\"x\u{202e}Y\"=\"1\"} 1\n";
    for arguments in [&["-"][..], &["--format", "json", "-"], &["--disable", "\x1b[2J", "-"], &["\x1b[2J"]] {
        for input in [odd, "{\"a\x1b[2J\" \u{9b}\n", "# TYPE \"aB\x1b_s\" gauge\n{\"aB\x1b_s\"} 1\n"] {
            let output = run(arguments, input);
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8(all).unwrap();
            assert!(!all.is_empty() || arguments == ["-"] && input == odd, "{arguments:?}");
            let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            assert!(!all.contains(obeyed), "{all:?}");
        }
    }
}
