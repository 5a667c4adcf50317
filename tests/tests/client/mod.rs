//! A small HTTP/1.1 client that hides nothing: it shows which headers came, and whether the body was whole.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body has the length that was announced, or its final chunk.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(n, _)| n == name);
        let (_, value) = found.next()?;
        assert!(found.next().is_none(), "{name} twice: {:?}", self.headers);
        Some(value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) async fn get(server: SocketAddr, path: &str) -> Answer {
    request(server, "GET", path, b"").await
}

/// `headers`: lines, each with its line end.
pub(crate) async fn request(server: SocketAddr, method: &str, path: &str, headers: &[u8]) -> Answer {
    answer(send(server, method, path, headers).await, method).await
}

/// Reads what is left of an answer.
pub(crate) async fn answer(mut connection: TcpStream, method: &str) -> Answer {
    let mut bytes = Vec::new();
    // A connection that was broken off may end in a reset.
    let read = timeout(Duration::from_secs(30), connection.read_to_end(&mut bytes)).await;
    let _ = read.expect("no answer within 30 s");
    parse(&bytes, method)
}

/// Sends a request and leaves it to the caller to read the answer.
pub(crate) async fn send(server: SocketAddr, method: &str, path: &str, headers: &[u8]) -> TcpStream {
    send_over(TcpStream::connect(server).await.unwrap(), method, path, headers).await
}

pub(crate) async fn send_over(mut connection: TcpStream, method: &str, path: &str, headers: &[u8]) -> TcpStream {
    let head = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
    let request = [head.as_bytes(), headers, b"\r\n"].concat();
    // A server may refuse before it has read all.
    let _ = connection.write_all(&request).await;
    connection
}

pub(crate) fn parse(bytes: &[u8], method: &str) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(bytes)));
    let (head, raw) = (std::str::from_utf8(&bytes[..end]).unwrap(), &bytes[end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| line.split_once(": ").map(|(n, v)| (n.to_lowercase(), v.to_owned()));
    let headers = lines.map(|line| header(line).unwrap()).collect();
    let mut answer = Answer { status, headers, body: raw.to_vec(), whole: false };
    if method == "HEAD" {
        answer.whole = raw.is_empty();
    } else if answer.header("transfer-encoding") == Some("chunked") {
        (answer.body, answer.whole) = dechunk(raw);
    } else {
        answer.whole = answer.header("content-length").unwrap().parse() == Ok(raw.len());
    }
    answer
}

fn dechunk(mut raw: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = raw.windows(2).position(|two| two == b"\r\n") else { return (body, false) };
        let len = usize::from_str_radix(std::str::from_utf8(&raw[..end]).unwrap(), 16).unwrap();
        if len == 0 {
            return (body, raw == b"0\r\n\r\n");
        }
        let Some(chunk) = raw.get(end + 2..end + 2 + len) else { return (body, false) };
        body.extend_from_slice(chunk);
        let Some(rest) = raw.get(end + 4 + len..) else { return (body, false) };
        raw = rest;
    }
}
