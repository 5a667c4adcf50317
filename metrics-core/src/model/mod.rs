//! Plain data: what flows from the instruments to the formats.

mod desc;
mod exemplar;
mod labels;
mod metric_family;
mod native;
mod number;
mod point;
mod sample;
mod timestamp;

pub(crate) use crate::describe::OfType;
pub use crate::describe::{
    FamilyField, Field, GaugeMode, GroupField, Kind, LabelText, Location, NativeOptions, Options, Rule, Rules, Scope,
    Unit, UnknownGaugeMode, UnknownKind,
};
pub use desc::Desc;
pub use exemplar::{Exemplar, ExemplarError};
pub use labels::{LabelPairs, Labels};
pub use metric_family::{
    Added, CounterMetricFamily, CounterPoint, DynamicMetricFamily, FamilyError, FamilyFault, FamilyPoint,
    GaugeHistogramMetricFamily, GaugeHistogramPoint, GaugeMetricFamily, GaugePoint, HistogramMetricFamily,
    HistogramPoint, InfoMetricFamily, InfoPoint, MetricFamily, StateSetMetricFamily, StateSetPoint,
    SummaryMetricFamily, SummaryPoint, TypedMetricFamily, UnknownMetricFamily, UnknownPoint,
};
pub use native::{BucketSpan, NativeBuckets, NativeError, NativeHistogram};
pub use number::{Number, float_to_go_string, push_finite};
pub use point::{Buckets, Count, FamilySink, Point};
pub use sample::Sample;
pub(crate) use timestamp::HAS_CLOCK;
pub use timestamp::{NoTimestamp, Timestamp};
