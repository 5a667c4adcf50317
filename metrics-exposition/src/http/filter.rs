//! Which families a request names.

use std::collections::BTreeSet;

/// The values of `name[]` in a query, as [Prometheus' clients][python] know it: names of families or of samples. Other
/// parameters, and values without a letter, say nothing. `None`: nothing is said, so that everything is shown.
///
/// [python]: https://prometheus.github.io/client_python/exporting/http/
pub(super) fn names(query: &str) -> Option<BTreeSet<String>> {
    let parameters = form_urlencoded::parse(query.as_bytes());
    let names = parameters.filter(|(name, value)| name == "name[]" && !value.is_empty());
    let names: BTreeSet<String> = names.map(|(_, value)| value.into_owned()).collect();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_query() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("name[]=", &[]),
            ("name=jobs", &[]),
            ("NAME[]=jobs", &[]),
            ("collect[]=jobs&x", &[]),
            ("name[]", &[]),
            ("name[]=jobs", &["jobs"]),
            ("name[]=jobs&name[]=", &["jobs"]),
            ("name%5B%5D=jobs_total&x=y&name[]=load", &["jobs_total", "load"]),
            ("name[]=load&name[]=jobs&name[]=load", &["jobs", "load"]),
            ("&&name[]=a%2Eb+c&", &["a.b c"]),
            ("name[]=%c3%a4&name[]=100%", &["100%", "ä"]),
            // Names nothing that there is, which is not the same as naming nothing.
            ("name[]=%ff", &["\u{fffd}"]),
            ("name[]=a=b", &["a=b"]),
        ];
        for (query, expected) in table {
            let found = names(query).unwrap_or_default();
            assert!(found.iter().eq(expected.iter()), "{query}: {found:?}");
        }
    }
}
