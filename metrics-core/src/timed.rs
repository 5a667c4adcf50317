//! What `#[instrument_histogram]` runs: times a function and says how it ended.

use crate::metric::{Collect, Cursor, Family, Histogram, Instrument, Points, Spec, Stopwatch};
use crate::model::{FamilyField, Kind, LabelText, Location, Options, Scope, Unit};
use crate::registry::{Source, SourceFamily};
use crate::{LabelSet, LabelValue};
use std::any::type_name;
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::sync::OnceLock;

/// How a call ended.
#[derive(Clone, Copy, Debug, LabelValue)]
pub(crate) enum Outcome {
    /// It returned something other than an `Err`.
    Ok,
    /// It returned an `Err`.
    Error,
    /// It panicked.
    Panic,
    /// Its future was dropped before it was done.
    Cancelled,
}

#[derive(Clone, Copy, Debug, LabelSet)]
pub(crate) struct Labels {
    outcome: Outcome,
}

/// The family of one instrumented function.
#[derive(Debug)]
pub struct Function {
    field: &'static FamilyField,
    family: OnceLock<Family<Labels, Histogram>>,
}

/// Describes the family of a function.
pub const fn function_field(
    name: &'static str,
    help: &'static str,
    buckets: Option<&'static [f64]>,
    const_labels: &'static [(&'static str, LabelText)],
    location: Location,
) -> FamilyField {
    let options = Options { unit: Some(Unit::Seconds), buckets, const_labels, ..Options::NONE };
    FamilyField {
        name,
        help,
        kind: Kind::Histogram,
        label_names: Labels::NAMES,
        label_values: Labels::VALUES,
        options,
        location,
    }
}

impl Function {
    /// A function that has not been called.
    pub const fn new(field: &'static FamilyField) -> Self {
        Self { field, family: OnceLock::new() }
    }

    /// What the global registry reads.
    pub fn source(&'static self) -> Box<dyn Source> {
        Box::new(FunctionSource(self))
    }

    fn family(&self) -> &Family<Labels, Histogram> {
        self.family.get_or_init(|| Spec::build_field(self.field, &Scope::ROOT, Instrument::build))
    }
}

struct FunctionSource(&'static Function);

impl Source for FunctionSource {
    fn families(&self) -> Vec<SourceFamily> {
        vec![SourceFamily::of(self.0.field, &Scope::ROOT, &[])]
    }

    fn collect(&self, family: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        self.0.family().collect(family, from, points)
    }
}

/// The path of the function in whose body `marker` is defined: `shop::Cart::checkout`. Unlike
/// `module_path!` it tells methods of one name and different types apart.
pub fn function_name<M>(_marker: M) -> &'static str {
    let path = type_name::<M>();
    let mut path = path.rsplit_once("::").map_or(path, |(function, _)| function);
    // What an async function does, it does in a closure.
    while let Some(function) = path.strip_suffix("::{{closure}}") {
        path = function;
    }
    path
}

/// A call under way. However it ends, it is observed once, here.
struct Timed {
    function: &'static Function,
    start: Stopwatch,
    /// What it is if nothing more is heard of it.
    outcome: Outcome,
}

impl Timed {
    fn start(function: &'static Function, outcome: Outcome) -> Self {
        Self { function, start: Stopwatch::start(), outcome }
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        let labels = Labels { outcome: self.outcome };
        self.function.family().with(&labels).observe_sampled(self.start.elapsed());
    }
}

/// Runs the body of a function.
#[inline]
pub fn time<R>(function: &'static Function, body: impl FnOnce() -> R, is_error: impl FnOnce(&R) -> bool) -> R {
    let mut timed = Timed::start(function, Outcome::Panic);
    let value = body();
    timed.outcome = outcome(is_error(&value));
    value
}

/// Runs the body of an async function, from its first poll on.
///
/// A future that is dropped while somebody else's panic unwinds was cancelled: only a panic that passes
/// through its own poll is its own.
pub async fn time_async<F: Future>(
    function: &'static Function,
    mut body: Pin<&mut F>,
    is_error: impl FnOnce(&F::Output) -> bool,
) -> F::Output {
    let mut timed = Timed::start(function, Outcome::Cancelled);
    let value = poll_fn(|context| {
        timed.outcome = Outcome::Panic;
        let poll = body.as_mut().poll(context);
        timed.outcome = Outcome::Cancelled;
        poll
    })
    .await;
    timed.outcome = outcome(is_error(&value));
    value
}

/// Runs the body of a function that returns a future, which is then [timed](time_future). Seen here is only
/// a body that panics and returns none.
pub fn make_future<F: Future>(function: &'static Function, body: impl FnOnce() -> F) -> F {
    let timed = Timed::start(function, Outcome::Panic);
    let future = body();
    std::mem::forget(timed);
    future
}

/// Times a future, from its first poll on.
pub async fn time_future<F: Future, E: FnOnce(&F::Output) -> bool>(
    function: &'static Function,
    future: F,
    is_error: E,
) -> F::Output {
    time_async(function, pin!(future), is_error).await
}

/// Runs a future that a function returned in a box, and returns it in one.
pub fn time_boxed_future<F: Future, E: FnOnce(&F::Output) -> bool>(
    function: &'static Function,
    future: F,
    is_error: E,
) -> Pin<Box<impl Future<Output = F::Output>>> {
    Box::pin(time_future(function, future, is_error))
}

/// Never called: gives an async block a `return` of the type that its function names.
pub fn output<R>() -> R {
    unreachable!("stands behind `if false`")
}

/// What a function returned. `is_error` is [`Result::is_err`] if it is a `Result`, by whatever name, and the
/// one of `NoResult` otherwise: a method of the type itself goes before one of what it dereferences to.
#[derive(Debug)]
pub struct Returned<'a, R>(pub &'a R);

impl<T, E> Returned<'_, Result<T, E>> {
    /// Whether it is an `Err`.
    pub fn is_error(&self) -> bool {
        self.0.is_err()
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
    /// Never.
    pub fn is_error(&self) -> bool {
        false
    }
}

const fn outcome(is_error: bool) -> Outcome {
    if is_error { Outcome::Error } else { Outcome::Ok }
}
