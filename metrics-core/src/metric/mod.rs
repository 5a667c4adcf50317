//! Instruments: counters, gauges, histograms and others, and families of them.

mod callback;
mod collect;
mod counter;
mod errors;
mod exemplars;
pub(crate) mod family;
mod first;
mod gauge;
mod gauge_histogram;
mod histogram;
mod info;
mod journal;
mod misuse;
mod points;
#[cfg(feature = "quantiles")]
mod quantiles;
mod state_set;
mod summary;
mod timer;

pub use callback::{CallbackCounter, CallbackGauge, CallbackUnknown};
pub use collect::{
    Capped, Child, Collect, HasBuckets, HasGaugeMode, HasNative, HasQuantiles, InFamily, Instrument, Measured, Mortal,
    Part, Preset, Spec,
};
pub(crate) use counter::rejected_updates;
pub use counter::{Counter, CounterValue};
pub use errors::ErrorGuard;
pub use exemplars::{ExemplarLabels, remove_exemplar_supplier, set_exemplar_supplier};
pub(crate) use exemplars::{hold as hold_exemplars, let_go as let_go_of_exemplars, rejected_exemplars};
pub(crate) use family::OverflowedLookups;
pub use family::Storage;
pub use family::{DEFAULT_MAX_SERIES, DynamicFamily, Family, Handle, Keepable, Ref, UnknownLabel, WrongLabelCount};
pub(crate) use first::first_metrics;
pub use gauge::{Gauge, GaugeValue, InProgress};
pub use gauge_histogram::GaugeHistogram;
pub(crate) use histogram::bounds_of;
#[doc(hidden)]
pub use histogram::native_upper_bound;
pub use histogram::{DEFAULT_BUCKETS, Histogram, exponential, linear};
pub use info::Info;
pub use journal::{
    FamilyRecord, Journal, Key, Name, Named, NativeLabel, NativeRecord, NumberType, Place, SeriesRecord,
};
pub(crate) use journal::{announce, set_journal};
pub use misuse::{GoesDown, IsAdded, IsIncreased, IsOneMetric, IsOneNumber, IsSet, Observes};
pub use points::{Cursor, Points, Scratch};
pub use state_set::StateSet;
pub use summary::Summary;
pub(crate) use timer::Stopwatch;
pub use timer::{Observe, Timer};
