//! Many clients that mean no good, and one scraper.

use crate::gate::Gate;
use crate::raw::{connect, get, is_ended, until};
use crate::{Served, large, small, very_large};
use metrics_exposition::http::{Handler, Options as HandlerOptions};
use metrics_exposition::server::Options;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(600);

pub(crate) fn patient() -> Options {
    Options::new().header_time(LONG).idle_time(LONG).read_time(LONG)
}

fn assert_scraped(served: &Served) {
    for _ in 0..10 {
        let answer = get(served.at, "/metrics");
        assert!(answer.whole && answer.status == 200, "{answer:?}");
    }
}

/// Slow-loris: headers without an end, by more connections than there may be, which come again when they were ended.
#[test]
fn dribbled_headers_keep_no_scraper_out() {
    let served = Served::new(&small(), patient().max_connections(50));
    let (is_over, at) = (AtomicBool::new(false), served.at);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let begin = || {
                    let mut connection = connect(at);
                    connection.write_all(b"GET /metrics HTTP/1.1\r\nX: ").map(|()| connection)
                };
                let mut all: Vec<_> = (0..100).map(|_| begin()).collect();
                while !is_over.load(Relaxed) {
                    for connection in &mut all {
                        if !connection.as_mut().is_ok_and(|connection| connection.write_all(b"y").is_ok()) {
                            *connection = begin();
                        }
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        until("all are there", || served.count("connections_total", &[]) >= 400.0);
        assert_scraped(&served);
        assert!(served.open() <= 51.0, "{}", served.open());
        is_over.store(true, Relaxed);
    });
    assert!(served.ended("displaced") >= 350.0, "{}", served.ended("displaced"));
    assert_eq!(served.ended("full"), 0.0);
    served.server.stop().unwrap();
}

/// Connections on which nothing happens, and such as were answered once.
#[test]
fn silent_connections_keep_no_scraper_out() {
    let served = Served::new(&small(), patient().max_connections(10));
    let mut scraper = connect(served.at);
    let mut all: Vec<TcpStream> = Vec::new();
    for k in 0..300 {
        let mut connection = connect(served.at);
        if k % 2 == 0 {
            // It may be ended already.
            let _ = connection.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        }
        all.push(connection);
    }
    until("all have come", || served.count("connections_total", &[]) == 301.0);
    until("most are gone", || served.open() <= 10.0);
    assert_scraped(&served);
    assert!(is_ended(&mut scraper), "the oldest of those that had not asked");
}

/// Clients that ask for large pages and read nothing, or a little now and then.
#[test]
fn unread_answers_keep_no_scraper_out() {
    let served = Served::new(&very_large(), patient().max_connections(8));
    let mut stuck = Vec::new();
    for _ in 0..30 {
        let mut connection = connect(served.at);
        let _ = connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        connection.set_nonblocking(true).unwrap();
        stuck.push(connection);
    }
    // Each is safe for a second in which the server waits for it.
    until("a scrape", || {
        for connection in stuck.iter_mut().step_by(2) {
            let _ = connection.read(&mut [0; 4096]);
        }
        let mut connection = connect(served.at);
        let asked = connection.write_all(b"GET /-/healthy HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        asked.is_ok() && crate::raw::rest(&mut connection).ends_with(b"The server answers.\n")
    });
    assert!(served.open() <= 9.0);
    drop(stuck);
}

/// None gives way while its page is computed.
#[test]
fn what_is_computed_is_not_displaced() {
    let (registry, gate) = Gate::registry();
    let handler = Handler::new(&registry, HandlerOptions::new().max_in_flight(None).coalescing(false));
    let served = Served::new(handler, patient().max_connections(4));
    let asked: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn({
                let at = served.at;
                move || get(at, "/metrics").status
            })
        })
        .collect();
    gate.wait_for(4);
    let mut more = connect(served.at);
    assert!(is_ended(&mut more));
    assert_eq!((served.ended("full"), served.ended("displaced")), (1.0, 0.0));
    gate.open();
    assert!(asked.into_iter().all(|status| status.join().unwrap() == 200));
    until("there is place again", || served.open() == 0.0);
    assert_eq!(get(served.at, "/metrics").status, 200);
}

/// Clients that vanish in the middle of anything.
#[test]
fn clients_that_reset() {
    let served = Served::new(&large(), patient());
    for k in 0..200 {
        let mut connection = connect(served.at);
        let _ = match k % 4 {
            0 => Ok(()),
            1 => connection.write_all(b"GET /metr"),
            _ => connection.write_all(b"GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"),
        };
        let linger = if k % 8 < 4 { Some(Duration::ZERO) } else { None };
        socket2::SockRef::from(&connection).set_linger(linger).unwrap();
    }
    until("all are gone", || served.open() == 0.0);
    assert!(get(served.at, "/metrics").whole);
    assert_eq!(served.count("connections_total", &[]), 201.0);
}
