use metrics_core::{
    Counter, Family, Gauge, GaugeHistogram, Histogram, Info, LabelSet, LabelValue, Metrics, NativeOptions, StateSet, Summary,
    exponential,
};

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
}

#[derive(LabelSet)]
struct Request<'a> {
    method: Method,
    route: &'a str,
}

#[derive(LabelSet)]
struct Attempt {
    method: Method,
}

#[derive(Metrics)]
#[metrics(prefix = "shop", const_labels(region = "eu"), rename_all = "snake_case")]
pub(crate) struct Shop {
    /// Help.
    #[metric(max_series = 50_000)]
    requests: Family<Request<'static>, Counter>,
    /// Help.
    #[metric(preset)]
    attempts: Family<Attempt, Counter>,
    /// Help.
    #[metric(max_series = off)]
    any_number: Option<Family<Request<'static>, Gauge>>,
    #[metric(help = "Help.", rename = "time", unit = Seconds, buckets = exponential::<4>(0.1, 2.0))]
    duration: Histogram,
    /// Help.
    #[metric(native)]
    latency: Histogram,
    /// Help.
    #[metric(native = NativeOptions::DEFAULT.factor(1.05), buckets = [0.1, 1.0])]
    sizes: Option<Family<Request<'static>, Histogram>>,
    /// Help.
    #[metric(unit = "widgets", const_labels(store = "main", type = "x"))]
    stock: Option<Gauge<i64>>,
    #[metric(group, prefix = "db", const_labels(kind = "sql"))]
    pool: Pool,
    #[metric(group, prefix = "dbs", const_labels(kind = "sql"), max_series = 5)]
    pools: Family<Request<'static>, Pool>,
    #[metric(group, prefix = "methods", preset)]
    by_method: Family<Attempt, Pool>,
    /// Help.
    #[metric(buckets = [0.5, 1.0], unit = Seconds)]
    ages: GaugeHistogram,
    /// Help.
    #[metric(const_labels(part = "web"))]
    build_info: Info,
    /// Help.
    last_method: StateSet<Method>,
    /// Help.
    #[metric(unit = Bytes, max_series = 5)]
    size: Family<Request<'static>, Summary>,
    #[metric(skip)]
    nothing: Vec<u8>,
}

#[derive(Metrics)]
#[metrics(group, prefix = "pool")]
struct Pool {
    /// Help.
    open: Gauge,
}

fn main() {
    let route = String::from("/");
    Shop::global().requests.with(&Request { method: Method::Get, route: &route }).inc();
    Shop::global().attempts.with(&Attempt { method: Method::Post }).inc();
    Shop::global().duration.observe(1.0);
    assert!(Shop::global().stock.is_none());
    Shop::global().pool.open.set(1.0);
}
