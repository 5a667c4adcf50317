//! A small harness for benchmarks that compare.
//!
//! Not criterion or divan: these run one candidate after the other, and on a shared machine a minute later is
//! another machine. Here all candidates of a workload take turns in short rounds, so that whatever disturbs one
//! disturbs all, and medians of the rounds can be divided by one another. In another order each round: what is left in the
//! caches by the one before made the same work take 30 ns or 40. Time is that of the thread, not of
//! the wall, so that a preempted round does not count double. What no noise touches comes from elsewhere:
//! instructions from callgrind, allocations from a global allocator that counts.

#[allow(unsafe_code, reason = "a global allocator is unsafe to implement")]
mod alloc;
#[allow(unsafe_code, reason = "the standard library does not tell a thread's own time")]
mod clock;
#[allow(unsafe_code, reason = "callgrind knows a function by its unmangled name")]
mod instructions;
mod measure;
mod random;
mod subject;
mod table;

pub use alloc::{Counting, bytes};
pub use clock::now as thread_time;
pub use measure::{Measured, Results};
pub use random::{PERIOD, Random};
pub use subject::{Subject, Workload};

/// The title of a workload, and how to make it when its turn has come.
pub type Make = (&'static str, fn() -> Workload);

/// Measures all workloads whose title contains the first argument that is no option, and prints the table.
/// `None` if this process was only started to count instructions.
pub fn run(workloads: &[Make]) -> Option<Results> {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    if instructions::is_child() {
        instructions::run_all(workloads, &filter);
        return None;
    }
    let instructions = instructions::count(&filter);
    let mut results = Results::default();
    for (title, make) in workloads.iter().filter(|(title, _)| title.contains(&filter)) {
        eprintln!("measuring {title}");
        results.add(measure::measure(title, &make(), &instructions));
    }
    table::print(&results);
    Some(results)
}
