//! One connection, from its first byte to its last.

use super::Options;
use super::answer::answer;
use super::patience::{Patience, Phase};
use super::self_metrics::EndReason;
#[cfg(feature = "tls")]
use super::tls::Current;
use super::watched::{Stream, WatchedBody, WatchedStream};
use crate::http::Handler;
use crate::polled::Chunks;
use http_types::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
#[cfg(feature = "tls")]
use std::io::ErrorKind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// What all connections of a server have.
pub(super) struct Shared {
    pub(super) handler: Handler,
    pub(super) options: Options,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Arc<Current>>,
}

/// Why it is the server that ends a connection.
enum Ended {
    Late(Phase),
    /// The server is to stop, and nobody waits for an answer.
    Stopped,
}

/// Serves it until it ends, by itself or because `stop` becomes true: then at once, or when the answer is over that is
/// under way.
pub(super) async fn serve(
    stream: Box<dyn Stream>,
    shared: Arc<Shared>,
    patience: Arc<Patience>,
    stop: watch::Receiver<bool>,
) {
    let counts = &shared.options.counts;
    let reason = match serve_until(stream, &shared, &patience, stop).await {
        Ok(reason) => reason,
        Err(Ended::Stopped) => None,
        Err(Ended::Late(Phase::Request)) => Some(EndReason::HeadersLate),
        Err(Ended::Late(Phase::Idle)) => Some(EndReason::Idle),
        Err(Ended::Late(Phase::Answer | Phase::End)) => Some(EndReason::UnreadAnswer),
    };
    if let Some(reason) = reason {
        counts.ended(reason);
    }
}

/// `None`: the client has ended it, or it was agreed.
async fn serve_until(
    stream: Box<dyn Stream>,
    shared: &Arc<Shared>,
    patience: &Arc<Patience>,
    stop: watch::Receiver<bool>,
) -> Result<Option<EndReason>, Ended> {
    #[cfg(feature = "tls")]
    let stream = match &shared.tls {
        Some(tls) => {
            let handshake = handshake(tls, &shared.options, stream);
            match within(handshake, patience, stop.clone(), |_| {}).await? {
                Ok(stream) => stream,
                Err(reason) => return Ok(reason),
            }
        }
        None => stream,
    };
    let service = service_fn(|request: Request<Incoming>| {
        patience.asked();
        let (shared, patience) = (Arc::clone(shared), Arc::clone(patience));
        async move {
            // Nobody sends metrics a body: hyper ends the connection behind the answer if there is one.
            let answered = answer(&shared.handler, &shared.options, request.into_parts().0).await;
            Ok::<Response<WatchedBody<Chunks>>, Infallible>(answered.map(|body| WatchedBody::new(body, patience)))
        }
    });
    let options = &shared.options;
    let watched = WatchedStream::new(stream, Arc::clone(patience));
    let connection = http1::Builder::new()
        .max_buf_size(options.header_bytes)
        .max_header_size(options.header_bytes)
        .max_headers(options.header_count)
        // It is kept here, together with the other limits.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(watched), service);
    match within(connection, patience, stop, http1::Connection::graceful_shutdown).await? {
        Err(error) if error.is_parse() => Ok(Some(EndReason::BadRequest)),
        _ => Ok(None),
    }
}

#[cfg(feature = "tls")]
async fn handshake(
    tls: &Arc<Current>,
    options: &Options,
    stream: Box<dyn Stream>,
) -> Result<Box<dyn Stream>, Option<EndReason>> {
    let config = tls.config(&options.counts).await;
    match tokio_rustls::TlsAcceptor::from(config).accept(stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        // Load balancers look in this way whether somebody is there.
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => Err(None),
        Err(_) => Err(Some(EndReason::Handshake)),
    }
}

/// Works as long as the client does its part in time. When `stop` becomes true, `finish` is called if an answer is under
/// way.
async fn within<W: Future>(
    work: W,
    patience: &Patience,
    mut stop: watch::Receiver<bool>,
    finish: impl Fn(Pin<&mut W>),
) -> Result<W::Output, Ended> {
    let mut work = pin!(work);
    // Its sender lives as long as all that it stops.
    let mut stopped = pin!(async move { stop.wait_for(|stop| *stop).await.is_ok() });
    let mut is_stopping = false;
    let mut timer = pin!(sleep_until(Instant::now()));
    poll_fn(|cx| {
        loop {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            if is_stopping || stopped.as_mut().poll(cx).is_pending() {
                break;
            }
            is_stopping = true;
            if !patience.is_answering() {
                return Poll::Ready(Err(Ended::Stopped));
            }
            finish(work.as_mut());
        }
        let Some(deadline) = patience.deadline() else { return Poll::Pending };
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(Ended::Late(patience.phase())))
    })
    .await
}
