use super::ServerError;
use std::fmt;
use std::future::{Future, pending};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::sync::watch;

/// A server that runs on a thread of its own. Keep it: when it is dropped, the server is [stopped](Self::stop).
///
/// See the [module](super) for an example.
#[must_use = "dropped, it stops the server; to serve as long as the program runs, `detach` it"]
pub struct Server {
    ends: Arc<Ends>,
    address: Option<SocketAddr>,
    is_detached: bool,
}

impl Server {
    pub(super) fn new(ends: Arc<Ends>, address: Option<SocketAddr>) -> Self {
        Self { ends, address, is_detached: false }
    }

    /// Where it listens, with the port that it has got. `None`: at a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Takes no more connections, ends those that wait for a request, and waits until all answers that are under way are
    /// over: at most as long as [`Options::stop_time`](super::Options::stop_time) says. The port, or the socket's file, is free
    /// from the beginning.
    ///
    /// It may be called again, and by several threads: all wait for the same end, and are told the same.
    ///
    /// # Errors
    /// [`BrokenOff`](ServerError::BrokenOff), if there were answers that were not over in time.
    pub fn stop(&self) -> Result<(), ServerError> {
        self.ends.ask_to_stop();
        self.wait()
    }

    /// The same for asynchronous programs: blocks no thread of the executor, whichever that is. The server stops as soon as
    /// this is called, whether the future is polled or not.
    pub fn stop_async(&self) -> Stopping {
        self.ends.ask_to_stop();
        Stopping { ends: Arc::clone(&self.ends) }
    }

    /// Waits until somebody else has stopped it: for a program that does nothing but serve.
    ///
    /// # Errors
    /// As [`stop`](Self::stop).
    pub fn wait(&self) -> Result<(), ServerError> {
        self.ends.wait()
    }

    /// Lets it serve as long as the program runs.
    pub fn detach(mut self) {
        self.is_detached = true;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.is_detached {
            // Whoever wants to know calls `stop`.
            let _ = self.stop();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("local_addr", &self.address).finish_non_exhaustive()
    }
}

/// Waits until a server has stopped, see [`Server::stop_async`].
pub struct Stopping {
    ends: Arc<Ends>,
}

impl Future for Stopping {
    type Output = Result<(), ServerError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.ends.lock();
        if let Some(end) = state.end {
            return Poll::Ready(end.into_result());
        }
        if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl fmt::Debug for Stopping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopping").finish_non_exhaustive()
    }
}

/// What a server and who waits for its end tell each other.
pub(super) struct Ends {
    asked: watch::Sender<bool>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// When it has ended.
    end: Option<End>,
    wakers: Vec<Waker>,
}

#[derive(Clone, Copy)]
struct End {
    broken_off: usize,
}

impl End {
    fn into_result(self) -> Result<(), ServerError> {
        match self.broken_off {
            0 => Ok(()),
            connections => Err(ServerError::BrokenOff { connections }),
        }
    }
}

impl Ends {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { asked: watch::Sender::new(false), state: Mutex::default(), changed: Condvar::new() })
    }

    /// Waits until the server is to stop.
    pub(super) fn asked(&self) -> impl Future<Output = ()> + use<> {
        let mut asked = self.asked.subscribe();
        async move {
            // Nobody can ask any more.
            if asked.wait_for(|asked| *asked).await.is_err() {
                pending::<()>().await;
            }
        }
    }

    pub(super) fn ended(&self, broken_off: usize) {
        let mut state = self.lock();
        state.end.get_or_insert(End { broken_off });
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    fn ask_to_stop(&self) {
        self.asked.send_replace(true);
    }

    fn wait(&self) -> Result<(), ServerError> {
        let state = self.changed.wait_while(self.lock(), |state| state.end.is_none());
        let end = state.unwrap_or_else(PoisonError::into_inner).end;
        end.map_or(Ok(()), End::into_result)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
