//! What the collectors give to one scrape.

use super::SourceFamily;
use super::families::{Collected, Families, Family, Feed, Page};
use super::view::is_among;
use crate::model::MetricFamily;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Families that collectors made, by the number of the collector and the name of the family.
#[derive(Default)]
pub(super) struct Gathered(HashMap<u64, HashMap<String, MetricFamily>>);

impl Gathered {
    /// What the collector with this number gave of this family.
    pub(super) fn get(&self, id: u64, family: &str) -> Option<&MetricFamily> {
        self.0.get(&id)?.get(family)
    }

    fn insert(&mut self, id: u64, family: MetricFamily) -> bool {
        match self.0.entry(id).or_default().entry(family.desc().name.clone()) {
            Entry::Vacant(place) => {
                place.insert(family);
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
        for mut family in families {
            family.desc_mut().name = collected.scope.name(&family.desc().name);
            let desc = family.desc();
            let Some(kind) = collected.described.get(&desc.name) else {
                if page.only.as_ref().is_none_or(|only| is_among(only, desc)) {
                    unchecked.push((collected, family));
                }
                continue;
            };
            let is_const = |label: &Cow<'_, str>| collected.scope.has_label(label);
            let fits = *kind == desc.kind && !desc.label_names.iter().any(is_const);
            if !fits || !gathered.insert(collected.id, family) {
                faults += 1;
            }
        }
    }
    if unchecked.is_empty() {
        return (Arc::clone(&page.families), gathered, faults);
    }
    let mut all = Families::of(page.clone());
    for (collected, family) in unchecked {
        let bare = SourceFamily { desc: family.desc().clone(), const_labels: Vec::new() };
        // The name has its prefix already.
        let added = SourceFamily { desc: bare.desc.clone(), ..collected.scope.enter(bare) };
        let added = all.add(collected.id, Feed::Collector, added, collected.validation);
        if added.is_err() || !gathered.insert(collected.id, family) {
            faults += 1;
        }
    }
    (Arc::clone(&all.page().families), gathered, faults)
}

/// What it gives, if it does not panic.
fn run(collected: &Collected) -> Option<Vec<MetricFamily>> {
    let result = catch_unwind(AssertUnwindSafe(|| collected.collector.collect()));
    result.map_err(super::scrape::forget).ok()
}
