use crate::raw::{PATIENCE, ask, connect, get, is_ended, next_answer, rest, send, until};
use crate::{Served, small, very_large};
use metrics_exposition::server::Options;
use proptest::prelude::{ProptestConfig, prop_assert, proptest};
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

/// Waited for as a whole only where it does its work.
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(600);

#[test]
fn headers_have_limits() {
    let options = Options::new().header_bytes(8 << 10).header_count(20);
    let served = Served::new(&small(), options);
    let lines = |count: usize| (0..count).map(|k| format!("X-{k}: y\r\n")).collect::<String>();
    // With those that the client has.
    assert_eq!(ask(connect(served.at), "GET", "/metrics", &lines(18)).status, 200);
    assert_eq!(ask(connect(served.at), "GET", "/metrics", &lines(19)).status, 431);
    let long = |len: usize| format!("X: {}\r\n", "y".repeat(len));
    assert_eq!(ask(connect(served.at), "GET", "/metrics", &long(7 << 10)).status, 200);
    assert_eq!(ask(connect(served.at), "GET", "/metrics", &long(9 << 10)).status, 431);
    assert_eq!(get(served.at, &format!("/{}", "y".repeat(70_000))).status / 100, 4);
    served.wait_ended("bad_request", 3);

    // Without an end, as much is read as that.
    let mut connection = connect(served.at);
    send(&mut connection, "GET /metrics HTTP/1.1\r\nX: ");
    let block = [b'y'; 64 << 10];
    let sent = (0..10_000).take_while(|_| connection.write_all(&block).is_ok()).count();
    assert!(sent < 1_000, "{sent} blocks of 64 KiB");
}

#[test]
fn what_is_no_http_is_refused() {
    let served = Served::new(&small(), Options::new());
    for bytes in [
        "\r\n\r\n\0\0\0\0 \r\n\r\n",
        "GET\r\n\r\n",
        "GET /metrics HTTP/3.0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /metrics HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0 a TLS handshake \r\n\r\n",
    ] {
        let mut connection = connect(served.at);
        send(&mut connection, bytes);
        let answer = rest(&mut connection);
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "), "{bytes:?}: {answer:?}");
    }
    served.wait_ended("bad_request", 7);
    assert_eq!(get(served.at, "/metrics").status, 200);
}

/// Whatever comes, the server answers the next one.
#[test]
fn any_bytes() {
    let served = Served::new(&small(), Options::new().bearer_token("s3cret").header_time(LONG));
    let request =
        b"GET /metrics?name[]=a HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer s3cret\r\nAccept: */*\r\n\r\n";
    let mutation = (0..request.len(), 0..20_usize, proptest::collection::vec(proptest::num::u8::ANY, 0..20));
    proptest!(ProptestConfig::with_cases(300), |((place, left_out, bytes) in mutation)| {
        let rest = request.get(place + left_out..).unwrap_or_default();
        let mut connection = connect(served.at);
        connection.write_all(&[&request[..place], &bytes, rest].concat()).unwrap();
        // What is no whole request gets no answer, and no more time either.
        connection.shutdown(Shutdown::Write).unwrap();
        let answer = crate::raw::rest(&mut connection);
        let status = std::str::from_utf8(answer.get(..12).unwrap_or_default()).unwrap();
        let known = ["", "HTTP/1.1 200", "HTTP/1.0 200", "HTTP/1.1 400", "HTTP/1.1 401", "HTTP/1.1 404", "HTTP/1.1 405"];
        prop_assert!(known.contains(&status) || status == "HTTP/1.0 401" || status == "HTTP/1.0 404", "{status}");
    });
    assert_eq!(get(served.at, "/-/healthy").status, 200);
}

#[test]
fn headers_that_do_not_come_in_time() {
    let served = Served::new(&small(), Options::new().header_time(SHORT).idle_time(LONG));
    // Nothing; a part; a byte now and then.
    let mut silent = connect(served.at);
    let mut begun = connect(served.at);
    send(&mut begun, "GET /metrics HTTP/1.1\r\nHost:");
    let mut dribbling = connect(served.at);
    dribbling.set_read_timeout(Some(SHORT / 10)).unwrap();
    send(&mut dribbling, "GET /metrics HTTP/1.1\r\nX: ");
    until("the server ends it", || dribbling.write_all(b"y").is_err() || is_ended(&mut dribbling));
    assert!(is_ended(&mut silent) && is_ended(&mut begun));
    served.wait_ended("headers_late", 3);

    // Those of a later request, too; and that was answered does not make it another limit.
    let mut connection = connect(served.at);
    send(&mut connection, "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(next_answer(&mut connection).status, 200);
    send(&mut connection, "GET");
    assert!(is_ended(&mut connection));
    served.wait_ended("headers_late", 4);
    assert_eq!(served.ended("idle"), 0.0);
}

#[test]
fn connections_that_wait_for_another_request() {
    let served = Served::new(&small(), Options::new().idle_time(SHORT).header_time(LONG));
    let mut connection = connect(served.at);
    send(&mut connection, "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    assert_eq!(next_answer(&mut connection).status, 200);
    assert!(is_ended(&mut connection));
    served.wait_ended("idle", 1);
    until("it is counted no more", || served.open() == 0.0);
}

/// What the kernel keeps for it is not what this is about.
fn narrow(server: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(16 << 10).unwrap();
    socket.connect(&server.into()).unwrap();
    let connection = TcpStream::from(socket);
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection
}

#[test]
fn answers_that_are_not_read_in_time() {
    let served = Served::new(&very_large(), Options::new().read_time(SHORT));
    let asked = || {
        let mut connection = narrow(served.at);
        send(&mut connection, "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n");
        connection
    };
    // Nothing, and a little now and then.
    let silent = asked();
    let mut dribbling = asked();
    let reading = thread::spawn(move || {
        let mut buffer = [0; 4096];
        // The server's end comes behind what it had sent by then.
        while matches!(dribbling.read(&mut buffer), Ok(1..)) {
            thread::sleep(Duration::from_millis(20));
        }
    });
    served.wait_ended("unread_answer", 2);
    until("both are closed", || served.open() == 0.0);
    // The system keeps nothing for them either.
    reading.join().unwrap();
    assert!(matches!(silent.take_error(), Ok(Some(error)) if error.kind() == ErrorKind::ConnectionReset));
    // Who reads has as much time as it takes.
    assert!(get(served.at, "/metrics").whole);
}

#[test]
fn an_answer_that_takes_long_to_compute_is_waited_for() {
    let (registry, gate) = crate::gate::Gate::registry();
    let options = Options::new().read_time(SHORT).header_time(SHORT).idle_time(SHORT);
    let served = Served::new(&registry, options);
    let asked = thread::spawn(move || get(served.at, "/metrics").text().contains("gate 1\n").then_some(served));
    gate.wait_for(1);
    thread::sleep(SHORT * 3);
    gate.open();
    let served = asked.join().unwrap().expect("the page");
    assert_eq!(served.count("connections_total", &[]), 1.0);
}
