//! Every kind of signature keeps its type and what its future can be sent to.

use super::{block_on, calls, calls_of, is_send, pause, poll};
use metrics_core::instrument_histogram;
use std::cell::Cell;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::sync::mpsc::Receiver;

struct Matrix<T, const N: usize>([T; N]);

impl<T: Copy + PartialOrd, const N: usize> Matrix<T, N> {
    #[instrument_histogram]
    fn largest<const AT_LEAST: usize>(&self) -> Option<&T>
    where
        T: Default,
    {
        let mut largest = self.0.first().filter(|_| N >= AT_LEAST)?;
        for item in &self.0 {
            if item > largest {
                largest = item;
            }
        }
        Some(largest)
    }
}

#[instrument_histogram]
fn longer<'a, 'b: 'a>(mut a: &'a mut Vec<u8>, b: &'b mut Vec<u8>) -> &'a mut [u8] {
    if b.len() > a.len() {
        a = b;
    }
    a
}

#[instrument_histogram]
fn count_down(mut n: u32) -> u32 {
    let twice = |n: u32| 2 * n;
    let rest = loop {
        if n == 3 {
            break twice(n);
        }
        if n == 0 {
            return 0;
        }
        n -= 1;
    };
    'outer: {
        if rest == 6 {
            break 'outer rest;
        }
        0
    }
}

#[instrument_histogram]
unsafe fn not_safe(value: u8) -> u8 {
    value
}

#[instrument_histogram]
extern "C" fn of_c(value: i32) -> i32 {
    value + 1
}

struct Steps(u8);

impl Steps {
    #[instrument_histogram]
    fn step(mut self: Pin<&mut Self>) -> u8 {
        self.0 += 1;
        self.0
    }

    #[instrument_histogram]
    async fn step_later(mut self: Pin<&mut Self>) -> u8 {
        pause().await;
        self.0 += 1;
        self.0
    }

    #[instrument_histogram]
    fn all(&mut self) -> impl Iterator<Item = u8> + '_ {
        (0..self.0).map(|n| n + self.0)
    }
}

#[test]
fn functions_keep_their_types() {
    let matrix = Matrix([1, 3, 2]);
    assert_eq!((matrix.largest::<3>(), matrix.largest::<4>()), (Some(&3), None));
    let (mut a, mut b) = (vec![1], vec![1, 2]);
    longer(&mut a, &mut b)[0] = 7;
    assert_eq!((a, b), (vec![1], vec![7, 2]));
    assert_eq!((count_down(5), count_down(2)), (6, 0));
    #[allow(unsafe_code)]
    // SAFETY: nothing is asked of the caller.
    let value = unsafe { not_safe(4) };
    assert_eq!(value, 4);
    let function: extern "C" fn(i32) -> i32 = of_c;
    assert_eq!(function(1), 2);
    let function: fn(u32) -> u32 = count_down;
    assert_eq!(function(0), 0);
    for name in ["longer", "not_safe", "of_c"] {
        assert_eq!(calls(module_path!(), name), [1, 0, 0, 0], "{name}");
    }
    assert_eq!(calls(module_path!(), "count_down"), [3, 0, 0, 0]);

    let mut steps = pin!(Steps(0));
    assert_eq!(steps.as_mut().step(), 1);
    assert_eq!(block_on(is_send(steps.as_mut().step_later())), 2);
    assert_eq!(steps.as_mut().get_mut().all().collect::<Vec<_>>(), [2, 3]);
    for name in ["Steps::step", "Steps::step_later", "Steps::all"] {
        assert_eq!(calls(module_path!(), name), [1, 0, 0, 0], "{name}");
    }
}

trait Native {
    async fn get(&self, key: &str) -> Result<usize, String>;

    fn send(&self, key: &str) -> impl Future<Output = usize> + Send;
}

#[async_trait::async_trait]
trait Boxed: Sync {
    async fn get(&self, key: &str) -> Result<usize, String>;

    #[instrument_histogram]
    async fn provided(&self, key: &str) -> Result<usize, String> {
        Ok(self.get(key).await? + 1)
    }
}

struct Store;

