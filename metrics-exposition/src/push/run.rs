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

pub(super) fn once_elsewhere(mut backend: Box<dyn Backend>, options: Options) -> io::Result<Stopping> {
    let state = Arc::new(LoopState::default());
    let of_thread = Arc::clone(&state);
    thread::Builder::new()
        .name("metrics-push".to_owned())
        .spawn(move || {
            let meter = Meter::new(&*backend, &options);
            collect(&mut *backend, &meter);
            of_thread.ended(send(&mut *backend, options.timeout, &meter));
        })
        .map(|_| Stopping::new(state))
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
