//! metrics-core next to `prometheus`, `prometheus-client`, `measured` and a bare atomic.
//!
//! `cargo bench -p metrics-bench` measures everything; a word behind it only the workloads with that word in
//! their title: `cargo bench -p metrics-bench -- string`.

mod labels;
mod targets;
mod workloads;

#[global_allocator]
static ALLOCATOR: metrics_bench::Counting = metrics_bench::Counting;

fn main() {
    if let Some(results) = metrics_bench::run(&workloads::ALL) {
        targets::print(&results);
    }
}
