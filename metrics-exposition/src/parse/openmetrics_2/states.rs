//! State sets: each state comes with all its times, before the next state ([spec]). In the model, each time
//! has all states, so that a family is put in order once it is whole.
//!
//! [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec_2_0/#stateset-1

use super::super::error::{Fault, ParseFault};
use metrics_core::model::{FamilyFault, Labels, MetricFamily, Number, Timestamp};
use std::collections::HashSet;

/// The states of a family.
#[derive(Default)]
pub(super) struct States {
    all: Vec<State>,
    /// Labels of the metrics, and of their sets, that were begun.
    metrics: HashSet<String>,
    sets: HashSet<String>,
}

struct State {
    /// The labels that it shares with the other states of its set.
    set: String,
    labels: String,
    value: Number,
    timestamp: Option<Timestamp>,
}

impl States {
    pub(super) fn push(
        &mut self,
        family: &MetricFamily,
        labels: String,
        value: Number,
        timestamp: Option<Timestamp>,
    ) -> Result<(), Fault> {
        let pairs: Vec<_> = Labels { scope: "", own: &labels }.pairs().collect();
        let others = pairs.iter().filter(|(name, _)| **name != *family.desc().name);
        let set = Labels::render(others.map(|(name, value)| (name, value)));
        if set.len() == labels.len() {
            let (sample, label) = (family.desc().name.clone(), family.desc().name.clone());
            let rule = "it is missing";
            return Err(ParseFault::Family(FamilyFault::SampleLabel { sample, label, rule }).at(0));
        }
        let last = self.all.last();
        let is_same_metric = last.is_some_and(|last| last.labels == labels);
        let is_same_set = last.is_some_and(|last| last.set == set);
        if is_same_metric {
            if last.is_some_and(|last| last.timestamp >= timestamp) {
                return Err(ParseFault::Family(FamilyFault::Time { labels }).at(0));
            }
        } else if !self.metrics.insert(labels.clone()) || !(is_same_set || self.sets.insert(set.clone())) {
            return Err(ParseFault::Interleaved.at(0));
        }
        self.all.push(State { set, labels, value, timestamp });
        Ok(())
    }

    /// Nothing more comes of the family.
    pub(super) fn end(&mut self, family: Option<&mut MetricFamily>) -> Result<(), Fault> {
        let Self { mut all, .. } = std::mem::take(self);
        let Some(family) = family else { return Ok(()) };
        let name = family.desc().name.clone();
        for set in all.chunk_by_mut(|one, next| one.set == next.set) {
            set.sort_by_key(|state| state.timestamp);
            for State { labels, value, timestamp, .. } in set {
                let added = family.add_rendered(&name, labels, *value, *timestamp, None);
                added.map_err(|error| ParseFault::family(error).at(0))?;
            }
        }
        Ok(())
    }
}
