use metrics_core::model::{Desc, Kind, Sample};
use std::collections::BTreeSet;

/// A family as a rule sees it: what it is, and its samples.
#[derive(Debug)]
pub struct Family<'a> {
    pub(super) desc: &'a Desc,
    pub(super) name: String,
    pub(super) samples: &'a [Sample],
    pub(super) label_names: BTreeSet<&'a str>,
    /// Whether a unit would have been declared if there were one: a page of text cannot.
    pub(super) declares_units: bool,
}

impl<'a> Family<'a> {
    /// With the name that text gives it.
    pub(super) fn new(desc: &'a Desc, samples: &'a [Sample]) -> Self {
        let name = [&desc.name, desc.kind.value_suffix()].concat();
        let described = desc.label_names.iter().map(|name| &**name);
        let own = series(desc, samples).flatten().map(|(name, _)| &**name);
        let label_names = described.chain(own).collect();
        Self { desc, name, samples, label_names, declares_units: false }
    }

    /// As it stands on a page of text: a counter's with `_total`, unless the page has it without.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is known of it.
    pub fn desc(&self) -> &'a Desc {
        self.desc
    }

    /// In the page's order. None if a registry has no series of it yet.
    pub fn samples(&self) -> &'a [Sample] {
        self.samples
    }

    /// The labels of each series, without those that its type adds: one item for all lines of a histogram. A series
    /// that has several points is there once, if they follow one another.
    pub fn series(&self) -> impl Iterator<Item = &'a [(String, String)]> {
        series(self.desc, self.samples)
    }

    /// The names of the labels of all series, without those that its type adds.
    pub fn label_names(&self) -> &BTreeSet<&'a str> {
        &self.label_names
    }

    /// Its type in text, which has four, and none.
    pub(super) fn kind_in_text(&self) -> Kind {
        self.desc.kind.in_text()
    }
}

fn series<'a>(desc: &'a Desc, samples: &'a [Sample]) -> impl Iterator<Item = &'a [(String, String)]> {
    let mut last = None;
    let own = samples.iter().map(|sample| own_labels(desc.kind, &desc.name, sample));
    own.filter(move |labels| last.replace(*labels) != Some(*labels))
}

/// Without the label of the type, which is the last.
fn own_labels<'a>(kind: Kind, family: &str, sample: &'a Sample) -> &'a [(String, String)] {
    let special = kind.reserved_label().or((kind == Kind::StateSet).then_some(family));
    match sample.labels.split_last() {
        Some(((name, _), own)) if Some(&**name) == special => own,
        _ => &sample.labels,
    }
}
