use crate::LabelValue;
use std::ops::Deref;

/// What became of a call of an instrumented function: what closures in
/// [`#[instrument_histogram]`](macro@crate::instrument_histogram) are asked with.
///
/// ```
/// use metrics_core::{Family, Histogram, LabelSet, Metrics, Outcome, instrument_histogram};
///
/// #[derive(LabelSet)]
/// struct Request<'a> { route: &'a str, status: u16 }
///
/// #[derive(Metrics)]
/// struct Shop {
///     /// Time to answer.
///     #[metric(unit = Seconds)]
///     answer: Family<Request<'static>, Histogram>,
/// }
///
/// struct Response { status: u16 }
///
/// #[instrument_histogram(into = Shop::global().answer, labels = Request { route, status: |outcome| match outcome {
///     Outcome::Returned(response) => response.status,
///     Outcome::Panicked => 500,
///     Outcome::Cancelled => 499,
/// } })]
/// fn answer(route: &str) -> Response {
///     Response { status: if route == "/" { 200 } else { 404 } }
/// }
///
/// assert_eq!(answer("/cart").status, 404); // answer_seconds_count{route="/cart",status="404"}
/// ```
#[derive(Debug)]
pub enum Outcome<'a, R> {
    /// It returned this.
    Returned(&'a R),
    /// It panicked.
    Panicked,
    /// Its future was dropped before it was done.
    Cancelled,
}

impl<R> Clone for Outcome<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Outcome<'_, R> {}

impl<'a, R> Outcome<'a, R> {
    /// How that is to be called, by what `classify` says of a value that was returned.
    ///
    /// ```
    /// use metrics_core::{Ended, Outcome};
    /// let found = |value: &Option<u8>| if value.is_some() { Ended::Ok } else { Ended::Error };
    /// assert_eq!(Outcome::Returned(&None).ended_by(found), Ended::Error);
    /// assert_eq!(Outcome::Cancelled.ended_by(found), Ended::Cancelled);
    /// ```
    #[inline]
    pub fn ended_by(self, classify: impl FnOnce(&'a R) -> Ended) -> Ended {
        match self {
            Self::Returned(value) => classify(value),
            Self::Panicked => Ended::Panic,
            Self::Cancelled => Ended::Cancelled,
        }
    }
}

impl<T, E> Outcome<'_, Result<T, E>> {
    /// How that is called: an `Err` is an error.
    ///
    /// ```
    /// use metrics_core::{Ended, Outcome};
    /// assert_eq!(Outcome::Returned(&Err::<(), _>("late")).ended(), Ended::Error);
    /// ```
    pub fn ended(self) -> Ended {
        self.ended_by(|result| if result.is_err() { Ended::Error } else { Ended::Ok })
    }
}

/// How a call of an instrumented function ended: the values of the label `outcome`.
///
/// ```
/// use metrics_core::{Ended, LabelValue};
/// assert_eq!(Ended::VALUES, ["ok", "error", "panic", "cancelled"]);
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, LabelValue, PartialEq)]
pub enum Ended {
    /// It returned something that is no error.
    Ok,
    /// It returned an error: an `Err`, or what `outcome = …` says is one.
    Error,
    /// It panicked. With `panic = "abort"` there is nobody left to say so.
    Panic,
    /// Its future was dropped before it was done.
    Cancelled,
}

impl Ended {
    /// Whether it failed: by an error or a panic. What was cancelled did not.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Error | Self::Panic)
    }
}

/// What a function returned. `ended` is that of [`Outcome<Result>`](Outcome::ended) if it is a `Result`, by whatever
/// name, and the one of `NoResult` otherwise: a method of the type itself goes before one of what it dereferences to.
#[derive(Debug)]
pub struct Returned<'a, R>(pub &'a R);

impl<T, E> Returned<'_, Result<T, E>> {
    /// An `Err` is an error.
    #[inline]
    pub fn ended(&self) -> Ended {
        Outcome::Returned(self.0).ended()
    }
}

impl<R> Deref for Returned<'_, R> {
    type Target = NoResult;

    fn deref(&self) -> &NoResult {
        &NoResult
    }
}

/// Something that cannot be an error.
#[derive(Debug)]
pub struct NoResult;

impl NoResult {
    /// Well.
    #[inline]
    pub fn ended(&self) -> Ended {
        Ended::Ok
    }
}
