use metrics_core::{Family, Gauge, LabelSet, LabelValue, Metrics, StateSet};

#[derive(Clone, Copy, LabelValue)]
#[allow(dead_code)]
enum State {
    On,
    Off,
}

#[derive(LabelSet)]
struct Queue<'a> {
    queue: &'a str,
}

#[derive(Metrics)]
#[metrics(group)]
struct Inner {
    /// Help.
    waiting: Gauge,
    /// Help.
    #[metric(multiprocess = "max")]
    longest: Gauge,
}

#[derive(Metrics)]
struct M {
    /// Help.
    #[metric(multiprocess = "livesum")]
    gauge: Gauge<i64>,
    /// Help.
    #[metric(multiprocess = "livemostrecent")]
    optional: Option<Gauge>,
    /// Help.
    #[metric(multiprocess = "all")]
    family: Family<Queue<'static>, Gauge>,
    /// Help.
    #[metric(multiprocess = "mostrecent")]
    state: StateSet<State>,
    #[metric(group, prefix = "inner", multiprocess = "min")]
    group: Inner,
    #[metric(group, prefix = "each", multiprocess = "sum")]
    groups: Family<Queue<'static>, Inner>,
}

fn main() {
    let _ = M::global();
}
