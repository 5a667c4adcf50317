use metrics_core::{Gauge, GaugeHistogram, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    ages: GaugeHistogram,
    /// Help.
    #[metric(allow(reserved_suffix))]
    ages_gcount: Gauge,
}

fn main() {}
