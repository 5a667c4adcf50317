//! Everything that the shop measures, but for its instrumented functions.

use axum::http;
use metrics_core::{CallbackGauge, Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "shop", const_labels(region = "eu"))]
pub(crate) struct ShopMetrics {
    /// HTTP requests answered.
    pub(crate) requests: Family<Request<'static>, Counter>,
    /// Time to answer a request.
    #[metric(unit = Seconds, buckets = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5])]
    pub(crate) request_duration: Family<Request<'static>, Histogram>,
    /// HTTP requests under way.
    pub(crate) requests_in_progress: Gauge<i64>,
    /// Product pages shown.
    #[metric(allow(label_in_name))]
    pub(crate) product_views: Family<Viewed<'static>, Counter>,
    /// Carts that have something in them.
    pub(crate) open_carts: CallbackGauge,
    /// Orders that wait to be packed.
    pub(crate) orders_waiting: Gauge<i64>,
    #[metric(group, prefix = "till")]
    pub(crate) till: TillMetrics,
}

#[derive(Metrics)]
#[metrics(group)]
pub(crate) struct TillMetrics {
    /// Attempts to pay.
    #[metric(preset)]
    pub(crate) payments: Family<Payment, Counter>,
    /// Money taken.
    #[metric(unit = "euros")]
    pub(crate) revenue: Counter<f64>,
}

#[derive(LabelSet)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    /// As it was declared, `/products/{id}`: each path that a client can think of would be a series.
    pub(crate) route: &'a str,
    pub(crate) status: u16,
}

/// Not text either: clients may invent methods.
#[derive(Clone, Copy, LabelValue)]
pub(crate) enum Method {
    Get,
    Post,
    Other,
}

impl From<&http::Method> for Method {
    fn from(method: &http::Method) -> Self {
        match *method {
            http::Method::GET => Self::Get,
            http::Method::POST => Self::Post,
            _ => Self::Other,
        }
    }
}

#[derive(LabelSet)]
pub(crate) struct Viewed<'a> {
    pub(crate) product: &'a str,
}

#[derive(LabelSet)]
pub(crate) struct Payment {
    pub(crate) means: Means,
    pub(crate) accepted: bool,
}

#[derive(Clone, Copy, Debug, LabelValue)]
pub(crate) enum Means {
    Card,
    Invoice,
}
