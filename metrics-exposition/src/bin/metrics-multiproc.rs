//! Serves the metrics of the processes that count in one directory.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    exporter::main()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("metrics-multiproc: runs on Unix only");
    ExitCode::from(2)
}

#[cfg(unix)]
mod exporter {
    use lexopt::prelude::*;
    use metrics_core::Registry;
    use metrics_exposition::http::{self, Handler};
    use metrics_exposition::multiprocess::MultiprocessCollector;
    use metrics_exposition::server::{self, Listener};
    use std::error::Error;
    use std::future::Future;
    use std::io::{self, Write};
    use std::path::PathBuf;
    use std::process::ExitCode;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::signal::unix::{SignalKind, signal};

    const HELP: &str = "\
Serves the metrics of all processes that count in one directory: those of this
library, and those of the Python client (under gunicorn, say), for which it takes
the place of a scrape by Python.

usage: metrics-multiproc [OPTION]... [DIR]

  DIR                  the directory (default: PROMETHEUS_MULTIPROC_DIR)
  --addr ADDRESS       where to listen (default 127.0.0.1:9464)
  --path PATH          where the page is (default /metrics)
  --no-compact         leaves files of dead processes as they are; without it, a
                       scrape that finds many adds them up into one
  --max-in-flight N    scrapes that are computed at a time, the next one gets a
                       503 (default 3; 0: any number)
  --time-limit SECONDS that a scrape may take to compute (default 10; 0: any)
  --created            shows when series began, in OpenMetrics
  --no-coalescing      scrapes that come at the same time share no page
  --no-compression     sends pages as they are
  --help               prints this

The page is Prometheus text, OpenMetrics or protobuf, as the scraper asks. Whoever
can reach the address can read it. SIGTERM or SIGINT ends the program, when
scrapes that are under way have their answer.

exit code: 0 ended by a signal, 1 a scrape was broken off at the end, 2 it could
not begin
";

    const ADDRESS: &str = "127.0.0.1:9464";
    const BROKEN_OFF: u8 = 1;
    const FAILED: u8 = 2;

    struct Command {
        directory: PathBuf,
        address: String,
        path: String,
        compacts: bool,
        options: http::Options,
    }

    pub(super) fn main() -> ExitCode {
        let done =
            command().map_err(|error| format!("{error}; --help tells more").into()).and_then(|command| match command {
                Some(command) => run(command),
                None => io::stdout().write_all(HELP.as_bytes()).map_err(Into::into),
            });
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("metrics-multiproc: {error}");
                let is_late = matches!(error.downcast_ref(), Some(server::ServerError::BrokenOff { .. }));
                ExitCode::from(if is_late { BROKEN_OFF } else { FAILED })
            }
        }
    }

    /// What is to be done; nothing but to print the help.
    fn command() -> Result<Option<Command>, Box<dyn Error>> {
        let (mut directory, mut address, mut path) = (None, ADDRESS.to_owned(), "/metrics".to_owned());
        let (mut compacts, mut options) = (true, http::Options::new());
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("addr") => address = parser.value()?.string()?,
                Long("path") => path = parser.value()?.string()?,
                Long("no-compact") => compacts = false,
                Long("max-in-flight") => {
                    let scrapes: usize = parser.value()?.parse()?;
                    options = options.max_in_flight(Some(scrapes).filter(|scrapes| *scrapes > 0));
                }
                Long("time-limit") => {
                    let seconds: u64 = parser.value()?.parse()?;
                    options = options.time_limit(Some(seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs));
                }
                Long("created") => options = options.created(true),
                Long("no-coalescing") => options = options.coalescing(false),
                Long("no-compression") => options = options.compression(false),
                Long("help") | Short('h') => return Ok(None),
                Value(one) if directory.is_none() => directory = Some(one),
                _ => return Err(argument.unexpected().into()),
            }
        }
        if !path.starts_with('/') {
            return Err(format!("--path {path:?}: it begins with `/`").into());
        }
        let directory =
            directory.or_else(|| std::env::var_os("PROMETHEUS_MULTIPROC_DIR").filter(|dir| !dir.is_empty()));
        let directory = directory.ok_or("no directory: name one, or set PROMETHEUS_MULTIPROC_DIR")?.into();
        Ok(Some(Command { directory, address, path, compacts, options }))
    }

    fn run(command: Command) -> Result<(), Box<dyn Error>> {
        // One thread for all connections; pages are computed on a few of the handler's.
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(command))
    }

    async fn serve(Command { directory, address, path, compacts, options }: Command) -> Result<(), Box<dyn Error>> {
        let collector = MultiprocessCollector::new(directory)?;
        let collector = if compacts { collector } else { collector.without_compaction() };
        let registry = Registry::new();
        registry.register_collector(Arc::new(collector))?;
        // Before anybody can know that there is a process to signal.
        let shutdown = signalled()?;
        let listener = Listener::tcp(&*address)?;
        let at = listener.local_addr().map_or(address, |at| at.to_string());
        let handler = Handler::new(&registry, options);
        let serving = server::serve(listener, handler, server::Options::new().path(&path), shutdown);
        let mut out = io::stdout().lock();
        writeln!(out, "metrics: http://{at}{path}")?;
        out.flush()?;
        Ok(serving.await?)
    }

    /// Ready when a signal asks the process to end.
    fn signalled() -> io::Result<impl Future<Output = ()>> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
}
