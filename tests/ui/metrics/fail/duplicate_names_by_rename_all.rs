use metrics_core::{Gauge, Metrics};

#[derive(Metrics)]
#[metrics(rename_all = "snake_case")]
struct M {
    /// Help.
    open_files: Gauge,
    /// Help.
    #[allow(non_snake_case)]
    openFiles: Gauge,
}

fn main() {}
