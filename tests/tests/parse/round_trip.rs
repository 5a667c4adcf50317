//! What is written, read and written again is the same page.

use crate::any_family::family;
use crate::line::sample;
use metrics_core::Registry;
use metrics_core::model::{Kind, MetricFamily};
use metrics_exposition::{EncoderOptions, openmetrics, parse, text};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn registry(families: Vec<MetricFamily>) -> Registry {
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).unwrap();
    registry
}

fn shown(page: &[u8]) -> &str {
    str::from_utf8(page).unwrap()
}

/// What is read, and what a page of it looks like. Series of an info may differ in the names of their labels; these come
/// in one order then, that in which names came first, so that only the sets of them are the same.
fn check(kind: Kind, page: &[u8], read: Vec<MetricFamily>, again: &dyn Fn(&Registry) -> Vec<u8>) -> TestCaseResult {
    if kind != Kind::Info {
        let again = again(&registry(read));
        prop_assert_eq!(shown(&again), shown(page));
        return Ok(());
    }
    let lines = |page: &[u8]| {
        let line = |line: &str| {
            let (name, labels, value) = sample(line).unwrap();
            (name, labels.into_iter().collect::<BTreeMap<_, _>>(), value)
        };
        shown(page).lines().filter(|line| !line.starts_with('#')).map(line).collect::<Vec<_>>()
    };
    prop_assert_eq!(lines(&again(&registry(read))), lines(page));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn openmetrics_leads_back(family in family(true)) {
        let kind = family.desc().kind;
        let page = openmetrics::generate_latest(&registry(vec![family]));
        let read: Result<Vec<_>, _> = parse::openmetrics::parse(&page).collect();
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{}", shown(&page))))?;
        check(kind, &page, read, &openmetrics::generate_latest)?;
    }

    #[test]
    fn creation_times_lead_back(family in family(true)) {
        let page = |registry: &Registry| {
            let mut encoder = openmetrics::FORMAT.encoder(EncoderOptions { created: true, ..EncoderOptions::default() });
            encoder.encode(registry);
            encoder.take()
        };
        let kind = family.desc().kind;
        let written = page(&registry(vec![family]));
        let read: Result<Vec<_>, _> = parse::openmetrics::parse(&written).collect();
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{}", shown(&written))))?;
        check(kind, &written, read, &page)?;
    }

    #[test]
    fn text_leads_back(family in family(true)) {
        let kind = family.desc().kind;
        let page = text::generate_latest(&registry(vec![family]));
        let read: Result<Vec<_>, _> = parse::text::parse(&page).collect();
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{}", shown(&page))))?;
        // Text has no gauge histograms: they come back as a histogram, which has a count, and two gauges.
        if kind != Kind::GaugeHistogram {
            check(kind, &page, read, &text::generate_latest)?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn openmetrics_2_leads_back(family in family(true)) {
        let kind = family.desc().kind;
        let write = |registry: &Registry| openmetrics::FORMAT_2_0_0.generate_latest(registry);
        let page = write(&registry(vec![family]));
        let read: Result<Vec<_>, _> = parse::openmetrics_2::parse(&page).collect();
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{}", shown(&page))))?;
        // Of a point that cannot be written, what is said of its family remains; of exemplars, what the model has room for.
        if !read.iter().all(MetricFamily::is_empty) && !shown(&page).contains(" # {") {
            check(kind, &page, read, &write)?;
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
