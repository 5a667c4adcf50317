//! What the macros' output names. Not for users: changes without notice.

pub use crate::label::{Countable, Dense, Density, Hashed, LabelSet, LabelValue, Listable, Unlisted};
pub use crate::metric::{
    Capped, Collect, Cursor, HasBuckets, HasNative, HasQuantiles, Instrument, Mortal, Part, Points, Preset, Spec,
};
pub use crate::model::{
    FamilyField, Field, GroupField, Kind, LabelText, Location, NativeOptions, Options, Scope, Unit,
};
pub use crate::name::{
    check_buckets, check_const_label, check_group, check_group_label, check_label_name, check_label_names,
    check_metric_name, check_prefix, check_quantiles, check_scope_label, check_unique, check_unit, clashes, slots,
};
pub use crate::registry::entry::{Entry, VERSION};
pub use crate::registry::{Metrics, Source, derived};
pub use crate::timed::{
    Function, NoLabels, Returned, ask, check_function_labels, contain, count_failure, function_field, function_name,
    make_future, observe, observe_labels, output, time, time_async, time_boxed_future, time_future, track_in_progress,
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
pub const fn assert_ttl<I: Mortal>() {}

/// Metric field number `at`.
///
/// # Panics
/// If that field is a group.
pub const fn family(fields: &[Field], at: usize) -> &FamilyField {
    match &fields[at] {
        Field::Family(family) => family,
        Field::Group(_) => panic!("this field is a group"),
    }
}

/// Builds the metric of field number `at`.
pub fn build_field<I>(fields: &[Field], at: usize, scope: &Scope<'_>, build: fn(&Spec<'_>) -> I) -> I {
    Spec::build_field(family(fields, at), scope, build)
}

/// What a type does as an [`Instrument`]. Nothing here asks for that trait but [`instrument`].
#[derive(Debug)]
pub struct InstrumentOf<I> {
    /// [`Instrument::KIND`].
    pub kind: Kind,
    /// [`Instrument::LABEL_NAMES`].
    pub label_names: &'static [&'static str],
    /// [`Instrument::build`].
    pub build: fn(&Spec<'_>) -> I,
    /// [`Instrument::present`].
    pub present: fn(&I) -> Option<Part<'_>>,
}

/// What the type of a field does. Asserts, on its span, that it is a metric.
pub const fn instrument<I: Instrument>() -> InstrumentOf<I> {
    InstrumentOf { kind: I::KIND, label_names: I::LABEL_NAMES, build: I::build, present: present::<I> }
}

fn present<I: Instrument>(metric: &I) -> Option<Part<'_>> {
    metric.present().map(|metric| Part::new(metric, 0))
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
