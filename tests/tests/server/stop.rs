use crate::gate::Gate;
use crate::raw::{PATIENCE, connect, get, is_ended, next_answer, rest, send, until};
use crate::{Served, small};
use metrics_core::Registry;
use metrics_exposition::server::{Listener, Options, ServerError, serve, start, start_http_server};
use std::future::pending;
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::runtime;
use tokio::sync::oneshot;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(600);

#[test]
fn answers_under_way_come_to_their_end() {
    let (registry, gate) = Gate::registry();
    let served = Served::new(&registry, Options::new().stop_time(LONG));
    let (at, server) = (served.at, &served.server);
    thread::scope(|scope| {
        let scrape = scope.spawn(move || get(at, "/metrics"));
        gate.wait_for(1);
        let (mut idle, mut begun, silent) = (connect(at), connect(at), connect(at));
        send(&mut idle, "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
        assert_eq!(next_answer(&mut idle).status, 200);
        send(&mut begun, "GET /metrics HTTP/1.1\r\n");
        until("all have come", || served.open() == 4.0);

        let (stopped, waits) = mpsc::channel();
        for _ in 0..2 {
            let stopped = stopped.clone();
            scope.spawn(move || stopped.send(server.stop().is_ok()).unwrap());
        }
        // Those that have not asked are not waited for.
        for mut connection in [idle, begun, silent] {
            assert!(is_ended(&mut connection));
        }
        assert!(TcpStream::connect(at).is_err());
        assert!(waits.try_recv().is_err(), "it waits for the scrape");
        gate.open();
        let answer = scrape.join().unwrap();
        assert!(answer.whole && answer.text().contains("gate 1\n"), "{answer:?}");
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!([waits.recv(), waits.recv()], [Ok(true); 2]);
    });
    // Once more.
    server.stop().unwrap();
    server.wait().unwrap();
    assert_eq!((served.open(), served.ended("stopped")), (0.0, 0.0));
    // Its port is free.
    let again = start_http_server(at, &small()).unwrap();
    assert_eq!(get(at, "/metrics").status, 200);
    again.stop().unwrap();
}

#[test]
fn answers_that_take_too_long_are_broken_off() {
    let (registry, gate) = Gate::registry();
    let served = Served::new(&registry, Options::new().stop_time(Duration::from_millis(100)));
    let mut connection = connect(served.at);
    send(&mut connection, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
    gate.wait_for(1);
    for _ in 0..2 {
        let error = served.server.stop().unwrap_err();
        assert!(matches!(error, ServerError::BrokenOff { connections: 1 }), "{error}");
    }
    assert_eq!(rest(&mut connection), b"");
    assert_eq!(served.ended("stopped"), 1.0);
    gate.open();
}

#[test]
fn a_server_that_is_dropped_stops() {
    let served = Served::new(&small(), Options::new());
    assert_eq!(get(served.at, "/metrics").status, 200);
    drop(served.server);
    assert!(TcpStream::connect(served.at).is_err());

    let server = start_http_server("127.0.0.1:0", &small()).unwrap();
    let at = server.local_addr().unwrap();
    server.detach();
    assert_eq!(get(at, "/metrics").status, 200);
}

#[test]
fn who_waits_is_told() {
    let served = Served::new(&small(), Options::new());
    thread::scope(|scope| {
        let waiting = scope.spawn(|| served.server.wait());
        served.server.stop().unwrap();
        waiting.join().unwrap().unwrap();
    });
}

/// Also where blocking is not allowed, and dropped unpolled.
#[test]
fn stopped_by_a_future() {
    let runtime = runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let served = Served::new(&small(), Options::new());
        let (one, other) = (served.server.stop_async(), served.server.stop_async());
        let both = async { tokio::try_join!(one, other) };
        timeout(PATIENCE, both).await.unwrap().unwrap();
        assert!(TcpStream::connect(served.at).is_err());
        timeout(PATIENCE, served.server.stop_async()).await.unwrap().unwrap();

        let served = Served::new(&small(), Options::new());
        drop(served.server.stop_async());
        served.server.wait().unwrap();
    });
}

fn listener() -> (Listener, std::net::SocketAddr) {
    let listener = Listener::tcp("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    (listener, at)
}

#[test]
fn served_by_a_runtime_of_the_programs() {
    for workers in [0, 2] {
        let mut runtime = match workers {
            0 => runtime::Builder::new_current_thread(),
            _ => runtime::Builder::new_multi_thread(),
        };
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            let (registry, gate) = Gate::registry();
            let (listener, at) = listener();
            let (stop, stopped) = oneshot::channel::<()>();
            let shutdown = async { drop(stopped.await) };
            let server = tokio::spawn(serve(listener, &registry, Options::new().stop_time(LONG), shutdown));
            let scrape = tokio::task::spawn_blocking(move || get(at, "/metrics"));
            tokio::task::spawn_blocking({
                let gate = gate.clone();
                move || gate.wait_for(1)
            })
            .await
            .unwrap();
            drop(stop);
            timeout(Duration::from_millis(50), pending::<()>()).await.unwrap_err();
            assert!(!server.is_finished());
            gate.open();
            assert!(scrape.await.unwrap().text().contains("gate 1\n"));
            timeout(PATIENCE, server).await.unwrap().unwrap().unwrap();
        });
    }
}

#[test]
fn a_future_that_is_dropped_breaks_off() {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (registry, gate) = Gate::registry();
    let (listener, at) = listener();
    let scrape = thread::spawn(move || {
        let mut connection = connect(at);
        send(&mut connection, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        rest(&mut connection)
    });
    runtime.block_on(async {
        let server = tokio::spawn(serve(listener, &registry, Options::new(), pending()));
        let gate = gate.clone();
        tokio::task::spawn_blocking(move || gate.wait_for(1)).await.unwrap();
        server.abort();
        assert!(server.await.unwrap_err().is_cancelled());
    });
    assert_eq!(scrape.join().unwrap(), b"");
    assert!(TcpStream::connect(at).is_err());
    gate.open();
}

/// In the middle of a runtime of the program's, too.
#[tokio::test]
async fn started_in_a_runtime() {
    let server = start(Listener::tcp("127.0.0.1:0").unwrap(), Registry::global(), Options::new()).unwrap();
    let at = server.local_addr().unwrap();
    assert_eq!(tokio::task::spawn_blocking(move || get(at, "/metrics")).await.unwrap().status, 200);
    drop(server);
}
