//! Serves a registry without TLS and with it, for the peers suite. Only where the tests have TLS: its cryptography is C, for
//! which other targets need a compiler of their own.

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
#[path = "../../tests/certificates/mod.rs"]
mod certificates;
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
mod program;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
    return program::main();
    #[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")))]
    Err("there is no TLS here".into())
}
