//! Servers that do not do as they should.

use super::*;
use crate::messages::{ExportMetricsServiceResponse, PartialSuccess, Status, values};
use metrics_core::model::{GaugeHistogramMetricFamily, GaugeHistogramPoint};
use prost::Message;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

fn all_values(received: &[Received]) -> Vec<String> {
    metrics(received).iter().flat_map(values).map(|(_, value)| value).collect()
}

#[test]
fn what_was_collected_while_it_was_down_is_sent_in_order_and_once() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (metrics, options) = counted();
    let mut exporter = OtlpExporter::new(&format!("http://{address}/v1/metrics"), &rising()).unwrap().options(options);
    for _ in 0..3 {
        let error = exporter.push().unwrap_err().to_string();
        assert!(error.starts_with(&format!("http://{address}/v1/metrics: ")), "{error}");
    }
    let receiver = Receiver::at(address, taken);
    assert!(count(&metrics, "push_waiting_bytes", &receiver) > 100.0);
    exporter.push().unwrap();
    assert_eq!(all_values(&receiver.take()), ["1", "2", "3", "4"]);
    let of = |name: &str| count(&metrics, name, &receiver);
    assert_eq!(
        [of("push_waiting_bytes"), of("push_dropped_samples_total"), of("push_failures_total")],
        [0.0, 0.0, 3.0]
    );
}

#[test]
fn the_oldest_give_way() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (metrics, options) = counted();
    let exporter = OtlpExporter::new(&format!("http://{address}/v1/metrics"), &rising()).unwrap().options(options);
    let mut exporter = exporter.max_buffer(1_000);
    (0..50).for_each(|_| assert!(exporter.push().is_err()));
    let receiver = Receiver::at(address, taken);
    assert!(count(&metrics, "push_waiting_bytes", &receiver) <= 1_000.0);
    exporter.push().unwrap();
    let values = all_values(&receiver.take());
    assert_eq!(values.last().unwrap(), "51");
    let dropped = count(&metrics, "push_dropped_samples_total", &receiver);
    assert_eq!(values.len() as f64 + dropped, 51.0, "sent or counted");
    assert!(values.len() > 2);
}

#[test]
fn some_statuses_are_tried_again_and_all_others_are_final() {
    for status in [400, 401, 404, 408, 413, 429, 500, 501, 502, 503, 504] {
        let mut is_first = true;
        let receiver = Receiver::new(move |request| match std::mem::take(&mut is_first) {
            true => {
                let said = Status { code: 3, message: "so\nit goes".to_owned() };
                Answer::status(status).with("Content-Type", "application/x-protobuf").saying(said.encode_to_vec())
            }
            false => taken(request),
        });
        let (metrics, options) = counted();
        let mut exporter = push_to(&receiver, &rising()).options(options);
        let error = exporter.push().unwrap_err().to_string();
        assert_eq!(error, format!("{} answered {status}: so it goes", receiver.url("/v1/metrics")));
        exporter.push().unwrap();
        let is_final = !matches!(status, 429 | 502 | 503 | 504);
        let expected: &[&str] = if is_final { &["1", "2"] } else { &["1", "1", "2"] };
        let received = receiver.take();
        assert_eq!(all_values(&received), expected, "{status}");
        assert_eq!(received[0].body == received[1].body, !is_final, "the same request");
        let dropped = count(&metrics, "push_dropped_samples_total", &receiver);
        assert_eq!(dropped, f64::from(u8::from(is_final)));
    }
}

#[test]
fn a_partial_success_is_not_tried_again() {
    let partial = |rejected_data_points, message: &str| {
        let partial_success = Some(PartialSuccess { rejected_data_points, error_message: message.to_owned() });
        taken(&Received::default()).saying(ExportMetricsServiceResponse { partial_success }.encode_to_vec())
    };
    let mut requests = 0;
    let receiver = Receiver::new(move |_| {
        requests += 1;
        if requests == 1 { partial(1, "no such gauge") } else { partial(0, "only a warning") }
    });
    let (metrics, options) = counted();
    let mut exporter = push_to(&receiver, &rising()).options(options);
    let error = exporter.push().unwrap_err().to_string();
    assert_eq!(error, format!("{} rejected 1 points: no such gauge", receiver.url("/v1/metrics")));
    exporter.push().unwrap();
    assert_eq!(all_values(&receiver.take()), ["1", "2"]);
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 1.0);
}

#[test]
fn retry_after_is_heeded() {
    for (after, is_soon) in [("0", true), ("3000", false)] {
        check_retry_after((503, after, is_soon), taken, |receiver, options| {
            push_to(receiver, &rising()).options(options).start().unwrap()
        });
    }
}

#[test]
fn one_that_is_silent_resets_or_closes_gets_it_again() {
    let mut requests = 0;
    let receiver = Receiver::new(move |request| {
        requests += 1;
        match requests {
            1 => Answer::Silence,
            2 => Answer::Close,
            _ => taken(request),
        }
    });
    let (metrics, options) = counted();
    let short = options.clone().timeout(Duration::from_secs(1));
    let mut exporter = push_to(&receiver, &rising()).options(short);
    assert!(exporter.push().is_err());
    exporter = exporter.options(options);
    assert!(exporter.push().is_err());
    exporter.push().unwrap();
    assert_eq!(all_values(&receiver.take()), ["1", "1", "1", "2", "3"]);
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 0.0);

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let resets = thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        socket2::SockRef::from(&connection).set_linger(Some(Duration::ZERO)).unwrap();
    });
    let mut exporter = OtlpExporter::new(&format!("http://{address}/v1/metrics"), &rising()).unwrap();
    assert!(exporter.push().is_err());
    resets.join().unwrap();
    let receiver = Receiver::at(address, taken);
    exporter.push().unwrap();
    assert_eq!(all_values(&receiver.take()), ["1", "2"]);
}

#[test]
fn what_the_protocol_does_not_have_is_counted() {
    let mut ages = GaugeHistogramMetricFamily::new("ages", "", []).unwrap();
    ages.add_metric([], GaugeHistogramPoint::per_bucket(&[1.0], &[1, 2]).unwrap()).unwrap();
    let receiver = Receiver::new(taken);
    let (metrics, options) = counted();
    push_to(&receiver, &changing(vec![ages.into()]).0).options(options).push().unwrap();
    assert!(receiver.take().is_empty(), "and no empty request is sent");
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 1.0);
}
