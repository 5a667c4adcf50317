use metrics_core::{Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics, NativeOptions, exponential};

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
