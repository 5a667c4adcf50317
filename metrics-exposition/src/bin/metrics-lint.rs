//! Lints pages of metrics: files, standard input, or what an exporter answers.

use lexopt::prelude::*;
use metrics_exposition::lint::{Linter, Problem, RULES};
use metrics_exposition::parse::PageFormat;
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
Finds what is wrong with metrics: promlint's rules, and more.

usage: metrics-lint [OPTION]... URL|FILE|-...

  -                    standard input
  --format text|json   one problem a line (default), or an array of objects
  --disable RULE       leaves a rule out; may be repeated
  --max-series N       series that a family may have (default 1000)
  --max-bytes N        bytes that a page may have (default 33554432, 32 MiB); it
                       takes some 20 times as much memory, 50 at worst
  --timeout SECONDS    that a URL may take (default 10)
  --list-rules         prints each rule, why it is there, and the way out
  --help               prints this

exit code: 0 nothing found, 1 problems found, 2 a page could not be read or the
command is wrong (promtool check metrics has 3 for problems, and 1 for the rest).

A page is Prometheus text, or OpenMetrics if it says so; that of a URL is also
protobuf, or OpenMetrics 2. There is no TLS here; of an https URL:
  curl --silent --fail URL | metrics-lint -
";

/// Bytes of a page, unless the command says more.
const MAX_BYTES: u64 = 32 << 20;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Text first: OpenMetrics, of which much is out there that breaks its specification, is read to the letter.
const ACCEPT: &str = "text/plain;version=1.0.0;escaping=allow-utf-8,text/plain;version=0.0.4;q=0.8,\
    application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
    application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.2";

const CLEAN: u8 = 0;
const PROBLEMS: u8 = 1;
const FAILED: u8 = 2;

struct Command {
    linter: Linter,
    max_bytes: u64,
    timeout: Duration,
    json: bool,
    list_rules: bool,
    help: bool,
    pages: Vec<String>,
}

struct Page {
    bytes: Vec<u8>,
    /// As a server said.
    format: Option<PageFormat>,
}

fn main() -> ExitCode {
    let code = command().and_then(|command| run(&command)).unwrap_or_else(|error| {
        complain(&format!("{error}; --help tells more"));
        FAILED
    });
    ExitCode::from(code)
}

fn command() -> Result<Command, Box<dyn Error>> {
    let (mut linter, mut max_bytes, mut timeout) = (Linter::new(), MAX_BYTES, TIMEOUT);
    let (mut json, mut list_rules, mut help, mut pages) = (false, false, false, Vec::new());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("format") => {
                json = match &*parser.value()?.string()? {
                    "text" => false,
                    "json" => true,
                    other => return Err(format!("--format {other:?}: there are `text` and `json`").into()),
                };
            }
            Long("disable") => linter = linter.disable(&parser.value()?.string()?)?,
            Long("max-series") => linter = linter.max_series(parser.value()?.parse()?),
            Long("max-bytes") => max_bytes = parser.value()?.parse()?,
            Long("timeout") => timeout = Duration::from_secs(parser.value()?.parse()?),
            Long("list-rules") => list_rules = true,
            Long("help") | Short('h') => help = true,
            Value(page) => pages.push(page.string()?),
            _ => return Err(argument.unexpected().into()),
        }
    }
    if pages.is_empty() && !list_rules && !help {
        return Err("no page: name a URL, a file, or `-` for standard input".into());
    }
    Ok(Command { linter, max_bytes, timeout, json, list_rules, help, pages })
}

fn run(command: &Command) -> Result<u8, Box<dyn Error>> {
    let mut out = io::stdout().lock();
    if command.help {
        out.write_all(HELP.as_bytes())?;
        return Ok(CLEAN);
    }
    if command.list_rules {
        for rule in RULES {
            writeln!(out, "{}\n    why: {}\n    way out: {}", rule.id, rule.why, rule.way_out)?;
        }
        return Ok(CLEAN);
    }
    let (mut found, mut failed) = (Vec::new(), false);
    for name in &command.pages {
        match lint(command, name) {
            Ok(problems) => found.extend(problems.into_iter().map(|problem| (&**name, problem))),
            Err(error) => {
                complain(&format!("{name}: {error}"));
                failed = true;
            }
        }
    }
    if command.json { print_json(&mut out, &found) } else { print_text(&mut out, &found, command.pages.len() > 1) }?;
    Ok(match (failed, found.is_empty()) {
        (true, _) => FAILED,
        (false, false) => PROBLEMS,
        (false, true) => CLEAN,
    })
}

fn lint(Command { linter, max_bytes, timeout, .. }: &Command, name: &str) -> Result<Vec<Problem>, Box<dyn Error>> {
    let Page { bytes, format } = if name == "-" {
        Page { bytes: read(io::stdin().lock(), *max_bytes)?, format: None }
    } else if name.contains("://") {
        fetch(name, *max_bytes, *timeout)?
    } else {
        Page { bytes: read(File::open(name)?, *max_bytes)?, format: None }
    };
    Ok(match format {
        Some(format) => linter.page_in(format, &bytes),
        None => linter.page(&bytes),
    }?)
}

fn read(reader: impl Read, max_bytes: u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut bytes = Vec::new();
    reader.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(format!("the page has more than {max_bytes} bytes; raise --max-bytes if it may").into());
    }
    Ok(bytes)
}

fn fetch(url: &str, max_bytes: u64, timeout: Duration) -> Result<Page, Box<dyn Error>> {
    if !url.starts_with("http://") {
        return Err("only http:// URLs can be fetched; pipe the page of another one into `metrics-lint -`".into());
    }
    let agent = ureq::Agent::config_builder().timeout_global(Some(timeout)).max_redirects(3).build().new_agent();
    let mut answer = agent.get(url).header("Accept", ACCEPT).call()?;
    let content_type = answer.headers().get("Content-Type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = if content_type.is_empty() { None } else { Some(content_type.parse()?) };
    Ok(Page { bytes: read(answer.body_mut().with_config().limit(u64::MAX).reader(), max_bytes)?, format })
}

fn print_text(out: &mut impl Write, found: &[(&str, Problem)], with_names: bool) -> io::Result<()> {
    for (page, problem) in found {
        if with_names {
            write!(out, "{}: ", page.escape_debug())?;
        }
        writeln!(out, "{problem} [{}]", problem.rule)?;
    }
    Ok(())
}

fn print_json(out: &mut impl Write, found: &[(&str, Problem)]) -> io::Result<()> {
    let object = |(page, problem): &(&str, Problem)| {
        let Problem { metric, text, rule, way_out, .. } = problem;
        serde_json::json!({ "page": page, "metric": metric, "text": text, "rule": rule, "way_out": way_out })
    };
    let all: Vec<_> = found.iter().map(object).collect();
    // JSON escapes less than terminals obey.
    let (mut printable, mut units) = (String::new(), [0; 2]);
    for c in serde_json::to_string_pretty(&all)?.chars() {
        if c == '\n' || is_printable(c) {
            printable.push(c);
        } else {
            c.encode_utf16(&mut units).iter().for_each(|unit| printable.push_str(&format!("\\u{unit:04x}")));
        }
    }
    writeln!(out, "{printable}")
}

/// What is said on standard error may hold lines of a page.
fn complain(message: &str) {
    let mut printable = String::new();
    for c in message.chars() {
        if is_printable(c) { printable.push(c) } else { printable.extend(c.escape_debug()) }
    }
    eprintln!("metrics-lint: {printable}");
}

/// Whether a terminal shows it, and does nothing else.
fn is_printable(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\') || c.escape_debug().len() == 1
}
