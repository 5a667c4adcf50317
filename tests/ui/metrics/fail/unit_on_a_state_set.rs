use metrics_core::{LabelValue, Metrics, StateSet};

#[derive(LabelValue)]
enum State {
    On,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = "states")]
    field: StateSet<State>,
}

fn main() {}
