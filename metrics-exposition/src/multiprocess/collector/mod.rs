//! The collector that shows what all processes counted.

mod report;
mod scan;
#[cfg(test)]
mod tests;

use super::error::DirectoryError;
use metrics_core::Collector;
use metrics_core::collector::Snapshot;
use metrics_core::metric::{Cursor, Points};
use metrics_core::model::{Desc, MetricFamily};
use report::Own;
use scan::Work;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Shows what all processes of a directory counted, added up: this library's, and those of Python's client
/// (`prometheus_client`) in its multiprocess mode.
///
/// ```
/// use metrics_core::Registry;
/// use metrics_exposition::multiprocess::MultiprocessCollector;
/// use std::sync::Arc;
///
/// # let dir = std::env::temp_dir().join(format!("metrics-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&dir)?;
/// // A registry of its own: the global one has what this process counts, which is in the directory, too.
/// let registry = Registry::new();
/// registry.register_collector(Arc::new(MultiprocessCollector::new(&dir)?))?;
/// assert_eq!(registry.get_sample_value("metrics_multiprocess_files", &[("state", "alive")]), Some(0.0));
/// # std::fs::remove_dir(dir)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Rules
///
/// As in Python's client, and for what that has not, in its spirit:
///
/// | type | several processes' values become |
/// |---|---|
/// | counter, summary, histogram | their sum, also with those of processes that have ended |
/// | native histogram | the same, at the coarsest resolution and the widest zero bucket among them |
/// | gauge, by its mode | `all`: a series for each process, with a label `pid`; `min`, `max`, `sum`; `mostrecent`: what was set last, nothing if none was. With `live` before it: of living processes only |
/// | state set, by the same modes | the same; `sum`: each state that is the case in any; `min`, `max`: the first or last |
/// | gauge histogram | the sum of living processes, or by its mode |
/// | info | those of living processes, equal ones once |
/// | exemplar | the newest |
/// | created | the earliest |
///
/// Who comes first decides about help, unit, type and mode of a family: living processes in the order of their files'
/// names, dead ones from the newest, the archive, Python's. A family of another type with the same name is left out. A label `pid` of
/// the program's own becomes `exported_pid`. Two living processes of one number, of two containers: the second one's is the
/// number, `-` and that of its file. Histograms with other buckets than most of living processes have are series of their
/// own, with a label `buckets`; all counts are somewhere. Labels are sorted by name, series by labels.
///
/// # What it says of itself
///
/// `metrics_multiprocess_files` by state, `metrics_multiprocess_skipped_files` by reason,
/// `metrics_multiprocess_conflicts` by family and reason, `metrics_multiprocess_directory_readable`, and
/// `metrics_multiprocess_compaction_errors_total`.
///
/// # Cost
///
/// A scrape reads all files; it keeps what keys mean for the next one. Its memory is that of the different series, and of
/// one file. If many dead processes' files lie there, it [compacts](super::compact()) some of them. It may be used from
/// any thread, and from several at once; each then has memory of its own.
pub struct MultiprocessCollector {
    path: PathBuf,
    pool: Arc<Pool>,
    compacts: bool,
    compaction_errors: AtomicU64,
}

/// What scrapes that are not under way have left.
type Pool = Mutex<Vec<Work>>;

/// The environment variable that names the directory, as for Python's client.
pub(super) const VARIABLE: &str = "PROMETHEUS_MULTIPROC_DIR";
/// Dead processes' files that a scrape leaves as they are, at most; and those that it compacts at once.
const DEAD: u64 = 16;
const AT_ONCE: usize = 1_024;

impl MultiprocessCollector {
    /// Of a directory that is there. It may be removed and made again later.
    ///
    /// # Errors
    /// If it is not there, or is no directory, or may not be read.
    pub fn new(dir: impl Into<PathBuf>) -> Result<Self, DirectoryError> {
        let path = dir.into();
        DirectoryError::check(&path)?;
        Ok(Self { path, pool: Arc::default(), compacts: true, compaction_errors: AtomicU64::new(0) })
    }

    /// Of the directory that `PROMETHEUS_MULTIPROC_DIR` names.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if the variable is not set.
    pub fn from_env() -> Result<Self, DirectoryError> {
        let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
        Self::new(path.ok_or(DirectoryError::Unset)?)
    }

    /// Without compacting at scrapes: for whoever calls [`compact`](super::compact()), or may not write.
    #[must_use]
    pub fn without_compaction(self) -> Self {
        Self { compacts: false, ..self }
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self) -> Reading {
        let pooled = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut work = pooled.unwrap_or_default();
        let report = work.scan(&self.path).ok();
        if report.is_none() {
            // Nothing of the scrape before.
            work.table.begin();
        }
        let dead = report.as_ref().map_or(0, |report| report.dead);
        if self.compacts && dead > DEAD && super::archive::compact_some(&self.path, AT_ONCE, None).is_err() {
            self.compaction_errors.fetch_add(1, Relaxed);
        }
        let own = report::families(report.as_ref(), &work.table, self.compaction_errors.load(Relaxed));
        let is_own = |name: &str| own.iter().any(|family| family.desc.name == name);
        let families = work.table.descs().filter(|(_, desc)| !is_own(&desc.name)).collect();
        Reading { work: Some(work), pool: Arc::clone(&self.pool), own, families }
    }
}

impl Collector for MultiprocessCollector {
    fn collect(&self) -> Vec<MetricFamily> {
        let reading = self.read();
        let Some(work) = &reading.work else { return Vec::new() };
        let families = reading.families.iter().filter_map(|(number, desc)| work.table.owned(*number, desc));
        families.chain(reading.own.iter().filter_map(Own::owned)).collect()
    }

    /// Nothing: what processes have is not known yet, and looked at in each scrape.
    fn describe(&self) -> Vec<Desc> {
        Vec::new()
    }

    fn snapshot(&self) -> Option<Box<dyn Snapshot>> {
        Some(Box::new(self.read()))
    }
}

/// What all processes counted, at one moment.
struct Reading {
    /// Always there, until it goes back.
    work: Option<Work>,
    pool: Arc<Pool>,
    /// Numbers of the table's families.
    families: Vec<(usize, Desc)>,
    own: Vec<Own>,
}

impl Snapshot for Reading {
    fn descs(&self) -> Vec<Desc> {
        self.families.iter().map(|(_, desc)| desc).chain(self.own.iter().map(|own| &own.desc)).cloned().collect()
    }

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        if let Some((number, _)) = self.families.get(family) {
            return self.work.as_ref()?.table.emit(*number, from, points);
        }
        let own = self.own.get(family - self.families.len())?;
        own.points().for_each(|(labels, point)| points.push(labels, point));
        None
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(work);
        }
    }
}

impl fmt::Debug for MultiprocessCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiprocessCollector").field("path", &self.path).finish_non_exhaustive()
    }
}
