//! A job that counts the files of a folder, and pushes what it found, how long it took and how it ended to a Pushgateway:
//!
//! ```text
//! docker run -p 9091:9091 prom/pushgateway
//! cargo run --example batch_job [URL [FOLDER]]
//! ```
//!
//! A folder that is not there is a failure that is pushed. <http://127.0.0.1:9091/metrics> has both.

use metrics_core::{Gauge, Metrics, Registry};
use metrics_exposition::pushgateway::Pushgateway;
use std::error::Error;
use std::fs;
use std::path::Path;

#[derive(Metrics)]
#[metrics(prefix = "folder")]
struct Folder {
    /// Files that were found.
    files: Gauge<i64>,
    /// How long all of them are.
    #[metric(unit = Bytes)]
    size: Gauge<i64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "http://127.0.0.1:9091".to_owned());
    let path = arguments.next().unwrap_or_else(|| ".".to_owned());
    let files = run(&url, &path)?;
    println!("counted {files} files in {path}");
    Ok(())
}

pub(crate) fn run(url: &str, path: &str) -> Result<i64, Box<dyn Error>> {
    // Only what is the job's, and nothing of the process.
    let registry = Registry::new();
    let folder = Folder::register_in(&registry)?;
    let job = Pushgateway::new(url, "count_files", &registry)?.grouping_key("path", path)?.guard();

    // From here on each way out is pushed.
    count(path.as_ref(), &folder)?;

    job.succeed()?;
    Ok(folder.files.get())
}

fn count(path: &Path, folder: &Folder) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(path)? {
        let entry = entry?.metadata()?;
        if entry.is_file() {
            folder.files.inc();
            folder.size.add(i64::try_from(entry.len())?);
        }
    }
    Ok(())
}
