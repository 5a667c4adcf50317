//! Series that come and go, seen from outside: what is on the page.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small whole numbers")]

use metrics_core::testing::samples;
use metrics_core::{Counter, Family, Handle, LabelSet, Metrics, Registry};
use std::collections::HashMap;

#[derive(LabelSet)]
struct Tenant<'a> {
    tenant: &'a str,
}

#[derive(Metrics)]
struct ChurnMetrics {
    /// Requests.
    #[metric(max_series = off)]
    requests: Family<Tenant<'static>, Counter>,
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

fn page(registry: &Registry) -> HashMap<String, u64> {
    let samples = samples(registry);
    let len = samples.len();
    let page: HashMap<_, _> =
        samples.into_iter().map(|sample| (sample.labels[0].1.clone(), sample.value.as_f64() as u64)).collect();
    assert_eq!(page.len(), len, "no series twice");
    page
}

/// Against a map: labels of all lengths, so that holes of many sizes are left and filled, tables grow and shrink, and
/// blocks come and go.
#[test]
fn a_family_is_a_map() {
    let registry = Registry::new();
    let metrics = ChurnMetrics::register_in(&registry).unwrap();
    let family = &metrics.requests;
    let mut random = Random(1);
    let mut model = HashMap::<String, u64>::new();
    for round in 0..12 {
        let keys = [100, 10_000, 300][round % 3];
        for _ in 0..6_000 {
            let i = random.below(keys);
            let tenant = if i.is_multiple_of(997) {
                format!("{i}-{}", "x".repeat(20_000))
            } else {
                format!("{i}").repeat(1 + i % 9)
            };
            let set = Tenant { tenant: &tenant };
            if random.below(3) == 0 {
                assert_eq!(family.remove(&set), model.remove(&tenant).is_some());
            } else {
                let amount = random.below(100) as u64;
                family.with(&set).inc_by(amount);
                *model.entry(tenant).or_default() += amount;
            }
        }
        assert_eq!(family.len(), model.len());
        assert_eq!(page(&registry), model);
        let keep = |tenant: &str| !tenant.len().is_multiple_of(2 + round % 3);
        family.retain(|labels| labels.pairs().all(|(_, value)| keep(&value)));
        model.retain(|tenant, _| keep(tenant));
        assert_eq!(page(&registry), model);
    }
    family.clear();
    assert!(page(&registry).is_empty() && family.is_empty());
}

/// Handles keep what was removed; dropping them gives it back, and counts through them get into no other series.
#[test]
fn handles_of_removed_series_count_in_no_other() {
    let registry = Registry::new();
    let metrics = ChurnMetrics::register_in(&registry).unwrap();
    let family = &metrics.requests;
    let names: Vec<String> = (0..2_000).map(|i| format!("{i:04}")).collect();
    let mut handles: Vec<Handle<Counter>> = Vec::new();
    for round in 1..=5 {
        handles.extend(names.iter().map(|tenant| family.with(&Tenant { tenant }).handle()));
        family.clear();
        handles.iter().for_each(|handle| handle.inc_by(1_000));
        names.iter().for_each(|tenant| family.with(&Tenant { tenant }).inc_by(round));
        assert!(page(&registry).values().all(|value| *value == round), "round {round}");
        handles.truncate(names.len() / 2);
    }
    handles.clear();
    family.clear();
    (0..3).for_each(|_| assert!(page(&registry).is_empty()));
}

/// A scrape in steps while series are removed and made: none is given twice, none that stays is missed.
#[test]
fn a_scrape_goes_on_while_series_come_and_go() {
    use metrics_core::model::{Desc, FamilySink, Labels, Point, Timestamp};

    #[derive(Default)]
    struct Sink(Vec<String>);

    impl FamilySink for Sink {
        fn begin(&mut self, _: &Desc) {}

        fn point(&mut self, labels: Labels<'_>, _: &Point<'_>, _: Option<Timestamp>) {
            self.0.push(labels.own.to_owned());
        }

        fn abandon(&mut self) {}
    }

    let registry = Registry::new();
    let metrics = ChurnMetrics::register_in(&registry).unwrap();
    let family = &metrics.requests;
    let stay: Vec<String> = (0..3_000).map(|i| format!("stay-{i}")).collect();
    let mut gone = 0;
    for tenant in &stay {
        family.with(&Tenant { tenant }).inc();
        family.with(&Tenant { tenant: &format!("go-{gone}") }).inc();
        gone += 1;
    }
    for _ in 0..5 {
        let mut sink = Sink::default();
        let mut scrape = registry.scrape();
        while scrape.step(&mut sink).unwrap() {
            family.retain(|labels| !labels.own.starts_with("tenant=\"go-"));
            for _ in 0..2_000 {
                family.with(&Tenant { tenant: &format!("go-{gone}") }).inc();
                gone += 1;
            }
        }
        let all = sink.0.len();
        sink.0.sort();
        sink.0.dedup();
        assert_eq!(sink.0.len(), all, "none twice");
        assert_eq!(sink.0.iter().filter(|labels| labels.contains("stay-")).count(), stay.len());
    }
}
