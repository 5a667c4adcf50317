//! Typed metrics for Prometheus: cells that cost a nanosecond, derives, families and the registry.
#![cfg_attr(loom, allow(dead_code, unreachable_pub, unused_imports))]

#[cfg(not(loom))]
extern crate self as metrics_core;

#[allow(unsafe_code, reason = "cells are shared without locks; each block says why that is sound")]
mod cell;
mod sync;

#[cfg(not(loom))]
mod label;
#[cfg(not(loom))]
pub mod metric;
#[cfg(not(loom))]
pub mod model;
#[cfg(not(loom))]
pub mod name;
#[cfg(not(loom))]
#[doc(hidden)]
pub mod private;
#[cfg(not(loom))]
pub mod registry;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "linkme names a linker section, which the lint counts as unsafe")]
mod self_metrics;
#[cfg(not(loom))]
pub mod testing;
#[cfg(not(loom))]
mod timed;

#[cfg(not(loom))]
pub use {
    label::{LabelSet, LabelValue},
    metric::{
        CallbackCounter, CallbackGauge, Counter, DEFAULT_BUCKETS, Family, Gauge, Handle, Histogram, Ref, Timer,
        exponential, linear,
    },
    metrics_derive::{LabelSet, LabelValue, Metrics, instrument_histogram},
    registry::{Metrics, RegisterError, Registry},
    self_metrics::SelfMetrics,
};
