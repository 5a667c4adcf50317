//! Files of the Python client in [its multiprocess mode][doc]: `{type}_{identifier}.db`, and
//! `gauge_{mode}_{identifier}.db`. Whether a process lives they do not say: those of live gauges are deleted when it ends.
//!
//! [doc]: https://prometheus.github.io/client_python/multiprocess/

mod entries;
mod key;
mod keys;
mod name;
mod points;
mod scan;
#[cfg(test)]
mod tests;

pub(super) use entries::Fault;
pub(super) use name::parse as role_of;
pub(super) use scan::Scan;
