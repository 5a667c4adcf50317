//! What could not be kept where others read it: said once, and counted.

use super::file::{Full, Text};
use super::log::{Change, word};
use super::names::Names;
use super::segments::Place;
use super::{File, Writer};
use crate::multiprocess::record::{Family, List, Mode, Number, Place as Where, Record, Series};
use metrics_core::model::Kind;
use metrics_core::registry::Definition;
use metrics_core::{CallbackCounter, Registry};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// The counter's word is there from the start: when it is needed, there is no room any more.
#[derive(Debug)]
pub(super) struct Loss {
    place: Place,
    is_said: AtomicBool,
    /// When it was looked at the directory.
    looked: AtomicU64,
    is_removed: AtomicBool,
}

/// The counter, without `_total`.
pub(in crate::multiprocess) const NAME: &str = "metrics_multiprocess_losses";
pub(in crate::multiprocess) const HELP: &str = "What a process could not keep in its file, so that the page of all \
                                                 processes lacks it: series, or a thread's first count in some of them.";

impl Loss {
    pub(super) fn new(place: Place) -> Self {
        Self { place, is_said: AtomicBool::new(false), looked: AtomicU64::new(0), is_removed: AtomicBool::new(false) }
    }

    pub(super) fn announce(&self, names: &mut Names, file: &mut File) -> Result<(), Full> {
        let (family, series) = (names.next_family(), names.next_series());
        let records = [
            Record::Family(Family {
                family,
                kind: Kind::Counter,
                mode: Mode::Unset,
                number: Number::U64,
                name: NAME.into(),
                help: HELP.into(),
                unit: "",
                bounds: List::default(),
                states: List::default(),
            }),
            Record::Series(Series {
                series,
                family,
                labels: "".into(),
                created: super::now(),
                place: Where::Word { offset: self.place.offset },
            }),
        ];
        file.append(&records, Change::default())
    }

    pub(super) fn count(&self) -> u64 {
        // SAFETY: a word of its own.
        unsafe { word(self.place.address, 0) }.load(Relaxed)
    }

    /// One more, of this reason. Does not allocate: it may be the allocator's own count.
    pub(super) fn of(&self, full: Full, directory: &str) {
        // SAFETY: a word of its own.
        unsafe { word(self.place.address, 0) }.fetch_add(1, Relaxed);
        if !self.is_said.swap(true, Relaxed) {
            say(format_args!(
                "this process's file in {directory} cannot grow: {full}; what does not fit is counted in memory only, \
                 and missing on the page of all processes ({NAME}_total)"
            ));
        }
    }

    /// The same for what has no room to be counted in.
    pub(super) fn add(&self) {
        // SAFETY: a word of its own.
        unsafe { word(self.place.address, 0) }.fetch_add(1, Relaxed);
    }
}

/// A line on stderr, without memory of the allocator.
pub(super) fn say(what: std::fmt::Arguments<'_>) {
    let mut line = Text::<1_024>::new();
    let _ = writeln!(line, "metrics: {what}");
    let _ = rustix::io::write(rustix::stdio::stderr(), line.bytes());
}

/// The counter, on the page that this process makes itself.
pub(in crate::multiprocess) struct Losses;

impl Losses {
    pub(in crate::multiprocess) fn register(writer: &'static Writer) {
        let losses = CallbackCounter::new(|| writer.losses());
        // Where the name is taken, somebody has a counter of his own.
        let _ = Registry::global().register(Definition::new(NAME, HELP), Arc::new(losses));
    }
}

/// How often it is looked whether the file still has a name.
const EVERY: u64 = 1_000_000_000;

impl Writer {
    /// Says so, and counts it, if the directory was removed: then nobody finds the file any more.
    pub(super) fn look_at_directory(&self) {
        let now = super::now();
        let then = self.loss.looked.load(Relaxed);
        if now.saturating_sub(then) < EVERY || self.loss.looked.swap(now, Relaxed) != then {
            return;
        }
        let is_removed = {
            let file = self.file();
            file.segments.fd.as_ref().is_some_and(|fd| rustix::fs::fstat(fd).is_ok_and(|stat| stat.st_nlink == 0))
        };
        if is_removed {
            self.loss.add();
            if !self.loss.is_removed.swap(true, Relaxed) {
                let directory = &self.directory;
                say(format_args!(
                    "this process's file in {directory} was removed: what it counts is missing on the page of all \
                     processes until it is started anew ({NAME}_total)"
                ));
            }
        }
    }
}
