//! Connections on which the tests decide about each byte.

use crate::client::{Answer, parse};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Beyond it a test has failed; none waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn connect(server: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(server).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.set_write_timeout(Some(PATIENCE)).unwrap();
    connection
}

pub(crate) fn get(server: SocketAddr, path: &str) -> Answer {
    ask(connect(server), "GET", path, "")
}

/// One request on a connection, and the answer to it. `headers`: lines, each with its line end.
pub(crate) fn ask(mut connection: impl Read + Write, method: &str, path: &str, headers: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n");
    // A server may refuse before it has read all.
    let _ = connection.write_all(request.as_bytes());
    parse(&rest(&mut connection), method)
}

/// All that comes until the end. A connection that was broken off may end in a reset.
pub(crate) fn rest(connection: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    match connection.read_to_end(&mut bytes) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            panic!("nothing for {PATIENCE:?}, behind {} bytes", bytes.len())
        }
        _ => bytes,
    }
}

/// An answer with a `Content-Length` on a connection that goes on.
pub(crate) fn next_answer(connection: &mut impl Read) -> Answer {
    let mut bytes = Vec::new();
    let end = b"\r\n\r\n";
    while !bytes.ends_with(end) {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    let len: usize = parse_head(&bytes);
    let head = bytes.len();
    bytes.resize(head + len, 0);
    connection.read_exact(&mut bytes[head..]).unwrap();
    parse(&bytes, "GET")
}

fn parse_head(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).unwrap().to_lowercase();
    let len = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    len.expect("a length").parse().unwrap()
}

pub(crate) fn send(connection: &mut impl Write, bytes: &str) {
    connection.write_all(bytes.as_bytes()).unwrap();
}

/// Whether the server ends it, now or later.
pub(crate) fn is_ended(connection: &mut TcpStream) -> bool {
    match connection.read(&mut [0]) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// Waits for it.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
