//! The handler as asynchronous servers take it: threads of ours compute, and what waits for them is polled.

use crate::http::{self, Handler};
use crate::threads;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_types::header::{ACCEPT, ACCEPT_ENCODING, HeaderName, HeaderValue};
use http_types::request::Parts;
use http_types::{HeaderMap, Response, StatusCode};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

/// Answers a request as [`http`] says, whatever its path.
pub(crate) async fn respond(handler: Handler, request: Parts) -> Response<Chunks> {
    let limit = handler.time_limit();
    let working = handler.clone();
    let answer = job(limit, move || {
        let lines = |name| request.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect::<Vec<_>>();
        let (accept, accept_encoding) = (lines(ACCEPT), lines(ACCEPT_ENCODING));
        let asked = http::Request::new(request.method.as_str(), &accept)
            .accept_encoding(&accept_encoding)
            .query(request.uri.query().unwrap_or_default());
        working.handle(&asked)
    });
    match answer.await {
        Ok(answer) => into_response(answer),
        Err(Failed::Late) => into_response(handler.timed_out()),
        Err(Failed::Panicked) => {
            let mut response = Response::new(Chunks(Stage::Ended));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

pub(crate) fn into_response(answer: http::Response) -> Response<Chunks> {
    let mut response = Response::new(Chunks(Stage::Ready(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// The body as hyper polls it.
pub(crate) struct Chunks(Stage);

enum Stage {
    /// The next chunk is to be encoded when it is asked for.
    Ready(http::Body),
    Working(Job<(http::Body, Option<io::Result<Bytes>>)>),
    Ended,
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let (body, chunk) = loop {
            self.0 = match std::mem::replace(&mut self.0, Stage::Ended) {
                Stage::Ready(mut body) if body.is_encoded() => {
                    let chunk = next(&mut body);
                    break (body, chunk);
                }
                Stage::Ready(mut body) => Stage::Working(job(body.time_left(), move || {
                    let chunk = next(&mut body);
                    (body, chunk)
                })),
                Stage::Working(mut job) => match Pin::new(&mut job).poll(cx) {
                    Poll::Ready(Ok(done)) => break done,
                    Poll::Ready(Err(failed)) => return Poll::Ready(Some(Err(failed.into()))),
                    Poll::Pending => {
                        self.0 = Stage::Working(job);
                        return Poll::Pending;
                    }
                },
                Stage::Ended => return Poll::Ready(None),
            };
        };
        if let Some(Ok(_)) = chunk {
            self.0 = Stage::Ready(body);
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Stage::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Stage::Ready(body) => {
                body.exact_len().map_or_else(SizeHint::default, |len| SizeHint::with_exact(len as u64))
            }
            _ => SizeHint::default(),
        }
    }
}

fn next(body: &mut http::Body) -> Option<io::Result<Bytes>> {
    body.next().map(|chunk| chunk.map(Bytes::from_owner).map_err(io::Error::other))
}

/// Work on a [thread](threads) for it; dropping it lets what is under way be finished in vain.
struct Job<T> {
    result: oneshot::Receiver<T>,
    limit: Option<Limit>,
}

/// How long work may take from when it begins, which is when a thread is free.
struct Limit {
    began: Arc<OnceLock<Instant>>,
    time: Duration,
    timer: Pin<Box<Sleep>>,
}

/// Why work has no result.
enum Failed {
    Late,
    Panicked,
}

impl From<Failed> for io::Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Late => Self::new(io::ErrorKind::TimedOut, "a collector or a callback is slow (time_limit)"),
            Failed::Panicked => Self::other("the scrape panicked"),
        }
    }
}

fn job<T: Send + 'static>(limit: Option<Duration>, work: impl FnOnce() -> T + Send + 'static) -> Job<T> {
    let began = Arc::new(OnceLock::new());
    // Only tokio has its timers.
    let limit = limit.filter(|_| Handle::try_current().is_ok());
    let limit = limit.map(|time| Limit { began: Arc::clone(&began), time, timer: Box::pin(sleep(time)) });
    let result = threads::run(move || {
        // Nobody else sets it.
        let _ = began.set(Instant::now());
        work()
    });
    Job { result, limit }
}

impl Limit {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            ready!(self.timer.as_mut().poll(cx));
            let left = self.time.saturating_sub(self.began.get().map_or(Duration::ZERO, Instant::elapsed));
            if left.is_zero() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(tokio::time::Instant::now() + left);
        }
    }
}

impl<T> Future for Job<T> {
    type Output = Result<T, Failed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T, Failed>> {
        let Self { result, limit } = self.get_mut();
        match Pin::new(result).poll(cx) {
            Poll::Ready(done) => Poll::Ready(done.map_err(|_| Failed::Panicked)),
            Poll::Pending => match limit {
                Some(limit) => limit.poll(cx).map(|()| Err(Failed::Late)),
                None => Poll::Pending,
            },
        }
    }
}
