use crate::label::render_pair;
use memchr::memchr2;
use std::borrow::Cow;

/// The labels of one point, rendered and escaped: `method="get",route="/x"`, without braces. Names that not every
/// reader knows are in quotes too.
///
/// They come in two parts, because the first belongs to the registration (constant labels) and the
/// second to the series, which renders it once, when it is created. Either may be empty.
///
/// ```
/// use metrics_core::model::Labels;
/// let labels = Labels { scope: r#"region="eu""#, own: r#"path="C:\\x\"y""# };
/// let pairs: Vec<_> = labels.pairs().collect();
/// assert_eq!(pairs[0], ("region".into(), "eu".into()));
/// assert_eq!(pairs[1], ("path".into(), r#"C:\x"y"#.into()));
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Labels<'a> {
    /// Constant labels.
    pub scope: &'a str,
    /// The series' own labels.
    pub own: &'a str,
}

impl<'a> Labels<'a> {
    /// Names and values, the escapes undone.
    pub fn pairs(self) -> LabelPairs<'a> {
        LabelPairs { rest: self.scope, next: self.own }
    }

    /// Names and values as they stand in [`own`](Self::own).
    ///
    /// ```
    /// use metrics_core::model::Labels;
    /// assert_eq!(Labels::render([("method", "get"), ("my.path", "\\")]), r#"method="get","my.path"="\\""#);
    /// ```
    pub fn render<N: AsRef<str>, V: AsRef<str>>(labels: impl IntoIterator<Item = (N, V)>) -> String {
        let mut rendered = String::new();
        for (name, value) in labels {
            render_pair(&mut rendered, name.as_ref(), value.as_ref());
        }
        rendered
    }

    /// Whether there is no label at all.
    pub const fn is_empty(self) -> bool {
        self.scope.is_empty() && self.own.is_empty()
    }
}

/// Iterates over [`Labels`], see [`Labels::pairs`].
#[derive(Clone, Debug)]
pub struct LabelPairs<'a> {
    rest: &'a str,
    next: &'a str,
}

impl<'a> Iterator for LabelPairs<'a> {
    type Item = (Cow<'a, str>, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            self.rest = std::mem::take(&mut self.next);
        }
        let (name, rest) = match self.rest.strip_prefix('"') {
            Some(quoted) => split_quoted(quoted)?,
            None => self.rest.split_once('=').map(|(name, _)| (name.into(), &self.rest[name.len()..]))?,
        };
        let (value, rest) = split_quoted(rest.strip_prefix("=\"")?)?;
        self.rest = rest.strip_prefix(',').unwrap_or("");
        Some((name, value))
    }
}

/// A text up to its closing quote, the escapes undone, and what is behind.
fn split_quoted(quoted: &str) -> Option<(Cow<'_, str>, &str)> {
    let (bytes, mut end, mut is_escaped) = (quoted.as_bytes(), 0, false);
    loop {
        end += memchr2(b'"', b'\\', bytes.get(end..)?)?;
        if bytes[end] == b'"' {
            break;
        }
        // Whatever is behind a backslash does not close.
        (end, is_escaped) = (end + 2, true);
    }
    let (value, rest) = (&quoted[..end], &quoted[end + 1..]);
    Some((if is_escaped { Cow::Owned(unescape(value)) } else { Cow::Borrowed(value) }, rest))
}

fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some(c) => out.push(c),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_lead_back_to_names_and_values() {
        let nasty = ["", "x", "\\", "\"", "\n", "a=\"b\",", "é.ü", ",", "="];
        let (mut own, mut expected) = (String::new(), Vec::new());
        for name in nasty.into_iter().filter(|name| !name.is_empty()) {
            for value in nasty {
                render_pair(&mut own, name, value);
                expected.push((Cow::Borrowed(name), Cow::Borrowed(value)));
            }
        }
        assert_eq!(Labels { scope: "", own: &own }.pairs().collect::<Vec<_>>(), expected);
    }
}
