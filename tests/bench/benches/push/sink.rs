//! Servers that take everything, as fast as a thread can read.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Reads, and answers each request whose end it has seen, if `is_http`. Each connection has a thread and its room from the
/// first push on, which is not measured.
pub(crate) fn listen(is_http: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut room = vec![0; 1 << 18];
                if is_http {
                    while answer(&stream, &mut room) {}
                } else {
                    while (&stream).read(&mut room).is_ok_and(|read| read > 0) {}
                }
            });
        }
    });
    address
}

fn answer(mut stream: &TcpStream, room: &mut [u8]) -> bool {
    let mut filled = 0;
    let end = loop {
        match stream.read(&mut room[filled..]) {
            Ok(0) | Err(_) => return false,
            Ok(read) => filled += read,
        }
        if let Some(end) = find(&room[..filled], b"\r\n\r\n") {
            break end + 4;
        }
    };
    if find(&room[..end], b"100-continue").is_some() && stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").is_err() {
        return false;
    }
    let name = b"content-length: ";
    let length = find(&room[..end], name).map_or(0, |at| {
        let digits = room[at + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
    });
    let mut rest = (length + end).saturating_sub(filled);
    while rest > 0 {
        let most = rest.min(room.len());
        match stream.read(&mut room[..most]) {
            Ok(0) | Err(_) => return false,
            Ok(read) => rest -= read,
        }
    }
    // The header says that it knows version 2 of remote write.
    let written = b"HTTP/1.1 200 OK\r\nX-Prometheus-Remote-Write-Samples-Written: 1\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(written).is_ok()
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|part| part == word)
}
