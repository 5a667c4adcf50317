use metrics_core::{Info, LabelValue, Metrics, StateSet};

#[derive(LabelValue)]
enum State {
    On,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(unit = Seconds)]
    info: Info,
    /// Help.
    #[metric(unit = "states")]
    state: StateSet<State>,
}

fn main() {}
