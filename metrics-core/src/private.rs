//! What the macros' output names. Not for users: changes without notice.

mod fields;
pub mod multiprocess;

pub use crate::cell::Instance;
pub use crate::label::{Countable, Dense, Density, Hashed, LabelSet, LabelValue, Listable, Unlisted};
pub use crate::metric::{
    Capped, Collect, Cursor, HasBuckets, HasGaugeMode, HasNative, HasQuantiles, Instrument, Mortal, Part, Points,
    Preset, Spec,
};
pub use crate::model::{
    FamilyField, Field, GaugeMode, GroupField, Kind, LabelText, Location, NativeOptions, Options, Rule, Scope, Unit,
};
pub use crate::name::{Checks, check_label_name, check_label_values, clashes, slots};
pub use crate::registry::Metrics;
pub use crate::registry::entry::{Described, Entry, VERSION};
pub use crate::timed::{
    Function, NoLabels, Returned, ask, by_labels, check_function_labels, contain, count_failure, function_field,
    function_name, make_future, observe, output, time, time_async, time_boxed_future, time_future, track_in_progress,
};
pub use fields::{Builder, build, group, instrument, visit};
pub use metrics_core_entries::{Element, element};

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
