use super::*;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use ureq::http::Method;

const TIMEOUT: Duration = Duration::from_secs(20);

/// Answers one request after the other, on any number of connections, and tells what it got, each with the number of its
/// connection.
struct Server {
    url: String,
    requests: Receiver<(usize, String)>,
}

fn serve(answers: Vec<String>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (seen, requests) = channel();
    thread::spawn(move || {
        let mut answers = answers.into_iter().peekable();
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            while answers.peek().is_some() {
                let Some(request) = read_request(&mut stream) else { break };
                let _ = seen.send((number, request));
                let _ = stream.write_all(answers.next().unwrap_or_default().as_bytes());
            }
            if answers.peek().is_none() {
                break;
            }
        }
    });
    Server { url, requests }
}

fn read_head(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    Some(bytes)
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = read_head(stream)?;
    let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    if head.contains("expect: 100-continue") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    bytes.extend(body);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn redirect(status: u16, to: &str) -> String {
    answer(status, &format!("location: {to}\r\n"), "elsewhere")
}

fn secret() -> Options {
    Options::new().basic_auth("user", "password").unwrap().header("X-Key", "k3y").unwrap()
}

fn put(options: &Options, url: &str, body: &[u8], timeout: Duration) -> Result<Response, RequestError> {
    send(&Client::new(options), Method::PUT, url, body, timeout)
}

fn send(client: &Client, method: Method, url: &str, body: &[u8], timeout: Duration) -> Result<Response, RequestError> {
    let url = Url::parse(url).unwrap();
    client.send(&Request { method, url: &url, headers: &[("content-type", "text/x")], body, timeout })
}

#[test]
fn a_request_has_what_was_set_and_the_connection_is_kept() {
    let server = serve(vec![answer(200, "x-a: b\r\n", "fine"), answer(404, "", "no"), answer(202, "", "")]);
    let client = Client::new(&secret());
    let response = send(&client, Method::PUT, &server.url, b"body", TIMEOUT).unwrap();
    assert_eq!((response.status, response.header("X-A"), &*response.body), (200, Some("b"), &b"fine"[..]));
    let error = send(&client, Method::POST, &server.url, b"", TIMEOUT).unwrap().checked().unwrap_err();
    assert_eq!(error.to_string(), format!("{} answered 404: no", server.url));
    assert!(send(&client, Method::DELETE, &server.url, b"", TIMEOUT).unwrap().is_success());

    let requests: Vec<_> = server.requests.iter().collect();
    assert!(requests.iter().all(|(connection, _)| *connection == 0), "{requests:?}");
    let first = &requests[0].1;
    for part in [
        "PUT / HTTP/1.1\r\n",
        "user-agent: metrics-exposition/",
        "content-type: text/x\r\n",
        "content-length: 4\r\n",
        "authorization: Basic dXNlcjpwYXNzd29yZA==\r\n",
        "x-key: k3y\r\n",
        "\r\n\r\nbody",
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    assert!(requests[1].1.starts_with("POST / ") && requests[1].1.contains("content-length: 0\r\n"), "{requests:?}");
    assert!(requests[2].1.starts_with("DELETE / "), "{requests:?}");
}

#[test]
fn redirects_keep_the_method_and_the_body() {
    let statuses = [301, 302, 303, 307, 308];
    let mut answers: Vec<_> = statuses.map(|status| redirect(status, "../next?x=1")).into();
    answers.push(answer(200, "", ""));
    let server = serve(answers);
    let response = put(&secret(), &server.url, b"body", TIMEOUT).unwrap();
    assert_eq!((response.status, response.url.to_string()), (200, format!("{}next", server.url)));
    let requests: Vec<_> = server.requests.iter().take(6).collect();
    for (_, request) in &requests {
        assert!(request.starts_with("PUT /") && request.ends_with("\r\n\r\nbody"), "{request}");
        assert!(request.contains("authorization: ") && request.contains("x-key: "), "{request}");
    }
    assert!(requests[1].1.starts_with("PUT /next?x=1 "), "{requests:?}");
}

#[test]
fn redirects_end() {
    let server = serve(vec![redirect(308, "/"); 7]);
    let error = put(&Options::new(), &server.url, b"body", TIMEOUT).unwrap_err().to_string();
    assert_eq!(error, format!("{0}: more than 5 redirects, the last one to {0}", server.url));
    assert_eq!(server.requests.try_iter().count(), 6);
    for to in ["ftp://a/", "http://u:hidden@a/", "http://"] {
        let server = serve(vec![redirect(302, to)]);
        let error = put(&Options::new(), &server.url, b"", TIMEOUT).unwrap_err().to_string();
        assert!(error.contains("redirects to where nobody can follow") && !error.contains("hidden"), "{error}");
    }
    let server = serve(vec![answer(302, "", "nowhere")]);
    assert_eq!(put(&Options::new(), &server.url, b"", TIMEOUT).unwrap().status, 302);
}

#[test]
fn another_server_gets_no_secrets() {
    let other = serve(vec![answer(200, "", "")]);
    let first = serve(vec![redirect(307, &other.url)]);
    assert!(put(&secret(), &first.url, b"body", TIMEOUT).unwrap().is_success());
    assert!(first.requests.recv().unwrap().1.contains("authorization: "));
    let request = other.requests.recv().unwrap().1.to_ascii_lowercase();
    assert!(!request.contains("authorization") && !request.contains("x-key"), "{request}");
    assert!(request.contains("content-type: text/x") && request.ends_with("body"), "{request}");
}

#[test]
fn what_comes_back_is_bounded() {
    let endless = format!(
        "HTTP/1.1 500 x\r\ntransfer-encoding: chunked\r\n\r\n{}",
        "400\r\n".to_owned() + &"y".repeat(1_024) + "\r\n"
    );
    let server = serve(vec![endless.clone() + &format!("400\r\n{}\r\n", "y".repeat(1_024)).repeat(200) + "0\r\n\r\n"]);
    assert_eq!(put(&Options::new(), &server.url, b"", TIMEOUT).unwrap().body.len(), 64 << 10);
    let server = serve(vec![format!("HTTP/1.1 200 x\r\nx: {}\r\n\r\n", "y".repeat(1 << 20))]);
    let error = put(&Options::new(), &server.url, b"", TIMEOUT).unwrap_err();
    assert!(matches!(error, RequestError::Failed { .. }), "{error}");
    for nonsense in ["hello\r\n\r\n", "HTTP/1.1 200 x\r\ncontent-length: -1\r\n\r\n", "HTTP/1.1 9\r\n\r\n"] {
        let server = serve(vec![nonsense.to_owned()]);
        assert!(put(&Options::new(), &server.url, b"", TIMEOUT).is_err(), "{nonsense}");
    }
}

#[test]
fn a_large_body_is_sent_if_it_is_wanted() {
    let body = vec![b'z'; (1 << 20) + 1];
    let server = serve(vec![answer(200, "", "")]);
    assert!(put(&Options::new(), &server.url, &body, TIMEOUT).unwrap().is_success());
    let request = server.requests.recv().unwrap().1;
    assert!(request.contains("expect: 100-continue\r\n") && request.ends_with("zzz"), "{}", request.len());

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        read_head(&mut stream).unwrap();
        stream.write_all(answer(413, "connection: close\r\n", "too much").as_bytes()).unwrap();
    });
    let error = put(&Options::new(), &url, &body, TIMEOUT).unwrap().checked().unwrap_err().to_string();
    assert_eq!(error, format!("{url} answered 413: too much"));
    server.join().unwrap();
}

#[test]
fn who_does_not_answer_is_not_waited_for() {
    // Its system takes connections and the beginning of a body.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let start = Instant::now();
    for body in [vec![], vec![b'z'; 32 << 20]] {
        let error = put(&Options::new(), &url, &body, Duration::from_millis(100)).unwrap_err();
        let RequestError::Failed { source, .. } = &error else { panic!("{error}") };
        assert_eq!(source.kind(), std::io::ErrorKind::TimedOut, "{error}");
    }
    assert!(start.elapsed() < TIMEOUT);
}

#[test]
fn failures_name_the_server_and_the_way_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = put(&secret(), &format!("{url}?token=t0ken"), b"", TIMEOUT).unwrap_err();
    assert!(error.to_string().starts_with(&format!("{url}: ")), "{error}");
    let shown = format!("{error:?}");
    assert!(!shown.contains("t0ken") && !shown.contains("k3y") && !shown.contains("password"), "{shown}");
    if cfg!(not(feature = "tls")) {
        let error = put(&secret(), "https://127.0.0.1:1/", b"", TIMEOUT).unwrap_err().to_string();
        assert_eq!(error, "https://127.0.0.1:1/: `https` takes the feature `tls` of metrics-exposition");
    }
}
