//! What other processes are told of a native histogram.

use super::labels::Labels;
use super::table::Segments;
use super::{Life, Native};
use crate::cell::Stopped;
use crate::metric::NumberType;
use crate::metric::journal::{Key, Name, Named, NativeRecord, Place, SeriesRecord, Traits, journal};
use std::sync::Arc;

/// Its family and its labels. A life that begins is another series, of the same name.
pub(super) struct Known {
    name: Arc<Name>,
    labels: Box<str>,
}

impl Native {
    /// See [`Collect::announce`](crate::metric::Collect::announce).
    pub(in crate::metric::histogram) fn announce(
        &self,
        stopped: &mut Stopped<'static>,
        traits: Traits<'_>,
        named: Option<Named<'_>>,
    ) {
        let Some(Named { name, labels }) = named else {
            self.key(stopped).end();
            *self.known.get(stopped) = None;
            return;
        };
        *self.known.get(stopped) = Some(Known { name: Arc::clone(name), labels: labels.into() });
        let life = self.life.get(stopped).clone();
        let segments = self.table.get_stopped(stopped).segments.clone();
        self.begin(stopped, &life, &segments, traits, None);
        self.exemplars.announce(life.number, self.exemplar_slots(stopped));
    }

    /// Where its exemplars are: in slots behind those of classic buckets.
    pub(super) fn exemplar_slots(&self, stopped: &Stopped<'static>) -> (Key, u32) {
        (self.key(stopped), u32::try_from(self.shape.classic()).unwrap_or(u32::MAX))
    }

    /// Tells of what is about to become of it.
    pub(super) fn tell(&self, stopped: &mut Stopped<'static>, life: &Life, segments: &Segments) {
        let Some(journal) = journal() else { return };
        let (key, table) = (self.key(stopped), self.table.get_stopped(stopped));
        if table.life == life.number {
            let more = more(segments, table.segments.ranges.len());
            return journal.relabel(key, &more, &life.labels.record(life));
        }
        let bounds = self.shape.classic.as_ref().map_or(&[][..], |bounds| bounds.finite());
        let traits = Traits { bounds, ..Traits::of(NumberType::F64) };
        self.begin(stopped, life, segments, traits, Some(key));
    }

    fn begin(
        &self,
        stopped: &mut Stopped<'static>,
        life: &Life,
        segments: &Segments,
        traits: Traits<'_>,
        replaces: Option<Key>,
    ) {
        let Some(Known { name, labels }) = self.known.get(stopped) else { return };
        let first = &segments.ranges[0];
        let named = Named { name, labels };
        let Some(record) = named.record(traits, Key::of_cells(first), Place::of_cells(first)) else { return };
        let (native, more) = (life.labels.record(life), more(segments, 1));
        let created = Some(life.created);
        SeriesRecord { created, more: &more, native: Some(&native), replaces, ..record }.begin();
    }
}

/// The ranges from this one on.
fn more(segments: &Segments, from: usize) -> Vec<(u32, u32)> {
    segments.ranges[from..].iter().map(|range| (range.id(), range.count())).collect()
}

impl Labels {
    fn record(&self, life: &Life) -> NativeRecord {
        NativeRecord {
            schema: self.schema().into(),
            zero_threshold: self.zero_threshold,
            created: life.created,
            labels: self.of_cells.clone(),
        }
    }
}
