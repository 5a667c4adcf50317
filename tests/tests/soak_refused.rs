//! A flood of label sets where `membarrier` is refused from the start.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod filter;
mod flood;
mod memory;

#[test]
fn a_flood_of_label_sets_stays_within_bounds() {
    filter::refuse_membarrier();
    flood::is_bounded();
}
