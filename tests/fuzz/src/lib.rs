//! What the targets have in common.

use metrics_core::Registry;
use metrics_core::model::{Exemplar, MetricFamily, Sample};
use metrics_core::name::{EscapingScheme, escape_label_name, escape_metric_name};
use metrics_exposition::parse::{Options, PageFormat, ParseError};
use std::collections::HashSet;
use std::io::BufReader;
use std::sync::Arc;

/// All families, or the error behind them. It does not matter in which pieces the page comes.
pub fn parse(format: PageFormat, page: &[u8]) -> Result<Vec<MetricFamily>, ParseError> {
    let whole: Result<Vec<_>, _> = format.parse(page).collect();
    let capacity = page.first().map_or(1, |first| usize::from(*first) % 16 + 1);
    let pieces: Result<Vec<_>, _> = format.read(BufReader::with_capacity(capacity, page), Options::UNLIMITED).collect();
    match (&whole, &pieces) {
        // As text, because NaN is equal to none.
        (Ok(whole), Ok(pieces)) => assert_eq!(samples(whole), samples(pieces)),
        (Err(whole), Err(pieces)) => assert_eq!(whole.to_string(), pieces.to_string()),
        _ => panic!("whole {whole:?}, in pieces {pieces:?}"),
    }
    whole
}

fn samples(families: &[MetricFamily]) -> Vec<String> {
    families.iter().flat_map(MetricFamily::samples).map(|sample| sample.to_string()).collect()
}

/// A registry with these families, if a page can have them all: each once, and under a name that no encoder changes.
pub fn registry(families: Vec<MetricFamily>) -> Option<Registry> {
    let mut names = HashSet::new();
    let is_plain = |family: &MetricFamily| {
        let label = |name: &str| escape_label_name(name, EscapingScheme::Underscores) == name;
        let exemplar = |exemplar: &Exemplar| exemplar.labels().pairs().all(|(name, _)| label(&name));
        let sample = |sample: &Sample| {
            let native = sample.native_histogram.iter().flat_map(|native| native.exemplars());
            sample.labels.iter().all(|(name, _)| label(name)) && sample.exemplar.iter().chain(native).all(exemplar)
        };
        escape_metric_name(&family.desc().name, EscapingScheme::Underscores) == family.desc().name
            && family.samples().iter().all(sample)
    };
    let mut is_once = |family: &MetricFamily| {
        let kind = family.desc().kind;
        let all = ["", "_total", "_created", "_sum", "_count", "_bucket", "_gsum", "_gcount", "_info"];
        let suffixes = kind.suffixes().iter().copied().chain([""]).chain(all);
        let own: HashSet<_> = suffixes.map(|suffix| family.desc().name.to_string() + suffix).collect();
        own.into_iter().all(|name| names.insert(name))
    };
    if !families.iter().all(|family| is_plain(family) && is_once(family)) {
        return None;
    }
    let registry = Registry::new();
    registry.register_collector(Arc::new(move || families.clone())).expect("no other collector");
    Some(registry)
}

/// What was read is written as a page that is read again, and written the same.
pub fn check_fixpoint(format: PageFormat, families: Vec<MetricFamily>, write: fn(&Registry) -> Vec<u8>) {
    let Some(first) = registry(families).map(|registry| write(&registry)) else { return };
    let shown = || String::from_utf8_lossy(&first).into_owned();
    let again = parse(format, &first).unwrap_or_else(|error| panic!("{error}\n{}", shown()));
    let Some(second) = registry(again).map(|registry| write(&registry)) else { return };
    assert_eq!(String::from_utf8_lossy(&second), shown());
}
