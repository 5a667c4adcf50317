//! Native histograms: buckets that grow exponentially, made when something falls into them.
//!
//! Which cell a bucket has is written in a table that all threads read without a lock, under a pin. To make a bucket,
//! the cold paths are stopped. Making the resolution coarser gives cells new labels and moves no count: an observer that
//! is still in the table of before counts in a cell whose label is right all the same. Starting over means other cells
//! and another table; the former ones are freed when nobody is in them any more.

mod exemplars;
mod index;
mod known;
mod labels;
mod table;
#[cfg(test)]
mod tests;

use super::bounds::Bounds;
use crate::cell::{
    Layout, Published, Slot, Stopped, StoppedCell, pin, pin_first, read_sequenced, stop, unlikely, unmoved,
};
use crate::metric::journal::{Key, journal};
use crate::metric::timer::Stopwatch;
use crate::model::{Exemplar, NativeHistogram, NativeOptions, Timestamp};
use exemplars::Exemplars;
pub use index::native_upper_bound;
use known::Known;
use labels::{Labels, label};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use table::{SEGMENT, Segments, Table};

/// What all histograms of a family share.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) options: NativeOptions,
    /// If there are classic buckets too.
    pub(super) classic: Option<Bounds>,
}

/// The cells of one histogram.
pub(super) struct Native {
    table: Published<Table>,
    life: StoppedCell<Life>,
    exemplars: Exemplars,
    shape: Arc<Shape>,
    /// What other processes know it by, if they do.
    known: StoppedCell<Option<Known>>,
}

/// From one reset to the next.
#[derive(Clone, Debug)]
struct Life {
    number: u64,
    labels: Labels,
    created: Timestamp,
    age: Stopwatch,
}

/// A histogram at one moment.
pub(super) struct Reading {
    /// Of the classic buckets, if there are any.
    pub(super) classic: Vec<u64>,
    pub(super) native: NativeHistogram,
    pub(super) created: Timestamp,
}

impl Shape {
    /// Classic buckets of each segment.
    fn classic(&self) -> usize {
        self.classic.as_ref().map_or(0, |bounds| bounds.finite().len() + 1)
    }
}

impl Life {
    fn new(number: u64, options: &NativeOptions) -> Self {
        Self { number, labels: Labels::new(options), created: Timestamp::now(), age: Stopwatch::start() }
    }

    fn may_reset(&self, options: &NativeOptions) -> bool {
        options.min_reset.is_some_and(|age| self.age.elapsed() >= age)
    }
}

impl Native {
    pub(super) fn new(shape: &Arc<Shape>, stopped: &mut Stopped<'_>) -> Self {
        let life = Life::new(0, &shape.options);
        let mut segments = Segments { ranges: Vec::new(), classic: shape.classic() };
        add_segment(&mut segments, stopped);
        let table = Table::new(&life.labels, segments, life.number);
        Self {
            table: Published::new(table),
            life: StoppedCell::new(life),
            exemplars: Exemplars::default(),
            shape: Arc::clone(shape),
            known: StoppedCell::new(None),
        }
    }

    // Compiled in the user's crate: where that is a program, it knows where the thread's own is, and saves nothing for a
    // call that asks for it.
    #[inline]
    pub(super) fn observe(&self, value: f64) {
        match &self.shape.classic {
            None => self.observe_usual(value, None),
            Some(classic) => {
                unlikely();
                self.observe_both(value, classic);
            }
        }
    }

    #[inline]
    fn observe_both(&self, value: f64, classic: &Bounds) {
        match classic.look_up(value) {
            Some(also) => self.observe_usual(value, Some(also)),
            None => self.observe_slowly(value),
        }
    }

    #[inline(always)]
    fn observe_usual(&self, value: f64, also: Option<usize>) {
        if !self.try_observe(value, also) {
            self.observe_slowly(value);
        }
    }

    /// Observes what is a usual number if that takes but a few instructions. None of them is a call, so that few registers
    /// are saved.
    #[inline(always)]
    fn try_observe(&self, value: f64, also: Option<usize>) -> bool {
        // Until the value is counted, the cells stay this histogram's.
        let Some(pin) = pin_first() else { return false };
        let slot = self.table.get(&pin).find_usual(value);
        slot.is_some_and(|slot| slot.observe_own(also, value))
    }

    /// What is no usual number, or has no bucket yet, or this thread has no copy of it.
    #[inline(never)]
    fn observe_slowly(&self, value: f64) {
        let pin = pin();
        let slot = self.table.get(&pin).find(value).unwrap_or_else(|| self.make(value));
        slot.observe(self.shape.classic.as_ref().map(|bounds| bounds.find(value)), value);
    }

