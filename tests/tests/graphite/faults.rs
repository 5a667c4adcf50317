//! Servers that do not do as they should.

use crate::{Request, all, app, carbon, counted, counting, lines, many, series, short, whole};
use metrics_exposition::graphite::GraphiteBridge;
use metrics_exposition::push::Options;
use socket2::SockRef;
use std::io::Read;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

/// Each second, what a bridge had collected has a time of its own; within one, the values tell pushes apart.
#[test]
fn down_at_first() {
    let (registry, app) = app();
    let (listener, address) = carbon();
    drop(listener);
    let (mut bridge, counts) = counting(&address, &registry, Options::new());
    for memory in [1.0, 2.0] {
        app.memory.set(memory);
        let error = bridge.push().unwrap_err().to_string();
        assert!(error.starts_with(&format!("Graphite at {address}: ")) && error.contains("refused"), "{error}");
    }
    assert!(counted(&counts, "push_waiting_bytes", &address) > 200.0);
    let listener = TcpListener::bind(&address).unwrap();
    app.memory.set(3.0);
    bridge.push().unwrap();
    drop(bridge);
    let text = all(&mut listener.accept().unwrap().0);
    let memory: Vec<_> = whole(&text).into_iter().filter(|line| line.contains("memory")).collect();
    assert_eq!(text.lines().count(), 9, "each once: {text}");
    assert_eq!(memory.len(), 3, "{memory:?}");
    assert_eq!(counted(&counts, "push_waiting_bytes", &address), 0.0);
    assert_eq!(counted(&counts, "push_failures_total", &address), 2.0);
    assert_eq!(counted(&counts, "pushed_bytes_total", &address), text.len() as f64);
}

#[test]
fn down_for_long_the_oldest_samples_are_dropped() {
    let (registry, app) = app();
    let (listener, address) = carbon();
    drop(listener);
    let (bridge, counts) = counting(&address, &registry, Options::new());
    let mut bridge = bridge.max_buffer(500);
    for memory in 1..=50 {
        app.memory.set(f64::from(memory));
        assert!(bridge.push().is_err());
        assert!(counted(&counts, "push_waiting_bytes", &address) <= 500.0);
    }
    let dropped = counted(&counts, "push_dropped_samples_total", &address);
    let listener = TcpListener::bind(&address).unwrap();
    app.memory.set(51.0);
    bridge.push().unwrap();
    drop(bridge);
    let text = all(&mut listener.accept().unwrap().0);
    let dropped_last = counted(&counts, "push_dropped_samples_total", &address) - dropped;
    let sent = text.lines().count() as f64;
    assert_eq!(sent + dropped + dropped_last, 51.0 * 3.0, "sent or counted");
    let memory: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("app_memory_bytes ")).collect();
    let oldest = 52 - memory.len();
    for (line, value) in memory.iter().zip(oldest..) {
        assert!(line.starts_with(&format!("{value} ")), "the newest, in their order: {memory:?}");
    }
}

#[test]
fn killed_midway() {
    let registry = many(100_000);
    let (listener, address) = carbon();
    let (mut bridge, _counts) = counting(&address, &registry, Options::new());
    let read = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut read = vec![0; 300_000];
        stream.read_exact(&mut read).unwrap();
        // There is more, which nobody read: it is reset. Nobody listens any more.
        String::from_utf8(read).unwrap()
    });
    let error = bridge.push().unwrap_err().to_string();
    assert!(["reset", "Broken pipe", "refused"].iter().any(|word| error.contains(word)), "{error}");
    let before = read.join().unwrap();
    let before = whole(before.rsplit_once('\n').map(|(whole, _)| format!("{whole}\n")).unwrap().leak());

    let listener = TcpListener::bind(&address).unwrap();
    let read = thread::spawn(move || all(&mut listener.accept().unwrap().0));
    bridge.push().unwrap();
    drop(bridge);
    let text = read.join().unwrap();
    let after = whole(&text);
    assert_eq!(
        text.lines().count() - after.len(),
        0,
        "within one connection nothing twice, unless a second has passed"
    );
    let both: std::collections::BTreeSet<_> =
        before.union(&after).map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(both.len(), 100_003);
}