impl Native for Store {
    #[instrument_histogram]
    async fn get(&self, key: &str) -> Result<usize, String> {
        pause().await;
        if key.is_empty() { Err("empty".to_owned()) } else { Ok(key.len()) }
    }

    #[instrument_histogram]
    async fn send(&self, key: &str) -> usize {
        pause().await;
        key.len()
    }
}

#[async_trait::async_trait]
impl Boxed for Store {
    #[instrument_histogram]
    async fn get(&self, key: &str) -> Result<usize, String> {
        pause().await;
        if key.is_empty() { Err("empty".to_owned()) } else { Ok(key.len()) }
    }
}

#[test]
fn async_methods_of_traits() {
    let store = Store;
    assert_eq!(block_on(Native::get(&store, "ab")), Ok(2));
    assert_eq!(block_on(Native::get(&store, "")), Err("empty".to_owned()));
    assert_eq!(block_on(is_send(store.send("abc"))), 3);
    let boxed: &dyn Boxed = &store;
    assert_eq!(block_on(is_send(boxed.get("ab"))), Ok(2));
    assert_eq!(block_on(is_send(boxed.provided("ab"))), Ok(3));
    let mut dropped = boxed.provided("");
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);
    let method = |of: &str, name: &str| calls_of(&format!("<{0}::Store as {0}::{of}>::{name}", module_path!()));
    assert_eq!(method("Native", "get"), [1, 1, 0, 0]);
    assert_eq!(method("Native", "send"), [1, 0, 0, 0]);
    assert_eq!(method("Boxed", "get"), [2, 0, 0, 1]);
    assert_eq!(calls(module_path!(), "Boxed::provided"), [1, 0, 0, 1]);
}

/// `async_trait` stands on what is around the methods, so that it always comes first. Others may come behind.
mod either_order {
    use super::*;

    #[instrument_histogram]
    #[tokio::main(flavor = "current_thread")]
    pub(super) async fn first() -> Result<u8, u8> {
        pause().await;
        Err(1)
    }

    #[tokio::main(flavor = "current_thread")]
    #[instrument_histogram]
    pub(super) async fn last() -> Result<u8, u8> {
        pause().await;
        Err(2)
    }
}

#[test]
fn beside_other_macros_in_either_order() {
    assert_eq!((either_order::first(), either_order::last()), (Err(1), Err(2)));
    assert_eq!(calls(module_path!(), "either_order::first"), [0, 1, 0, 0]);
    assert_eq!(calls(module_path!(), "either_order::last"), [0, 1, 0, 0]);
}

/// Neither the receiver nor the cell can be shared, but both can be sent.
#[instrument_histogram]
async fn takes_what_is_not_sync(receiver: Receiver<u8>, cell: Cell<u8>) -> u8 {
    pause().await;
    receiver.recv().unwrap_or(0) + cell.get()
}

#[instrument_histogram]
async fn many_polls(times: u32) -> u32 {
    for _ in 0..times {
        pause().await;
    }
    times
}

#[test]
fn futures_may_be_polled_on_several_threads() {
    let (sender, receiver) = std::sync::mpsc::channel();
    sender.send(2).unwrap();
    assert_eq!(block_on(is_send(takes_what_is_not_sync(receiver, Cell::new(3)))), 5);

    let mut future = Box::pin(many_polls(3));
    for _ in 0..3 {
        future = std::thread::spawn(move || {
            assert!(poll(future.as_mut()).is_pending());
            future
        })
        .join()
        .unwrap();
    }
    let done = std::thread::spawn(move || block_on(future)).join().unwrap();
    assert_eq!((done, calls(module_path!(), "many_polls")), (3, [1, 0, 0, 0]));
}

struct Payload(u8);

#[instrument_histogram]
fn panics_with_a_value() -> String {
    std::panic::panic_any(Payload(9))
}

#[test]
fn unwinding_is_unchanged() {
    let payload = catch_unwind(panics_with_a_value).unwrap_err();
    assert!(payload.downcast_ref::<Payload>().is_some_and(|payload| payload.0 == 9));
    assert_eq!(calls(module_path!(), "panics_with_a_value"), [0, 0, 1, 0]);
}
