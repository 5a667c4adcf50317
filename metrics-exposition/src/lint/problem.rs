use metrics_core::model::Location;
use std::fmt;

/// A rule that a family breaks.
///
/// Printed as `promtool check metrics` does: the metric and the text. Names come from who knows where, so what would
/// change more than one line of a terminal is printed escaped.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Problem {
    /// The family's name, as on a page of text.
    pub metric: String,
    /// What is the matter.
    pub text: String,
    /// The [id](super::Rule::id) of the rule.
    pub rule: &'static str,
    /// What to do.
    pub way_out: &'static str,
    /// Where the family was defined, if it is of a registry.
    pub location: Option<Location>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Printable(&self.metric), Printable(&self.text))
    }
}

/// Text of others, for a terminal.
struct Printable<'a>(&'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '"' | '\'' | '\\' => write!(f, "{c}"),
            c => write!(f, "{}", c.escape_debug()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        let odd = "a\x1b[31mb\r\u{9b}2J\u{202e}é\"\n";
        assert_eq!(Printable(odd).to_string(), r#"a\u{1b}[31mb\r\u{9b}2J\u{202e}é"\n"#);
    }
}