#[test]
fn accepting_but_not_reading() {
    let (registry, address, listener) = {
        let (listener, address) = carbon();
        (many(100_000), address, listener)
    };
    let (mut bridge, counts) = counting(&address, &registry, short(200));
    let error = bridge.push().unwrap_err().to_string();
    assert!(error.contains("timed out"), "{error}");
    // Its backlog had taken the connection; what came on it ends in the middle of a line, which nobody may take for one.
    let (mut stuck, _) = listener.accept().unwrap();
    let waiting = counted(&counts, "push_waiting_bytes", &address);
    assert!(waiting > 0.0);
    let torn = all(&mut stuck);
    assert!(torn.lines().count() < 100_003);

    let read = thread::spawn(move || all(&mut listener.accept().unwrap().0));
    let mut bridge = bridge.options(Options::new());
    bridge.push().unwrap();
    drop(bridge);
    let text = read.join().unwrap();
    whole(&text);
    assert!(text.lines().count() >= 100_003, "all of the second push, and the rest of the first");
}

#[test]
fn closed_or_reset_between_pushes() {
    let (registry, app) = app();
    let (listener, address) = carbon();
    let mut bridge = GraphiteBridge::new(&address, &registry).tags(true);
    for (push, resets) in [false, true, false, true].into_iter().enumerate() {
        app.memory.set(push as f64);
        bridge.push().unwrap();
        let (stream, _) = listener.accept().unwrap();
        let seen = lines(&stream, 3);
        assert_eq!(series(&seen)[0], format!("app_memory_bytes {push}"), "nothing vanished with the connection before");
        if resets {
            SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        }
        drop(stream);
    }
}

#[test]
fn a_connection_is_kept_until_it_is_old() {
    let (registry, _app) = app();
    let (listener, address) = carbon();
    listener.set_nonblocking(true).unwrap();
    let mut bridge = GraphiteBridge::new(&address, &registry);
    (0..5).for_each(|_| bridge.push().unwrap());
    assert!(listener.accept().is_ok());
    assert!(listener.accept().is_err(), "one connection for all of them");

    // As when a server vanished without a word: nothing says that the connection is dead.
    let mut bridge = bridge.reconnect_after(Duration::ZERO);
    (0..3).for_each(|_| bridge.push().unwrap());
    let connections = std::iter::from_fn(|| listener.accept().ok()).count();
    assert_eq!(connections, 3);
}

#[test]
fn a_server_that_talks_does_no_harm() {
    let (registry, _app) = app();
    let (listener, address) = carbon();
    let mut bridge = GraphiteBridge::new(&address, &registry).tags(true);
    bridge.push().unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    std::io::Write::write_all(&mut stream, b"Who are you?\n").unwrap();
    bridge.push().unwrap();
    drop(bridge);
    assert_eq!(all(&mut stream).lines().count(), 6);
}

#[test]
fn a_loop_goes_on_when_the_server_comes_back_and_pushes_at_the_end() {
    let (registry, app) = app();
    let (listener, address) = carbon();
    drop(listener);
    let quick = Options::new().interval(Duration::from_millis(5)).jitter(Duration::ZERO);
    let (bridge, counts) =
        counting(&address, &registry, quick.back_off(Duration::from_millis(1), Duration::from_millis(2)));
    let pushing = bridge.start().unwrap();
    while counted(&counts, "push_failures_total", &address) < 3.0 {
        thread::yield_now();
    }
    let listener = TcpListener::bind(&address).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    app.requests.with(&Request { endpoint: "/late" }).inc_by(4_711);
    pushing.stop().unwrap();
    let text = all(&mut stream);
    whole(&text);
    assert!(
        text.lines().rev().take(4).any(|line| line.starts_with("app_requests_total;endpoint=/late 4711 ")),
        "{text}"
    );
    assert_eq!(counted(&counts, "push_waiting_bytes", &address), 0.0);
    assert_eq!(counted(&counts, "push_dropped_samples_total", &address), 0.0);
}

/// While a push hangs, the program counts, reads and stops waiting for it.
#[test]
fn the_program_never_waits() {
    let registry = many(100_000);
    let (listener, address) = carbon();
    let (bridge, counts) = counting(&address, &registry, short(3_600_000));
    let pushing = bridge.start().unwrap();
    let (_stuck, _) = listener.accept().unwrap();
    while counted(&counts, "pushed_bytes_total", &address) == 0.0 {
        thread::yield_now();
    }
    let page = metrics_exposition::text::generate_latest(&registry);
    assert!(page.len() > 100_000);
    assert_eq!(counted(&counts, "pushes_total", &address), 1.0, "it still hangs");
    pushing.detach();
}

#[test]
fn a_name_that_nobody_has() {
    let (registry, _app) = app();
    let error = GraphiteBridge::new("no such host:2003", &registry).push().unwrap_err().to_string();
    assert!(error.starts_with("Graphite at no such host:2003: "), "{error}");
    let error = GraphiteBridge::new("localhost", &registry).push().unwrap_err().to_string();
    assert!(error.starts_with("Graphite at localhost: "), "{error}");
}
