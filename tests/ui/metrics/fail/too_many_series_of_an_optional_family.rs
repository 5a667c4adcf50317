use metrics_core::{Counter, Family, LabelSet, LabelValue, Metrics};

#[derive(LabelValue)]
enum Shard {
    V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11,
    V12, V13, V14, V15, V16, V17, V18, V19, V20, V21, V22, V23,
    V24, V25, V26, V27, V28, V29, V30, V31, V32, V33, V34,
}

#[derive(LabelValue)]
enum Table {
    V0, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11,
    V12, V13, V14, V15, V16, V17, V18, V19, V20, V21, V22, V23,
    V24, V25, V26, V27, V28, V29,
}

#[derive(LabelSet)]
struct Labels {
    shard: Shard,
    table: Table,
}

#[derive(Metrics)]
struct M {
    /// Help.
    field: Option<Family<Labels, Counter>>,
}

fn main() {}
