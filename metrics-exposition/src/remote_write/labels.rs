//! Labels as they are sent: in order, no name twice, none that is empty.

use crate::escaping::label_name;
use metrics_core::model::Labels;
use metrics_core::name::EscapingScheme;
use std::borrow::Cow;

/// Names and values in one piece of memory: each behind its length.
#[derive(Debug)]
pub(super) struct LabelList(Box<[u8]>);

/// A series that cannot be sent: it has a label twice, or is another one's twin once its names are escaped.
#[derive(Debug)]
pub(super) struct Refused;

/// The name of the label that holds the name of the metric.
pub(super) const NAME: &str = "__name__";

/// `state` is one more label; the external ones are for series that have none of that name. `reserved` is a label that
/// the type has for itself.
pub(super) fn canonical(
    labels: Labels<'_>,
    state: Option<(&str, &str)>,
    external: &[(String, String)],
    reserved: &str,
    escaping: EscapingScheme,
) -> Result<LabelList, Refused> {
    let mut all: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    for (name, value) in labels.pairs() {
        let escaped = match label_name(&name, escaping) {
            Cow::Borrowed(_) => None,
            Cow::Owned(escaped) => Some(escaped),
        };
        all.push((escaped.map_or(name, Cow::Owned), value));
    }
    all.extend(state.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))));
    // An empty value and no label at all are the same.
    all.retain(|(_, value)| !value.is_empty());
    for (name, value) in external {
        if !all.iter().any(|(own, _)| own == name) {
            all.push((Cow::Borrowed(name), Cow::Borrowed(value)));
        }
    }
    all.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
    let is_twice = all.windows(2).any(|pair| pair[0].0 == pair[1].0);
    if is_twice || all.iter().any(|(name, _)| name == NAME || name == reserved) {
        return Err(Refused);
    }
    let mut bytes = Vec::new();
    for text in all.iter().flat_map(|(name, value)| [name, value]) {
        let len = u32::try_from(text.len()).map_err(|_| Refused)?;
        match u8::try_from(len) {
            Ok(short) if short != LONG => bytes.push(short),
            _ => {
                bytes.push(LONG);
                bytes.extend_from_slice(&len.to_le_bytes());
            }
        }
        bytes.extend_from_slice(text.as_bytes());
    }
    Ok(LabelList(bytes.into()))
}

/// Instead of a length: four bytes follow that are one.
const LONG: u8 = u8::MAX;

impl LabelList {
    /// Of all of them: equal for equal labels only.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// In the order of their names.
    pub(super) fn pairs(&self) -> impl Iterator<Item = [&[u8]; 2]> {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let name = take(&mut rest)?;
            Some([name, take(&mut rest)?])
        })
    }
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (first, behind) = rest.split_first()?;
    let (len, behind) = match *first {
        LONG => {
            let (len, behind) = behind.split_first_chunk()?;
            (u32::from_le_bytes(*len) as usize, behind)
        }
        short => (usize::from(short), behind),
    };
    let (text, behind) = behind.split_at_checked(len)?;
    *rest = behind;
    Some(text)
}

/// All labels of a sample, in the order of their names: those of its series, its name, and perhaps one that its type has.
pub(super) fn of_sample<'a>(
    list: &'a LabelList,
    name: &'a str,
    own: Option<(&'a str, &'a str)>,
) -> impl Iterator<Item = [&'a [u8]; 2]> {
    // The name comes before `le` and `quantile`.
    let mut added = std::iter::once((NAME, name)).chain(own).map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    let (mut next, mut series) = (added.next(), list.pairs().peekable());
    std::iter::from_fn(move || match (&next, series.peek()) {
        (Some([a, _]), Some([b, _])) if b < a => series.next(),
        (Some(_), _) => std::mem::replace(&mut next, added.next()),
        (None, _) => series.next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use EscapingScheme::{AllowUtf8, Underscores};

    fn list(own: &str, external: &[(&str, &str)], escaping: EscapingScheme) -> Option<Vec<(String, String)>> {
        let external: Vec<_> = external.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let list = canonical(Labels { scope: "", own }, None, &external, "le", escaping).ok()?;
        Some(texts(list.pairs()))
    }

    fn texts<'a>(pairs: impl Iterator<Item = [&'a [u8]; 2]>) -> Vec<(String, String)> {
        pairs.map(|pair| pair.map(|text| String::from_utf8(text.to_vec()).unwrap()).into()).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    #[test]
    fn they_are_sorted_and_unescaped_and_empty_ones_left_out() {
        let own = r#"zone="é",b="",Upper="q\"\\\n",a="1""#;
        assert_eq!(list(own, &[], Underscores), pairs(&[("Upper", "q\"\\\n"), ("a", "1"), ("zone", "é")]));
        assert_eq!(list("", &[], Underscores), pairs(&[]));
    }

    #[test]
    fn external_ones_fill_what_is_missing() {
        let external = [("job", "shop"), ("instance", "a:1")];
        let of = |own| list(own, &external, Underscores);
        assert_eq!(of(r#"job="mine""#), pairs(&[("instance", "a:1"), ("job", "mine")]));
        assert_eq!(of(r#"job="""#), pairs(&[("instance", "a:1"), ("job", "shop")]), "an empty one is none");
    }

    #[test]
    fn what_no_server_takes_is_refused() {
        assert_eq!(list(r#""a.b"="1",a_b="2""#, &[], Underscores), None);
        assert_eq!(list(r#""a.b"="1",a_b="2""#, &[], AllowUtf8), pairs(&[("a.b", "1"), ("a_b", "2")]));
        assert_eq!(list(r#"le="1""#, &[], Underscores), None);
        assert_eq!(list(r#"__name__="x""#, &[], Underscores), None);
    }

    #[test]
    fn lengths_of_every_kind() {
        for len in [1, 254, 255, 256, 70_000] {
            let value = "v".repeat(len);
            assert_eq!(list(&format!("a=\"{value}\",b=\"2\""), &[], AllowUtf8), pairs(&[("a", &value), ("b", "2")]));
        }
    }

    #[test]
    fn the_name_and_a_bound_take_their_places() {
        let labels = Labels { scope: "", own: r#"Z="1",a="2",z="3""# };
        let list = canonical(labels, None, &[], "le", Underscores).unwrap();
        let got = texts(of_sample(&list, "x_bucket", Some(("le", "0.5"))));
        assert_eq!(Some(got), pairs(&[("Z", "1"), (NAME, "x_bucket"), ("a", "2"), ("le", "0.5"), ("z", "3")]));
        let none = canonical(Labels::default(), None, &[], "", Underscores).unwrap();
        assert_eq!(Some(texts(of_sample(&none, "x", None))), pairs(&[(NAME, "x")]));
        assert_eq!(texts(of_sample(&none, "x", Some(("quantile", "1.0")))).len(), 2);
    }
}