    /// Keeps an exemplar of what was observed just now.
    pub(super) fn keep(&self, exemplar: Exemplar, retain: Duration) {
        let mut stopped = stop();
        let life = self.life.get(&mut stopped).number;
        let is_known = self.known.get(&mut stopped).is_some();
        let place = is_known.then(|| self.exemplar_slots(&stopped));
        drop(stopped);
        self.exemplars.put(life, exemplar, retain, place);
    }

    /// Makes the bucket of `value`, unless somebody else just did.
    #[cold]
    #[inline(never)]
    fn make(&self, value: f64) -> Slot {
        let mut stopped = stop();
        let mut life = self.life.get(&mut stopped).clone();
        let options = &self.shape.options;
        let may_reset = life.may_reset(options);
        let (cell, is_reset) = life.labels.cell(value, options, may_reset);
        if is_reset {
            let labels = life.labels;
            life = Life { labels, ..Life::new(life.number + 1, options) };
        }
        let table = self.table.get_stopped(&stopped);
        let (slot, garbage) = if !is_reset && table.fits(&life.labels) {
            if table.find(value).is_none() {
                let label = label(value, life.labels.steps, life.labels.zero_threshold);
                if let (Some(journal), Ok(cell)) = (journal(), u32::try_from(cell)) {
                    journal.bucket(self.key(&stopped), cell, label);
                }
                table.insert(label, cell);
            }
            (table.segments.slot(cell), Vec::new())
        } else {
            let slot = self.replace_table(&life, &mut stopped).slot(cell);
            (slot, self.table.take_quiet(&mut stopped))
        };
        *self.life.get(&mut stopped) = life;
        drop(stopped);
        // Not before: it stops them itself.
        drop(garbage);
        slot
    }

    /// Publishes the table of a life, in place of one that does not fit any more. Where the cells lie.
    fn replace_table(&self, life: &Life, stopped: &mut Stopped<'static>) -> Segments {
        let table = self.table.get_stopped(stopped);
        let mut segments = table.segments.clone();
        if table.life != life.number {
            segments.ranges.clear();
        }
        while segments.capacity() < life.labels.len() {
            add_segment(&mut segments, stopped);
        }
        // Before anybody counts there.
        self.tell(stopped, life, &segments);
        self.table.replace(stopped, Table::new(&life.labels, segments.clone(), life.number));
        segments
    }

    /// What it is known by: its first cells of this life are nobody else's.
    fn key(&self, stopped: &Stopped<'static>) -> Key {
        Key::of_cells(&self.table.get_stopped(stopped).segments.ranges[0])
    }

    /// Begins at zero.
    pub(super) fn restart(&self, stopped: &mut Stopped<'static>) {
        let life = Life::new(self.life.get(stopped).number + 1, &self.shape.options);
        self.replace_table(&life, stopped);
        *self.life.get(stopped) = life;
    }

    /// Starts over if it got coarser than it should be, and is old enough.
    pub(super) fn restart_if_due(&self) {
        let options = &self.shape.options;
        if options.min_reset.is_none() {
            return;
        }
        let mut stopped = stop();
        let life = self.life.get(&mut stopped);
        if life.labels.is_coarser(options) && life.may_reset(options) {
            self.restart(&mut stopped);
        }
    }

    pub(super) fn read(&self) -> Reading {
        let pin = pin();
        let classic = self.shape.classic();
        let width = 1 + classic + SEGMENT;
        let mut words = Vec::new();
        let life = loop {
            let table = self.table.get(&pin);
            let ranges = &table.segments.ranges;
            unmoved(|| {
                words.clear();
                read_sequenced(ranges.iter().map(|range| &**range), width, &mut words);
            });
            // Labels last: each cell that holds something has one by now. Cells of a segment that is newer than this
            // reading hold nothing in it, neither in a bucket nor in the sum.
            let life = self.life.get(&mut stop()).clone();
            if life.number == table.life {
                break life;
            }
        };
        let segments = words.chunks_exact(width);
        let sum = segments.clone().map(|words| f64::from_bits(words[0])).sum();
        let mut counts = vec![0u64; classic];
        for words in segments.clone() {
            for (count, word) in counts.iter_mut().zip(&words[1..]) {
                *count = count.wrapping_add(*word);
            }
        }
        let cells = segments.flat_map(|words| words[1 + classic..].iter().copied());
        let native = life.labels.histogram(sum, cells);
        let native = native.with_exemplars(self.exemplars.read(life.number)).expect("all were kept with their time");
        Reading { classic: counts, native, created: life.created }
    }

    pub(super) fn created(&self) -> Timestamp {
        self.life.get(&mut stop()).created
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Native").field(&self.read().native).finish()
    }
}

fn add_segment(segments: &mut Segments, stopped: &mut Stopped<'_>) {
    // Where it does not fit, more are refused than fit.
    let buckets = u32::try_from(segments.classic + SEGMENT).unwrap_or(u32::MAX);
    segments.ranges.push(Arc::new(stopped.allocate(Layout::Histogram(buckets))));
}
