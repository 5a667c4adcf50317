//! Instruments: counters, gauges, histograms, and families of them.

mod callback;
mod collect;
mod counter;
pub(crate) mod family;
mod gauge;
mod histogram;
mod timer;

pub use callback::{CallbackCounter, CallbackGauge};
pub use collect::{Capped, Child, Collect, Cursor, HasBuckets, HasNative, Instrument, Points, Preset, Scratch, Spec};
pub(crate) use counter::rejected_updates;
pub use counter::{Counter, CounterValue};
pub(crate) use family::OverflowedLookups;
pub use family::Storage;
pub use family::{DEFAULT_MAX_SERIES, Family, Handle, Ref};
pub use gauge::{Gauge, GaugeValue, InProgress};
pub use histogram::{DEFAULT_BUCKETS, Histogram, exponential, linear};
pub(crate) use timer::Stopwatch;
pub use timer::Timer;
