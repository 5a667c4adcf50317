//! One pass over a directory.

use crate::multiprocess::directory::{Directory, Sort};
use crate::multiprocess::merge::Table;
use crate::multiprocess::python;
use crate::multiprocess::reader::{Opened, Reader, Skip};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;

/// What a pass needs, and the next one again.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) table: Table,
    reader: Reader,
    python: python::Scan,
}

/// What a pass came across.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) alive: u64,
    pub(super) dead: u64,
    pub(super) python: u64,
    pub(super) skipped: BTreeMap<Skip, u64>,
}

/// A file of a process that has ended. It is read behind those of the living, which decide what a family is.
struct Dead {
    started: Reverse<u64>,
    name: String,
}

/// Passes until none was disturbed by a compactor. Each of those that disturb one has work for longer than a pass takes.
const ATTEMPTS: usize = 100;

impl Work {
    /// Adds up all files of a directory.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn scan(&mut self, path: &Path) -> io::Result<Report> {
        for attempt in 1.. {
            let directory = Directory::open(path)?;
            let archive = directory.archive();
            let identity = match &archive {
                Some(Ok(archive)) => Some(archive.identity()?),
                _ => None,
            };
            let is_there = archive.is_some();
            let report = self.pass(&directory, archive)?;
            // Another archive may hold what was read before, or miss what was gone already.
            let now = directory.identity(crate::multiprocess::directory::ARCHIVE)?;
            let is_same = if identity.is_some() { now == identity } else { now.is_some() == is_there };
            if is_same || attempt == ATTEMPTS {
                return Ok(report);
            }
        }
        unreachable!("the last attempt returns")
    }

    fn pass(&mut self, directory: &Directory, archive: Option<Result<Opened, Skip>>) -> io::Result<Report> {
        let Self { table, reader, python } = self;
        let mut report = Report::default();
        table.begin();
        python.begin(table);
        let archive = archive.and_then(|archive| archive.map_err(|skip| report.skip(skip)).ok());
        let includes: HashSet<u64> =
            archive.as_ref().map(|archive| reader.includes(archive).into_iter().collect()).unwrap_or_default();
        let (mut dead, mut pythons, mut pids) = (Vec::new(), Vec::new(), HashSet::new());
        for (sort, name) in directory.names()? {
            match sort {
                Sort::New => continue,
                Sort::Python => {
                    pythons.push(name);
                    continue;
                }
                Sort::Process => {}
            }
            let opened = match directory.process(&name) {
                None => continue,
                Some(Err(skip)) => {
                    report.skip(skip);
                    continue;
                }
                Some(Ok(opened)) => opened,
            };
            let header = opened.header;
            if header.is_archive {
                report.skip(Skip::Foreign);
            } else if includes.contains(&header.random) {
            } else if opened.is_alive {
                report.alive += 1;
                let mut pid = header.pid.to_string();
                // Containers that share the directory may have processes of one number.
                if !pids.insert(header.pid) {
                    pid = format!("{pid}-{:016x}", header.random);
                }
                report.see(reader.add(&opened, &pid, table));
            } else {
                dead.push(Dead { started: Reverse(header.started), name });
            }
        }
        dead.sort_unstable_by(|a, b| (a.started, &a.name).cmp(&(b.started, &b.name)));
        for Dead { name, .. } in dead {
            let Some(opened) = directory.process(&name) else { continue };
            report.dead += 1;
            report.see(opened.and_then(|opened| reader.add(&opened, &opened.header.pid.to_string(), table)));
        }
        if let Some(archive) = archive {
            report.see(reader.add(&archive, "", table));
        }
        for name in pythons {
            let Some(role) = python::role_of(name.as_ref()) else {
                report.skip(Skip::Foreign);
                continue;
            };
            match directory.read(&name) {
                Ok(None) => {}
                Ok(Some(file)) => {
                    report.python += 1;
                    report.see(python.read(table, role, file).map_err(Skip::from));
                }
                Err(error) => report.skip(error.into()),
            }
        }
        table.end();
        Ok(report)
    }
}

impl Report {
    fn see(&mut self, read: Result<(), Skip>) {
        if let Err(skip) = read {
            self.skip(skip);
        }
    }

    fn skip(&mut self, skip: Skip) {
        *self.skipped.entry(skip).or_default() += 1;
    }
}
