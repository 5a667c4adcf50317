//! The family that is being read.

use super::cursor::Cursor;
use super::error::{Fault, ParseFault};
use metrics_core::model::{Kind, MetricFamily};
use std::collections::VecDeque;

/// The family at hand, what its comments say of it, and those before it that are whole.
#[derive(Default)]
pub(super) struct Current {
    pub(super) head: Head,
    /// Made when its first sample comes, because the type is known then.
    pub(super) family: Option<MetricFamily>,
    /// Whether its name may stand on a page without quotes.
    pub(super) is_plain: bool,
    /// Families that are whole, the next one to be given in front.
    pub(super) done: VecDeque<MetricFamily>,
    /// Bytes of its lines.
    pub(super) size: usize,
}

/// What comments say.
#[derive(Default)]
pub(super) struct Head {
    /// Empty: there is no family.
    pub(super) name: String,
    pub(super) kind: Option<Kind>,
    pub(super) help: Option<String>,
    pub(super) unit: Option<String>,
}

impl Current {
    /// The next family, of which a first line was read that is this long.
    pub(super) fn begin(&mut self, name: &str, len: usize) -> Result<(), Fault> {
        self.end()?;
        self.head.name.push_str(name);
        self.size = len;
        Ok(())
    }

    /// The family is whole.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        if !self.head.name.is_empty() {
            self.family()?;
        }
        self.head = Head::default();
        self.done.extend(self.family.take());
        Ok(())
    }

    /// The family goes on as another one, of which a first line was read that is this long. What help says stays with
    /// the first: it may be long, and the parts many.
    pub(super) fn end_part(&mut self, len: usize) {
        self.done.extend(self.family.take().filter(|family| !family.is_empty()));
        self.size = len;
    }

    pub(super) fn family(&mut self) -> Result<&mut MetricFamily, Fault> {
        if self.family.is_none() {
            let Head { name, kind, help, unit } = &mut self.head;
            let kind = kind.unwrap_or(Kind::Unknown);
            let family = MetricFamily::new(name, help.take().unwrap_or_default(), kind);
            let with_unit = family.and_then(|family| match unit.take() {
                Some(unit) if !unit.is_empty() => family.with_unit(unit),
                _ => Ok(family),
            });
            self.put(with_unit.map_err(|error| ParseFault::family(error).at(0))?);
        }
        Ok(self.family.as_mut().expect("made above"))
    }

    pub(super) fn put(&mut self, family: MetricFamily) {
        let name = &*family.desc().name;
        self.is_plain = Cursor::new(name, false).bare_name(true) == name;
        self.family = Some(family);
    }
}

/// Whether a sample of this name is one of the family's.
#[inline]
pub(super) fn has_sample(family: &MetricFamily, name: &str, is_strict: bool) -> bool {
    let desc = family.desc();
    match name.strip_prefix(&*desc.name) {
        // Counters named without `_total` are usual in text.
        Some("") => !(matches!(desc.kind, Kind::Info) || (is_strict && desc.kind == Kind::Counter)),
        Some(suffix) => desc.kind.suffixes().contains(&suffix),
        None => false,
    }
}
