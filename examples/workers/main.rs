//! Three workers, each a process with ten tasks, and the page of all of them in the parent:
//!
//! ```text
//! cargo run --example workers
//! ```
//!
//! The parent counts, too. Each process has a file of its own in one directory, and what it counted stays when it ends.

#[cfg(unix)]
mod program;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    program::main()
}

#[cfg(not(unix))]
fn main() {
    eprintln!("processes share files of metrics on Unix only");
}
