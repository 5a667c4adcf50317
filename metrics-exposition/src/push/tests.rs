use super::*;
use metrics_core::{Metrics, Registry};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

#[derive(Debug, Eq, PartialEq)]
enum Event {
    Collected,
    Ended,
    Sent,
    Dropped,
}

/// Tells a test what is done with it, and asks what to answer.
struct Fake {
    events: Sender<Event>,
    answer: Box<dyn FnMut() -> Result<(), PushError> + Send>,
}

impl Backend for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn address(&self) -> String {
        "nowhere".to_owned()
    }

    fn collect(&mut self, meter: &Meter) {
        meter.waiting(7);
        let _ = self.events.send(Event::Collected);
    }

    fn end(&mut self, _: &Meter) {
        let _ = self.events.send(Event::Ended);
    }

    fn send(&mut self, _: Duration, meter: &Meter) -> Result<(), PushError> {
        meter.sent(10);
        let _ = self.events.send(Event::Sent);
        (self.answer)()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.events.send(Event::Dropped);
    }
}

fn fake(answer: impl FnMut() -> Result<(), PushError> + Send + 'static) -> (Fake, Receiver<Event>) {
    let (events, seen) = channel();
    (Fake { events, answer: Box::new(answer) }, seen)
}

const HOUR: Duration = Duration::from_secs(3_600);

fn quick() -> Options {
    Options::new().interval(Duration::from_millis(1)).jitter(Duration::ZERO)
}

fn counted(registry: &Registry, name: &str) -> Option<f64> {
    registry.get_sample_value(name, &[("backend", "fake"), ("address", "nowhere")])
}

#[test]
fn the_first_push_is_at_once_and_the_last_when_it_is_stopped() {
    let (backend, seen) = fake(|| Ok(()));
    let pushing = start(backend, quick().interval(HOUR)).unwrap();
    assert_eq!([seen.recv().unwrap(), seen.recv().unwrap()], [Event::Collected, Event::Sent]);
    pushing.stop().unwrap();
    assert_eq!(seen.iter().collect::<Vec<_>>(), [Event::Collected, Event::Ended, Event::Sent, Event::Dropped]);
}

#[test]
fn it_pushes_again_and_again() {
    let (backend, seen) = fake(|| Ok(()));
    let pushing = start(backend, quick()).unwrap();
    let some: Vec<_> = seen.iter().take(20).collect();
    assert!(some.chunks(2).all(|pair| pair == [Event::Collected, Event::Sent]), "{some:?}");
    pushing.stop().unwrap();
}

#[test]
fn dropped_it_pushes_once_more_and_detached_it_goes_on() {
    let (backend, seen) = fake(|| Ok(()));
    drop(start(backend, quick().interval(HOUR)).unwrap());
    assert_eq!(seen.iter().last(), Some(Event::Dropped));

    let (backend, seen) = fake(|| Ok(()));
    let panicked = thread::spawn(|| {
        let _pushing = start(backend, quick().interval(HOUR)).unwrap();
        panic!("on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(seen.iter().any(|event| event == Event::Sent));

    let (backend, seen) = fake(|| Ok(()));
    start(backend, quick()).unwrap().detach();
    assert_eq!(seen.iter().filter(|event| *event == Event::Sent).take(5).count(), 5);
}

#[test]
fn while_sends_fail_values_are_collected_and_sends_wait() {
    let (backend, seen) = fake(|| Err(PushError::new("away")));
    let pushing = start(backend, quick().back_off(HOUR, HOUR)).unwrap();
    let some: Vec<_> = seen.iter().take(12).collect();
    assert_eq!(some.iter().filter(|event| **event == Event::Sent).count(), 1, "{some:?}");
    assert_eq!(pushing.stop().unwrap_err().to_string(), "away", "the last push is tried all the same");
}

#[test]
fn sends_are_retried_between_collections() {
    let (backend, seen) = fake(|| Err(PushError::new("away")));
    let options = quick().interval(HOUR).back_off(Duration::from_millis(1), Duration::from_millis(2));
    let pushing = start(backend, options).unwrap();
    assert_eq!(seen.recv().unwrap(), Event::Collected);
    assert!(seen.iter().take(10).all(|event| event == Event::Sent));
    assert!(pushing.stop().is_err());
}

#[test]
fn a_panic_is_a_push_that_failed() {
    let registry = Registry::new();
    let mut attempts = 0;
    let (backend, seen) = fake(move || {
        attempts += 1;
        if attempts == 1 { panic!("on purpose") } else { Ok(()) }
    });
    let options = quick().metrics(PushMetrics::register_in(&registry).unwrap());
    let pushing = start(backend, options.back_off(Duration::ZERO, Duration::ZERO)).unwrap();
    assert_eq!(seen.iter().filter(|event| *event == Event::Sent).take(3).count(), 3);
    pushing.stop().unwrap();
    assert_eq!(counted(&registry, "metrics_exposition_push_failures_total"), Some(1.0));
}

#[test]
fn what_loops_do_is_counted() {
    let registry = Registry::new();
    let options = quick().interval(HOUR).metrics(PushMetrics::register_in(&registry).unwrap());
    let (backend, seen) = fake(|| Err(PushError::new("away").retry_at_interval()));
    let pushing = start(backend, options.clone()).unwrap();
    assert!(seen.iter().any(|event| event == Event::Sent));
    let age = counted(&registry, "metrics_exposition_push_last_success_age_seconds");
    assert!(age.is_some_and(|age| age >= 0.0), "{age:?}");
    assert!(pushing.stop().is_err());
    for (name, value) in [("pushes_total", 2.0), ("push_failures_total", 2.0), ("pushed_bytes_total", 20.0)] {
        assert_eq!(counted(&registry, &format!("metrics_exposition_{name}")), Some(value), "{name}");
    }
    assert_eq!(counted(&registry, "metrics_exposition_push_waiting_bytes"), Some(7.0));
    assert_eq!(counted(&registry, "metrics_exposition_push_last_success_age_seconds"), None, "nothing is overdue now");

    let (mut backend, _seen) = fake(|| Ok(()));
    once(&mut backend, &options).unwrap();
    assert_eq!(counted(&registry, "metrics_exposition_pushes_total"), Some(3.0));
    assert_eq!(counted(&registry, "metrics_exposition_push_failures_total"), Some(2.0));
}

#[test]
fn a_backend_that_hangs_does_not_hold_a_stop_for_ever() {
    let (open, gate) = channel::<()>();
    let (backend, seen) = fake(move || {
        let _ = gate.recv();
        Ok(())
    });
    let mut pushing = start(backend, quick()).unwrap();
    assert!(seen.iter().any(|event| event == Event::Sent));
    pushing.shorten_stop(Duration::from_millis(5));
    let error = pushing.stop().unwrap_err();
    assert_eq!(error.to_string(), "the last push did not end within 5ms");
    drop(open);
}

/// Unparks the thread that waits.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn an_executor_of_any_kind_can_wait_for_the_end() {
    let (backend, seen) = fake(|| Err(PushError::new("away")));
    let pushing = start(backend, quick().interval(HOUR)).unwrap();
    let mut stopping = pin!(pushing.stop_async());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let result = loop {
        match stopping.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => break result,
            Poll::Pending => thread::park(),
        }
    };
    assert_eq!(result.unwrap_err().to_string(), "away");
    assert_eq!(seen.iter().last(), Some(Event::Dropped));
}

#[test]
fn errors_show_their_cause() {
    let error = PushError::from(io::Error::other("disk"));
    assert_eq!(error.to_string(), "disk");
    assert!(std::error::Error::source(&error).is_none());
}
