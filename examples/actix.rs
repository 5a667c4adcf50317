//! The metrics page in an actix-web service:
//!
//! ```text
//! cargo run --example actix
//! curl http://127.0.0.1:9002/metrics
//! ```

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName, HeaderValue};
use actix_web::rt::time::timeout;
use actix_web::web::{Bytes, block, get, resource, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use metrics_core::{Counter, Metrics, Registry};
use metrics_exposition::http::{self, Handler, Options};
use std::io;
use std::net::TcpListener;
use std::time::Duration;

#[derive(Metrics)]
#[metrics(prefix = "actix_example")]
struct ServerMetrics {
    /// Visits of the home page.
    visits: Counter,
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:9002")?;
    println!("http://{}/metrics", listener.local_addr()?);
    serve(listener, Handler::new(Registry::global(), Options::new()))
}

pub(crate) fn serve(listener: TcpListener, handler: Handler) -> io::Result<()> {
    let app = move || {
        let handler = handler.clone();
        // Any method: the library answers 405 itself.
        let metrics = resource("/metrics").route(to(move |request| answer(handler.clone(), request)));
        App::new().route("/", get().to(home)).service(metrics)
    };
    rt::System::new().block_on(HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run())
}

async fn home() -> &'static str {
    ServerMetrics::global().visits.inc();
    "home"
}

async fn answer(handler: Handler, request: HttpRequest) -> actix_web::Result<HttpResponse> {
    let (method, query) = (request.method().to_string(), request.query_string().to_owned());
    let [accept, accept_encoding] = [ACCEPT, ACCEPT_ENCODING].map(|name| lines(&request, name));
    let (limit, working) = (handler.time_limit().unwrap_or(Duration::MAX), handler.clone());
    // Encoding computes, and callbacks may block: not on the executor.
    let answer = block(move || {
        let [accept, accept_encoding] =
            [&accept, &accept_encoding].map(|lines| lines.iter().map(HeaderValue::as_bytes).collect::<Vec<_>>());
        working.handle(&http::Request::new(&method, &accept).accept_encoding(&accept_encoding).query(&query))
    });
    // A callback that hangs cannot be stopped, but need not be waited for.
    let answer = match timeout(limit, answer).await {
        Ok(answer) => answer?,
        Err(_) => handler.timed_out(),
    };
    let status = StatusCode::from_u16(answer.status).map_err(actix_web::error::ErrorInternalServerError)?;
    let mut response = HttpResponse::build(status);
    for (name, value) in &answer.headers {
        response.insert_header((*name, &**value));
    }
    match answer.body.exact_len() {
        Some(len) => response.no_chunking(len as u64),
        None => &mut response,
    };
    Ok(response.streaming(chunks(answer.body)))
}

fn lines(request: &HttpRequest, name: HeaderName) -> Vec<HeaderValue> {
    request.headers().get_all(name).cloned().collect()
}

/// An error in the stream makes actix break the connection off, as it must be.
fn chunks(body: http::Body) -> impl Stream<Item = io::Result<Bytes>> {
    try_unfold(body, |mut body| async move {
        let (chunk, body) = block(move || (body.next(), body)).await.map_err(io::Error::other)?;
        let chunk = chunk.transpose().map_err(io::Error::other)?;
        Ok(chunk.map(|chunk| (Bytes::from_owner(chunk), body)))
    })
}
