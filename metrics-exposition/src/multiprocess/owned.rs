//! What files add up to, as values.

use super::merge::Table;
use super::python;
use super::reader::{Reader, Skip, open};
use metrics_core::model::{Labels, MetricFamily, Number, Sample};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Families that files add up to; see [`merge`].
#[derive(Debug)]
pub struct Merged {
    families: Vec<MetricFamily>,
    skipped: Vec<Skipped>,
    accumulates: bool,
}

/// A file that was passed over, or the rest of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// Which.
    pub path: PathBuf,
    /// Why: `empty`, `truncated`, `foreign`, `version`, `corrupt`, `misread` or `unreadable`.
    pub reason: &'static str,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Adds some files up, by the rules of a [`MultiprocessCollector`](super::MultiprocessCollector): for tests, and for what
/// is no scrape. With `accumulate`, the buckets of histograms count everything up to their bounds and there is a `_count`, as
/// on a page; without, each has its own observations, and there is none, as Python's `merge` does it for what adds them up
/// again.
///
/// ```
/// use metrics_exposition::multiprocess::merge;
/// let merged = merge(["/no/such/4711-0123456789abcdef.metrics"], true);
/// assert!(merged.families().is_empty());
/// assert_eq!(merged.skipped()[0].reason, "unreadable");
/// ```
pub fn merge(files: impl IntoIterator<Item = impl AsRef<Path>>, accumulate: bool) -> Merged {
    let (mut table, mut reader, mut python) = (Table::default(), Reader::default(), python::Scan::default());
    let mut skipped = Vec::new();
    table.begin();
    python.begin(&table);
    for path in files {
        let path = path.as_ref();
        if let Err(skip) = add(path, &mut table, &mut reader, &mut python) {
            skipped.push(Skipped { path: path.to_owned(), reason: skip.as_str() });
        }
    }
    table.end();
    let mut families: Vec<_> = table.descs().filter_map(|(number, desc)| table.owned(number, &desc)).collect();
    families.sort_by(|a, b| a.desc().name.cmp(&b.desc().name));
    Merged { families, skipped, accumulates: accumulate }
}

fn add(path: &Path, table: &mut Table, reader: &mut Reader, python: &mut python::Scan) -> Result<(), Skip> {
    if let Some(role) = path.file_name().and_then(python::role_of) {
        return Ok(python.read(table, role, File::open(path)?)?);
    }
    let opened = open(File::open(path)?)?;
    reader.add(&opened, &opened.header.pid.to_string(), table)
}

impl Merged {
    /// By name.
    pub fn families(&self) -> &[MetricFamily] {
        &self.families
    }

    /// The family of this name, without `_total`.
    pub fn family(&self, name: &str) -> Option<&MetricFamily> {
        self.families.iter().find(|family| family.desc().name == name)
    }

    /// Files that are not in it, or not wholly.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// All samples.
    pub fn samples(&self) -> Vec<Sample> {
        let samples = self.families.iter().map(|family| (&*family.desc().name, family.samples()));
        if self.accumulates {
            return samples.flat_map(|(_, samples)| samples).collect();
        }
        samples.flat_map(|(name, samples)| raw(name, samples)).collect()
    }

    /// The value of one sample, its labels in any order.
    pub fn get_sample_value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        self.samples().iter().find(|sample| sample.is(name, labels)).map(|sample| sample.value.as_f64())
    }
}

/// Samples of a family, with what each bucket has by itself.
fn raw(family: &str, samples: Vec<Sample>) -> Vec<Sample> {
    let suffix = |sample: &Sample| sample.name.strip_prefix(family).map(str::to_owned).unwrap_or_default();
    let of =
        |sample: &Sample| Labels::render(sample.labels.iter().filter(|(name, _)| name != "le").map(|(n, v)| (n, v)));
    let has_buckets = samples.iter().any(|sample| suffix(sample) == "_bucket");
    let mut below = (String::new(), 0);
    let mut raw = Vec::new();
    for mut sample in samples {
        match (&*suffix(&sample), sample.value) {
            ("_bucket", Number::U64(count)) => {
                let labels = of(&sample);
                let before = if below.0 == labels { below.1 } else { 0 };
                sample.value = Number::U64(count.saturating_sub(before));
                below = (labels, count);
            }
            ("_count" | "_gcount", _) if has_buckets => continue,
            // Behind the last bucket.
            _ => below = (String::new(), 0),
        }
        raw.push(sample);
    }
    raw
}
