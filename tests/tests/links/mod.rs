//! Label sets and states of links between peers, and how a page of them is read.

use metrics_core::{LabelSet, LabelValue, Registry};

#[derive(Clone, Copy, LabelValue)]
#[allow(dead_code, reason = "a state that is never set stands on the page too")]
pub(crate) enum Breaker {
    Closed,
    Open,
    HalfOpen,
}

#[derive(Clone, Copy, LabelValue)]
pub(crate) enum Side {
    In,
    Out,
}

#[derive(LabelSet)]
pub(crate) struct Peer<'a> {
    pub(crate) peer: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Direction {
    pub(crate) side: Side,
}

pub(crate) const EU: Peer<'static> = Peer { peer: "eu" };
pub(crate) const US: Peer<'static> = Peer { peer: "u\"s" };

pub(crate) fn text(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::text::generate_latest(registry)).unwrap()
}

pub(crate) fn openmetrics(registry: &Registry) -> String {
    String::from_utf8(metrics_exposition::openmetrics::generate_latest(registry)).unwrap()
}

/// Without the comments and the times of creation, which differ from run to run.
pub(crate) fn lines(page: &str) -> Vec<&str> {
    page.lines().filter(|line| !line.starts_with('#') && !line.contains("_created")).collect()
}
