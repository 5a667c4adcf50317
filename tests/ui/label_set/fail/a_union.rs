use metrics_core::LabelSet;

#[derive(LabelSet)]
union Labels {
    method: u8,
}

fn main() {}
