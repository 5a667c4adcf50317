//! Keys: `json.dumps([family, sample, {label: value}, help], sort_keys=True)`.

use super::name::Role;
use metrics_core::name::Validation;
use std::collections::BTreeMap;

/// What the value behind a key belongs to.
#[derive(Debug, PartialEq)]
pub(super) struct Key {
    /// The family's name, without `_total`.
    pub(super) family: String,
    pub(super) help: String,
    /// Names and values, sorted by name, without `le`.
    pub(super) labels: BTreeMap<String, String>,
    pub(super) part: Part,
}

/// What part of a point a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    /// All of a counter or a gauge.
    Value,
    /// The sum of a histogram or a summary.
    Sum,
    /// The number of a summary's observations.
    Count,
    /// Observations above the next lower bound and up to this one.
    Bucket(f64),
}

/// Reads a key in a file of this role; nothing if the client writes no such key there, or if no page can show it.
pub(super) fn parse(role: Role, json: &[u8]) -> Option<Key> {
    let (family, sample, mut labels, help): (String, String, BTreeMap<String, String>, Option<String>) =
        serde_json::from_slice(json).ok()?;
    let part = match (role, sample.strip_prefix(&*family)?) {
        // Without the suffix before version 0.4.
        (Role::Counter, "_total" | "") | (Role::Gauge(_), "") => Part::Value,
        (Role::Histogram | Role::Summary, "_sum") => Part::Sum,
        (Role::Summary, "_count") => Part::Count,
        (Role::Histogram, "_bucket") => Part::Bucket(bound(&labels.remove("le")?)?),
        _ => return None,
    };
    Validation::Utf8.metric_name(&family).ok()?;
    labels.keys().try_for_each(|name| Validation::Utf8.label_name(name)).ok()?;
    Some(Key { family, help: help.unwrap_or_default(), labels, part })
}

/// A bound as any version of the client spells it: `1e+010` before 0.26, `1e+10` since.
fn bound(text: &str) -> Option<f64> {
    text.parse().ok().filter(|bound: &f64| !bound.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multiprocess::record::Mode;

    const GAUGE: Role = Role::Gauge(Mode::All);

    fn labels(labels: &[(&str, &str)]) -> BTreeMap<String, String> {
        labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn keys_as_the_client_writes_them() {
        let key =
            parse(Role::Counter, br#"["c", "c_total", {"a": "x", "b": "\u00e9\"\\\ud83d\ude00"}, "h\u00e9\"lp\n"]"#);
        let labels = labels(&[("a", "x"), ("b", "é\"\\😀")]);
        assert_eq!(key, Some(Key { family: "c".into(), help: "hé\"lp\n".into(), labels, part: Part::Value }));
    }

    #[test]
    fn parts_are_known_by_their_suffix() {
        fn part(role: Role, sample: &str, labels: &str) -> Option<Part> {
            parse(role, format!(r#"["s", "{sample}", {{{labels}}}, ""]"#).as_bytes()).map(|key| key.part)
        }
        assert_eq!(part(Role::Counter, "s_total", ""), Some(Part::Value));
        assert_eq!(part(GAUGE, "s", ""), Some(Part::Value));
        assert_eq!(part(Role::Summary, "s_count", ""), Some(Part::Count));
        assert_eq!(part(Role::Histogram, "s_sum", ""), Some(Part::Sum));
        for (text, bound) in
            [("0.5", 0.5), ("1e+010", 1e10), ("1e+10", 1e10), ("+Inf", f64::INFINITY), ("-Inf", f64::NEG_INFINITY)]
        {
            let found = part(Role::Histogram, "s_bucket", &format!(r#""le": "{text}""#));
            assert_eq!(found, Some(Part::Bucket(bound)), "{text}");
        }
        for (role, sample, labels) in [
            (Role::Counter, "s_sum", ""),
            (GAUGE, "s_total", ""),
            (Role::Summary, "s_bucket", r#""le": "1""#),
            (Role::Histogram, "s_bucket", ""),
            (Role::Histogram, "s_bucket", r#""le": "x""#),
            (Role::Histogram, "s_bucket", r#""le": "NaN""#),
            (Role::Histogram, "t_sum", ""),
        ] {
            assert_eq!(part(role, sample, labels), None, "{sample} {labels}");
        }
    }

    #[test]
    fn the_bound_is_no_label() {
        let key = parse(Role::Histogram, br#"["h", "h_bucket", {"a": "x", "le": "1.0"}, ""]"#).unwrap();
        assert_eq!(key.labels, labels(&[("a", "x")]));
        // Only a bucket has one of its own.
        let key = parse(Role::Summary, br#"["h", "h_sum", {"le": "1.0"}, ""]"#).unwrap();
        assert_eq!(key.labels, labels(&[("le", "1.0")]));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for json in [
            "",
            "x",
            "{}",
            "[]",
            r#"["c"]"#,
            r#"["c", "c", {}]"#,
            r#"["c", "c", {}, "", ""]"#,
            r#"["c", "c", {"a": 1}, ""]"#,
            r#"["c", "c", {"": "x"}, ""]"#,
            r#"["c", "c", {"__name__": "x"}, ""]"#,
            r#"["", "", {}, ""]"#,
            // As the client for Ruby has them.
            r#"["c", "c", ["a"], ["x"]]"#,
            // Half a pair: no UTF-8, so no page.
            r#"["c", "c", {"a": "\ud83d"}, ""]"#,
        ] {
            assert_eq!(parse(Role::Counter, json.as_bytes()), None, "{json}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parse(Role::Counter, deep.as_bytes()), None);
    }
}
