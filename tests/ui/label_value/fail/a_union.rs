use metrics_core::LabelValue;

#[derive(LabelValue)]
union Route {
    path: u8,
}

fn main() {}
