//! What families and labels are called in a page.
//!
//! A name that every reader knows is left as it is, also where [`escape_metric_name`] would double its underscores: so
//! [Prometheus' own library][common] does it, and so the labels that series keep rendered serve all schemes.
//!
//! [common]: https://pkg.go.dev/github.com/prometheus/common/model#EscapeMetricFamily

use metrics_core::model::{Desc, Kind};
use metrics_core::name::{
    EscapingScheme, escape_label_name, escape_metric_name, is_legacy_label_name, is_legacy_metric_name,
};
use std::borrow::Cow;

/// What the names of a family's samples begin with, before their suffixes. Escaped is the name of its value as a whole, so that a reader who
/// undoes that gets the name of the series.
pub(crate) fn family_name(family: &Desc, scheme: EscapingScheme) -> Cow<'_, str> {
    // A label has its name too, and no colon.
    if family.kind == Kind::StateSet {
        return label_name(&family.name, scheme);
    }
    let suffix = family.kind.value_suffix();
    if scheme == EscapingScheme::AllowUtf8 || is_legacy_metric_name(&family.name) {
        return Cow::Borrowed(&family.name);
    }
    let whole = [&family.name, suffix].concat();
    let escaped = escape_metric_name(&whole, scheme);
    Cow::Owned(escaped.strip_suffix(suffix).unwrap_or(&escaped).to_owned())
}

/// What a label is called.
pub(crate) fn label_name(name: &str, scheme: EscapingScheme) -> Cow<'_, str> {
    if is_legacy_label_name(name) { Cow::Borrowed(name) } else { escape_label_name(name, scheme) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EscapingScheme::{AllowUtf8, Dots, Underscores, Values};

    #[test]
    fn the_value_of_a_family_is_escaped_as_a_whole() {
        for (name, kind, scheme, expected) in [
            ("a.b_c", Kind::Counter, Underscores, "a_b_c"),
            ("a.b_c", Kind::Counter, Dots, "a_dot_b__c_"),
            ("a.b_c", Kind::Counter, Values, "U__a_2e_b__c_"),
            ("a.b_c", Kind::Counter, AllowUtf8, "a.b_c"),
            ("a.b_c", Kind::Info, Values, "U__a_2e_b__c_"),
            ("a.b_c", Kind::Histogram, Dots, "a_dot_b__c"),
            ("a.b_c", Kind::Gauge, Values, "U__a_2e_b__c"),
            ("a_b:c", Kind::StateSet, Dots, "a__b__c"),
            ("a_b:c", Kind::StateSet, AllowUtf8, "a_b:c"),
            ("a_b", Kind::StateSet, Dots, "a_b"),
            ("a_b:c", Kind::Counter, Dots, "a_b:c"),
            ("a_b:c", Kind::Counter, Values, "a_b:c"),
        ] {
            assert_eq!(family_name(&Desc::new(name, "", kind), scheme), expected);
        }
    }

    #[test]
    fn labels_that_every_reader_knows_stay() {
        for scheme in EscapingScheme::ALL {
            assert_eq!(label_name("a_b", scheme), "a_b");
        }
        let all = EscapingScheme::ALL.map(|scheme| label_name("a_b:c", scheme).into_owned());
        assert_eq!(all, ["a_b_c", "a__b__c", "U__a__b_3a_c", "a_b:c"]);
    }
}
