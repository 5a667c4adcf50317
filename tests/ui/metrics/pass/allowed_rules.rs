//! Each rule of style, allowed on the field and on the struct; and names that are near a mistake and none.

#![allow(non_snake_case)]

use metrics_core::{Counter, Family, Gauge, Histogram, Info, LabelSet, LabelValue, Metrics, StateSet, Summary};

#[derive(LabelSet)]
struct Request<'a> {
    method: &'a str,
}

#[derive(Metrics)]
#[metrics(prefix = "shop")]
struct OnFields {
    /// Help.
    #[metric(allow(camel_case))]
    ordersPaid: Counter,
    /// Help.
    #[metric(rename = "job:orders", allow(colon))]
    colon: Counter,
    /// Help.
    #[metric(rename = "http-requests.ok", allow(utf8_name))]
    utf8_name: Counter,
    /// Help.
    #[metric(allow(type_in_name))]
    orders_counter: Counter,
    /// Help.
    #[metric(allow(reserved_suffix))]
    orders_count: Gauge,
    /// Help.
    #[metric(allow(doubled_prefix))]
    shop_orders: Counter,
    /// Help.
    #[metric(unit = Seconds, allow(doubled_unit))]
    seconds_waiting: Gauge,
    /// Help.
    #[metric(unit = Seconds, allow(contradicting_unit))]
    read_bytes: Gauge,
    /// Help.
    #[metric(unit = "hours", allow(non_base_unit))]
    open: Gauge,
    /// Help.
    #[metric(allow(non_base_unit))]
    load_percent: Gauge,
    /// Help.
    #[metric(allow(abbreviated_unit))]
    waiting_ms: Gauge,
    /// Help.
    #[metric(allow(label_in_name))]
    requests_by_method: Family<Request<'static>, Counter>,
    #[metric(allow(missing_help))]
    without_help: Counter,
    #[metric(help = " ", allow(missing_help))]
    with_blank_help: Counter,
    /// Help.
    #[metric(rename = "latencyGauge_ms", allow(camel_case, abbreviated_unit))]
    several: Gauge,
    #[metric(group, prefix = "dbPool_ms", allow(camel_case, abbreviated_unit, doubled_prefix, label_in_name))]
    pool: Family<Request<'static>, Pool>,
}

#[derive(Metrics)]
#[metrics(group)]
struct Pool {
    /// Help.
    method_changes: Counter,
    /// Help.
    #[metric(allow(reserved_suffix))]
    count: Gauge,
    /// Help.
    ms: Gauge,
}

#[derive(Metrics)]
#[metrics(
    prefix = "myShop:x_ms",
    allow(
        abbreviated_unit,
        camel_case,
        colon,
        contradicting_unit,
        doubled_prefix,
        doubled_unit,
        label_in_name,
        missing_help,
        non_base_unit,
        reserved_suffix,
        type_in_name,
        utf8_name
    )
)]
struct OnTheStruct {
    ordersPaid: Counter,
    #[metric(rename = "job:orders")]
    colon: Counter,
    #[metric(rename = "http-requests.ok")]
    utf8_name: Counter,
    orders_counter: Counter,
    orders_count: Gauge,
    ms_orders: Counter,
    #[metric(unit = Seconds)]
    seconds_waiting: Gauge,
    #[metric(unit = Seconds)]
    read_bytes: Gauge,
    #[metric(unit = "hours")]
    open: Gauge,
    waiting_ms: Gauge,
    requests_by_method: Family<Request<'static>, Counter>,
    without_help: Counter,
    #[metric(group, prefix = "kB")]
    inner: Inner,
}

#[derive(Metrics)]
#[metrics(group, allow(reserved_suffix, abbreviated_unit, camel_case))]
struct Inner {
    /// Help.
    count: Gauge,
    /// Help.
    s: Gauge,
    /// Help.
    kB: Gauge,
}

#[derive(LabelValue)]
enum State {
    On,
}

#[derive(Metrics)]
#[metrics(prefix = "near")]
struct NoMistake {
    /// Help.
    accounts: Gauge,
    /// Help.
    orders_created: Counter,
    /// Help.
    readings_of_a_gauge: Counter,
    /// Help.
    nearest_shop: Gauge,
    /// Help.
    methods: Family<Request<'static>, Counter>,
    /// Help.
    #[metric(unit = Seconds)]
    waiting_seconds: Histogram,
    /// Help.
    #[metric(unit = Seconds)]
    start_timestamp: Gauge,
    /// Help.
    bytes_per_second: Gauge,
    /// Help.
    #[metric(rename = "requests_total")]
    requests: Counter,
    /// Help.
    #[metric(rename = "build_info")]
    build: Info,
    /// Help.
    state: StateSet<State>,
    /// Help.
    #[metric(unit = Bytes)]
    answer: Summary,
    #[metric(group, prefix = "db")]
    db: Database,
}

#[derive(Metrics)]
#[metrics(group, prefix = "pool")]
struct Database {
    /// Help.
    open: Gauge,
}

fn main() {
    OnFields::global().ordersPaid.inc();
    OnTheStruct::global().inner.kB.set(1.0);
    NoMistake::global().requests.inc();
    let _ = State::On;
}
