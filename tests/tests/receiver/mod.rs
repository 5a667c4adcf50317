//! A server that takes what is pushed to it, and answers as a test says.

pub(crate) mod pushed;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Received {
    pub(crate) line: String,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| &**value)
    }
}

/// What is done about a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Status(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// None, and the connection is closed.
    Close,
    /// None for ever.
    Silence,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status(status, Vec::new(), Vec::new())
    }

    pub(crate) fn with(self, name: &'static str, value: impl ToString) -> Self {
        match self {
            Self::Status(status, mut headers, body) => {
                headers.push((name, value.to_string()));
                Self::Status(status, headers, body)
            }
            other => other,
        }
    }

    pub(crate) fn saying(self, text: impl Into<Vec<u8>>) -> Self {
        match self {
            Self::Status(status, headers, _) => Self::Status(status, headers, text.into()),
            other => other,
        }
    }
}

type Answers = Arc<Mutex<dyn FnMut(&Received) -> Answer + Send>>;

/// Listens as long as the test runs.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    pub(crate) fn new(answer: impl FnMut(&Received) -> Answer + Send + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), answer)
    }

    pub(crate) fn at(address: SocketAddr, answer: impl FnMut(&Received) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::default();
        let (all, answers): (_, Answers) = (Arc::clone(&received), Arc::new(Mutex::new(answer)));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (all, answers) = (Arc::clone(&all), Arc::clone(&answers));
                thread::spawn(move || serve(stream.unwrap(), &all, &answers));
            }
        });
        Self { address, received }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// So far, in the order in which they came; nothing is left of them here.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

fn serve(stream: TcpStream, all: &Mutex<Vec<Received>>, answers: &Answers) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        // In one piece: what is answered first has come first.
        let answer = {
            let mut answers = answers.lock().unwrap();
            all.lock().unwrap().push(request.clone());
            answers(&request)
        };
        match answer {
            Answer::Close => return,
            Answer::Silence => loop {
                thread::park();
            },
            Answer::Status(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Word\r\ncontent-length: {}\r\n", body.len());
                headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
                // In one piece, or the system waits for an acknowledgement between two.
                let _ = reader.get_mut().write_all(&[head.as_bytes(), b"\r\n", &body].concat());
            }
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let line = lines.next()?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
        .collect();
    let mut request = Received { line, headers, body: Vec::new() };
    request.body = vec![0; request.header("content-length").map_or(0, |len| len.parse().unwrap())];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}
