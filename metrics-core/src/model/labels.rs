use std::borrow::Cow;

/// The labels of one point, rendered and escaped: `method="get",route="/x"`, without braces.
///
/// They come in two parts, because the first belongs to the registration (constant labels) and the
/// second to the series, which renders it once, when it is created. Either may be empty.
///
/// ```
/// use metrics_core::model::Labels;
/// let labels = Labels { scope: r#"region="eu""#, own: r#"path="C:\\x\"y""# };
/// let pairs: Vec<_> = labels.pairs().collect();
/// assert_eq!(pairs[0], ("region", "eu".into()));
/// assert_eq!(pairs[1], ("path", r#"C:\x"y"#.into()));
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
    type Item = (&'a str, Cow<'a, str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            self.rest = std::mem::take(&mut self.next);
        }
        let (name, quoted) = self.rest.split_once("=\"")?;
        let mut escaped = false;
        let end = quoted.bytes().position(|b| {
            let closes = b == b'"' && !escaped;
            escaped = b == b'\\' && !escaped;
            closes
        })?;
        let value = &quoted[..end];
        self.rest = quoted[end + 1..].strip_prefix(',').unwrap_or("");
        Some((name, unescape(value)))
    }
}

fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
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
    Cow::Owned(out)
}
