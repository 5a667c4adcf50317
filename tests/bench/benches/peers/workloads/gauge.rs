use super::*;
use metrics_bench::{PERIOD, Random, Subject, Workload};
use metrics_core::Gauge;
use prometheus_client::metrics::gauge::Gauge as ClientGauge;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

type Client = ClientGauge<f64, AtomicU64>;

pub(crate) fn set() -> Workload {
    let inputs = Random::inputs(4, Random::unit);
    let atomic = keep(AtomicU64::new(0));
    let (ours, prometheus, client, measured) = gauges();
    let subjects = vec![
        Subject::new("AtomicU64::store", |i| atomic.store(inputs[i % PERIOD].to_bits(), Relaxed)),
        Subject::new(OURS, |i| ours.set(inputs[i % PERIOD])),
        Subject::new(PROMETHEUS, |i| prometheus.set(inputs[i % PERIOD])),
        Subject::new(CLIENT, |i| {
            client.set(inputs[i % PERIOD]);
        }),
        Subject::new(MEASURED, |i| measured.set(inputs[i % PERIOD])),
    ];
    Workload::hot(subjects)
}

pub(crate) fn add() -> Workload {
    let inputs = Random::inputs(4, Random::unit);
    let atomic = keep(AtomicU64::new(0));
    let (ours, prometheus, client, measured) = gauges();
    let subjects = vec![
        Subject::new("AtomicU64::compare_exchange", |i| {
            let add = |bits| Some((f64::from_bits(bits) + inputs[i % PERIOD]).to_bits());
            let _ = atomic.fetch_update(Relaxed, Relaxed, add);
        }),
        Subject::new(OURS, |i| ours.add(inputs[i % PERIOD])),
        Subject::new(PROMETHEUS, |i| prometheus.add(inputs[i % PERIOD])),
        Subject::new(CLIENT, |i| {
            client.inc_by(inputs[i % PERIOD]);
        }),
        Subject::new(MEASURED, |i| measured.inc_by(inputs[i % PERIOD])),
    ];
    Workload::hot(subjects)
}

fn gauges() -> (&'static Gauge, &'static prometheus::Gauge, &'static Client, &'static measured::FloatGauge) {
    let prometheus = prometheus::Gauge::new("a", "b").unwrap();
    (keep(Gauge::new()), keep(prometheus), keep(Client::default()), keep(measured::FloatGauge::new()))
}
