//! What is sent.

use crate::{all, app, carbon, counted, counting, lines, series};
use metrics_core::model::{GaugeMetricFamily, Kind, MetricFamily, Timestamp};
use metrics_core::registry::Definition;
use metrics_core::{Histogram, Registry};
use metrics_exposition::graphite::{GraphiteBridge, Protocol, Sanitize};
use metrics_exposition::push::Options;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

/// What one push sends, of a registry with this family.
fn sent(family: MetricFamily, bridge: impl FnOnce(GraphiteBridge) -> GraphiteBridge) -> (Vec<String>, [f64; 2]) {
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || vec![family.clone()])).unwrap();
    let (listener, address) = carbon();
    let (made, counts) = counting(&address, &registry, Options::new());
    let mut made = bridge(made);
    made.push().unwrap();
    drop(made);
    let text = all(&mut listener.accept().unwrap().0);
    let counted =
        ["push_dropped_samples_total", "push_merged_samples_total"].map(|name| counted(&counts, name, &address));
    (text.lines().map(str::to_owned).collect(), counted)
}

/// Labels, value and time.
type Sample<'a> = (&'a [(&'a str, &'a str)], f64, Option<Timestamp>);

fn gauges(samples: &[Sample<'_>]) -> MetricFamily {
    let mut family = MetricFamily::new("g", "A gauge.", Kind::Gauge).unwrap();
    for (labels, value, timestamp) in samples {
        family.add_sample("g", labels, *value, *timestamp, None, None).unwrap();
    }
    family
}

#[test]
fn with_tags() {
    let (registry, _app) = app();
    let (listener, address) = carbon();
    let before = Timestamp::now().secs();
    GraphiteBridge::new(&address, &registry).tags(true).push().unwrap();
    let lines = lines(&listener.accept().unwrap().0, 9);
    let expected = [
        "app_memory_bytes 1048576",
        "app_requests_total;endpoint=/api/users 100",
        "app_requests_total;endpoint=/api/orders 50",
    ];
    assert_eq!(series(&lines), expected);
    for line in &lines {
        let time: i64 = line.rsplit_once(' ').unwrap().1.parse().unwrap();
        assert!((before..=Timestamp::now().secs()).contains(&time), "{line}");
    }
}

#[test]
fn with_paths_and_a_prefix() {
    let (registry, _app) = app();
    let (listener, address) = carbon();
    GraphiteBridge::new(&address, &registry).prefix("web.eu 1").push().unwrap();
    let expected = [
        "web.eu%201.app_memory_bytes 1048576",
        "web.eu%201.app_requests_total.endpoint.%2Fapi%2Fusers 100",
        "web.eu%201.app_requests_total.endpoint.%2Fapi%2Forders 50",
    ];
    assert_eq!(series(&lines(&listener.accept().unwrap().0, 9)), expected);
}

#[test]
fn as_python_sends_it() {
    let (registry, _app) = app();
    let (listener, address) = carbon();
    let python = GraphiteBridge::new(&address, &registry).tags(true).sanitize(Sanitize::Python);
    python.created(false).prefix("a b").push().unwrap();
    let expected = [
        "a b.app_memory_bytes 1048576.0",
        "a b.app_requests_total;endpoint=_api_users 100.0",
        "a b.app_requests_total;endpoint=_api_orders 50.0",
    ];
    assert_eq!(series(&lines(&listener.accept().unwrap().0, 9)), expected);

    let with_created = GraphiteBridge::new(&address, &registry).sanitize(Sanitize::Python);
    { with_created }.push().unwrap();
    let lines = lines(&listener.accept().unwrap().0, 9);
    assert!(lines[2].starts_with("app_requests_created.endpoint._api_users 1"), "{lines:?}");
}

#[test]
fn times_of_samples_are_kept() {
    let at = |secs: f64| Timestamp::from_secs_f64(secs);
    let samples: [(&[_], _, _); 3] =
        [(&[("a", "1")], 1.5, at(1_500_000_000.9)), (&[("a", "2")], 2.5, at(0.5)), (&[("a", "3")], 3.5, at(-0.5))];
    let (lines, counted) = sent(gauges(&samples), |bridge| bridge);
    assert_eq!(lines, ["g;a=1 1.5 1500000000", "g;a=2 2.5 0"]);
    assert_eq!(counted, [1.0, 0.0], "carbon would take -1 for now");
    let (lines, counted) = sent(gauges(&samples), |bridge| bridge.sanitize(Sanitize::Python));
    assert_eq!(series(&lines), ["g;a=1 1.5", "g;a=2 2.5", "g;a=3 3.5"]);
    assert!(!lines[0].ends_with("1500000000"), "{lines:?}");
    assert_eq!(counted, [0.0, 0.0]);
}

#[test]
fn what_carbon_does_not_take_is_not_sent() {
    let long = "x".repeat(20_000);
    let samples: [(&[_], _, _); 3] =
        [(&[("a", "1")], f64::NAN, None), (&[("a", "2")], f64::INFINITY, None), (&[("a", &long)], 1.0, None)];
    let (lines, counted) = sent(gauges(&samples), |bridge| bridge);
    assert_eq!(series(&lines), ["g;a=2 inf"]);
    assert_eq!(counted, [1.0, 0.0], "of them, the one that is too long is lost");
}

#[test]
fn two_samples_of_one_name_are_counted() {
    let samples: [(&[_], _, _); 3] =
        [(&[("a", "x.y")], 1.0, None), (&[("a", "x_y")], 2.0, None), (&[("a", "z")], 3.0, None)];
    let (lines, counted) = sent(gauges(&samples), |bridge| bridge);
    assert_eq!((series(&lines), counted), (vec!["g;a=x.y 1", "g;a=x_y 2", "g;a=z 3"], [0.0, 0.0]));
    let (lines, counted) = sent(gauges(&samples), |bridge| bridge.sanitize(Sanitize::Python));
    assert_eq!((series(&lines), counted), (vec!["g;a=x_y 1.0", "g;a=x_y 2.0", "g;a=z 3.0"], [0.0, 1.0]));

    let empty: [(&[_], _, _); 2] = [(&[("a", "")], 1.0, None), (&[], 2.0, None)];
    let (lines, counted) = sent(gauges(&empty), |bridge| bridge);
    assert_eq!((series(&lines), counted), (vec!["g 1", "g 2"], [0.0, 1.0]));

    let taken: [(&[_], _, _); 2] = [(&[("name", "n")], 1.0, None), (&[("exported_name", "n")], 2.0, None)];
    let (lines, counted) = sent(gauges(&taken), |bridge| bridge);
    assert_eq!((series(&lines), counted), (vec!["g;exported_name=n 1", "g;exported_name=n 2"], [0.0, 1.0]));
    let (lines, counted) = sent(gauges(&taken), |bridge| bridge.tags(false));
    assert_eq!((series(&lines), counted), (vec!["g.name.n 1", "g.exported_name.n 2"], [0.0, 0.0]));
}

#[test]
fn a_histogram_is_its_samples() {
    let registry = Registry::new();
    let histogram = Arc::new(Histogram::new(&[0.5, 1.0]));
    histogram.observe(0.25);
    histogram.observe(3.0);
    registry.register(Definition::new("h", "A histogram."), histogram).unwrap();
    let (listener, address) = carbon();
    GraphiteBridge::new(&address, &registry).tags(true).push().unwrap();
    let expected = ["h_bucket;le=0.5 1", "h_bucket;le=1.0 1", "h_bucket;le=+Inf 2", "h_sum 3.25", "h_count 2"];
    assert_eq!(series(&lines(&listener.accept().unwrap().0, 9)), expected);
}

#[test]
fn a_family_that_fails_is_left_out() {
    let registry = Registry::new();
    registry.register_collector(Arc::new(|| vec![gauges(&[(&[], 1.0, None)])])).unwrap();
    let panics = metrics_core::CallbackGauge::new(|| -> f64 { panic!("on purpose") });
    registry.register(Definition::new("panics", "Panics."), Arc::new(panics)).unwrap();
    let (listener, address) = carbon();
    GraphiteBridge::new(&address, &registry).push().unwrap();
    assert_eq!(series(&lines(&listener.accept().unwrap().0, 9)), ["g 1"]);
}

#[test]
fn datagrams_hold_whole_lines() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let address = socket.local_addr().unwrap().to_string();
    let mut family = GaugeMetricFamily::new("g", "A gauge.", ["number"]).unwrap();
    for number in 0..100 {
        family.add_metric([&*number.to_string()], f64::from(number)).unwrap();
    }
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || vec![family.clone().into()])).unwrap();
    GraphiteBridge::new(&address, &registry).tags(true).protocol(Protocol::Udp).push().unwrap();
    let (mut seen, mut datagrams) = (Vec::new(), 0);
    while seen.len() < 100 {
        let mut datagram = [0; 2_000];
        let length = socket.recv(&mut datagram).unwrap();
        assert!(length <= 1_432 && datagram[..length].ends_with(b"\n"));
        let text = String::from_utf8(datagram[..length].to_vec()).unwrap();
        seen.extend(text.lines().map(str::to_owned));
        datagrams += 1;
    }
    assert_eq!(series(&seen), (0..100).map(|number| format!("g;number={number} {number}")).collect::<Vec<_>>());
    assert!(datagrams > 1);
}

/// carbon reads them in the peers suite.
#[test]
fn pickles_come_with_their_length() {
    let (registry, _app) = app();
    let (listener, address) = carbon();
    let mut bridge = GraphiteBridge::new(&address, &registry).tags(true).protocol(Protocol::Pickle);
    bridge.push().unwrap();
    drop(bridge);
    let mut message = Vec::new();
    std::io::Read::read_to_end(&mut listener.accept().unwrap().0, &mut message).unwrap();
    let (length, pickle) = message.split_first_chunk().unwrap();
    assert_eq!(u32::from_be_bytes(*length) as usize, pickle.len());
    assert!(pickle.starts_with(b"\x80\x02](X\x10\0\0\0app_memory_bytes\x8a\x08") && pickle.ends_with(b"\x86\x86e."));
}
