//! The thread of a loop.

use super::handle::LoopState;
use super::schedule::{Schedule, random};
use super::{Backend, Meter, Options, PushError, Pushing, Stopping};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// What a stop takes beyond the timeouts of two pushes: collecting, and to be woken on a machine under load.
const GRACE: Duration = Duration::from_secs(5);

pub(super) fn start(backend: Box<dyn Backend>, options: Options) -> io::Result<Pushing> {
    let state = Arc::new(LoopState::default());
    let longest_stop = options.timeout.saturating_mul(2).saturating_add(GRACE);
    let of_thread = Arc::clone(&state);
    thread::Builder::new()
        .name("metrics-push".to_owned())
        .spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| push_until_stopped(backend, options, &of_thread)));
            of_thread.ended(result.unwrap_or_else(|_| Err(PushError::new("the loop panicked"))));
        })
        .map(|_| Pushing::new(state, longest_stop))
}

/// Does this with the backend on a thread of its own.
pub(super) fn elsewhere(
    mut backend: Box<dyn Backend>,
    options: Options,
    push: fn(&mut dyn Backend, &Options) -> Result<(), PushError>,
) -> io::Result<Stopping> {
    let state = Arc::new(LoopState::default());
    let of_thread = Arc::clone(&state);
    thread::Builder::new()
        .name("metrics-push".to_owned())
        .spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(|| push(&mut *backend, &options)));
            of_thread.ended(result.unwrap_or_else(|_| Err(PushError::new("the push panicked"))));
        })
        .map(|_| Stopping::new(state))
}

/// Tries again as a loop would, until the time for one push is over.
#[cfg(feature = "pushgateway")]
pub(super) fn persistently(backend: &mut dyn Backend, options: &Options) -> Result<(), PushError> {
    let meter = Meter::new(backend, options);
    let deadline = Instant::now() + options.timeout;
    let mut schedule = Schedule::new(options.clone(), random, Instant::now());
    collect(backend, &meter);
    loop {
        let rest = deadline.saturating_duration_since(Instant::now());
        let Err(error) = send(backend, rest, &meter) else { return Ok(()) };
        let now = Instant::now();
        match schedule.next_try(error.retry, now) {
            Some(next) if next < deadline => thread::sleep(next.saturating_duration_since(now)),
            _ => return Err(error),
        }
    }
}

fn push_until_stopped(mut backend: Box<dyn Backend>, options: Options, state: &LoopState) -> Result<(), PushError> {
    let mut meter = Meter::new(&*backend, &options);
    meter.show_age();
    let timeout = options.timeout;
    let mut schedule = Schedule::new(options, random, Instant::now());
    while state.sleep_until(schedule.next()) {
        let now = Instant::now();
        if schedule.is_time_to_collect(now) {
            collect(&mut *backend, &meter);
            schedule.collected(now);
        }
        if schedule.is_time_to_send(now) {
            match send(&mut *backend, timeout, &meter) {
                Ok(()) => schedule.succeeded(),
                Err(error) => schedule.failed(error.retry, Instant::now()),
            }
        }
    }
    collect(&mut *backend, &meter);
    let _ = catch_unwind(AssertUnwindSafe(|| backend.end(&meter)));
    let last = send(&mut *backend, timeout, &meter);
    meter.hide_age();
    last
}

/// A panic takes away these values alone; its hook has said what it was.
fn collect(backend: &mut dyn Backend, meter: &Meter) {
    let _ = catch_unwind(AssertUnwindSafe(|| backend.collect(meter)));
}

fn send(backend: &mut dyn Backend, timeout: Duration, meter: &Meter) -> Result<(), PushError> {
    meter.attempt(|| {
        let name = backend.name();
        let result = catch_unwind(AssertUnwindSafe(|| backend.send(timeout, meter)));
        result.unwrap_or_else(|_| Err(PushError::new(format!("the backend {name} panicked"))))
    })
}
