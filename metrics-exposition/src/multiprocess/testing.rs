//! Directories with files of processes, for tests.

use super::archive::Build;
use super::record::{Family, Header, List, Mode, Number, Place, Record, Series};
use metrics_core::model::Kind;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tempfile::TempDir;

pub(super) fn directory() -> TempDir {
    tempfile::tempdir().expect("there is room")
}

/// A process that has counted.
pub(super) struct Process {
    pub(super) header: Header,
    pub(super) build: Build,
    families: u32,
    series: u32,
}

/// A process that lives until this is dropped.
pub(super) struct Living(File);

impl Drop for Living {
    fn drop(&mut self) {
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

impl Process {
    pub(super) fn new(pid: u64) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let random = NEXT.fetch_add(1, Relaxed);
        let header = Header { is_archive: false, pid, started: random * 1_000, random, block: 0 };
        Self { header, build: Build::new(header), families: 0, series: 0 }
    }

    pub(super) fn family(mut self, name: &str, kind: Kind, mode: Mode, number: Number, bounds: &[f64]) -> Self {
        let record = Family {
            family: self.families,
            kind,
            mode,
            number,
            name: name.into(),
            help: "Help.".into(),
            unit: "",
            bounds: List::Values(bounds),
            states: List::Values(&["on", "off"]),
        };
        assert!(self.build.log(&Record::Family(record)));
        self.families += 1;
        self
    }

    /// A series of the family that came last.
    pub(super) fn series(mut self, labels: &str, place: Place<'_>) -> Self {
        let (series, family) = (self.series, self.families - 1);
        let record = Series { series, family, labels: labels.into(), created: self.header.started, place };
        assert!(self.build.log(&Record::Series(record)));
        self.series += 1;
        self
    }

    pub(super) fn counter(mut self, name: &str, labels: &str, value: u64) -> Self {
        let place = self.build.cells(&[value]).expect("one");
        self.family(name, Kind::Counter, Mode::Unset, Number::U64, &[]).series(labels, place)
    }

    pub(super) fn gauge(mut self, name: &str, mode: Mode, value: f64, time: u64) -> Self {
        let offset = self.build.word(value.to_bits(), time);
        self.family(name, Kind::Gauge, mode, Number::F64, &[]).series("", Place::Word { offset })
    }

    pub(super) fn histogram(mut self, name: &str, bounds: &[f64], counts: &[u64], sum: f64) -> Self {
        let cells = [&[0, sum.to_bits()], counts].concat();
        let place = self.build.cells(&cells).expect("few");
        self.family(name, Kind::Histogram, Mode::Unset, Number::U64, bounds).series("", place)
    }

    /// The number of the series that came last.
    pub(super) fn last(&self) -> u32 {
        self.series - 1
    }

    /// It has ended, and nobody saw its file before it was whole.
    pub(super) fn dead_whole(self, directory: &Path) {
        let name = format!("{}-{:016x}", self.header.pid, self.header.random);
        let new = directory.join(format!(".new-{name}"));
        fs::write(&new, self.build.finish()).expect("there is room");
        fs::rename(new, directory.join(name + ".metrics")).expect("it was written just now");
    }

    /// It has ended.
    pub(super) fn dead(self, directory: &Path) -> PathBuf {
        let path = directory.join(format!("{}-{:016x}.metrics", self.header.pid, self.header.random));
        fs::write(&path, self.build.finish()).expect("there is room");
        path
    }

    /// It lives.
    pub(super) fn living(self, directory: &Path) -> Living {
        let file = File::open(self.dead(directory)).expect("it was written just now");
        flock(&file, FlockOperation::LockExclusive).expect("nobody has it");
        Living(file)
    }
}
