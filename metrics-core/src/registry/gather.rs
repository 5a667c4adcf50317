//! What the collectors give to one scrape.

use super::SourceFamily;
use super::families::{Collected, Families, Family, Feed, Page};
use super::view::is_among;
use crate::collector::Snapshot;
use crate::model::{Desc, MetricFamily};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Families that collectors made, by the number of the collector and the name of the family.
#[derive(Default)]
pub(super) struct Gathered(HashMap<u64, HashMap<String, Given>>);

/// Where the points of a family are that a collector gave.
#[derive(Clone)]
pub(super) enum Given {
    Owned(Arc<MetricFamily>),
    /// The family of this number.
    Snapshot(Arc<dyn Snapshot>, usize),
}

impl Gathered {
    /// What the collector with this number gave of this family.
    pub(super) fn get(&self, id: u64, family: &str) -> Option<&Given> {
        self.0.get(&id)?.get(family)
    }

    fn insert(&mut self, id: u64, name: &str, given: Given) -> bool {
        match self.0.entry(id).or_default().entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(given);
                true
            }
            Entry::Occupied(_) => false,
        }
    }
}

/// Runs the collectors of a page. Gives the families that are to be shown, what the collectors have for them, and how
/// many families had to be left out.
pub(super) fn gather(page: &Page) -> (Arc<Vec<Family>>, Gathered, u64) {
    let (mut gathered, mut unchecked, mut faults) = (Gathered::default(), Vec::new(), 0);
    for collected in &*page.collectors {
        let Some(families) = run(collected) else {
            faults += collected.described.len().max(1) as u64;
            continue;
        };
        for (mut desc, given) in families {
            desc.name = collected.scope.name(&desc.name);
            let Some(kind) = collected.described.get(&desc.name) else {
                if page.only.as_ref().is_none_or(|only| is_among(only, &desc)) {
                    unchecked.push((collected, desc, given));
                }
                continue;
            };
            let is_const = |label: &Cow<'_, str>| collected.scope.has_label(label);
            let fits = *kind == desc.kind && !desc.label_names.iter().any(is_const);
            if !fits || !gathered.insert(collected.id, &desc.name, given) {
                faults += 1;
            }
        }
    }
    if unchecked.is_empty() {
        return (Arc::clone(&page.families), gathered, faults);
    }
    let mut all = Families::of(page.clone());
    for (collected, desc, given) in unchecked {
        let name = desc.name.clone();
        let bare = SourceFamily::bare(desc);
        // The name has its prefix already.
        let added = SourceFamily { desc: bare.desc.clone(), ..collected.scope.enter(bare) };
        let added = all.add(collected.id, Feed::Collector, added, collected.validation);
        if added.is_err() || !gathered.insert(collected.id, &name, given) {
            faults += 1;
        }
    }
    (Arc::clone(&all.page().families), gathered, faults)
}

/// What it gives, if it does not panic.
fn run(collected: &Collected) -> Option<Vec<(Desc, Given)>> {
    let result = catch_unwind(AssertUnwindSafe(|| match collected.collector.snapshot() {
        Some(snapshot) => {
            let snapshot: Arc<dyn Snapshot> = snapshot.into();
            let given = |number| Given::Snapshot(Arc::clone(&snapshot), number);
            snapshot.descs().into_iter().enumerate().map(|(number, desc)| (desc, given(number))).collect()
        }
        None => {
            let owned = |family: MetricFamily| (family.desc().clone(), Given::Owned(Arc::new(family)));
            collected.collector.collect().into_iter().map(owned).collect()
        }
    }));
    result.map_err(super::scrape::forget).ok()
}
