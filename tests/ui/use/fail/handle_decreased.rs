use metrics_core::{Counter, Handle};

fn used(requests: &Handle<Counter>) {
    requests.dec();
}

fn main() {}
