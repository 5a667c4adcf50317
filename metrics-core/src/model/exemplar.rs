use super::{Labels, Number, Timestamp};
use crate::label::render_pair;
use crate::name::Validation;
use std::fmt;

/// An observation picked out of many, with labels that lead to more about it: the trace of one slow request.
///
/// ```
/// use metrics_core::model::{Exemplar, Timestamp};
///
/// let exemplar = Exemplar::new([("trace_id", "4bf92f35")], 0.25)?.at(Timestamp::from_nanos(1_500_000_000));
/// assert_eq!(exemplar.to_string(), r#"{trace_id="4bf92f35"} 0.25 1.5"#);
/// # Ok::<(), metrics_core::model::ExemplarError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Exemplar {
    labels: Box<str>,
    value: f64,
    timestamp: Option<Timestamp>,
}

/// Labels that an [`Exemplar`] cannot have.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ExemplarError {
    /// A name breaks a rule.
    Name {
        /// The label.
        label: String,
        /// The rule and the way out.
        rule: &'static str,
    },
    /// One name is there twice.
    Duplicate {
        /// The label.
        label: String,
    },
    /// Names and values have more characters than [`Exemplar::MAX_CHARS`].
    TooLong {
        /// How many.
        chars: usize,
    },
}

impl Exemplar {
    /// Characters (Unicode scalar values) of all names and values, at most: [OpenMetrics 1.0][spec] refuses more.
    ///
    /// [spec]: https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars
    pub const MAX_CHARS: usize = 128;

    /// Without a time.
    ///
    /// # Errors
    /// If a name breaks a rule or is there twice, or all together are longer than [`MAX_CHARS`](Self::MAX_CHARS).
    pub fn new<N: AsRef<str>, V: AsRef<str>>(
        labels: impl IntoIterator<Item = (N, V)>,
        value: f64,
    ) -> Result<Self, ExemplarError> {
        let (mut rendered, mut chars, mut names) = (String::new(), 0, Vec::new());
        for (label, text) in labels {
            let (name, text) = (label.as_ref(), text.as_ref());
            if let Err(broken) = Validation::Utf8.label_name(name) {
                return Err(ExemplarError::Name { label: name.to_owned(), rule: broken.rule });
            }
            if names.iter().any(|other| other == name) {
                return Err(ExemplarError::Duplicate { label: name.to_owned() });
            }
            names.push(name.to_owned());
            chars += name.chars().count() + text.chars().count();
            render_pair(&mut rendered, name, text);
        }
        if chars > Self::MAX_CHARS {
            return Err(ExemplarError::TooLong { chars });
        }
        Ok(Self { labels: rendered.into(), value, timestamp: None })
    }

    /// The same with a time.
    #[must_use]
    pub fn at(self, timestamp: Timestamp) -> Self {
        Self { timestamp: Some(timestamp), ..self }
    }

    /// The labels, rendered and escaped.
    pub fn labels(&self) -> Labels<'_> {
        Labels { scope: "", own: &self.labels }
    }

    /// What was observed, or added.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// When, if that is known.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.timestamp
    }
}

/// As OpenMetrics writes it, behind ` # `.
impl fmt::Display for Exemplar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}} {}", self.labels, Number::from(self.value))?;
        self.timestamp.map_or(Ok(()), |timestamp| write!(f, " {timestamp}"))
    }
}

impl fmt::Display for ExemplarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { label, rule } => write!(f, "label `{label}` of an exemplar: {rule}"),
            Self::Duplicate { label } => write!(f, "label `{label}` of an exemplar is there twice; take one out"),
            Self::TooLong { chars } => {
                let most = Exemplar::MAX_CHARS;
                write!(f, "the labels of an exemplar have {chars} characters, and may have {most}: keep only an id")
            }
        }
    }
}

impl std::error::Error for ExemplarError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let fits = "é".repeat(Exemplar::MAX_CHARS - 2);
        assert!(Exemplar::new([("id", &fits)], 1.0).is_ok());
        let error = Exemplar::new([("id", fits + "é")], 1.0).unwrap_err();
        assert_eq!(error, ExemplarError::TooLong { chars: 129 });
        assert!(error.to_string().contains("129"));
    }

    #[test]
    fn names_are_checked() {
        let of = |names: [&str; 2]| Exemplar::new(names.map(|name| (name, "x")), 1.0);
        assert_eq!(of(["a", "b"]).unwrap().labels().pairs().count(), 2);
        assert_eq!(of(["a", "a"]), Err(ExemplarError::Duplicate { label: "a".into() }));
        assert!(matches!(of(["", "a"]), Err(ExemplarError::Name { .. })));
        assert!(matches!(of(["a", "__b"]), Err(ExemplarError::Name { label, .. }) if label == "__b"));
    }

    #[test]
    fn text_is_escaped() {
        let exemplar = Exemplar::new([("q", "a\"b\\\n")], f64::INFINITY).unwrap();
        assert_eq!(exemplar.to_string(), r#"{q="a\"b\\\n"} +Inf"#);
        assert_eq!(Exemplar::new([("", ""); 0], 1e20).unwrap().to_string(), "{} 1e+20");
    }
}
