//! Servers that do not do as they should.

use super::*;
use metrics_core::model::GaugeMetricFamily;
use metrics_exposition::remote_write::Version;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, SystemTime};

fn values(received: &[Received]) -> Vec<f64> {
    series(received).iter().map(Series::value).collect()
}

fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Nobody's address for now, and what is counted of it.
fn away() -> (SocketAddr, RemoteWrite, Registry) {
    let (address, (metrics, options)) = (nobody(), counted());
    let remote = RemoteWrite::new(&format!("http://{address}/api/v1/write"), &rising()).unwrap();
    (address, remote.options(options), metrics)
}

#[test]
fn what_was_collected_while_it_was_down_is_sent_in_order_and_once() {
    for (answer, version) in [(written as fn(&Received) -> Answer, "2.0.0"), (dropped, "0.1.0")] {
        let (address, mut remote, metrics) = away();
        for _ in 0..3 {
            let error = remote.push().unwrap_err().to_string();
            assert!(error.starts_with(&format!("http://{address}/api/v1/write: ")), "{error}");
        }
        let receiver = Receiver::at(address, answer);
        assert!(count(&metrics, "push_waiting_bytes", &receiver) > 100.0);
        remote.push().unwrap();
        remote.push().unwrap();
        let mut received = receiver.take();
        if version == "0.1.0" {
            assert_eq!(values(&[received.remove(0)]), [1.0], "the first one of version 2 is all that was lost");
        }
        assert_eq!(values(&received), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!(received.iter().all(|one| one.header("x-prometheus-remote-write-version") == Some(version)));
        let of = |name: &str| count(&metrics, name, &receiver);
        assert_eq!(
            [of("push_failures_total"), of("push_waiting_bytes"), of("push_dropped_samples_total")],
            [3.0, 0.0, 0.0]
        );
    }
}

#[test]
fn the_oldest_samples_give_way() {
    let (address, remote, metrics) = away();
    let mut remote = remote.max_buffer(400);
    (0..50).for_each(|_| assert!(remote.push().is_err()));
    let receiver = Receiver::at(address, written);
    assert!(count(&metrics, "push_waiting_bytes", &receiver) <= 400.0);
    remote.push().unwrap();
    let values = values(&receiver.take());
    assert_eq!(values.last(), Some(&51.0));
    assert!(values.len() > 3 && values.windows(2).all(|pair| pair[1] == pair[0] + 1.0), "{values:?}");
    let dropped = count(&metrics, "push_dropped_samples_total", &receiver);
    assert_eq!(values.len() as f64 + dropped, 51.0, "sent or counted");

    let (address, remote, metrics) = away();
    let mut remote = remote.max_age(Duration::ZERO);
    assert!(remote.push().is_ok(), "nothing is left to be sent");
    assert_eq!(count(&metrics, "push_dropped_samples_total", &Receiver::at(address, written)), 1.0);
}

#[test]
fn an_older_server_gets_the_same_samples_in_version_1() {
    for status in [415, 204, 200] {
        let receiver = Receiver::new(move |request| match request.header("x-prometheus-remote-write-version") {
            Some("2.0.0") => Answer::status(status),
            _ => Answer::status(204),
        });
        let mut remote = push_to(&receiver, &rising());
        remote.push().unwrap();
        remote.push().unwrap();
        let received = receiver.take();
        let [lost, first, second] = &received[..] else { panic!("{received:?}") };
        let versions = [lost, first, second].map(|one| one.header("x-prometheus-remote-write-version").unwrap());
        assert_eq!(versions, ["2.0.0", "0.1.0", "0.1.0"]);
        let all = series(&received);
        assert_eq!(all[0].samples, all[1].samples, "with the same time");
        assert_eq!(all[2].value(), 2.0);
    }
    // Fixed, it is what it is.
    let receiver = Receiver::new(dropped);
    push_to(&receiver, &rising()).version(Version::V2).push().unwrap();
    assert_eq!(receiver.take().len(), 1);
    let receiver = Receiver::new(|_| Answer::status(415).saying("no such thing"));
    let error = push_to(&receiver, &rising()).version(Version::V1).push().unwrap_err();
    assert!(error.to_string().ends_with("answered 415: no such thing"), "{error}");
    assert_eq!(receiver.take().len(), 1);
}

#[test]
fn what_is_refused_is_dropped_counted_and_said() {
    for status in [400, 401, 403, 404, 409, 413, 422] {
        let mut is_first = true;
        let receiver = Receiver::new(move |request| match std::mem::take(&mut is_first) {
            true => Answer::status(status).saying("out of\norder sample"),
            false => written(request),
        });
        let (metrics, options) = counted();
        let mut remote = push_to(&receiver, &rising()).options(options);
        let error = remote.push().unwrap_err().to_string();
        assert_eq!(error, format!("{} answered {status}: out of order sample", receiver.url("/api/v1/write")));
        assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 1.0);
        remote.push().unwrap();
        assert_eq!(values(&receiver.take()), [1.0, 2.0], "and not sent again");
    }
}

#[test]
fn what_was_written_of_it_is_not_counted_as_dropped() {
    let receiver = Receiver::new(|_| {
        let partly = Answer::status(400).with("X-Prometheus-Remote-Write-Samples-Written", 2).saying("one is wrong");
        partly.with("X-Prometheus-Remote-Write-Histograms-Written", 0)
    });
    let (metrics, options) = counted();
    let three = GaugeMetricFamily::new("g", "", ["n"]).map(|mut family| {
        ["a", "b", "c"].iter().for_each(|n| drop(family.add_metric([n], 1.0)));
        vec![family.into()]
    });
    let mut remote = push_to(&receiver, &changing(three.unwrap()).0).options(options);
    assert!(remote.push().unwrap_err().to_string().ends_with("one is wrong"));
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 1.0);
}

