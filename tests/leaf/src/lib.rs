//! A dependency with metrics of its own, which a program may or may not name.

use metrics_core::{Counter, Metrics};

/// Metrics of this crate.
#[derive(Debug, Metrics)]
#[metrics(prefix = "leaf")]
pub struct LeafMetrics {
    /// Calls of this crate.
    pub calls: Counter,
}
