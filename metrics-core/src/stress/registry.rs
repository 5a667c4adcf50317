//! Registries that change while they are scraped.

use super::{Path, load, path, with_scrapers};
use crate::model::{GaugeMetricFamily, MetricFamily};
use crate::registry::Definition;
use crate::{Counter, Family, Registry};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::*};

/// Counts those that are there.
struct Counted(&'static AtomicUsize);

impl Counted {
    fn new(count: &'static AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[test]
fn registered_collected_removed_and_unregistered_at_once() {
    static THERE: AtomicUsize = AtomicUsize::new(0);
    let registry = Registry::new();
    let family = Arc::new(Family::<Path<'static>, Counter>::new());
    registry.register(Definition::new("always", "A."), family.clone()).unwrap();
    let n = load(1_000);
    let scrape = || {
        let registry = registry.clone();
        move || {
            let samples = registry.samples(false);
            let names: Vec<&str> = samples.iter().map(|sample| &*sample.name).collect();
            assert!(names.is_sorted(), "{names:?}");
            // A family of a collector and one of a counter, each whole or not there.
            for writer in 0..4 {
                let of = |name: String| samples.iter().filter(|sample| sample.name == name).count();
                assert!(of(format!("gauge_{writer}")) <= 1 && of(format!("counter_{writer}_total")) <= 1);
                assert_eq!(
                    of(format!("gauge_{writer}")),
                    of(format!("second_{writer}")),
                    "one collector's are together"
                );
            }
        }
    };
    with_scrapers(
        4,
        |writer| {
            for i in 0..n as usize {
                let counted = Counted::new(&THERE);
                let collector = registry.register_collector(Arc::new(move || {
                    assert!(counted.0.load(Relaxed) > 0);
                    let gauge = |name: &str| -> MetricFamily {
                        GaugeMetricFamily::single(&format!("{name}_{writer}"), "G.", i).unwrap().into()
                    };
                    vec![gauge("gauge"), gauge("second")]
                }));
                let counter = Definition::new(format!("counter_{writer}"), "C.");
                let counter = registry.register(counter, Arc::new(Counter::new())).unwrap();
                let clash = Definition::new(format!("gauge_{writer}"), "Taken.");
                assert!(registry.register(clash, Arc::new(Counter::new())).is_err());
                family.with(&Path { path: &path(i % 50), method: "get" }).inc();
                if i % 7 == 0 {
                    family.remove(&Path { path: &path(i % 50), method: "get" });
                }
                assert!(registry.unregister(collector.unwrap()));
                assert!(registry.unregister(counter));
            }
        },
        [scrape(), scrape()],
    );
    assert_eq!(registry.descs().len(), 1);
    assert_eq!(THERE.load(Relaxed), 0, "a collector that left is dropped");
}
