//! What the derives make of structs and enums, seen from outside: names, help, labels, values.

use metrics_core::model::{Desc, Kind};
use metrics_core::testing::{sample_value, samples};
use metrics_core::{
    CallbackGauge, Counter, Family, Gauge, Histogram, LabelSet, LabelValue, Metrics, NativeOptions, Registry,
    exponential,
};
use std::collections::BTreeSet;

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Post,
    #[label(rename = "OPTIONS")]
    Options,
}

#[derive(LabelValue)]
struct Route<'a>(&'a str);

#[derive(LabelValue)]
struct Tenant(String);

#[derive(LabelSet)]
struct Request<'a, 'b> {
    method: Method,
    route: Route<'a>,
    #[label(rename = "tenant_name")]
    tenant: &'b Tenant,
    r#type: Option<&'a str>,
    status: u16,
}

#[derive(LabelSet)]
struct Attempt {
    method: Method,
    retried: bool,
}

fn names(registry: &Registry) -> Vec<String> {
    registry.descs().into_iter().map(|desc| desc.name).collect()
}

fn desc(registry: &Registry, name: &str) -> Desc {
    let found = registry.descs().into_iter().find(|desc| desc.name == name);
    found.unwrap_or_else(|| panic!("no family {name} among {:?}", names(registry)))
}

#[derive(Metrics)]
#[metrics(prefix = "shop", const_labels(region = "eu", version = env!("CARGO_PKG_VERSION")))]
struct Shop {
    /// Orders that
    ///   were paid.
    ///
    /// Counted once the bank answers.
    orders_total: Counter,
    #[metric(help = "Load.", rename = "load_average")]
    load: Gauge,
    /// Time to answer.
    #[metric(unit = Seconds, buckets = [0.1, 1.0, f64::INFINITY])]
    answer: Family<Attempt, Histogram>,
    /// Widgets in store.
    #[metric(unit = "widgets", const_labels(store = "main"))]
    stock: Gauge<i64>,
    /// Bytes that were read.
    #[metric(unit = "bytes")]
    read_bytes: Counter,
    /// A keyword.
    r#type: Gauge,
}

#[test]
fn names_help_units_and_constant_labels() {
    let registry = Registry::new();
    let shop = Shop::register_in(&registry).unwrap();
    shop.orders_total.inc();
    shop.stock.set(3);
    shop.load.set(0.5);
    shop.r#type.set(1.0);
    let expected = [
        "shop_answer_seconds",
        "shop_load_average",
        "shop_orders",
        "shop_read_bytes",
        "shop_stock_widgets",
        "shop_type",
    ];
    assert_eq!(names(&registry), expected);

    let orders = desc(&registry, "shop_orders");
    assert_eq!(orders.help, "Orders that were paid. Counted once the bank answers.");
    assert_eq!((orders.kind, orders.unit), (Kind::Counter, None));
    assert_eq!(desc(&registry, "shop_answer_seconds").unit.as_deref(), Some("seconds"));
    assert_eq!(desc(&registry, "shop_answer_seconds").label_names, ["method", "retried"]);
    assert_eq!(desc(&registry, "shop_read_bytes").unit.as_deref(), Some("bytes"));
    assert_eq!(desc(&registry, "shop_load_average").help, "Load.");

    let labels = [("region", "eu"), ("version", env!("CARGO_PKG_VERSION"))];
    assert_eq!(sample_value(&registry, "shop_orders_total", &labels), Some(1.0));
    let labels = [("region", "eu"), ("version", env!("CARGO_PKG_VERSION")), ("store", "main")];
    assert_eq!(sample_value(&registry, "shop_stock_widgets", &labels), Some(3.0));
}

#[derive(Metrics)]
struct Place {
    /// Here.
    here: Counter,
}
const PLACE: (u32, u32) = (line!() - 2, 5);

#[test]
fn a_family_knows_where_its_field_stands() {
    let registry = Registry::new();
    Place::register_in(&registry).unwrap().here.inc();
    let location = desc(&registry, "here").location;
    assert_eq!(location.file, file!());
    assert_eq!((location.line, location.column), PLACE);
}

#[derive(Metrics)]
struct Requests {
    /// Requests.
    requests: Family<Request<'static, 'static>, Counter>,
}

