//! What is pushed when a job ends.

use crate::server::{Request, Server, answer, fine, serve, serve_at};
use crate::{PAGE, app};
use metrics_core::{Metrics, Registry};
use metrics_exposition::push::{Options, PushMetrics};
use metrics_exposition::pushgateway::{Format, JobGuard, Pushgateway};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn guard(server: &Server) -> JobGuard {
    let (registry, _app) = app();
    Pushgateway::new(&server.address, "batch", &registry).unwrap().guard()
}

/// What it says beside the job's own metrics.
fn outcome(request: &Request) -> BTreeMap<&str, f64> {
    assert_eq!((&*request.method, &*request.path), ("POST", "/metrics/job/batch"));
    let (own, behind) = request.text().split_at(PAGE.len());
    assert_eq!(own, PAGE);
    let samples = behind.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_once(' ').unwrap());
    samples.map(|(name, value)| (name.strip_prefix("batch_job_").unwrap(), value.parse().unwrap())).collect()
}

#[test]
fn a_job_that_succeeds() {
    let server = serve(fine);
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    guard(&server).succeed().unwrap();
    let request = server.requests.recv().unwrap();
    let outcome = outcome(&request);
    let names: Vec<_> = outcome.keys().copied().collect();
    let (completion, success) = ("last_completion_timestamp_seconds", "last_success_timestamp_seconds");
    assert_eq!(names, ["duration_seconds", completion, success, "succeeded"]);
    assert_eq!(outcome["succeeded"], 1.0);
    assert_eq!(outcome[completion], outcome[success]);
    assert!(outcome[completion] >= before && outcome["duration_seconds"] >= 0.0, "{outcome:?}");
    assert!(server.requests.try_recv().is_err(), "once");
}

type Way = (&'static str, fn(JobGuard));

#[test]
fn a_job_that_fails() {
    let server = serve(fine);
    let ways: [Way; 4] = [
        ("says so", |job| job.fail().unwrap()),
        ("returns early", drop),
        ("gives up by ?", |job| {
            let run = |_job: JobGuard| -> Result<(), std::num::ParseIntError> { "no number".parse::<u8>().map(drop) };
            assert!(run(job).is_err());
        }),
        ("panics", |job| {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _job = job;
                panic!("on purpose");
            }));
            assert!(panicked.is_err());
        }),
    ];
    for (what, run) in ways {
        run(guard(&server));
        let request = server.requests.recv().unwrap();
        let outcome = outcome(&request);
        assert_eq!(outcome["succeeded"], 0.0, "{what}");
        assert!(!outcome.contains_key("last_success_timestamp_seconds"), "{what}: that of the last time stays");
        assert!(server.requests.try_recv().is_err(), "once");
    }
}

#[test]
fn protobuf_has_the_outcome_too() {
    let server = serve(fine);
    let (registry, _app) = app();
    let gateway = Pushgateway::new(&server.address, "batch", &registry).unwrap();
    gateway.format(Format::Protobuf).guard().succeed().unwrap();
    let body = server.requests.recv().unwrap().body;
    for name in ["app_requests_total", "batch_job_succeeded"] {
        assert!(body.windows(name.len()).any(|part| part == name.as_bytes()), "{name}");
    }
}

#[test]
fn a_push_that_fails_is_said_and_no_panic() {
    let server = serve(|_| answer(400, "", "no"));
    let error = guard(&server).succeed().unwrap_err().to_string();
    assert!(error.ends_with(" answered 400: no"), "{error}");
    assert!(guard(&server).fail().is_err());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _job = guard(&server);
        panic!("on purpose");
    }));
    assert!(panicked.is_err());
    let counts = Registry::new();
    let (registry, _app) = app();
    let options = Options::new().timeout(Duration::from_secs(5)).metrics(PushMetrics::register_in(&counts).unwrap());
    drop(Pushgateway::new(&server.address, "batch", &registry).unwrap().options(options).guard());
    let address = format!("http://{}/metrics/job/batch", server.address);
    let labels = [("backend", "pushgateway"), ("address", &*address)];
    assert_eq!(counts.get_sample_value("metrics_exposition_push_failures_total", &labels), Some(1.0));
}

#[test]
fn it_tries_again_as_long_as_one_push_may_take() {
    let (registry, _app) = app();
    let quick = Options::new().back_off(Duration::from_millis(1), Duration::from_millis(2));
    let mut answers = [answer(503, "", ""), answer(429, "retry-after: 0\r\n", ""), answer(200, "", "")].into_iter();
    let server = serve(move |_| answers.next().unwrap());
    let gateway = |address: &str| Pushgateway::new(address, "batch", &registry).unwrap();
    gateway(&server.address).options(quick.clone()).guard().succeed().unwrap();
    assert_eq!(server.requests.try_iter().count(), 3);

    // Not up yet.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let start = {
        let address = address.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            serve_at(TcpListener::bind(address).unwrap(), fine)
        })
    };
    gateway(&address).options(quick.clone()).guard().succeed().unwrap();
    assert_eq!(start.join().unwrap().requests.try_iter().count(), 1);

    // Longer than it may take.
    let server = serve(|_| answer(503, "retry-after: 3600\r\n", ""));
    assert!(gateway(&server.address).options(quick.clone()).guard().succeed().is_err());
    let server = serve(|_| answer(503, "", ""));
    let short = quick.timeout(Duration::from_millis(100));
    assert!(gateway(&server.address).options(short).guard().succeed().is_err());
    assert!(server.requests.try_iter().count() > 3);
}

#[tokio::test]
async fn in_an_asynchronous_program() {
    let server = serve(fine);
    guard(&server).succeed_async().await.unwrap();
    guard(&server).fail_async().await.unwrap();
    let succeeded: Vec<_> = server.requests.iter().take(2).map(|request| outcome(&request)["succeeded"]).collect();
    assert_eq!(succeeded, [1.0, 0.0]);
    let task = tokio::spawn({
        let job = guard(&server);
        async move {
            let _job = job;
            tokio::task::yield_now().await;
            panic!("on purpose");
        }
    });
    assert!(task.await.is_err());
    assert_eq!(outcome(&server.requests.recv().unwrap())["succeeded"], 0.0);
}
