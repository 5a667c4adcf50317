//! Families whose label sets can be counted: an array.
//!
//! A slot's metric is made at its first lookup and stays for ever, so that no reference can come to mean
//! another series and nothing needs a pin. A removed series keeps its cells; what is in them when it comes
//! back is subtracted from then on ([`Child::restart`]).

#![allow(unsafe_code, reason = "a slot is read without a lock")]

use super::names::Names;
use super::{Child, Cursor, Handle, LabelSet, Labels, Named, Points, Schema, Spec, Store};
use crate::cell::{Stopped, stop};
use crate::label::{cardinality, render};
use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::sync::atomic::{AtomicU8, Ordering::*};
use std::sync::{Arc, OnceLock};

#[allow(missing_debug_implementations, reason = "hidden; `Family` has it")]
pub struct DenseStore<M: Child> {
    slots: Box<[Slot<M>]>,
    /// Those of each slot that was ever live, rendered.
    labels: Box<[OnceLock<Box<str>>]>,
    schema: Schema,
    shared: M::Shared,
    names: Names,
}

/// A place for a series. Changes while the cold paths are stopped, is read at any time.
///
/// Not a `OnceLock`: that would be looked at twice, and not fit half a cache line.
struct Slot<M> {
    child: UnsafeCell<MaybeUninit<M>>,
    state: AtomicU8,
}

/// Never looked up: there is no child.
const EMPTY: u8 = 0;
const LIVE: u8 = 1;
/// The child waits for its series to come back.
const REMOVED: u8 = 2;

// SAFETY: threads share the child by reference, once it is there, and then it stays.
unsafe impl<M: Send + Sync> Sync for Slot<M> {}

/// A series of a dense family.
#[derive(Debug)]
pub struct DenseFound<'a, M>(&'a M);

impl<M> Deref for DenseFound<'_, M> {
    type Target = M;

    #[inline(always)]
    fn deref(&self) -> &M {
        self.0
    }
}

impl<M> Slot<M> {
    const fn new() -> Self {
        Self { child: UnsafeCell::new(MaybeUninit::uninit()), state: AtomicU8::new(EMPTY) }
    }

    /// The child of a series that is there.
    #[inline(always)]
    fn live(&self) -> Option<&M> {
        // SAFETY: acquired after the child was put there, where it stays.
        (self.state.load(Acquire) == LIVE).then(|| unsafe { (*self.child.get()).assume_init_ref() })
    }

    /// The child, whether or not its series is there.
    fn child(&self) -> Option<&M> {
        // SAFETY: the same.
        (self.state.load(Acquire) != EMPTY).then(|| unsafe { (*self.child.get()).assume_init_ref() })
    }

    /// Puts a child into an empty slot.
    fn fill(&self, _stopped: &mut Stopped<'_>, child: M) {
        debug_assert_eq!(self.state.load(Relaxed), EMPTY);
        // SAFETY: nobody reads an empty slot, and nobody else fills it: the cold paths are stopped.
        unsafe { (*self.child.get()).write(child) };
        self.state.store(LIVE, Release);
    }

    /// Whether there was a series to remove.
    fn remove(&self, _stopped: &mut Stopped<'_>) -> bool {
        self.state.compare_exchange(LIVE, REMOVED, AcqRel, Acquire).is_ok()
    }
}

impl<M> Drop for Slot<M> {
    fn drop(&mut self) {
        if *self.state.get_mut() != EMPTY {
            // SAFETY: it is there, and this is its end.
            unsafe { self.child.get_mut().assume_init_drop() };
        }
    }
}

impl<M: fmt::Debug> fmt::Debug for Slot<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Slot").field(&self.live()).finish()
    }
}