#[test]
fn labels_of_all_kinds() {
    let registry = Registry::new();
    let metrics = Requests::register_in(&registry).unwrap();
    let (route, tenant) = (String::from("/\"x\"\n"), Tenant("é".to_owned()));
    let request = Request { method: Method::Options, route: Route(&route), tenant: &tenant, r#type: None, status: 404 };
    metrics.requests.with(&request).inc_by(2);
    metrics.requests.with(&Request { r#type: Some("json"), ..request }).inc();

    let mut labels =
        [("method", "OPTIONS"), ("route", "/\"x\"\n"), ("tenant_name", "é"), ("type", ""), ("status", "404")];
    assert_eq!(sample_value(&registry, "requests_total", &labels), Some(2.0));
    labels[3].1 = "json";
    assert_eq!(sample_value(&registry, "requests_total", &labels), Some(1.0));
}

#[test]
fn a_set_is_hashed_if_one_label_is() {
    let tenant = Tenant(String::new());
    let request = Request { method: Method::Post, route: Route("/"), tenant: &tenant, r#type: None, status: 1 };
    assert_eq!(<Request<'_, '_> as LabelSet>::VALUES.len(), 0);
    assert_eq!(request.index(), 0);
}

#[test]
fn a_dense_set_counts_with_the_last_label_running_fastest() {
    assert_eq!(<Attempt as LabelSet>::VALUES, [&["get", "post", "OPTIONS"][..], &["false", "true"][..]]);
    let sets = [Method::Get, Method::Post, Method::Options]
        .into_iter()
        .flat_map(|method| [false, true].map(|retried| Attempt { method, retried }));
    for (i, set) in sets.enumerate() {
        assert_eq!(set.index(), i);
        set.with_values(|values| {
            assert_eq!(values, [Attempt::VALUES[0][i / 2], Attempt::VALUES[1][i % 2]]);
        });
    }
}

#[derive(LabelValue)]
#[label(rename_all = "SCREAMING-KEBAB-CASE")]
#[allow(dead_code)]
enum Loud {
    NotFound,
    IOError,
    #[label(rename = "")]
    Nothing,
}

#[derive(LabelSet)]
#[label(rename_all = "camelCase")]
struct Camel {
    status_code: bool,
    #[label(rename = "keep_me")]
    other: bool,
}

#[test]
fn renamed_values_and_labels() {
    assert_eq!(Loud::VALUES, ["NOT-FOUND", "IO-ERROR", ""]);
    assert_eq!(Camel::NAMES, ["statusCode", "keep_me"]);
    assert_eq!(Camel { status_code: true, other: false }.index(), 2);
}

#[derive(Metrics)]
struct Preset {
    /// Attempts.
    #[metric(preset)]
    attempts: Family<Attempt, Counter>,
    /// Attempts that nobody asked to preset.
    lazy: Family<Attempt, Counter>,
}

#[test]
fn preset_series_are_zero_from_the_start() {
    let registry = Registry::new();
    let metrics = Preset::register_in(&registry).unwrap();
    assert_eq!((metrics.attempts.len(), metrics.lazy.len()), (6, 0));
    assert_eq!(sample_value(&registry, "attempts_total", &[("method", "OPTIONS"), ("retried", "true")]), Some(0.0));
}

#[derive(Metrics)]
#[metrics(group, prefix = "pool", const_labels(kind = "db"))]
struct Pool {
    /// Connections that are open.
    open: Gauge<i64>,
    #[metric(group, prefix = "queue")]
    queue: Queue,
}

#[derive(Metrics)]
#[metrics(group)]
struct Queue {
    /// Callers that wait.
    waiting: Gauge<i64>,
}

#[derive(Metrics)]
#[metrics(prefix = "app", const_labels(region = "eu"))]
struct App {
    #[metric(group, prefix = "read", const_labels(access = "ro"))]
    reader: Pool,
    #[metric(group, prefix = "write")]
    writer: Pool,
    #[metric(group)]
    plain: Queue,
}

#[test]
fn groups_add_prefixes_and_constant_labels() {
    let registry = Registry::new();
    let app = App::register_in(&registry).unwrap();
    app.reader.open.set(1);
    app.reader.queue.waiting.set(2);
    app.writer.open.set(3);
    app.plain.waiting.set(4);
    let reader = [("region", "eu"), ("access", "ro"), ("kind", "db")];
    assert_eq!(sample_value(&registry, "app_read_pool_open", &reader), Some(1.0));
    assert_eq!(sample_value(&registry, "app_read_pool_queue_waiting", &reader), Some(2.0));
    assert_eq!(sample_value(&registry, "app_write_pool_open", &[("region", "eu"), ("kind", "db")]), Some(3.0));
    assert_eq!(sample_value(&registry, "app_waiting", &[("region", "eu")]), Some(4.0));
    assert_eq!(names(&registry).len(), 5);
}

#[derive(Metrics)]
struct Odd {
    /// Is not there.
    absent: Option<Counter>,
    /// Is.
    present: Counter,
    /// Comes from a function.
    answer: CallbackGauge,
    #[metric(skip)]
    nothing: BTreeSet<u8>,
}

#[test]
fn absent_skipped_and_callback_fields() {
    let registry = Registry::new();
    let odd = Odd::register_in(&registry).unwrap();
    odd.present.inc();
    odd.answer.set_function(|| 42.0);
    assert!(odd.absent.is_none() && odd.nothing.is_empty());
    assert_eq!(names(&registry), ["answer", "present"]);
    assert_eq!(sample_value(&registry, "answer", &[]), Some(42.0));
    assert_eq!(sample_value(&registry, "present_total", &[]), Some(1.0));
}

const ARRAY: [f64; 2] = [1.0, 2.0];
const SLICE: &[f64] = &[3.0, 4.0];

#[derive(Metrics)]
struct Buckets {
    /// Listed.
    #[metric(buckets = [-1.5, 0.0, 1e3])]
    listed: Histogram,
    /// By reference.
    #[metric(buckets = &[7.0])]
    reference: Histogram,
    /// Array.
    #[metric(buckets = ARRAY)]
    array: Histogram,
    /// Slice.
    #[metric(buckets = SLICE)]
    slice: Histogram,
    /// Call.
    #[metric(buckets = exponential::<3>(1.0, 10.0))]
    call: Histogram,
    /// Default.
    default: Histogram,
}

#[test]
fn buckets_of_all_forms() {
    let buckets = Buckets::new();
    assert_eq!(buckets.listed.bounds(), [-1.5, 0.0, 1000.0]);
    assert_eq!(buckets.reference.bounds(), [7.0]);
    assert_eq!(buckets.array.bounds(), ARRAY);
    assert_eq!(buckets.slice.bounds(), SLICE);
    assert_eq!(buckets.call.bounds(), [1.0, 10.0, 100.0]);
    assert_eq!(buckets.default.bounds(), metrics_core::DEFAULT_BUCKETS);
}

#[derive(Metrics)]
struct Native {
    /// As usual.
    #[metric(native)]
    usual: Histogram,
    /// As told, and with bounds.
    #[metric(native = NativeOptions::DEFAULT.factor(2.0).zero_threshold(0.5), buckets = [1.0])]
    both: Histogram,
    /// By a constant.
    #[metric(native = COARSE)]
    family: Family<Attempt, Histogram>,
}

const COARSE: NativeOptions = NativeOptions::DEFAULT.factor(16.0);

#[test]
fn native_buckets() {
    let native = Native::new();
    native.usual.observe(1.0);
    assert_eq!(native.usual.to_native().unwrap().schema(), 3);
    assert!(native.usual.bounds().is_empty() && native.usual.counts().is_empty());
    native.both.observe(0.75);
    let both = native.both.to_native().unwrap();
    assert_eq!((both.schema(), both.zero_threshold(), both.count()), (0, 0.5, 1));
    assert_eq!(native.both.counts(), [1, 0]);
    assert_eq!(native.family.with(&Attempt { method: Method::Get, retried: false }).to_native().unwrap().schema(), -2);
}

#[derive(Metrics)]
#[metrics(prefix = "derive_test", rename_all = "snake_case")]
#[allow(non_snake_case)]
struct Gathered {
    /// Found by the linker.
    SeenByAll: Counter,
}

#[test]
fn global_instances_are_gathered() {
    assert_eq!(sample_value(Registry::global(), "derive_test_seen_by_all_total", &[]), Some(0.0));
    Gathered::global().SeenByAll.inc();
    assert!(std::ptr::eq(Gathered::global(), Gathered::global()));
    assert_eq!(sample_value(Registry::global(), "derive_test_seen_by_all_total", &[]), Some(1.0));
    assert!(Registry::require_crates(&["derive"]).is_ok(), "the entry names the crate that derives");
}

#[test]
fn groups_have_no_entry_of_their_own() {
    let pools = samples(Registry::global()).into_iter().filter(|sample| sample.name == "pool_open").count();
    assert_eq!(pools, 0);
}

#[test]
fn structs_in_functions_are_gathered_too() {
    #[derive(Metrics)]
    #[metrics(prefix = "derive_test_local")]
    struct Local {
        /// Defined in a function.
        hits: Counter,
    }
    Local::global().hits.inc();
    assert_eq!(sample_value(Registry::global(), "derive_test_local_hits_total", &[]), Some(1.0));
}

macro_rules! metrics_of {
    ($name:ident, $help:literal, $unit:expr, $buckets:expr, $label:literal) => {
        #[derive(Metrics)]
        struct $name {
            #[metric(help = $help, unit = $unit, buckets = $buckets, const_labels(from = $label))]
            made: Histogram,
        }
    };
}

metrics_of!(FromMacro, "Made by a macro.", "seconds", [1.0, 2.0], "macro");

#[test]
fn options_may_come_from_a_macro() {
    let registry = Registry::new();
    let metrics = FromMacro::register_in(&registry).unwrap();
    assert_eq!(metrics.made.bounds(), [1.0, 2.0]);
    assert_eq!(sample_value(&registry, "made_seconds_count", &[("from", "macro")]), Some(0.0));
    assert_eq!(desc(&registry, "made_seconds").help, "Made by a macro.");
}
