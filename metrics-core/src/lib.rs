//! Typed metrics for Prometheus: derive a struct, count in it, and a registry that the linker fills shows it.
//!
//! ```
//! use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics};
//!
//! #[derive(Clone, Copy, LabelValue)]
//! enum Method { Get, Post }
//!
//! #[derive(LabelSet)]
//! struct Request<'a> { method: Method, route: &'a str, status: u16 }
//!
//! #[derive(Metrics)]
//! #[metrics(prefix = "shop")]
//! struct ShopMetrics {
//!     /// HTTP requests served.
//!     requests: Family<Request<'static>, Counter>,
//!     /// Time to answer a request.
//!     #[metric(unit = Seconds, buckets = [0.005, 0.05, 0.5, 5.0])]
//!     request_duration: Family<Request<'static>, Histogram>,
//!     /// Orders that wait to be packed.
//!     orders_waiting: Gauge,
//! }
//!
//! let metrics = ShopMetrics::global();
//! metrics.requests.with(&Request { method: Method::Get, route: "/", status: 200 }).inc();
//! metrics.orders_waiting.inc();
//! # let _ = Method::Post;
//! ```
//!
//! The crate `metrics-exposition` turns a registry into pages and serves them.
//!
//! # What is where
//!
//! | you want | look at |
//! |---|---|
//! | to declare metrics | [`Metrics`](derive@Metrics), [`LabelSet`](derive@LabelSet), [`LabelValue`](derive@LabelValue) |
//! | to count and measure | [`Counter`], [`Gauge`], [`Histogram`], [`Summary`], [`GaugeHistogram`] |
//! | to say what is the case | [`StateSet`], [`Info`] |
//! | what something else counts | [`CallbackCounter`], [`CallbackGauge`], [`CallbackUnknown`], [`Collector`] |
//! | to count errors, or what is in progress | [`Counter::count_errors`], [`Counter::guard_errors`], [`Gauge::track_in_progress`] |
//! | a metric for each set of labels | [`Family`]; to keep a series: [`Handle`] |
//! | the same, with names known at run time | [`DynamicFamily`] |
//! | several metrics for each set of labels | [`Family`] of a struct of metrics |
//! | to time a function | [`macro@instrument_histogram`] |
//! | a page of your own, or run-time names | [`Registry`] |
//! | to keep a dependency's metrics | [`link!`], [`Registry::require_crates`] |
//! | to test | [`testing`], [`Registry::check`] |
//! | to write a format | [`model`], [`registry::Scrape`] |
//!
//! # What it costs
//!
//! A thread counts in its own copy of each number, and a scrape adds the copies up. So an increment is a load,
//! an add and a store, on any number of cores at once, and memory is 8 bytes for each number and thread that
//! has touched it (in chunks of 8 KiB). At most max(32, 2 × cores) threads have copies ([`set_arena_limit`]); others
//! share one, with atomic instructions. The copies of a thread that ended go to the next one; those that nobody took
//! from one scrape to the next are added up into the shared one, and their memory goes back to the system.
//!
//! # Features and platforms
//!
//! The feature `quantiles` lets a [`Summary`] have some, by a sketch. Everything but the gathering by the linker works on wasm too: there, call
//! [`Metrics::register_in`]. On wasm32-unknown-unknown, which has no clock, no time passes.
#![cfg_attr(loom, allow(dead_code, unreachable_pub, unused_imports))]

#[cfg(not(loom))]
extern crate self as metrics_core;

#[allow(unsafe_code, reason = "cells are shared without locks; each block says why that is sound")]
mod cell;
mod sync;

#[cfg(not(loom))]
pub mod collector;
#[cfg(all(debug_assertions, not(loom)))]
mod compiled;
#[cfg(not(loom))]
mod describe;
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
mod report;
#[cfg(not(loom))]
mod self_metrics;
#[cfg(all(test, not(loom)))]
mod stress;
#[cfg(not(loom))]
pub mod testing;
#[cfg(not(loom))]
mod timed;

/// Lets at most `limit` threads have copies of their own of what they count; by default max(32, 2 × cores). Threads
/// beyond share one copy, where an increment is an atomic instruction (5 ns alone, tens when several meet).
///
/// More copies cost 8 bytes for each number that a thread has touched, and time in each scrape; so raise it when more
/// threads than that count at once, lower it (0 is fine) when memory matters more. Threads that have copies keep them
/// until they end. May be called at any time, from any thread.
///
/// ```
/// metrics_core::set_arena_limit(128);
/// ```
#[cfg(not(loom))]
pub fn set_arena_limit(limit: usize) {
    cell::set_arena_limit(limit);
}

#[cfg(not(loom))]
pub use {
    collector::Collector,
    label::{DynamicLabels, LabelSet, LabelValue},
    metric::{
        CallbackCounter, CallbackGauge, CallbackUnknown, Counter, DEFAULT_BUCKETS, DEFAULT_MAX_SERIES, DynamicFamily,
        ErrorGuard, Family, Gauge, GaugeHistogram, Handle, Histogram, InProgress, Info, Ref, StateSet, Summary, Timer,
        exponential, linear, remove_exemplar_supplier, set_exemplar_supplier,
    },
    metrics_derive::{LabelSet, LabelValue, Metrics, instrument_histogram},
    model::NativeOptions,
    registry::{Metrics, RegisterError, Registry},
    self_metrics::SelfMetrics,
    timed::{Ended, Outcome},
};
