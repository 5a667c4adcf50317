//! What a server gets.

use crate::server::{answer, fine, serve};
use crate::{PAGE, app, counted, counting, many};
use metrics_core::model::{Kind, MetricFamily};
use metrics_core::registry::Definition;
use metrics_core::{CallbackGauge, Counter, DynamicFamily, DynamicLabels, Metrics, Registry};
use metrics_exposition::http_client;
use metrics_exposition::push::Options;
use metrics_exposition::pushgateway::{Format, Pushgateway};
use metrics_exposition::{protobuf, text};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

#[test]
fn operations_have_their_methods() {
    let server = serve(fine);
    let (registry, _app) = app();
    let gateway = Pushgateway::new(&server.address, "a job", &registry).unwrap();
    let gateway = gateway.grouping_key("zone", "é").unwrap().grouping_key("disk", "/dev/a").unwrap();
    gateway.push().unwrap();
    gateway.push_add().unwrap();
    gateway.delete().unwrap();
    for method in ["PUT", "POST", "DELETE"] {
        let request = server.requests.recv().unwrap();
        let path = "/metrics/job/a%20job/disk@base64/L2Rldi9h/zone/%C3%A9";
        assert_eq!((&*request.method, &*request.path, request.connection), (method, path, 0));
        let is_delete = method == "DELETE";
        assert_eq!(request.text(), if is_delete { "" } else { PAGE });
        assert_eq!(request.head.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"), !is_delete);
    }
}

#[test]
fn urls_are_as_users_write_them() {
    let server = serve(fine);
    let registry = Registry::new();
    for (end, path) in [("", "/metrics/job/j"), ("/", "/metrics/job/j"), ("/a/b//", "/a/b/metrics/job/j")] {
        for scheme in ["", "http://", "HTTP://"] {
            Pushgateway::new(&format!("{scheme}{}{end}", server.address), "j", &registry).unwrap().push().unwrap();
            assert_eq!(server.requests.recv().unwrap().path, path);
        }
    }
    for (url, job) in [("http://a?x=1", "j"), ("http://u:p@a", "j"), ("ftp://a", "j"), ("", "j"), ("http://a", "")] {
        assert!(Pushgateway::new(url, job, &registry).is_err(), "{url}");
    }
}

#[test]
fn formats_and_gzip() {
    let server = serve(fine);
    let (registry, _app) = app();
    let gateway = Pushgateway::new(&server.address, "j", &registry).unwrap();
    gateway.clone().format(Format::Protobuf).push().unwrap();
    let request = server.requests.recv().unwrap();
    let content_type = "content-type: application/vnd.google.protobuf; proto=io.prometheus.client.metricfamily; encoding=delimited\r\n";
    assert!(request.head.contains(content_type), "{}", request.head);
    assert_eq!(request.body, protobuf::generate_latest(&registry));

    gateway.gzip(true).push().unwrap();
    let request = server.requests.recv().unwrap();
    assert!(request.head.contains("content-encoding: gzip\r\n"), "{}", request.head);
    let mut page = String::new();
    flate2::read::GzDecoder::new(&*request.body).read_to_string(&mut page).unwrap();
    assert_eq!(page, PAGE);
}

/// Compressed piece by piece, also if a family fails of which a piece is compressed already.
#[test]
fn compressed_pages_are_the_same() {
    let server = serve(fine);
    let registry = many(20_000);
    let panics = Arc::new(AtomicBool::new(false));
    let does_panic = Arc::clone(&panics);
    let family = DynamicFamily::<CallbackGauge>::new(&DynamicLabels::new(["number"]));
    for number in 0..5_000 {
        let does_panic = Arc::clone(&does_panic);
        let value = move || if number == 4_900 && does_panic.load(Relaxed) { panic!("on purpose") } else { 1.0 };
        family.with(&[&number.to_string()]).unwrap().set_function(value);
    }
    registry.register(Definition::new("value", "Values."), Arc::new(family)).unwrap();
    let gateway = Pushgateway::new(&server.address, "j", &registry).unwrap();
    for does_panic in [false, true] {
        panics.store(does_panic, Relaxed);
        for format in [Format::Text, Format::Protobuf] {
            let gateway = gateway.clone().format(format);
            gateway.push().unwrap();
            gateway.gzip(true).push().unwrap();
            let (plain, compressed) = (server.requests.recv().unwrap().body, server.requests.recv().unwrap().body);
            assert_eq!(plain.windows(5).any(|word| word == b"value"), !does_panic);
            let mut page = Vec::new();
            flate2::read::GzDecoder::new(&*compressed).read_to_end(&mut page).unwrap();
            assert!(page == plain, "{format:?} {does_panic}");
        }
    }
}

/// The Pushgateway takes the last message of a name for all of it.
#[test]
fn a_family_is_one_message() {
    let server = serve(fine);
    let registry = many(30_000);
    Pushgateway::new(&server.address, "j", &registry).unwrap().format(Format::Protobuf).push().unwrap();
    let body = server.requests.recv().unwrap().body;
    let (mut rest, mut messages) = (&body[..], 0);
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| byte & 0x80 == 0).unwrap();
        let length = rest[..=end].iter().rev().fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
        rest = &rest[end + 1 + length..];
        messages += 1;
    }
    assert_eq!(messages, 2);
    assert!(body.len() > 1 << 20);
}

