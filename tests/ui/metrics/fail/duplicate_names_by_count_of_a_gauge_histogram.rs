use metrics_core::{Gauge, GaugeHistogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    ages: GaugeHistogram,
    /// Help.
    ages_gcount: Gauge,
}

fn main() {}
