//! Calls observed in fields that the user declared, with labels of the call and of what came of it.

use super::{block_on, is_send, pause, poll};
use metrics_core::testing::sample_value;
use metrics_core::{
    Ended, Family, Histogram, LabelSet, LabelValue, Metrics, Outcome, Registry, Summary, instrument_histogram,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Put,
}

#[derive(LabelSet)]
struct Request<'a> {
    method: Method,
    route: &'a str,
    status: u16,
}

#[derive(LabelSet)]
struct Job<'a> {
    name: &'a str,
    outcome: Ended,
}

#[derive(Metrics)]
#[metrics(prefix = "into")]
struct Shop {
    /// Time to answer.
    #[metric(unit = Seconds, buckets = [0.5, 60.0])]
    answer: Family<Request<'static>, Histogram>,
    /// Time that jobs took.
    #[metric(unit = Seconds)]
    job: Family<Job<'static>, Summary>,
    /// Time to pack.
    #[metric(unit = Seconds)]
    pack: Histogram,
}

fn answered(method: &str, route: &str, status: &str) -> Option<f64> {
    let labels = [("method", method), ("route", route), ("status", status)];
    sample_value(Registry::global(), "into_answer_seconds_count", &labels)
}

fn jobs(name: &str) -> [Option<f64>; 4] {
    ["ok", "error", "panic", "cancelled"].map(|outcome| {
        sample_value(Registry::global(), "into_job_seconds_count", &[("name", name), ("outcome", outcome)])
    })
}

struct Response {
    status: u16,
}

fn status(outcome: Outcome<'_, Response>) -> u16 {
    match outcome {
        Outcome::Returned(response) => response.status,
        Outcome::Panicked => 500,
        Outcome::Cancelled => 499,
    }
}

#[instrument_histogram(into = Shop::global().answer, labels = Request {
    method: if method == "PUT" { Method::Put } else { Method::Get },
    route,
    status: |outcome| match outcome {
        Outcome::Returned(response) => response.status,
        Outcome::Panicked => 500,
        Outcome::Cancelled => 499,
    },
})]
fn answer(method: &str, route: &str) -> Response {
    match route {
        "/sync" => Response { status: 200 },
        "/sync/panic" => panic!("as asked"),
        _ => Response { status: 404 },
    }
}

#[test]
fn labels_are_of_the_call_and_of_what_came_of_it() {
    assert_eq!(answer("GET", "/sync").status, 200);
    assert_eq!(answer("PUT", "/sync").status, 200);
    assert_eq!(answer("PUT", "/sync/else").status, 404);
    assert!(catch_unwind(|| answer("GET", "/sync/panic")).is_err());
    assert_eq!(answered("get", "/sync", "200"), Some(1.0));
    assert_eq!(answered("put", "/sync", "200"), Some(1.0));
    assert_eq!(answered("put", "/sync/else", "404"), Some(1.0));
    assert_eq!(answered("get", "/sync/panic", "500"), Some(1.0));
    assert_eq!(answered("get", "/sync/panic", "200"), None);
}

#[instrument_histogram(
    into = Shop::global().answer,
    labels = Request { method: Method::Get, route, status: |outcome| status(outcome) }
)]
async fn answer_async(route: &str) -> Response {
    assert!(!route.ends_with("panic"), "as asked");
    pause().await;
    Response { status: 201 }
}

#[test]
fn async_functions_too() {
    assert_eq!(block_on(is_send(answer_async("/async"))).status, 201);
    assert!(catch_unwind(|| block_on(answer_async("/async/panic"))).is_err());
    let route = String::from("/async/dropped");
    let mut dropped = Box::pin(answer_async(&route));
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);
    drop(answer_async("/async/never"));
    assert_eq!(answered("get", "/async", "201"), Some(1.0));
    assert_eq!(answered("get", "/async/panic", "500"), Some(1.0));
    assert_eq!(answered("get", "/async/dropped", "499"), Some(1.0));
    assert_eq!(answered("get", "/async/never", "499"), None, "never polled, never begun");
}

struct Cart {
    route: String,
    items: Vec<String>,
}

