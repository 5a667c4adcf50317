//! What the shop counts by itself, without the library, so that a test can compare the two. Your program
//! needs nothing of this.

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::thread;

static COUNTS: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());

pub(crate) fn add(what: String) {
    *COUNTS.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
}

/// Counts how a call ends, as `#[instrument_histogram]` should.
pub(crate) async fn call<T, E>(function: &'static str, future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let mut call = Call { function, outcome: None };
    let result = future.await;
    call.outcome = Some(outcome(&result));
    result
}

pub(crate) fn outcome<T, E>(result: &Result<T, E>) -> &'static str {
    if result.is_ok() { "ok" } else { "error" }
}

struct Call {
    function: &'static str,
    outcome: Option<&'static str>,
}

impl Drop for Call {
    fn drop(&mut self) {
        let outcome = self.outcome.unwrap_or(if thread::panicking() { "panic" } else { "cancelled" });
        add(format!("call {} {outcome}", self.function));
    }
}

/// All counts as a JSON object.
pub(crate) async fn show() -> impl IntoResponse {
    json(&*COUNTS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// If the keys are printable ASCII, such a map's debug output is JSON.
pub(crate) fn json<V: Debug>(counts: &BTreeMap<String, V>) -> impl IntoResponse + use<V> {
    ([(CONTENT_TYPE, "application/json")], format!("{counts:?}\n"))
}
