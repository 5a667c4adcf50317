//! Servers that do not do as they should.

use crate::server::{answer, fine, read, serve, serve_at};
use crate::{PAGE, Request, app, counted, counting, many, short};
use metrics_exposition::push::Options;
use metrics_exposition::pushgateway::{Format, Pushgateway};
use socket2::SockRef;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

fn quick() -> Options {
    let quick = Options::new().interval(Duration::from_millis(5)).jitter(Duration::ZERO);
    quick.back_off(Duration::from_millis(1), Duration::from_millis(2))
}

#[test]
fn down_at_first_the_newest_values_come_later() {
    let (registry, app) = app();
    let (listener, address) = listen();
    drop(listener);
    let (gateway, counts) = counting(&address, &registry, quick());
    let error = gateway.push().unwrap_err().to_string();
    assert!(error.starts_with(&format!("http://{address}/metrics/job/job: ")) && error.contains("refused"), "{error}");
    let pushing = gateway.start().unwrap();
    let failures = || counted(&counts, "push_failures_total", &address);
    let wait_for = |wanted| {
        while failures() < wanted {
            thread::yield_now();
        }
    };
    wait_for(4.0);
    app.memory.set(4_711.0);
    // What was collected before that has failed by then.
    wait_for(failures() + 1.0);
    let server = serve_at(TcpListener::bind(&address).unwrap(), fine);
    let first = server.requests.recv().unwrap();
    assert!(first.text().contains("app_memory_bytes 4711\n"), "{}", first.text());
    app.memory.set(4_712.0);
    pushing.stop().unwrap();
    let last = server.requests.try_iter().last().unwrap();
    assert!(last.text().contains("app_memory_bytes 4712\n"), "{}", last.text());
}

#[test]
fn killed_midway() {
    let registry = many(30_000);
    for format in [Format::Text, Format::Protobuf] {
        let (listener, address) = listen();
        let gateway = Pushgateway::new(&address, "job", &registry).unwrap().format(format);
        let killed = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut read = vec![0; 300_000];
            let got = stream.read(&mut read).unwrap();
            assert!(got > 0);
            if read[..got].windows(8).any(|word| word == b"100-cont") {
                stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
            }
            stream.read_exact(&mut read).unwrap();
            // There is more, which nobody read: it is reset. Nobody listens any more.
        });
        let error = gateway.push().unwrap_err().to_string();
        assert!(["reset", "Broken pipe", "disconnected"].iter().any(|word| error.contains(word)), "{error}");
        killed.join().unwrap();
        let server = serve_at(TcpListener::bind(&address).unwrap(), fine);
        gateway.push().unwrap();
        assert!(server.requests.recv().unwrap().body.len() > 1 << 20);
    }
}

/// Also one that reads, and never answers.
#[test]
fn accepting_and_saying_nothing() {
    let registry = many(30_000);
    for reads in [false, true] {
        let (listener, address) = listen();
        let gateway = Pushgateway::new(&address, "job", &registry).unwrap().options(short(300));
        let stuck = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = if reads { read(&mut stream, 0) } else { None };
            (stream, request)
        });
        let error = gateway.push().unwrap_err().to_string();
        assert!(error.contains("timed out") || error.contains("timeout"), "{error}");
        let (_stream, request) = stuck.join().unwrap();
        assert_eq!(request.is_some(), reads);
    }
}

#[test]
fn closed_or_reset_between_pushes() {
    let (registry, app) = app();
    let (listener, address) = listen();
    let gateway = Pushgateway::new(&address, "job", &registry).unwrap();
    for (push, resets) in [false, true, false, true].into_iter().enumerate() {
        app.memory.set(push as f64);
        let server = thread::spawn({
            let listener = listener.try_clone().unwrap();
            move || {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read(&mut stream, 0).unwrap();
                stream.write_all(fine(&request).as_bytes()).unwrap();
                (stream, request)
            }
        });
        gateway.push().unwrap();
        let (stream, request) = server.join().unwrap();
        assert!(request.text().contains(&format!("app_memory_bytes {push}\n")), "{}", request.text());
        if resets {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(stream);
    }
}

#[test]
fn nonsense_is_an_error() {
    let (registry, _app) = app();
    for nonsense in ["", "\r\n\r\n", "220 mail.example ESMTP\r\n", "HTTP/1.1 200 x\r\ncontent-length: 10\r\n\r\nshort"]
    {
        let (listener, address) = listen();
        let gateway = Pushgateway::new(&address, "job", &registry).unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            read(&mut stream, 0).unwrap();
            stream.write_all(nonsense.as_bytes()).unwrap();
        });
        assert!(gateway.push().is_err(), "{nonsense:?}");
        server.join().unwrap();
    }
    let error = Pushgateway::new("no-such-host.invalid", "j", &registry).unwrap().push().unwrap_err().to_string();
    assert!(error.starts_with("http://no-such-host.invalid/metrics/job/j: "), "{error}");
}

/// What will be the same again waits for the next values; what may pass is tried before them.
#[test]
fn a_loop_retries_by_the_status() {
    let hour = Duration::from_secs(3_600);
    let retries = |status: u16, headers: &'static str, within: u64| {
        let (registry, _app) = app();
        let server = serve(move |_| answer(status, headers, "why\n  not"));
        let (gateway, counts) = counting(&server.address, &registry, quick().interval(hour));
        let pushing = gateway.start().unwrap();
        server.requests.recv().unwrap();
        let is_retried = server.requests.recv_timeout(Duration::from_millis(within)).is_ok();
        let error = pushing.stop().unwrap_err().to_string();
        assert_eq!(error, format!("http://{}/metrics/job/job answered {status}: why not", server.address));
        assert!(counted(&counts, "push_failures_total", &server.address) >= 2.0);
        is_retried
    };
    for status in [408, 429, 500, 502, 503, 504] {
        assert!(retries(status, "", 20_000), "{status}");
    }
    for status in [400, 401, 403, 404, 405, 413] {
        assert!(!retries(status, "", 100), "{status}");
    }
    assert!(!retries(429, "retry-after: 60\r\n", 100), "not before the server says");
    assert!(!retries(503, "retry-after: 60\r\n", 100), "not before the server says");
}

/// While a push hangs, the program counts, reads and stops waiting for it.
#[test]
fn the_program_never_waits() {
    let registry = many(30_000);
    let (extra, app) = app();
    let (listener, address) = listen();
    let (gateway, counts) = counting(&address, &registry, short(3_600_000));
    let pushing = gateway.start().unwrap();
    let (mut stuck, _) = listener.accept().unwrap();
    let _ = stuck.read(&mut [0; 100]).unwrap();
    app.requests.with(&Request { endpoint: "/api/users" }).inc();
    assert!(metrics_exposition::text::generate_latest(&extra).len() >= PAGE.len());
    assert!(metrics_exposition::text::generate_latest(&registry).len() > 100_000);
    assert_eq!(counted(&counts, "pushes_total", &address), 1.0, "it still hangs");
    pushing.detach();
}

#[test]
fn a_stop_takes_no_longer_than_its_timeouts() {
    let (registry, _app) = app();
    let (listener, address) = listen();
    let (gateway, _counts) = counting(&address, &registry, short(100));
    let pushing = gateway.start().unwrap();
    let _stuck = listener.accept().unwrap();
    let start = Instant::now();
    let error = pushing.stop().unwrap_err().to_string();
    assert!(error.contains("timeout") || error.contains("timed out"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(30));
}