impl Cart {
    #[instrument_histogram(
        into = Shop::global().answer,
        labels = Request { method: Method::Put, route: &self.route, status: 200u16 }
    )]
    fn len(&self) -> usize {
        self.items.len()
    }

    #[instrument_histogram(into = Shop::global().answer, labels = Request {
        method: Method::Put, route: &self.route.clone(), status: |outcome| u16::from(matches!(outcome, Outcome::Returned(_)))
    })]
    fn push(&mut self, item: &str) -> &mut String {
        self.items.push(item.to_owned());
        let last = self.items.len() - 1;
        &mut self.items[last]
    }

    #[instrument_histogram(
        into = Shop::global().job,
        labels = Job { name: &format!("checkout {}", self.route), outcome: |outcome| outcome.ended() }
    )]
    fn checkout(self) -> Result<Vec<String>, String> {
        if self.items.is_empty() { Err(self.route) } else { Ok(self.items) }
    }
}

#[test]
fn methods_whose_labels_are_their_own() {
    let mut cart = Cart { route: "/cart".to_owned(), items: Vec::new() };
    cart.push("a").push('b');
    assert_eq!(cart.len(), 1);
    assert_eq!(cart.checkout(), Ok(vec!["ab".to_owned()]));
    assert_eq!(Cart { route: "/empty".to_owned(), items: Vec::new() }.checkout(), Err("/empty".to_owned()));
    assert_eq!(answered("put", "/cart", "200"), Some(1.0));
    assert_eq!(answered("put", "/cart", "1"), Some(1.0));
    assert_eq!(jobs("checkout /cart"), [Some(1.0), None, None, None]);
    assert_eq!(jobs("checkout /empty"), [None, Some(1.0), None, None]);
}

#[instrument_histogram(into = &Shop::global().pack)]
fn pack(items: u32) -> u32 {
    items + 1
}

#[test]
fn a_metric_without_labels() {
    assert_eq!(pack(1), 2);
    assert_eq!(pack(2), 3);
    assert_eq!(sample_value(Registry::global(), "into_pack_seconds_count", &[]), Some(2.0));
}

struct Parser {
    metrics: &'static Shop,
}

impl Parser {
    #[instrument_histogram(into = self.metrics.job, labels = Job { name, outcome: |outcome| outcome.ended() })]
    async fn parse<'t>(&self, name: &str, text: &'t str) -> Result<&'t str, std::num::ParseIntError> {
        text.parse::<u32>()?;
        pause().await;
        Ok(text)
    }
}

#[test]
fn metrics_that_are_passed_along() {
    let parser = Parser { metrics: Shop::global() };
    assert_eq!(block_on(is_send(parser.parse("passed", "1"))), Ok("1"));
    assert!(block_on(parser.parse("passed", "x")).is_err());
    assert_eq!(jobs("passed"), [Some(1.0), Some(1.0), None, None]);
}

fn borrowed<'a>(outcome: Outcome<'a, String>) -> &'a str {
    if let Outcome::Returned(text) = outcome { text } else { "none" }
}

#[instrument_histogram(into = Shop::global().job, labels = Job { name: |outcome| borrowed(outcome), outcome: Ended::Ok })]
fn name_it(name: &str) -> String {
    name.to_owned()
}

#[test]
fn a_label_may_borrow_from_what_was_returned() {
    assert_eq!(name_it("borrowed"), "borrowed");
    assert_eq!(jobs("borrowed"), [Some(1.0), None, None, None]);
}

#[instrument_histogram(into = Shop::global().job, labels = Job {
    name: "broken",
    outcome: |outcome| match outcome {
        Outcome::Returned(_) => panic!("in a label"),
        outcome => outcome.ended(),
    },
})]
fn has_a_broken_label(fail: bool) -> Result<u8, u8> {
    assert!(!fail, "as asked");
    Ok(7)
}

#[instrument_histogram(into = Shop::global().pack, skip_on = |_| panic!("in `skip_on`"))]
fn has_a_broken_skip() {
    panic!("of the body");
}

#[test]
fn a_closure_that_panics_harms_nobody() {
    let unreported = || sample_value(Registry::global(), "metrics_core_unreported_calls_total", &[]).unwrap();
    let before = unreported();
    assert_eq!(has_a_broken_label(false), Ok(7));
    assert_eq!(unreported() - before, 1.0);
    assert_eq!(jobs("broken"), [None; 4]);
    let payload = catch_unwind(AssertUnwindSafe(|| has_a_broken_label(true))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"as asked"));
    assert_eq!(jobs("broken"), [None, None, Some(1.0), None], "as is what is not");
    // Also while another panic unwinds.
    let payload = catch_unwind(has_a_broken_skip).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"of the body"));
    assert_eq!(unreported() - before, 2.0);
}
