use metrics_core::{Gauge, Info, Metrics};

#[derive(Metrics)]
struct M {
    /// Help.
    build_info: Info,
    /// Help.
    #[metric(rename = "build_info")]
    other: Gauge,
}

fn main() {}
