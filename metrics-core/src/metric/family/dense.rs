//! Families whose label sets can be counted: an array.
//!
//! A slot's metric is made at its first lookup and stays for ever, so that no reference can come to mean
//! another series and nothing needs a pin. A removed series keeps its cells; what is in them when it comes
//! back is subtracted from then on ([`Child::restart`]).

#![allow(unsafe_code, reason = "a lookup does not look twice whether a series is there")]

use super::{Child, Cursor, Handle, LabelSet, Labels, Points, Schema, Spec, Store};
use crate::cell::stop;
use crate::label::{cardinality, render};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering::*};
use std::sync::{Arc, OnceLock};

#[derive(Debug)]
pub struct DenseStore<M: Child> {
    slots: Box<[Slot<M>]>,
    /// Those of each slot that was ever live, rendered.
    labels: Box<[OnceLock<Box<str>>]>,
    schema: Schema,
    shared: M::Shared,
    family: Box<str>,
}

/// Aligned so that its address is a shift away from its index.
#[derive(Debug)]
#[repr(align(32))]
struct Slot<M> {
    child: OnceLock<M>,
    /// Set only after the child.
    live: AtomicBool,
}

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
    #[inline(always)]
    fn live(&self) -> Option<&M> {
        // SAFETY: acquired after the child was set, which stays. Looking whether it is there costs a tenth of a lookup.
        self.live.load(Acquire).then(|| unsafe { self.child.get().unwrap_unchecked() })
    }
}

impl<M: Child> DenseStore<M> {
    #[cold]
    #[inline(never)]
    fn create(&self, index: usize) -> &M {
        let slot = &self.slots[index];
        let labels = self.render(index);
        let mut stopped = stop();
        if slot.live.load(Relaxed) {
            drop(stopped);
        } else if let Some(metric) = slot.child.get() {
            metric.restart();
            slot.live.store(true, Release);
        } else {
            let key = crate::cell::Key { family: &self.family, labels: &labels };
            let metric = M::create(&self.shared, &mut stopped, key);
            // Nobody else sets it: the cold paths are stopped.
            let _ = slot.child.set(metric);
            let _ = self.labels[index].set(labels);
            slot.live.store(true, Release);
        }
        slot.child.get().expect("set above, or before it was live")
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
        render(self.schema.names, &values).0.into()
    }
}

impl<M: Child> Store<M> for DenseStore<M> {
    type Found<'a> = DenseFound<'a, M>;

    fn new(schema: Schema, spec: &Spec<'_>) -> Self {
        let len = cardinality(schema.values);
        let slot = |_| Slot { child: OnceLock::new(), live: AtomicBool::new(false) };
        let store = Self {
            slots: (0..len).map(slot).collect(),
            labels: (0..len).map(|_| OnceLock::new()).collect(),
            schema,
            shared: M::shared(spec.options),
            family: spec.name.into(),
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
        let slot = &self.slots[labels.index()];
        let _stopped = stop();
        slot.live.swap(false, AcqRel)
    }

    fn retain(&self, keep: &mut dyn FnMut(Labels<'_>) -> bool) {
        for (index, slot) in self.slots.iter().enumerate() {
            if slot.live().is_some() && !keep(Labels { scope: "", own: self.labels(index) }) {
                let _stopped = stop();
                slot.live.store(false, Release);
            }
        }
    }

    fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.live().is_some()).count()
    }

    fn collect(&self, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        let from = usize::try_from(from.0).unwrap_or(usize::MAX).min(self.slots.len());
        let to = self.slots.len().min(from + Points::BATCH);
        let mut batch = [0; Points::BATCH];
        let mut len = 0;
        for index in (from..to).filter(|index| self.slots[*index].live().is_some()) {
            batch[len] = index;
            len += 1;
        }
        let live = &batch[..len];
        let children = live.iter().map(|&index| {
            let metric = self.slots[index].child.get().expect("set before it was live");
            (self.labels(index), metric)
        });
        points.children(children);
        (to < self.slots.len()).then_some(Cursor(to as u64))
    }
}
