//! What the macros' output names. Not for users: changes without notice.

pub mod multiprocess;

pub use crate::label::{Countable, Dense, Density, Hashed, LabelSet, LabelValue, Listable, Unlisted};
pub use crate::metric::{
    Capped, Collect, Cursor, HasBuckets, HasGaugeMode, HasNative, HasQuantiles, Instrument, Mortal, Part, Points,
    Preset, Spec,
};
pub use crate::model::{
    FamilyField, Field, GaugeMode, GroupField, Kind, LabelText, Location, NativeOptions, Options, Rule, Scope, Unit,
};
pub use crate::name::{Checks, check_label_name, check_label_values, clashes, slots};
pub use crate::registry::entry::{Entry, VERSION};
pub use crate::registry::{Metrics, Source, derived};
pub use crate::timed::{
    Function, NoLabels, Returned, ask, by_labels, check_function_labels, contain, count_failure, function_field,
    function_name, make_future, observe, output, time, time_async, time_boxed_future, time_future, track_in_progress,
};
pub use metrics_core_entries::{Element, element};
pub use std::sync::LazyLock;

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_buckets<I: HasBuckets>() {}

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_quantiles<I: HasQuantiles>() {}

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_native<I: HasNative>() {}

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_preset<I: Preset>() {}

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_max_series<I: Capped>() {}

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_gauge_mode<I: HasGaugeMode>() {}

/// Asserted on the span of a field's type: its options fit.
pub const fn assert_ttl<I: Mortal>() {}

/// What a type does as an [`Instrument`]. Nothing here asks for that trait but [`instrument`].
#[derive(Debug)]
pub struct InstrumentOf<I> {
    kind: Kind,
    label_names: &'static [&'static str],
    label_values: &'static [&'static [&'static str]],
    build: fn(&Spec<'_>) -> I,
    present: fn(&I) -> Option<Part<'_>>,
}

/// What the type of a field does. Asserts, on its span, that it is a metric.
pub const fn instrument<I: Instrument>() -> InstrumentOf<I> {
    InstrumentOf {
        kind: I::KIND,
        label_names: I::LABEL_NAMES,
        label_values: I::LABEL_VALUES,
        build: I::build,
        present: present::<I>,
    }
}

fn present<I: Instrument>(metric: &I) -> Option<Part<'_>> {
    metric.present().map(|metric| Part::new(metric, 0))
}

impl<I> InstrumentOf<I> {
    /// A field of this type, where this is called, without options.
    #[track_caller]
    pub const fn field(&self, name: &'static str, help: &'static str) -> Field {
        let Self { kind, label_names, label_values, .. } = *self;
        Field::Family(FamilyField {
            name,
            help,
            kind,
            label_names,
            label_values,
            options: Options::NONE,
            location: Location::caller(),
        })
    }

    /// Makes the metric of field number `at`.
    pub fn build(&self, fields: &[Field], at: usize, scope: &Scope<'_>) -> I {
        Spec::build_field(fields[at].family(), scope, self.build)
    }

    /// See [`Metrics::visit`].
    pub fn visit<'a>(&self, metric: &'a I, visit: &mut dyn FnMut(Option<Part<'a>>)) {
        visit((self.present)(metric));
    }
}

/// What a type does as a struct of [`Metrics`]. Nothing here asks for that trait but [`group`].
#[derive(Debug)]
pub struct GroupOf<G> {
    prefix: &'static str,
    const_labels: &'static [(&'static str, LabelText)],
    fields: &'static [Field],
    build: fn(&Scope<'_>) -> G,
    visit: Visit<G>,
}

/// [`Metrics::visit`] of a `G`.
type Visit<G> = for<'a, 'f> fn(&'a G, &'f mut (dyn FnMut(Option<Part<'a>>) + 'f));

/// What the type of a group does. Asserts, on its span, that it is a struct of metrics.
pub const fn group<G: Metrics>() -> GroupOf<G> {
    GroupOf { prefix: G::PREFIX, const_labels: G::CONST_LABELS, fields: G::FIELDS, build: G::build, visit: G::visit }
}

impl<G> GroupOf<G> {
    /// A field of this type, where this is called, without options.
    #[track_caller]
    pub const fn field(&self, prefix: &'static str) -> Field {
        Field::Group(GroupField {
            prefix,
            inner_prefix: self.prefix,
            const_labels: &[],
            inner_const_labels: self.const_labels,
            label_names: &[],
            label_values: &[],
            fields: self.fields,
            options: Options::NONE,
            location: Location::caller(),
        })
    }

    /// Makes the group of field number `at`.
    ///
    /// # Panics
    /// If that field is a metric.
    pub fn build(&self, fields: &[Field], at: usize, scope: &Scope<'_>) -> G {
        match &fields[at] {
            Field::Group(group) => (self.build)(&scope.enter(group.prefix).with_options(&group.options)),
            Field::Family(_) => panic!("this field is a metric"),
        }
    }

    /// See [`Metrics::visit`].
    pub fn visit<'a>(&self, group: &'a G, visit: &mut dyn FnMut(Option<Part<'a>>)) {
        (self.visit)(group, visit);
    }
}

/// The values of a set's labels, or none if one of them is not dense: then the set is not either.
pub const fn dense_values(labels: &'static [&'static [&'static str]]) -> &'static [&'static [&'static str]] {
    let mut i = 0;
    while i < labels.len() {
        if labels[i].is_empty() {
            return &[];
        }
        i += 1;
    }
    labels
}
