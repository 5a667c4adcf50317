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
use hyper::header::{ACCEPT, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use metrics_core::{Counter, Metrics, Registry};
use metrics_exposition::http::{self, handle};
use std::io;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

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
    serve(listener, Registry::global().clone()).await
}

pub(crate) async fn serve(listener: TcpListener, registry: Registry) -> io::Result<()> {
    loop {
        let (connection, _) = listener.accept().await?;
        ServerMetrics::global().connections.inc();
        let registry = registry.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(registry.clone(), request));
            let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service);
            if let Err(error) = served.await {
                eprintln!("{error}");
            }
        });
    }
}

async fn answer(
    registry: Registry,
    request: Request<Incoming>,
) -> io::Result<Response<impl Body<Data = Bytes, Error = io::Error>>> {
    if request.uri().path() != "/metrics" {
        let nothing = http::Body::default();
        return Response::builder().status(404).body(StreamBody::new(chunks(nothing))).map_err(io::Error::other);
    }
    // Encoding computes, and callbacks may block: not on the executor.
    let answer = spawn_blocking(move || {
        let accept: Vec<&[u8]> = request.headers().get_all(ACCEPT).iter().map(HeaderValue::as_bytes).collect();
        handle(&registry, &http::Request::new(request.method().as_str(), &accept))
    });
    let answer = answer.await?;
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
