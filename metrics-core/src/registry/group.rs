//! Families of whole structs of metrics: `Family<Labels, Group>`.
//!
//! A struct of metrics can be a series, and a family of such series is a struct of metrics again: it has the fields of
//! one series, each with the labels of the family. So registering, checking and scraping it is nothing special.

use super::Metrics;
use crate::cell::Stopped;
use crate::label::LabelSet;
use crate::metric::{Child, Family, Named, Part, Points, Spec, Storage};
use crate::model::{Field, GroupField, LabelText, Location, OfType, Options, Scope};

impl<G: Metrics> Child for G {
    type Shared = ();

    fn shared(_: &Spec<'_>, _: &'static [&'static str]) {}

    fn create((): &()) -> Self {
        Self::build(&Scope::ROOT)
    }

    fn give<'a>(
        family: usize,
        children: impl ExactSizeIterator<Item = (&'a str, &'a Self)> + Clone,
        points: &mut Points<'_>,
    ) {
        let parts = children.filter_map(|(own, group)| Some((own, part(group, family)?)));
        let parts: Vec<_> = parts.collect();
        if let Some((_, first)) = parts.first() {
            first.collect_all(&parts, points);
        }
    }

    fn restart(&self, stopped: &mut Stopped<'static>) {
        self.visit(&mut |part| part.iter().for_each(|part| part.restart(stopped)));
    }

    fn announce(&self, stopped: &mut Stopped<'static>, family: usize, named: Option<Named<'_>>) {
        if let Some(part) = part(self, family) {
            part.announce(stopped, named);
        }
    }
}

/// Family number `n` of a series, if it is there.
fn part<G: Metrics>(group: &G, n: usize) -> Option<Part<'_>> {
    let (mut found, mut seen) = (None, 0);
    group.visit(&mut |part| {
        if seen == n {
            found = part;
        }
        seen += 1;
    });
    found
}

impl<L: LabelSet<Density: Storage> + 'static, G: Metrics> Metrics for Family<L, G> {
    const PREFIX: &'static str = "";
    const CONST_LABELS: &'static [(&'static str, LabelText)] = &[];
    const FIELDS: &'static [Field] = &[Field::Group(GroupField {
        prefix: "",
        inner_prefix: G::PREFIX,
        const_labels: &[],
        inner_const_labels: G::CONST_LABELS,
        label_names: L::NAMES,
        label_values: L::VALUES,
        fields: G::FIELDS,
        options: Options::NONE,
        location: Location::caller(),
        of_type: OfType::NONE,
    })];

    fn build(scope: &Scope<'_>) -> Self {
        Self::of(&Spec { name: &scope.prefix(), options: scope.options() })
    }

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Option<Part<'a>>)) {
        for family in 0..const { families(G::FIELDS) } {
            visit(Some(Part::new(self, family)));
        }
    }
}

/// How many families these fields are.
const fn families(fields: &[Field]) -> usize {
    let (mut families, mut i) = (0, 0);
    while i < fields.len() {
        families += match &fields[i] {
            Field::Family(_) => 1,
            Field::Group(group) => self::families(group.fields),
        };
        i += 1;
    }
    families
}
