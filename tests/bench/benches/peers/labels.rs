//! The same labels for each crate, and what they are filled with.

use metrics_bench::{PERIOD, Random};

#[derive(
    Clone,
    Copy,
    Debug,
    Eq,
    Hash,
    PartialEq,
    metrics_core::LabelValue,
    measured::FixedCardinalityLabel,
    prometheus_client::encoding::EncodeLabelValue,
)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

#[derive(
    Clone,
    Copy,
    Debug,
    Eq,
    Hash,
    PartialEq,
    metrics_core::LabelValue,
    measured::FixedCardinalityLabel,
    prometheus_client::encoding::EncodeLabelValue,
)]
pub(crate) enum Status {
    Ok,
    Redirect,
    NotFound,
    Teapot,
    Failed,
    Unavailable,
}

impl Method {
    const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Put, Self::Delete];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

impl Status {
    const ALL: [Self; 6] = [Self::Ok, Self::Redirect, Self::NotFound, Self::Teapot, Self::Failed, Self::Unavailable];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Redirect => "redirect",
            Self::NotFound => "not_found",
            Self::Teapot => "teapot",
            Self::Failed => "failed",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Two enums, random.
pub(crate) fn enums() -> &'static [(Method, Status); PERIOD] {
    Random::inputs(1, |random| (Method::ALL[random.below(4)], Status::ALL[random.below(6)]))
}

#[derive(
    Clone, Copy, Debug, Eq, Hash, PartialEq, metrics_core::LabelSet, prometheus_client::encoding::EncodeLabelSet,
)]
pub(crate) struct Enums {
    pub(crate) method: Method,
    pub(crate) status: Status,
}

#[derive(Clone, Copy, Debug, measured::LabelGroup)]
#[label(set = MeasuredEnumsSet)]
pub(crate) struct MeasuredEnums {
    pub(crate) method: Method,
    pub(crate) status: Status,
}

/// Labels of a series that are texts known only at run time.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) path: String,
    pub(crate) tenant: String,
}

pub(crate) fn keys(series: usize) -> &'static [Key] {
    let key =
        |i: usize| Key { path: format!("/api/v1/resource/{i:06}/items"), tenant: format!("tenant-{:03}", i % 100) };
    Vec::leak((0..series).map(key).collect())
}

/// Random ones of the keys.
pub(crate) fn some(keys: &'static [Key]) -> &'static [&'static Key; PERIOD] {
    Random::inputs(2, |random| &keys[random.below(keys.len())])
}

#[derive(Debug, metrics_core::LabelSet)]
pub(crate) struct Ours<'a> {
    pub(crate) path: &'a str,
    pub(crate) tenant: &'a str,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq, prometheus_client::encoding::EncodeLabelSet)]
pub(crate) struct Clients {
    pub(crate) path: String,
    pub(crate) tenant: String,
}

#[derive(Clone, Copy, Debug, measured::LabelGroup)]
#[label(set = MeasuredsSet)]
pub(crate) struct Measureds<'a> {
    #[label(dynamic_with = measured::lasso::ThreadedRodeo, default)]
    pub(crate) path: &'a str,
    #[label(dynamic_with = measured::lasso::ThreadedRodeo, default)]
    pub(crate) tenant: &'a str,
}

impl Key {
    pub(crate) fn ours(&self) -> Ours<'_> {
        Ours { path: &self.path, tenant: &self.tenant }
    }

    pub(crate) fn clients(&self) -> Clients {
        Clients { path: self.path.clone(), tenant: self.tenant.clone() }
    }

    pub(crate) fn measureds(&self) -> Measureds<'_> {
        Measureds { path: &self.path, tenant: &self.tenant }
    }

    pub(crate) fn array(&self) -> [&str; 2] {
        [&self.path, &self.tenant]
    }
}
