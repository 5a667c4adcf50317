//! Metrics that panic.

use crate::client::{get, request};
use crate::{Items, assert_page, large, servers, small};
use metrics_core::metric::{Collect, Cursor, Points};
use metrics_core::registry::{Definition, Source, SourceFamily};
use metrics_core::testing::sample_value;
use metrics_core::{CallbackGauge, Registry, SelfMetrics};
use metrics_exposition::text;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

#[tokio::test]
async fn a_panicking_callback_takes_its_family_and_nothing_else() {
    let registry = small();
    registry.register_metrics(Arc::new(SelfMetrics::counting())).unwrap();
    let broken = CallbackGauge::new(|| -> f64 { panic!("on purpose") });
    registry.register(Definition::new("broken", "Panics."), Arc::new(broken)).unwrap();
    let faults = || sample_value(&registry, "metrics_core_collector_faults_total", &[]).unwrap();

    for (server, address) in servers(&registry).await {
        let before = faults();
        let answer = get(address, "/metrics").await;
        assert_eq!((answer.status, answer.whole), (200, true), "{server}");
        assert!(!answer.text().contains("broken"), "{}", answer.text());
        assert!(answer.text().contains("\njobs_total 3\n"));
        assert!(faults() >= before + 1.0);
    }
}

/// A source to which something happens in the middle of a family.
struct Fragile<F> {
    family: SourceFamily,
    items: Arc<Items>,
    steps: AtomicUsize,
    /// Once in a scrape, at this step.
    at: usize,
    happens: F,
}

impl<F: Fn() + Send + Sync> Source for Fragile<F> {
    fn families(&self) -> Vec<SourceFamily> {
        vec![self.family.clone()]
    }

    fn collect(&self, _: usize, from: Cursor, points: &mut Points<'_>) -> Option<Cursor> {
        if from == Cursor::START {
            self.steps.store(0, SeqCst);
        }
        if self.steps.fetch_add(1, SeqCst) == self.at {
            (self.happens)();
        }
        self.items.collect(0, from, points)
    }
}

/// The large registry, to which this happens at this step. A step is about a MiB.
pub(crate) fn fragile(at: usize, happens: impl Fn() + Send + Sync + 'static) -> Registry {
    let (registry, items) = large();
    let family = SourceFamily::bare(registry.descs()[0].clone());
    let broken = small();
    broken.register_source(Arc::new(Fragile { family, items, steps: AtomicUsize::new(0), at, happens })).unwrap();
    broken
}

fn panics() {
    panic!("on purpose");
}

#[tokio::test]
async fn a_page_that_breaks_behind_its_beginning_is_broken_off() {
    // What was built at once is sent by then.
    let registry = fragile(7, panics);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        let answer = get(address, "/metrics").await;
        assert_eq!((answer.status, answer.whole), (200, false));
        assert!(answer.body.len() > 4 << 20);
        let answer = request(address, "GET", "/metrics", b"Accept-Encoding: gzip\r\n").await;
        assert_eq!((answer.status, answer.header("content-encoding"), answer.whole), (200, Some("gzip"), false));
    }
}

#[tokio::test]
async fn a_family_that_breaks_before_anything_is_sent_is_left_out() {
    let registry = fragile(2, panics);
    let expected = text::generate_latest(&small());
    assert_eq!(String::from_utf8(text::generate_latest(&registry)).unwrap().as_bytes(), expected);
    for (server, address) in servers(&registry).await {
        println!("{server}");
        assert_page(&get(address, "/metrics").await, text::CONTENT_TYPE_LATEST, &expected);
    }
}
