//! Ordinary code, under all lints.

use m::{
    Counter, Ended, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics, Outcome, instrument_histogram, linear,
};

/// A method.
#[derive(Clone, Copy, Debug, LabelValue)]
#[label(crate = "m", rename_all = "UPPERCASE")]
pub enum Method {
    /// GET
    Get,
    /// POST
    #[deprecated]
    Post,
}

/// A route.
#[derive(Clone, Copy, Debug, LabelValue)]
#[label(crate = "m")]
pub struct Route<'a>(pub &'a str);

/// A request.
#[derive(Clone, Copy, Debug, LabelSet)]
#[label(crate = "m")]
pub struct Request<'a> {
    /// How.
    pub method: Method,
    /// Where.
    #[label(rename = "path")]
    pub route: Route<'a>,
}

/// All of them dense.
#[derive(Clone, Copy, Debug, LabelSet)]
#[label(crate = "m")]
pub struct Dense {
    /// How.
    pub method: Method,
    /// Whether.
    pub retried: bool,
}

/// Of the fixture.
#[derive(Debug, Metrics)]
#[metrics(crate = "m", prefix = "hygiene_lints", const_labels(from = "fixture"))]
pub struct Lints {
    /// Requests.
    pub requests: Family<Request<'static>, Counter>,
    /// Attempts.
    #[metric(preset)]
    pub attempts: Family<Dense, Counter>,
    /// Latency.
    #[metric(unit = Seconds, buckets = linear::<4>(0.5, 0.5), const_labels(kind = "x"))]
    pub latency: Histogram,
    /// Not always there.
    #[metric(unit = "widgets")]
    pub stock: Option<Gauge>,
    /// Nested.
    #[metric(group, prefix = "inner")]
    pub inner: Inner,
    /// Nothing.
    #[metric(skip)]
    pub skipped: u8,
    /// Not for new code.
    #[deprecated]
    pub old: Counter,
}

/// Nested.
#[derive(Debug, Metrics)]
#[metrics(crate = "m", group)]
pub struct Inner {
    /// A value.
    pub value: Gauge,
}

#[derive(Metrics)]
#[metrics(crate = "m", prefix = "hygiene_private")]
struct Private {
    /// Calls of [`add`].
    calls: Counter,
}

/// Adds.
///
/// # Errors
/// If the sum is too large.
#[instrument_histogram(crate = "m", name = "hygiene_add", buckets = [1.0], const_labels(kind = "x"))]
pub fn add(a: u8, b: u8) -> Result<u8, String> {
    Private::global().calls.inc();
    let sum = a.checked_add(b).ok_or_else(|| String::from("too large"))?;
    Ok(sum)
}

/// Nothing.
#[instrument_histogram(crate = "m", name = "hygiene_nothing")]
pub fn nothing() {}

/// Counts.
///
/// # Errors
/// Never.
#[instrument_histogram(crate = "m", name = "hygiene_wait")]
pub async fn wait(counter: &Counter) -> Result<(), String> {
    core::future::ready(()).await;
    counter.inc();
    Ok(())
}

/// Is done at once.
#[instrument_histogram(crate = "m", name = "hygiene_future")]
pub fn future<T: Send>(value: T) -> impl Future<Output = T> + Send {
    core::future::ready(value)
}

/// Never returns.
///
/// # Panics
/// Always.
#[instrument_histogram(crate = "m", name = "hygiene_never")]
pub fn never() -> ! {
    panic!("as it says")
}

/// Never returns.
#[instrument_histogram(crate = "m", name = "hygiene_never_async")]
pub async fn never_async() -> ! {
    loop {
        core::future::pending::<()>().await;
    }
}

#[derive(Metrics)]
#[metrics(crate = "m", prefix = "hygiene_into")]
struct Into {
    /// Time of each.
    #[metric(unit = Seconds)]
    answer: Family<Answer<'static>, Histogram>,
    /// Errors.
    errors: Counter,
    /// In progress.
    in_progress: Gauge,
}

/// An answer.
#[derive(Clone, Copy, Debug, LabelSet)]
#[label(crate = "m")]
pub struct Answer<'a> {
    /// Where.
    pub route: &'a str,
    /// What.
    pub status: u16,
}

/// Says how much was asked for.
#[must_use]
#[instrument_histogram(
    crate = "m",
    into = Into::global().answer,
    labels = Answer { route, status: |outcome| u16::from(matches!(outcome, Outcome::Returned(_))) },
    skip_on = |outcome| matches!(outcome, Outcome::Returned(0)),
    count_errors = Into::global().errors,
    outcome = |value| if *value == 0 { Ended::Error } else { Ended::Ok },
    track_in_progress = Into::global().in_progress
)]
pub fn answer(route: &str) -> usize {
    route.len()
}

/// The same, later.
///
/// # Errors
/// Always.
#[instrument_histogram(
    crate = "m",
    into = Into::global().answer,
    labels = Answer { route, status: 200 },
    skip_on = |outcome| matches!(outcome, Outcome::Cancelled),
    count_errors = Into::global().errors,
    track_in_progress = Into::global().in_progress
)]
pub async fn answer_later(route: &str) -> Result<usize, String> {
    core::future::ready(()).await;
    Err(route.to_owned())
}

/// With labels of its own.
#[instrument_histogram(
    crate = "m",
    name = "hygiene_labels",
    labels = Answer { route, status: |_| 1 },
    track_in_progress = Into::global().in_progress
)]
pub fn future_with_labels(route: &str) -> impl Future<Output = usize> + Send {
    core::future::ready(route.len())
}

impl Route<'_> {
    /// Its length.
    #[must_use]
    #[instrument_histogram(crate = "m", name = "hygiene_len")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
