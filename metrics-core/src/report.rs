use std::fmt;
use std::io::Write;

/// A line on stderr. `eprintln!` would panic where nobody reads that any more.
pub(crate) fn report(what: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr(), "metrics: {what}");
}