#[test]
fn what_may_go_away_is_tried_again_with_the_same_samples() {
    for status in [429, 500, 502, 503, 504] {
        let mut is_first = true;
        let receiver = Receiver::new(move |request| match std::mem::take(&mut is_first) {
            true => Answer::status(status).saying("later"),
            false => written(request),
        });
        let (metrics, options) = counted();
        let mut remote = push_to(&receiver, &rising()).options(options);
        assert!(remote.push().unwrap_err().to_string().ends_with("later"));
        remote.push().unwrap();
        let all = series(&receiver.take());
        assert_eq!(all.iter().map(Series::value).collect::<Vec<_>>(), [1.0, 1.0, 2.0]);
        assert_eq!(all[0].samples, all[1].samples);
        assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 0.0);
    }
}

/// In a loop, the server says when.
#[test]
fn retry_after_is_heeded_in_seconds_and_as_a_date() {
    let date = |secs| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(secs));
    for (after, is_soon) in [("0".to_owned(), true), ("3000".to_owned(), false), (date(3_000), false)] {
        check_retry_after((429, &after, is_soon), written, |receiver, options| {
            push_to(receiver, &rising()).options(options).start().unwrap()
        });
    }
}

/// A server that takes connections and does what `with` does with them, until the real one comes to its address.
fn odd(with: impl FnOnce(&TcpListener)) {
    let (metrics, options) = counted();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/api/v1/write");
    let short = options.timeout(Duration::from_millis(300));
    let mut remote = RemoteWrite::new(&url, &rising()).unwrap().options(short.clone());
    let error = thread::scope(|scope| {
        let pushed = scope.spawn(|| remote.push().unwrap_err());
        with(&listener);
        pushed.join().unwrap()
    });
    assert!(error.to_string().starts_with(&url), "{error}");
    drop(listener);
    let receiver = Receiver::at(address, written);
    let mut remote = remote.options(short.timeout(Duration::from_secs(20)));
    remote.push().unwrap();
    assert_eq!(values(&receiver.take()), [1.0, 2.0]);
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 0.0);
}

#[test]
fn one_that_accepts_and_does_not_read() {
    odd(|listener| {
        let connection = listener.accept().unwrap();
        thread::sleep(Duration::from_millis(400));
        drop(connection);
    });
    // Not even that.
    odd(|_| thread::sleep(Duration::from_millis(400)));
}

#[test]
fn one_that_resets() {
    odd(|listener| {
        let (connection, _) = listener.accept().unwrap();
        socket2::SockRef::from(&connection).set_linger(Some(Duration::ZERO)).unwrap();
    });
}

#[test]
fn one_that_dies_in_the_middle_of_its_answer() {
    odd(|listener| {
        let (mut connection, _) = listener.accept().unwrap();
        let _ = connection.read(&mut [0; 1_024]);
        connection.write_all(b"HTTP/1.1 204 No Con").unwrap();
    });
}

/// The other side is gone, and the system of this one does not know.
#[test]
fn a_connection_that_is_half_open() {
    let mut requests = 0;
    let receiver = Receiver::new(move |request| {
        requests += 1;
        match requests {
            2 => Answer::Silence,
            3 => Answer::Close,
            _ => written(request),
        }
    });
    let (metrics, options) = counted();
    let mut remote = push_to(&receiver, &rising()).options(options.clone());
    remote.push().unwrap();
    remote = remote.options(options.clone().timeout(Duration::from_secs(1)));
    assert!(remote.push().is_err(), "it says no more");
    remote = remote.options(options);
    assert!(remote.push().is_err(), "it closes");
    remote.push().unwrap();
    assert_eq!(values(&receiver.take()), [1.0, 2.0, 2.0, 2.0, 3.0, 4.0]);
    assert_eq!(count(&metrics, "push_dropped_samples_total", &receiver), 0.0);
}

/// Killed midway: what it had answered is not sent again.
#[test]
fn one_that_is_gone_after_half_of_the_requests() {
    let mut requests = 0;
    let receiver = Receiver::new(move |request| {
        requests += 1;
        if requests == 3 { Answer::Close } else { written(request) }
    });
    let mut family = GaugeMetricFamily::new("g", "", ["n"]).unwrap();
    (0..50).for_each(|n| drop(family.add_metric([&*n.to_string()], f64::from(n))));
    let (registry, families) = changing(vec![family.into()]);
    let mut remote = push_to(&receiver, &registry).max_samples_per_request(10);
    assert!(remote.push().is_err());
    families.lock().unwrap().clear();
    remote.push().unwrap();
    let all = series(&receiver.take());
    let live: Vec<_> = all.iter().filter(|series| !series.is_stale()).map(Series::value).collect();
    let expected: Vec<_> = (0..30).chain(20..50).map(f64::from).collect();
    assert_eq!(live, expected, "only the third request was sent twice");
}

/// However slow the server, the program goes on.
#[test]
fn who_counts_never_waits() {
    let receiver = Receiver::new(|_| Answer::Silence);
    let registry = Registry::new();
    let counter = Arc::new(metrics_core::Counter::new());
    registry.register(metrics_core::registry::Definition::new("c", "C."), Arc::clone(&counter) as _).unwrap();
    let options = Options::new().interval(Duration::from_millis(1)).timeout(Duration::from_secs(1));
    let pushing = push_to(&receiver, &registry).options(options).start().unwrap();
    while receiver.take().is_empty() {
        thread::sleep(Duration::from_millis(1));
    }
    // The request is under way, and stays so.
    (0..1_000_000).for_each(|_| counter.inc());
    assert_eq!(counter.get(), 1_000_000);
    assert!(pushing.stop().is_err());
}
