//! The metrics page in a plain hyper 1 server, without axum:
//!
//! ```text
//! cargo run --example hyper
//! curl http://127.0.0.1:9001/metrics
//! ```

use futures_util::Stream;
use futures_util::stream::try_unfold;
use http_body_util::StreamBody;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use metrics_core::{Counter, Metrics, Registry};
use metrics_exposition::http::{self, Handler, Options};
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

#[derive(Metrics)]
#[metrics(prefix = "hyper_example")]
struct ServerMetrics {
    /// Connections that were accepted.
    connections: Counter,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:9001").await?;
    println!("http://{}/metrics", listener.local_addr()?);
    serve(listener, Handler::new(Registry::global(), Options::new())).await
}

pub(crate) async fn serve(listener: TcpListener, handler: Handler) -> io::Result<()> {
    loop {
        let (connection, _) = listener.accept().await?;
        ServerMetrics::global().connections.inc();
        let handler = handler.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(handler.clone(), request));
            let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service);
            if let Err(error) = served.await {
                eprintln!("{error}");
            }
        });
    }
}

async fn answer(
    handler: Handler,
    request: Request<Incoming>,
) -> io::Result<Response<impl Body<Data = Bytes, Error = io::Error>>> {
    if request.uri().path() != "/metrics" {
        let nothing = http::Body::default();
        return Response::builder().status(404).body(StreamBody::new(chunks(nothing))).map_err(io::Error::other);
    }
    let (limit, working) = (handler.time_limit().unwrap_or(Duration::MAX), handler.clone());
    // Encoding computes, and callbacks may block: not on the executor.
    let answer = spawn_blocking(move || {
        let lines = |name| request.headers().get_all(name).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
        let (accept, accept_encoding) = (lines(ACCEPT), lines(ACCEPT_ENCODING));
        let asked = http::Request::new(request.method().as_str(), &accept)
            .accept_encoding(&accept_encoding)
            .query(request.uri().query().unwrap_or_default());
        working.handle(&asked)
    });
    // A callback that hangs cannot be stopped, but need not be waited for.
    let answer = match timeout(limit, answer).await {
        Ok(answer) => answer?,
        Err(_) => handler.timed_out(),
    };
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(*name, &**value);
    }
    response.body(StreamBody::new(chunks(answer.body))).map_err(io::Error::other)
}

/// An error in the stream makes hyper break the connection off, as it must be.
fn chunks(body: http::Body) -> impl Stream<Item = io::Result<Frame<Bytes>>> {
    try_unfold(body, |mut body| async move {
        let (chunk, body) = spawn_blocking(move || (body.next(), body)).await?;
        let chunk = chunk.transpose().map_err(io::Error::other)?;
        Ok(chunk.map(|chunk| (Frame::data(Bytes::from_owner(chunk)), body)))
    })
}
