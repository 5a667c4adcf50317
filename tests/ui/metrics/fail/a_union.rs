use metrics_core::Metrics;

#[derive(Metrics)]
union M {
    field: u8,
}

fn main() {}
