//! The examples are the `*.rs` files and folders beside this one; run `cargo run --example shop`.
