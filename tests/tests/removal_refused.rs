//! Removal where `membarrier` is refused from the start: pins fence themselves.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod churn;
mod filter;
mod memory;

#[test]
fn removed_series_are_used_again() {
    filter::refuse_membarrier();
    churn::is_exact_and_flat(|| ());
}
