//! What is written, read and written again is the same page.

use crate::any_family::family;
use metrics_core::Registry;
use metrics_core::model::{Kind, MetricFamily};
use metrics_exposition::{openmetrics, parse, text};
use proptest::prelude::*;
use std::sync::Arc;

fn registry(families: Vec<MetricFamily>) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

/// Whether OpenMetrics allows it: the encoder writes what the model holds.
fn is_legal(family: &MetricFamily) -> bool {
    let kind = family.desc().kind;
    family.samples().iter().all(|sample| {
        let value = sample.value.as_f64();
        match (&*sample.name, kind) {
            ("f_sum", _) => value >= 0.0,
            ("f", Kind::Summary) => value >= 0.0 || value.is_nan(),
            ("f_gsum", _) => !value.is_nan(),
            _ => true,
        }
    })
}

fn shown(page: &[u8]) -> &str {
    str::from_utf8(page).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn openmetrics_leads_back(family in family(false)) {
        prop_assume!(is_legal(&family));
        let page = openmetrics::generate_latest(&registry(vec![family]));
        let read: Result<Vec<_>, _> = parse::openmetrics::parse(&page).collect();
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{}", shown(&page))))?;
        let again = openmetrics::generate_latest(&registry(read));
        prop_assert_eq!(shown(&again), shown(&page));
    }

    #[test]
    fn text_leads_back(family in family(false)) {
        let kind = family.desc().kind;
        let page = text::generate_latest(&registry(vec![family]));
        let read: Result<Vec<_>, _> = parse::text::parse(&page).collect();
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{}", shown(&page))))?;
        // Text has no gauge histograms: they come back as a histogram, which has a count, and two gauges.
        if kind != Kind::GaugeHistogram {
            let again = text::generate_latest(&registry(read));
            prop_assert_eq!(shown(&again), shown(&page));
        }
    }
}

#[test]
fn pages_of_every_type_lead_back() {
    let page = include_bytes!("../golden/every_type.om");
    let families: Vec<_> = parse::openmetrics::parse(page).collect::<Result<_, _>>().unwrap();
    assert_eq!(families.len(), 8);
    assert_eq!(shown(&openmetrics::generate_latest(&registry(families))), shown(page));
    let page = include_bytes!("../golden/every_type.txt");
    assert!(parse::text::parse(page).all(|family| family.is_ok()));
}