impl<M: Child> DenseStore<M> {
    #[cold]
    #[inline(never)]
    fn create(&self, index: usize) -> &M {
        let slot = &self.slots[index];
        let labels = self.render(index);
        // Of two threads that make the same one, the second has made it in vain.
        let mut new = slot.child().is_none().then(|| M::create(&self.shared));
        let mut stopped = stop();
        match slot.child() {
            Some(_) if slot.state.load(Relaxed) == LIVE => {}
            Some(metric) => {
                metric.restart(&mut stopped);
                self.names.begin(&mut stopped, metric, &labels);
                slot.state.store(LIVE, Release);
            }
            None => {
                slot.fill(&mut stopped, new.take().expect("made above: no slot becomes empty"));
                // Where it is now, it stays.
                self.names.begin(&mut stopped, slot.child().expect("filled above"), &labels);
                // Nobody else sets it: the cold paths are stopped.
                let _ = self.labels[index].set(labels);
            }
        }
        slot.child().expect("filled above, or before")
    }

    /// Removes the series in a slot; whether there was one.
    fn take(&self, index: usize) -> bool {
        let (slot, mut stopped) = (&self.slots[index], stop());
        let was_there = slot.remove(&mut stopped);
        if let Some(metric) = slot.child().filter(|_| was_there) {
            self.names.end(&mut stopped, metric);
        }
        was_there
    }

    /// The labels of a live slot.
    fn labels(&self, index: usize) -> &str {
        self.labels[index].get().map_or("", |labels| labels)
    }

    /// The labels of set number `index`, rendered.
    fn render(&self, mut index: usize) -> Box<str> {
        let mut values = vec![""; self.schema.values.len()];
        for (value, all) in values.iter_mut().zip(self.schema.values).rev() {
            *value = all[index % all.len()];
            index /= all.len();
        }
        render(self.schema.rendered, &values).0.into()
    }
}

impl<M: Child> Store<M> for DenseStore<M> {
    type Found<'a> = DenseFound<'a, M>;

    fn new(schema: Schema, spec: &Spec<'_>) -> Self {
        let len = cardinality(schema.values);
        let store = Self {
            slots: (0..len).map(|_| Slot::new()).collect(),
            labels: (0..len).map(|_| OnceLock::new()).collect(),
            schema,
            shared: M::shared(spec, schema.names),
            names: Names::new(),
        };
        if spec.options.preset {
            for index in 0..store.slots.len() {
                store.create(index);
            }
        }
        store
    }

    #[inline(always)]
    fn with<L: LabelSet>(&self, labels: &L) -> DenseFound<'_, M> {
        let index = labels.index();
        DenseFound(match self.slots[index].live() {
            Some(metric) => metric,
            None => self.create(index),
        })
    }

    fn handle(self: &Arc<Self>, found: &DenseFound<'_, M>) -> Handle<M> {
        Handle::dense(self, found.0)
    }

    fn remove<L: LabelSet>(&self, labels: &L) -> bool {
        self.take(labels.index())
    }

    fn retain(&self, keep: &mut dyn FnMut(Labels<'_>) -> bool) {
        for (index, slot) in self.slots.iter().enumerate() {
            if slot.live().is_some() && !keep(Labels { scope: "", own: self.labels(index) }) {
                self.take(index);
            }
        }
    }

    fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.live().is_some()).count()
    }

    fn set_max_series(&self, _: Option<usize>) {}

    fn set_time_to_live(&self, _: Option<std::time::Duration>) {}

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        let from = usize::try_from(from.0).unwrap_or(usize::MAX).min(self.slots.len());
        let to = self.slots.len().min(from + Points::BATCH);
        // Twice the same, though others make and remove series meanwhile.
        let mut live = std::mem::take(&mut points.scratch.live);
        live.clear();
        live.extend((from..to).filter(|index| self.slots[*index].live().is_some()));
        let children = live.iter().map(|&index| {
            let metric = self.slots[index].child().expect("it was live");
            (self.labels(index), metric)
        });
        M::give(family, children, points);
        points.scratch.live = live;
        (to < self.slots.len()).then_some(Cursor(to as u64))
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        let slots = self.slots.iter().enumerate();
        let children = slots.filter_map(|(index, slot)| Some((self.labels(index), slot.live()?)));
        self.names.announce(stopped, family, named, children);
    }
}
