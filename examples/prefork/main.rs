//! A service of several processes on one port, with one `/metrics` for all of them:
//!
//! ```text
//! cargo run --example prefork [ADDRESS [WORKERS]]
//! ```
//!
//! Each worker is a process with a listener of its own at the same address (`SO_REUSEPORT`), among which the kernel
//! divides connections (on Linux). Whichever of them is asked for `/metrics` shows what all have counted. A worker that is
//! killed is started anew, and no count is lost with it. The end of standard input, or a signal, ends all.

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
