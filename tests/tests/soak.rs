//! A flood of label sets; next to `soak_refused.rs`.
#![cfg(target_os = "linux")]

mod flood;
mod memory;

#[test]
fn a_flood_of_label_sets_stays_within_bounds() {
    flood::is_bounded();
}
