//! Removal where the reaper's `membarrier` is the fence of all pins; next to `removal_refused.rs`.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod churn;
mod memory;

use rustix::thread::{MembarrierCommand, membarrier};

#[test]
fn removed_series_are_used_again() {
    println!("membarrier: {:?}", membarrier(MembarrierCommand::RegisterPrivateExpedited));
    churn::is_exact_and_flat(|| ());
}
