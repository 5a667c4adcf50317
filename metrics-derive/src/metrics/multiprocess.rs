//! `multiprocess = "livesum"`.

use crate::suggest::distance;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, LitStr};

/// A variant of the library's `GaugeMode`.
pub(super) struct Multiprocess {
    variant: &'static str,
    span: Span,
}

/// The word, which is Python's, and the variant.
const MODES: [(&str, &str); 10] = [
    ("all", "All"),
    ("liveall", "LiveAll"),
    ("min", "Min"),
    ("livemin", "LiveMin"),
    ("max", "Max"),
    ("livemax", "LiveMax"),
    ("sum", "Sum"),
    ("livesum", "LiveSum"),
    ("mostrecent", "MostRecent"),
    ("livemostrecent", "LiveMostRecent"),
];

impl FromMeta for Multiprocess {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Lit(ExprLit { lit: Lit::Str(word), .. }) => Self::of_word(word),
            _ => Err(Error::custom("a mode is a word in quotes: `multiprocess = \"livesum\"`").with_span(&expr.span())),
        }
    }
}

impl Multiprocess {
    fn of_word(word: &LitStr) -> darling::Result<Self> {
        let written = word.value();
        if let Some((_, variant)) = MODES.into_iter().find(|(mode, _)| *mode == written) {
            return Ok(Self { variant, span: word.span() });
        }
        let way_out = match closest(&written) {
            Some(mode) => format!("did you mean `{mode}`?"),
            None => format!("there are {}", MODES.map(|(mode, _)| format!("`{mode}`")).join(", ")),
        };
        Err(Error::custom(format!("unknown mode `{written}`; {way_out}")).with_span(word))
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    pub(super) fn value(&self, private: &TokenStream) -> TokenStream {
        let variant = Ident::new(self.variant, Span::call_site());
        quote!(#private::GaugeMode::#variant)
    }
}

/// The mode that was meant, if at most a third of it is written otherwise, however its words are joined.
fn closest(written: &str) -> Option<&'static str> {
    let letters: String = written.chars().filter(|c| c.is_alphanumeric()).collect();
    let letters = letters.to_lowercase();
    let (distance, mode) = MODES.iter().map(|(mode, _)| (distance(&letters, mode), *mode)).min()?;
    (distance * 3 <= mode.len()).then_some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        for (written, meant) in [
            ("live_sum", Some("livesum")),
            ("LiveSum", Some("livesum")),
            ("mostrecnt", Some("mostrecent")),
            ("live-most-recent", Some("livemostrecent")),
            ("maxx", Some("max")),
            ("average", None),
        ] {
            assert_eq!(closest(written), meant, "{written}");
        }
    }
}