#[test]
fn samples_have_no_times() {
    let server = serve(fine);
    let registry = Registry::new();
    let collect = || {
        let mut family = MetricFamily::new("old", "", Kind::Gauge).unwrap();
        family.add_sample("old", &[("a", "b")], 1.0, Some("1500000000".parse().unwrap()), None, None).unwrap();
        vec![family]
    };
    registry.register_collector(Arc::new(collect)).unwrap();
    Pushgateway::new(&server.address, "j", &registry).unwrap().push().unwrap();
    assert_eq!(server.requests.recv().unwrap().text(), "# TYPE old gauge\nold{a=\"b\"} 1\n");
}

#[derive(Metrics)]
#[metrics(prefix = "constant", const_labels(zone = "a"))]
struct Constant {
    /// Orders.
    orders: Counter,
}

#[test]
fn a_label_of_the_grouping_key_is_refused() {
    let server = serve(fine);
    let registry = Registry::new();
    let family = DynamicFamily::<Counter>::new(&DynamicLabels::new(["user", "text"]));
    // Text that looks like a label is none.
    family.with(&["job=", ",job=\"x\""]).unwrap().inc();
    registry.register(Definition::new("calls", "Calls."), Arc::new(family)).unwrap();
    let gateway = Pushgateway::new(&server.address, "j", &registry).unwrap();
    gateway.push().unwrap();
    assert_eq!(server.requests.recv().unwrap().body, text::generate_latest(&registry));

    for format in [Format::Text, Format::Protobuf] {
        let gateway = gateway.clone().grouping_key("user", "x").unwrap().format(format);
        let error = gateway.push().unwrap_err().to_string();
        let why = "the label `user` is one of metric calls and of the grouping key: give one of them another name";
        assert_eq!(error, format!("http://{}/metrics/job/j/user/x: {why}", server.address));
    }
    let registry = Registry::new();
    let _constant = Constant::register_in(&registry).unwrap();
    let gateway = Pushgateway::new(&server.address, "j", &registry).unwrap().grouping_key("zone", "b").unwrap();
    let error = gateway.push().unwrap_err().to_string();
    assert!(error.contains("the label `zone` is one of metric constant_orders"), "{error}");
    assert!(server.requests.try_recv().is_err(), "nothing was sent");
}

#[test]
fn secrets_are_sent_and_not_shown() {
    let server = serve(|request| answer(if request.head.contains("bearer t0ken") { 200 } else { 401 }, "", "who?"));
    let (registry, _app) = app();
    let gateway = Pushgateway::new(&server.address, "j", &registry).unwrap();
    let error = gateway.push().unwrap_err().to_string();
    assert_eq!(error, format!("http://{}/metrics/job/j answered 401: who?", server.address));
    let options = http_client::Options::new().bearer_token("t0ken").unwrap().header("X-Scope", "s3cret").unwrap();
    let gateway = gateway.http(&options);
    gateway.push().unwrap();
    assert!(server.requests.iter().nth(1).unwrap().head.contains("x-scope: s3cret\r\n"));
    let shown = format!("{gateway:?}");
    assert!(!shown.contains("t0ken") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn redirects_keep_the_page() {
    let last = serve(fine);
    let to = format!("location: http://{}/moved\r\n", last.address);
    for status in [301, 302, 303, 307, 308] {
        let to = to.clone();
        let first = serve(move |_| answer(status, &to, ""));
        let (registry, _app) = app();
        let options = http_client::Options::new().basic_auth("user", "password").unwrap();
        Pushgateway::new(&first.address, "j", &registry).unwrap().http(&options).push().unwrap();
        assert!(first.requests.recv().unwrap().head.contains("authorization: "));
        let request = last.requests.recv().unwrap();
        assert_eq!((&*request.method, &*request.path, request.text()), ("PUT", "/moved", PAGE), "{status}");
        assert!(!request.head.contains("authorization"), "{}", request.head);
    }
}

#[test]
fn pushes_are_counted() {
    let server = serve(|request| answer(if request.method == "PUT" { 200 } else { 500 }, "", ""));
    let (registry, _app) = app();
    let (gateway, counts) = counting(&server.address, &registry, Options::new());
    gateway.push().unwrap();
    assert!(gateway.push_add().is_err());
    for (name, value) in [("pushes", 2.0), ("push_failures", 1.0), ("pushed_bytes", 2.0 * PAGE.len() as f64)] {
        assert_eq!(counted(&counts, &format!("{name}_total"), &server.address), value, "{name}");
    }
}

#[tokio::test]
async fn asynchronous_programs_wait_without_a_thread() {
    let server = serve(|request| answer(if request.method == "DELETE" { 400 } else { 202 }, "", "no"));
    let (registry, _app) = app();
    let gateway = Pushgateway::new(&server.address, "j", &registry).unwrap();
    // On the one thread that the test has.
    let (first, second) = tokio::join!(gateway.push_async(), gateway.push_add_async());
    assert!(first.is_ok() && second.is_ok());
    assert!(gateway.delete_async().await.unwrap_err().to_string().ends_with(" answered 400: no"));
    let job = gateway.guard();
    job.succeed_async().await.unwrap();
    let methods: Vec<_> = server.requests.iter().take(4).map(|request| request.method).collect();
    assert_eq!(&methods[2..], ["DELETE", "POST"]);
}
