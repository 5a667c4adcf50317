use super::*;
use crate::labels::{MeasuredsSet, Ours, keys};
use measured::CounterVec;
use metrics_bench::{Subject, Workload};
use metrics_core::{Counter, Family};
use prometheus::{IntCounterVec, Opts};

const SERIES: usize = 10_000;

pub(crate) fn series() -> Workload {
    let keys = keys(SERIES);
    type Client = prometheus_client::metrics::family::Family<
        crate::labels::Clients,
        prometheus_client::metrics::counter::Counter,
    >;
    let strings = move |strings: &mut Vec<String>| {
        for key in keys {
            let pair = key.clients();
            strings.push(pair.path);
            strings.push(pair.tenant);
        }
    };
    let subjects = vec![
        Subject::after("their two strings", SERIES, || Vec::with_capacity(2 * SERIES), strings),
        Subject::after(OURS, SERIES, Family::<Ours<'static>, Counter>::new, |family| {
            keys.iter().for_each(|key| family.with(&key.ours()).inc());
        }),
        Subject::after(
            PROMETHEUS,
            SERIES,
            || IntCounterVec::new(Opts::new("a", "b"), &["path", "tenant"]).unwrap(),
            |family| keys.iter().for_each(|key| family.with_label_values(&key.array()).inc()),
        ),
        Subject::after(CLIENT, SERIES, Client::default, |family| {
            for key in keys.iter() {
                family.get_or_create(&key.clients()).inc();
            }
        }),
        Subject::after(MEASURED, SERIES, CounterVec::<MeasuredsSet>::new, |family| {
            keys.iter().for_each(|key| family.inc(key.measureds()));
        }),
    ];
    Workload { counted: 1, ..Workload::slow(subjects, 15) }
}
