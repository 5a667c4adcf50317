//! The macros of `metrics-core`. Use them through its re-exports: what they emit names that crate.

mod allow;
mod buckets;
mod case;
mod const_labels;
mod doc;
mod emit;
mod instrument_histogram;
mod label_set;
mod label_value;
mod max_series;
mod metrics;
mod native;
mod options;
mod quantiles;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod soup;
mod suggest;
mod ttl_seconds;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct of metrics: each named field is a metric, or a nested struct of metrics.
///
/// A field's name is the metric's name and its doc comment the metric's help. Names, labels, units, buckets and
/// help are checked while your crate compiles, and all mistakes are shown at once, each where it is made.
///
/// # Container attributes
///
/// In `#[metrics(…)]`:
///
/// - `prefix = "shop"`: what every name begins with. A `_` is put behind it. Left out, names stand alone.
/// - `const_labels(region = "eu", version = env!("CARGO_PKG_VERSION"))`: labels that every series carries. A
///   value is a constant string. Left out, there are none.
/// - `rename_all = "snake_case"`: the case of the fields' names. Left out, they stay as they are.
/// - `group`: a part of other structs. It has no `global()`, and only what contains it is exposed.
/// - `allow(camel_case, …)`: [rules](#rules) that nothing in the struct has to keep. Left out, all are kept.
/// - `crate = "path"`: where to find the library. Left out, `::metrics_core`.
///
/// # Field attributes
///
/// In `#[metric(…)]`:
///
/// - `help = "…"`: the help. Left out, the doc comment is.
/// - `rename = "…"`: another name. Left out, the field's, in the case that `rename_all` says. The suffixes `_total` of
///   counters and `_info` of infos come by themselves.
/// - `unit = Seconds`: a base unit, one of `metrics_core::model::Unit`; it becomes the name's last word. Other
///   units are written `unit = "widgets"`. An info and a state set have none.
/// - `buckets = [0.1, 1.0]`: the upper bounds of a histogram or gauge histogram; or a constant, `buckets = BOUNDS`, or
///   the call of a `const fn`, `buckets = exponential::<8>(0.001, 4.0)`. Left out, it has `DEFAULT_BUCKETS`.
/// - `quantiles = [0.5, 0.99]`: the quantiles of a summary over the last ten minutes, with the feature `quantiles` of
///   `metrics_core`. Left out, it has none.
/// - `native`: a histogram gets native buckets, which need no bounds; with `buckets = …` it has both, without it only
///   these. Or `native = NativeOptions::DEFAULT.factor(1.05)`: a constant that says how fine they are, and how many.
/// - `const_labels(store = "main")`: labels that every series of the metric carries.
/// - `max_series = 50_000`: the most series of a family; or `max_series = off`. If a label is no enum or `bool`, it is a
///   cap while the program runs, 10,000 if it is left out: what is looked up beyond counts in one series whose labels are
///   all `__overflow__`. If all are, it is a budget, 1,000 if it is left out: labels that allow more series do not compile,
///   and the error shows how many each of them allows.
/// - `ttl_seconds = 3_600`: a series that no scrape has seen change for so long ends; the next lookup makes a new one, at
///   zero. For families of which a label is no enum or `bool`.
/// - `multiprocess = "livesum"`: what several processes' values of a gauge or a state set become on the page of them all:
///   `all` (a series for each process, with a label `pid`; this is what it is if it is left out), `min`, `max`, `sum`,
///   `mostrecent`, each also with `live` before it: of processes that live. On a group, of all gauges in it that do not
///   say it themselves. A gauge of `mostrecent` reads the clock whenever it is set, where several processes are one.
/// - `preset`: all series of a family exist, at zero, from the start. For families whose labels are all enums or
///   `bool`.
/// - `prefix = "db"`: of a group, besides that of its own struct. Left out, none.
/// - `group`: a nested struct of metrics, itself marked `#[metrics(group)]`. It may have a `prefix` and
///   `const_labels(…)` besides its own. Or a family of such a struct, `Family<Labels, Pool>`: then each metric in it is
///   a family with these labels, and `max_series` and `preset` are options too. Others belong to the metrics in it.
/// - `allow(camel_case, …)`: [rules](#rules) that the metric, or all that is in the group, need not keep here.
/// - `skip`: no metric. The field is made by `Default`, and no other option goes with it.
///
/// An option that there is not, that is there twice, that has another form, that does not fit the field's type or does not
/// go with another one is an error, where it is written. Bounds of buckets are at most 1,000 and rise; one that is NaN,
/// -Inf, an +Inf before the last or not above the one before it is an error at that very number.
///
/// A field may be an `Option` of a metric. It is `None`, and a metric that is `None` when its struct is registered
/// is not exposed.
///
/// # Rules
///
/// What breaks one of these does not compile, unless it is allowed by its name: `#[metric(allow(non_base_unit))]` on the
/// field, or `#[metrics(allow(non_base_unit))]` on the struct. They see whole names: with the prefix of the struct, with a
/// group's, and with the unit. Most are those of `promtool check metrics`; the lint of `metrics-exposition` finds the same
/// in a program that runs.
///
/// | rule | what breaks it | instead |
/// |---|---|---|
/// | `abbreviated_unit` | `waiting_ms`, `size_kb`; `unit = "ms"` | `waiting` with `unit = Seconds` |
/// | `camel_case` | `ordersPaid`, also as a prefix or a unit | `orders_paid` |
/// | `colon` | `rename = "job:orders"` | `job_orders`; colons are for recording rules |
/// | `contradicting_unit` | `waiting_minutes` with `unit = Seconds` | `waiting` with `unit = Seconds` |
/// | `doubled_prefix` | `shop_orders` with `prefix = "shop"` | `orders` |
/// | `doubled_unit` | `seconds_waiting` with `unit = Seconds` | `waiting` with `unit = Seconds` |
/// | `label_in_name` | `orders_by_method` with a label `method` | `orders` |
/// | `missing_help` | no doc comment and no `help`, or a blank one | a line that says what is counted or measured |
/// | `non_base_unit` | `waiting_minutes`, `load_percent`; `unit = "hours"` | `waiting` with `unit = Seconds`, `load` with `unit = Ratio` |
/// | `reserved_suffix` | a gauge `orders_total`, `orders_count`, `build_info`; `_bucket`, `_sum`, `_created`, `_gcount`, `_gsum` | `orders`; an `Info` named `build` |
/// | `type_in_name` | `orders_counter` that is a counter | `orders` |
/// | `utf8_name` | `rename = "http-requests"` | `http_requests` |
///
/// A name with other characters than ASCII letters, digits and `_` has to be allowed (`utf8_name`), because readers that do
/// not know such names get it escaped. What no format can say is not a matter of style, and is never allowed: an empty
/// name, one that begins with `__`, a unit of an info or a state set.
///
/// ```
/// use metrics_core::{Gauge, Metrics};
///
/// #[derive(Metrics)]
/// #[metrics(prefix = "oven", allow(missing_help))]
/// struct Oven {
///     #[metric(allow(non_base_unit))]
///     heat_fahrenheit: Gauge,
/// }
///
/// Oven::global().heat_fahrenheit.set(451.0); // oven_heat_fahrenheit
/// ```
///
/// # What it emits
///
/// - An implementation of the trait `Metrics`: `Shop::new()`, `Shop::register_in(&registry)`.
/// - Unless it is a group, an inherent `global() -> &'static Self`: the one instance that the global registry
///   exposes, whether or not it is ever called. The struct has no generics for that reason.
///
/// The linker drops a crate that your program never names, and its metrics with it: see `metrics_core::link!`.
///
/// # Errors
///
/// Each on the span of the mistake, all of a struct at once:
///
/// - The struct has generics, unnamed fields, or is none.
/// - `prefix`, `rename` or a field's own name: what they make is no legal name, or two fields give samples of one name,
///   also through groups and by the suffixes of types.
/// - `rename_all`: the case is unknown; the message lists those that there are.
/// - `help`, or a doc comment in its place: missing or blank.
/// - `unit`: unknown, no legal end of a name, or on an info or a state set.
/// - `buckets`: empty, not rising, NaN, too many, or on a type without buckets. `quantiles` likewise, and beyond 0 to 1.
/// - `native`: on a type without buckets.
/// - `const_labels`: an illegal or reserved name, one that is there twice or that the metric's labels have too, or a value
///   that is no string.
/// - `max_series`, `ttl_seconds`, `preset`: on a type whose series they cannot limit, end or list beforehand. `max_series`
///   also where labels that are all enums or `bool` allow more.
/// - `multiprocess`: no such mode, or on what is neither gauge nor state set, or a group without any.
/// - `allow`: no such rule.
/// - `group`: on what is no struct of metrics, or with options of a metric. `skip`: with any other option. A field that
///   has none of both and is no metric.
/// - `crate`: the path leads nowhere.
///
/// What only the whole program can know, two structs with one name, is found when it is first read: see
/// `metrics_core::testing::assert_valid`.
///
/// # Example
///
/// ```
/// use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics};
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Method { Get, Post }
///
/// #[derive(LabelSet)]
/// struct Request<'a> { method: Method, route: &'a str }
///
/// #[derive(Metrics)]
/// #[metrics(prefix = "shop")]
/// struct Shop {
///     /// HTTP requests served.
///     requests: Family<Request<'static>, Counter>,
///     /// Time to answer a request.
///     #[metric(unit = Seconds, buckets = [0.005, 0.05, 0.5, 5.0])]
///     request_duration: Histogram,
///     #[metric(group, prefix = "db")]
///     database: Pool,
/// }
///
/// #[derive(Metrics)]
/// #[metrics(group)]
/// struct Pool {
///     /// Connections that are open.
///     connections: Gauge,
/// }
///
/// let shop = Shop::global();
/// shop.requests.with(&Request { method: Method::Get, route: "/cart" }).inc(); // shop_requests_total
/// shop.request_duration.observe(0.003); // shop_request_duration_seconds
/// shop.database.connections.inc(); // shop_db_connections
/// # let _ = Method::Post;
/// ```
#[proc_macro_derive(Metrics, attributes(metrics, metric))]
pub fn derive_metrics(input: TokenStream) -> TokenStream {
    metrics::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a set of labels: each named field is a label, its type a `LabelValue`.
///
/// If all fields are enums or `bool`, the set is dense: a family of it is an array.
///
/// # Container attributes
///
/// In `#[label(…)]`:
///
/// - `rename_all = "snake_case"`: the case of the labels' names. Left out, they stay as they are.
/// - `crate = "path"`: where to find the library. Left out, `::metrics_core`.
///
/// # Field attributes
///
/// In `#[label(…)]`:
///
/// - `rename = "…"`: another name. Left out, the field's, in the case that `rename_all` says.
///
/// No field can be left out: two sets that differ in it would be one series.
///
/// # What it emits
///
/// An implementation of the trait `LabelSet`. A struct may have lifetimes; `LabelSet::Of<'a>` is the struct with
/// `'a` for each of them, so that a `Family<Request<'static>, Counter>` takes a `Request<'_>`.
///
/// # Errors
///
/// - The struct has unnamed fields, type or const parameters, or is none.
/// - `rename` or a field's own name: no legal label's name, reserved, or there twice.
/// - `rename_all`: the case is unknown; the message lists those that there are.
/// - A field's type is no `LabelValue`.
/// - `crate`: the path leads nowhere.
///
/// # Example
///
/// ```
/// use metrics_core::{Counter, Family, LabelSet};
///
/// #[derive(LabelSet)]
/// struct Request<'a> {
///     route: &'a str,
///     #[label(rename = "code")]
///     status: u16,
///     r#type: Option<&'a str>,
/// }
///
/// let requests = Family::<Request<'static>, Counter>::new();
/// let route = String::from("/cart");
/// requests.with(&Request { route: &route, status: 200, r#type: None }).inc();
/// assert_eq!(Request::NAMES, ["route", "code", "type"]);
/// ```
#[proc_macro_derive(LabelSet, attributes(label))]
pub fn derive_label_set(input: TokenStream) -> TokenStream {
    label_set::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes the value of a label: an enum whose variants have no data, or a newtype of a label value.
///
/// # Container attributes
///
/// In `#[label(…)]`:
///
/// - `rename_all = "UPPERCASE"`: the case of an enum's texts: `snake_case` if left out, `lowercase`, `UPPERCASE`,
///   `camelCase`, `PascalCase`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE`, or `none` for the
///   variants as they stand in the source.
/// - `crate = "path"`: where to find the library. Left out, `::metrics_core`.
///
/// # Field attributes
///
/// In `#[label(…)]` of a variant:
///
/// - `rename = "…"`: another text. Left out, the variant's name in the case that `rename_all` says.
///
/// # What it emits
///
/// An implementation of the trait `LabelValue`. An enum is dense: its values are counted, and two with the same
/// text do not compile. A newtype is what its field is; it may have lifetimes.
///
/// Nor does an optional label compile whose `None`, which is the empty text, reads like a variant:
///
/// ```compile_fail,E0080
/// use metrics_core::{LabelSet, LabelValue};
///
/// #[derive(LabelValue)]
/// enum Method {
///     Get,
///     #[label(rename = "")]
///     Unknown,
/// }
///
/// #[derive(LabelSet)]
/// struct Request {
///     method: Option<Method>,
/// }
/// ```
///
/// # Errors
///
/// - An enum is empty or has a variant with fields; a struct has not one unnamed field.
/// - `rename`, or a variant's own name in the case that `rename_all` says: two variants have one text. On a newtype, which
///   has no text of its own, neither goes.
/// - `rename_all`: the case is unknown; the message lists those that there are.
/// - `crate`: the path leads nowhere.
///
/// # Example
///
/// ```
/// use metrics_core::LabelValue;
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Outcome {
///     Ok,
///     NotFound,
///     #[label(rename = "5xx")]
///     ServerError,
/// }
///
/// #[derive(LabelValue)]
/// struct Tenant(String);
///
/// assert_eq!(Outcome::VALUES, ["ok", "not_found", "5xx"]);
/// assert_eq!(Tenant("acme".to_owned()).text(), "acme");
/// # let _ = (Outcome::Ok, Outcome::NotFound, Outcome::ServerError);
/// ```
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn derive_label_value(input: TokenStream) -> TokenStream {
    label_value::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Times a function and says how it ended: in a family of its own with a label `outcome`, or in a field of yours.
///
/// It may stand on functions and methods, generic, recursive, `unsafe` or `extern`, and on async ones, those of traits
/// and of the crate `async-trait` too. However a call ends, it is observed once, with one of these outcomes:
///
/// - `ok`: it returned something other than an `Err`.
/// - `error`: it returned an `Err`. What counts is the type, so an `io::Result` is one, and a type of your own that
///   is called `Result` is not. Nor is a value whose type is a generic parameter. `outcome` says it for any type.
/// - `panic`: it panicked. The panic goes on as it would. With `panic = "abort"` there is nobody left to count that,
///   and this outcome never shows.
/// - `cancelled`: its future was dropped before it was done. A panic elsewhere that drops the future cancels it.
///
/// An async function is timed from its first poll to its end by the monotonic clock, what it waits for included; a
/// future that is never polled is not observed. The same holds for the future that a function returns as `impl
/// Future<…>` or as `Pin<Box<dyn Future<…>>>`.
///
/// # Container attributes
///
/// In the parentheses of `#[instrument_histogram(…)]`, all optional. Those of a family that the function has of its
/// own, none of which goes with `into`:
///
/// - `name = "checkout"`: the family's name; the unit `_seconds` is put behind it. Left out, all functions share the
///   family `function_duration_seconds`. Functions that give one name share that family if they agree in help, in
///   buckets and in the labels' names; if not, the registry says where both stand, and shows the first.
/// - `help = "…"`: the family's help; "Time that instrumented functions took." if left out.
/// - `unit = Seconds`: which it is anyway.
/// - `buckets = [0.1, 1.0]`: the upper bounds, as in [`Metrics`](macro@Metrics); `DEFAULT_BUCKETS` if left out.
/// - `native`, or `native = NativeOptions::DEFAULT.factor(1.05)`: native buckets, as in [`Metrics`](macro@Metrics).
/// - `const_labels(kind = "x")`: labels that every series carries. Left out, only `function`.
/// - `allow(type_in_name, …)`: [rules](macro@Metrics#rules) that the name need not keep. Left out, all are kept.
///
/// Into a field of yours:
///
/// - `into = Shop::global().answer`: where the histogram is, or the summary, or with `labels` a family of them: any
///   place that can be borrowed, `self.metrics.answer` too. It is looked at when the call has ended.
///
/// For both:
///
/// - `labels = Request { method: Method::Get, route, status: |outcome| … }`: the labels, as a literal of a label set:
///   the field's one, or with a family of the function's own the ones that come between `function` and `outcome`. A
///   value is evaluated before the body, and may use the arguments; a closure is asked at the end, with the
///   `Outcome<'_, R>` of the call, where `R` is what the function returns.
/// - `skip_on = |outcome| …`: calls for which this says `true` are not observed, nor counted as errors. A function or
///   a closure of the `Outcome<'_, R>`. None is skipped if left out.
/// - `outcome = ended`: what a value that was returned is: a function or a closure from `&R` to `Ended`. Left out,
///   an `Err` is an error and all else is not.
/// - `count_errors = Shop::global().errors`: a counter, or a series of a family, that counts calls that ended in an
///   error or a panic.
/// - `track_in_progress = Shop::global().in_progress`: a gauge, or a series of a family, that counts the calls that
///   are under way; of async ones those that have been polled.
/// - `future`: the function returns a future though one cannot see that: by an alias of `Pin<Box<dyn Future<…>>>`,
///   or by a trait of your own.
/// - `crate = "path"`: where to find the library. Left out, `::metrics_core`.
///
/// A closure that panics at the end is contained: the call is not observed, returns what it returned, and counts in
/// `metrics_core_unreported_calls_total`. (With `panic = "abort"` it is not.)
///
/// # Field attributes
///
/// None.
///
/// # What it emits
///
/// The function with its attributes and its signature, so that its type stays as it is, and what its future can be
/// sent to. Its body, untouched, is a closure or a pinned async block that is passed to the library, and behind it a
/// closure for the end of the call. Before it stand the labels' values; and without `into` a static family with a
/// constant label `function`, the function's path (`shop::Cart::checkout`), which the global registry exposes.
///
/// `#[track_caller]` does not reach through the closure.
///
/// # What it costs
///
/// Two reads of the clock and an observation. No allocation, no lock; the labels cost what a lookup in their family
/// costs. An async function's future is larger by when it began and by its labels.
///
/// # Errors
///
/// Each on the span of the mistake, all at once:
///
/// - On a `const fn`, on what is no function, and on one without a body. An option that is unknown or there twice.
/// - `name`: illegal, or it breaks one of the [rules](macro@Metrics#rules) for names; the unit is `seconds`.
/// - `help`: blank. `unit`: any other, as readers make of the base unit what they like. `allow`: no such rule.
/// - `buckets`: no list of rising numbers. `native`: no constant of the type `NativeOptions`.
/// - `const_labels`: an illegal name, or one that a label has (`function`, `outcome`, `le`); without `name`, as the
///   family that all share has other labels.
/// - `into`: a metric of another type, a family without `labels`, or beside it an option of a family of the function's own.
/// - `labels`: anything but a literal, and `..base` in it; what rustc says of one with a field missing, unknown or of
///   another type; a label that borrows from an argument that is not a reference, because the body takes all of them:
///   clone it, `route: &cart.route.clone()`; neither `into` nor `name`.
/// - `skip_on`: another type than `bool`. `outcome`: another than `Ended`, or `into` where no `count_errors` asks for it.
/// - `count_errors`: no counter. `track_in_progress`: no gauge.
/// - `future`: on an async function, and on one that returns something else.
/// - `crate`: the path leads nowhere.
///
/// Functions that share a `name` and do not agree in the rest are found when the program is first read, by
/// `metrics_core::testing::assert_valid`.
///
/// # Example
///
/// ```
/// use metrics_core::{
///     Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics, Outcome, instrument_histogram,
/// };
///
/// #[instrument_histogram]
/// fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
///     let number = text.parse()?;
///     Ok(number)
/// }
///
/// parse("1"); // function_duration_seconds{function="…::parse",outcome="ok"}
/// parse("x"); // … outcome="error"
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Method { Get, Post }
///
/// #[derive(LabelSet)]
/// struct Request<'a> { method: Method, route: &'a str, status: u16 }
///
/// #[derive(Metrics)]
/// #[metrics(prefix = "shop")]
/// struct Shop {
///     /// Time to answer a request.
///     #[metric(unit = Seconds)]
///     answer: Family<Request<'static>, Histogram>,
///     /// Requests that failed.
///     errors: Counter,
///     /// Requests that are being answered.
///     in_progress: Gauge,
/// }
///
/// struct Response { status: u16 }
///
/// #[instrument_histogram(
///     into = Shop::global().answer,
///     labels = Request {
///         method: Method::Get,
///         route,
///         status: |outcome| match outcome {
///             Outcome::Returned(Ok(response)) => response.status,
///             Outcome::Returned(Err(_)) | Outcome::Panicked => 500,
///             Outcome::Cancelled => 499,
///         },
///     },
///     skip_on = |_| route == "/health",
///     count_errors = Shop::global().errors,
///     track_in_progress = Shop::global().in_progress
/// )]
/// async fn get(route: &str) -> Result<Response, std::io::Error> {
///     Ok(Response { status: if route == "/" { 200 } else { 404 } })
/// }
/// # drop(get("/"));
/// # let _ = Method::Post;
/// ```
#[proc_macro_attribute]
pub fn instrument_histogram(options: TokenStream, item: TokenStream) -> TokenStream {
    instrument_histogram::instrument(options.into(), item.into()).into()
}
