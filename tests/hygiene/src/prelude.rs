//! Everything that an expansion could mean by an unqualified name means something else here.
#![allow(non_camel_case_types, dead_code, missing_debug_implementations, missing_copy_implementations, unused_macros)]

pub mod core {}
pub mod std {}
pub mod alloc {}
pub mod metrics_core {}
pub mod linkme {}

pub struct AsRef;
pub struct Box;
pub struct Clone;
pub struct Default;
pub struct Drop;
pub struct Err;
pub struct Fn;
pub struct FnMut;
pub struct FnOnce;
pub struct From;
pub struct Future;
pub struct Into;
pub struct Iterator;
pub struct None;
pub struct Ok;
pub struct Option;
pub struct Result;
pub struct Send;
pub struct Sized;
pub struct Some;
pub struct String;
pub struct Sync;
pub struct ToString;
pub struct Vec;
pub struct Entry;
pub struct Field;
pub struct Location;
pub struct Scope;
pub struct bool;
pub struct f64;
pub struct str;
pub struct u32;
pub struct usize;

macro_rules! column {
    () => {
        compile_error!("the user's `column`")
    };
}
macro_rules! concat {
    () => {
        compile_error!("the user's `concat`")
    };
}
macro_rules! env {
    ($($tokens:tt)*) => {
        compile_error!("the user's `env`")
    };
}
macro_rules! line {
    () => {
        compile_error!("the user's `line`")
    };
}
macro_rules! unimplemented {
    () => {
        compile_error!("the user's `unimplemented`")
    };
}

#[derive(m::LabelValue)]
#[label(crate = "m")]
pub enum Method {
    Get,
    None,
    Some,
}

#[derive(m::LabelValue)]
#[label(crate = "m")]
pub struct Route<'a>(&'a ::core::primitive::str);

#[derive(m::LabelSet)]
#[label(crate = "m")]
pub struct Request<'a> {
    pub method: Method,
    pub route: Route<'a>,
    pub f: ::core::primitive::bool,
    pub index: ::core::primitive::bool,
}

#[derive(m::Metrics)]
#[metrics(crate = "m", prefix = "hygiene_prelude", const_labels(from = "fixture"))]
pub struct Prelude {
    /// Requests.
    pub requests: m::Family<Request<'static>, m::Counter>,
    /// A name that a method may have for a variable.
    #[metric(unit = "bytes")]
    pub scope: m::Gauge,
    /// Another one.
    #[metric(unit = Seconds, buckets = [0.1, 1.0])]
    pub visit: m::Histogram,
    /// Absent.
    pub build: ::core::option::Option<m::Gauge>,
    #[metric(group, prefix = "inner")]
    pub new: Inner,
    #[metric(skip)]
    pub skipped: ::core::primitive::u8,
}

#[derive(m::Metrics)]
#[metrics(crate = "m", group)]
pub struct Inner {
    /// A value.
    pub value: m::Gauge,
}

/// Methods of the user that are called like those of the trait.
impl Prelude {
    pub const FIELDS: () = ();
    pub const PREFIX: () = ();

    pub fn build() {}
    pub fn new() {}
    pub fn visit() {}
    pub fn register_in() {}
}

#[m::instrument_histogram(crate = "m", name = "hygiene_prelude_call", buckets = [0.1], const_labels(kind = "x"))]
pub fn call(__value: ::core::primitive::u8) -> ::core::result::Result<::core::primitive::u8, ()> {
    ::core::result::Result::Ok(__value)
}

#[m::instrument_histogram(crate = "m", name = "hygiene_prelude_wait")]
pub async fn wait(__body: ::core::primitive::u8) -> ::core::result::Result<::core::primitive::u8, ()> {
    ::core::result::Result::Err(())
}

#[m::instrument_histogram(
    crate = "m",
    name = "hygiene_prelude_labels",
    labels = Request { method: Method::Some, route: Route("/"), f, index: |_| true },
    skip_on = |_| false,
    outcome = |_| m::Ended::Ok,
    count_errors = ::std::sync::LazyLock::force(&COUNTER),
    track_in_progress = Prelude::global().scope
)]
pub fn labels(f: ::core::primitive::bool) -> ::core::primitive::bool {
    f
}

static COUNTER: ::std::sync::LazyLock<m::Counter> = ::std::sync::LazyLock::new(m::Counter::new);

#[m::instrument_histogram(crate = "m", into = Prelude::global().visit, future)]
pub fn later() -> impl ::core::future::Future<Output = ()> {
    ::core::future::ready(())
}

pub fn request() -> Request<'static> {
    Request { method: Method::Some, route: Route("/"), f: true, index: false }
}
