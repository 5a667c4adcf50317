//! What each user's crate would compile of the metric types, compiled here.
//!
//! Most of a metric is generic: a `Family<Request, Counter>` is collected by functions that only the counter decides, and
//! there are some hundred of these for each type. A debug build takes such functions from a dependency that has them
//! ([`share-generics`]), and this one has them if it uses them. So it does, in debug builds only, because others do not
//! share. `tests/bench/compile_time.py` measures what users save.
//!
//! [`share-generics`]: https://doc.rust-lang.org/unstable-book/compiler-flags/share-generics.html

use crate::metric::{Counter, Family, Gauge, Histogram};
use crate::model::Scope;
use crate::{LabelSet, Metrics};

#[derive(LabelSet)]
struct Dense {
    flag: bool,
}

#[derive(LabelSet)]
struct Hashed<'a> {
    text: &'a str,
}

#[derive(Metrics)]
#[metrics(group, allow(missing_help))]
struct Compiled {
    counters: Counter,
    floats: Counter<f64>,
    gauges: Gauge,
    integers: Gauge<i64>,
    histograms: Histogram,
    dense_counters: Family<Dense, Counter>,
    dense_gauges: Family<Dense, Gauge>,
    dense_histograms: Family<Dense, Histogram>,
    hashed_counters: Family<Hashed<'static>, Counter>,
    hashed_gauges: Family<Hashed<'static>, Gauge>,
    hashed_histograms: Family<Hashed<'static>, Histogram>,
}

#[used]
static COMPILED: fn(&Scope<'_>) -> Compiled = <Compiled as Metrics>::build;
