//! Takes connections in until it is stopped.

use super::ServerError;
use super::connection::{Shared, serve};
use super::listener::{Origin, Polled};
use super::patience::Patience;
use super::places::{Got, Places};
use super::self_metrics::EndReason;
use super::watched::Stream;
use std::future::{Future, poll_fn};
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Sleep, sleep, timeout};

/// After the first failure to accept.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

enum Event {
    Stop,
    Connection(Box<dyn Stream>, Origin),
    Failure(io::Error),
}

/// Dropped, it ends all connections at once.
pub(super) async fn run(
    listener: Polled,
    shared: Arc<Shared>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    let (options, counts) = (&shared.options, &shared.options.counts);
    let places = Places::new(options.max_connections, counts.clone());
    let (stopping, stop) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut pause: Option<Pin<Box<Sleep>>> = None;
    let mut next_pause = FIRST_PAUSE;
    loop {
        let event = poll_fn(|cx| {
            if shutdown.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Event::Stop);
            }
            while let Poll::Ready(Some(_)) = connections.poll_join_next(cx) {}
            if let Some(timer) = &mut pause {
                ready!(timer.as_mut().poll(cx));
                pause = None;
            }
            listener.poll_accept(cx).map(|accepted| match accepted {
                Ok((stream, origin)) => Event::Connection(stream, origin),
                Err(error) => Event::Failure(error),
            })
        });
        match event.await {
            Event::Stop => break,
            Event::Connection(stream, origin) => {
                next_pause = FIRST_PAUSE;
                counts.connected();
                let patience = Arc::new(Patience::new(options.limits));
                let Some((place, got)) = places.take(origin, Arc::clone(&patience)) else {
                    counts.ended(EndReason::Full);
                    continue;
                };
                let number = place.number();
                let (shared, stop) = (Arc::clone(&shared), stop.clone());
                let task = connections.spawn(async move {
                    let _place = place;
                    serve(stream, shared, patience, stop).await;
                });
                places.started(number, task);
                if got == Got::Displaced {
                    counts.ended(EndReason::Displaced);
                    // The other one has its file open until it was polled once more.
                    yield_now().await;
                }
            }
            // Of this connection alone: it was gone before it was taken.
            Event::Failure(error) if is_of_connection(error.kind()) => {}
            // EMFILE and the like go away when something else lets go. Until then each try would fail at once, and the
            // connection wait on: a loop without a pause is a core at work for nothing.
            Event::Failure(_) => {
                counts.accept_failed();
                pause = Some(Box::pin(sleep(next_pause)));
                next_pause = (next_pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
    // Whoever comes now is told so by the system, and may find another server there.
    drop(listener);
    // There may be none that hears it.
    let _ = stopping.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(options.stop_time, all).await.is_ok() {
        return Ok(());
    }
    while connections.try_join_next().is_some() {}
    let left = connections.len();
    connections.shutdown().await;
    (0..left).for_each(|_| counts.ended(EndReason::Stopped));
    if left == 0 { Ok(()) } else { Err(ServerError::BrokenOff { connections: left }) }
}

fn is_of_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused)
}
