//! Files of other processes, added to a [`Table`]: each in two steps. The first one reads, and may begin again while the
//! process writes; the second adds what was read. Memory is that of one file, used again for the next.

mod add;
mod cells;
mod file;
mod log;
mod series;
#[cfg(test)]
mod tests;
mod window;

pub(super) use file::{Opened, is_alive, open};

use super::merge::{FamilyDef, FamilyId, SeriesId, Table};
use super::python::Fault;
use super::record::{Header, Record};
use log::Log;
use series::State;
use std::fmt;
use std::io;
use window::Window;

/// Why a file was passed over, or the rest of it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Skip {
    /// It has no bytes.
    Empty,
    /// It is shorter than it says.
    Truncated,
    /// It is something else.
    Foreign,
    /// It is of another version of the format.
    Version,
    /// A checksum or a length is wrong, or something refers to what is not there.
    Corrupt,
    /// Some of Python's keys or values are none that it writes; the others are good.
    Misread,
    /// The system did not let it be read.
    Unreadable,
}

impl Skip {
    /// All of them.
    pub(super) const ALL: [Self; 7] =
        [Self::Empty, Self::Truncated, Self::Foreign, Self::Version, Self::Corrupt, Self::Misread, Self::Unreadable];

    /// Its word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Truncated => "truncated",
            Self::Foreign => "foreign",
            Self::Version => "version",
            Self::Corrupt => "corrupt",
            Self::Misread => "misread",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Fault> for Skip {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Empty => Self::Empty,
            Fault::Foreign => Self::Foreign,
            Fault::Truncated => Self::Truncated,
            Fault::Corrupt => Self::Corrupt,
            Fault::Misread => Self::Misread,
            Fault::Unreadable(error) => error.into(),
        }
    }
}

impl From<io::Error> for Skip {
    fn from(error: io::Error) -> Self {
        // Shorter than it was a moment ago.
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Truncated } else { Self::Unreadable }
    }
}

/// Reads files; memory that each of them needs in turn.
#[derive(Debug, Default)]
pub(super) struct Reader {
    window: Window,
    state: State,
    cells: cells::Scratch,
}

/// Times that a log is read anew because the process has written it anew meanwhile. That takes it longer than reading does.
const ATTEMPTS: usize = 5;

impl Reader {
    /// Adds what a file holds to the table. `pid` is the label of its process.
    ///
    /// # Errors
    /// Why not all of it was read; what came before is in the table.
    pub(super) fn add(&mut self, opened: &Opened, pid: &str, table: &mut Table) -> Result<(), Skip> {
        self.add_if(opened, pid, table, |_| true)
    }

    /// The same, or nothing if not all of it can be read.
    ///
    /// # Errors
    /// Why.
    pub(super) fn add_whole(&mut self, opened: &Opened, pid: &str, table: &mut Table) -> Result<(), Skip> {
        self.add_if(opened, pid, table, Result::is_ok)
    }

    fn add_if(
        &mut self,
        opened: &Opened,
        pid: &str,
        table: &mut Table,
        may: impl FnOnce(&Result<(), Skip>) -> bool,
    ) -> Result<(), Skip> {
        let (is_alive, Header { is_archive, started, .. }) = (opened.is_alive, opened.header);
        let context = series::Context { pid, is_alive, is_archive, started };
        let mut read = Ok(());
        for attempt in 1..=ATTEMPTS {
            let is_last = attempt == ATTEMPTS;
            read = match self.read(opened, &context, table) {
                Ok(Whole::Yes) => Ok(()),
                // A log that is being replaced looks so, too.
                Ok(Whole::Partly(_) | Whole::Changed) if is_alive && !is_last => continue,
                Ok(Whole::Partly(skip)) => Err(skip),
                Ok(Whole::Changed) => Ok(()),
                Err(skip) => return Err(skip),
            };
            break;
        }
        if may(&read) {
            table.set_alive(is_alive);
            add::add(&self.state, &self.cells, &context, table);
            table.set_alive(true);
        }
        read
    }

    fn read(&mut self, opened: &Opened, context: &series::Context<'_>, table: &mut Table) -> Result<Whole, Skip> {
        let file = &opened.file;
        self.window.forget();
        self.state.clear();
        let header = file::header(&mut self.window, file)?;
        let len = opened.len()?;
        let mut log = Log::new(&mut self.window, file, header.block, len)?;
        let mut whole = Whole::Yes;
        loop {
            match log.next(&mut self.window, file, len) {
                Ok(Some(record)) => {
                    if let Err(skip) = self.state.apply(&record, len, context, table) {
                        whole = Whole::Partly(skip);
                        break;
                    }
                }
                Ok(None) => break,
                Err(skip) => {
                    whole = Whole::Partly(skip);
                    break;
                }
            }
        }
        self.window.forget();
        if self.state.prepare().is_err() {
            whole = Whole::Partly(Skip::Corrupt);
        }
        self.cells.read(&mut self.window, file, &self.state, opened.is_alive)?;
        if opened.is_alive {
            if file::block(file)? != header.block {
                return Ok(Whole::Changed);
            }
            // Mostly nothing has come, which one look tells.
            if matches!(whole, Whole::Yes) && log.has_more(file)? {
                self.window.forget();
                let len = opened.len()?;
                while let Ok(Some(record)) = log.next(&mut self.window, file, len) {
                    self.state.apply_late(&record);
                }
            }
        }
        Ok(whole)
    }

    /// Numbers of the files that an archive includes. They stand at the start of its log.
    pub(super) fn includes(&mut self, archive: &Opened) -> Vec<u64> {
        let mut includes = Vec::new();
        self.window.forget();
        let len = archive.len().unwrap_or(0);
        let Ok(mut log) = Log::new(&mut self.window, &archive.file, archive.header.block, len) else { return includes };
        while let Ok(Some(Record::Includes { random })) = log.next(&mut self.window, &archive.file, len) {
            includes.push(random);
        }
        includes
    }
}

/// How much of a file was read.
enum Whole {
    Yes,
    /// As far as it is what it should be.
    Partly(Skip),
    /// Its log is another one by now.
    Changed,
}
