//! A server of HTTP that remembers what it got, and answers what a test says.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

pub(crate) struct Server {
    /// Host and port.
    pub(crate) address: String,
    pub(crate) requests: Receiver<Request>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// In lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Which connection it came on.
    pub(crate) connection: usize,
}

impl Request {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) fn serve(answer: impl FnMut(&Request) -> String + Send + 'static) -> Server {
    serve_at(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
}

/// Until the test ends.
pub(crate) fn serve_at(listener: TcpListener, answer: impl FnMut(&Request) -> String + Send + 'static) -> Server {
    let address = listener.local_addr().unwrap().to_string();
    let (seen, requests) = channel();
    let answer = Arc::new(Mutex::new(answer));
    thread::spawn(move || {
        for (connection, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { continue };
            let (seen, answer) = (seen.clone(), Arc::clone(&answer));
            thread::spawn(move || {
                while let Some(request) = read(&mut stream, connection) {
                    let answer = answer.lock().unwrap()(&request);
                    let _ = seen.send(request);
                    if stream.write_all(answer.as_bytes()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    Server { address, requests }
}

pub(crate) fn read(stream: &mut (impl Read + Write), connection: usize) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).ok()?;
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let head = head.to_ascii_lowercase();
    if head.contains("expect: 100-continue") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some(Request { method, path, head, body, connection })
}

pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

pub(crate) fn fine(_: &Request) -> String {
    answer(200, "", "")
}
