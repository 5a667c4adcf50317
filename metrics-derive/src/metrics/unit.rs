//! `unit = Seconds` and `unit = "widgets"`.

use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, LitStr};

pub(super) enum Unit {
    Base(Ident),
    Other(LitStr),
}

/// The variants of the library's `Unit` that stand for one unit.
const BASE: [&str; 9] = ["Amperes", "Bytes", "Celsius", "Grams", "Joules", "Meters", "Ratio", "Seconds", "Volts"];

impl FromMeta for Unit {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(Self::of_text(text)),
            Expr::Path(path) => match path.path.segments.last().map(|segment| &segment.ident) {
                Some(ident) if BASE.iter().any(|base| ident == base) => Ok(Self::Base(ident.clone())),
                Some(ident) => Err(Self::unknown(ident)),
                None => Err(Error::unexpected_expr_type(expr)),
            },
            _ => Err(Error::custom(
                "a unit is written `unit = Seconds`, or `unit = \"widgets\"` if it is not a base unit",
            )
            .with_span(&expr.span())),
        }
    }
}

impl Unit {
    /// The text of a base unit is that base unit, however it is written.
    fn of_text(text: &LitStr) -> Self {
        match BASE.iter().find(|base| base.to_lowercase() == text.value()) {
            Some(base) => Self::Base(Ident::new(base, text.span())),
            None => Self::Other(text.clone()),
        }
    }

    fn unknown(ident: &Ident) -> Error {
        let written = ident.to_string().to_lowercase();
        let singular = |base: &&&str| base.to_lowercase().trim_end_matches('s') == written.trim_end_matches('s');
        let way_out = match BASE.iter().find(singular) {
            Some(base) => format!("did you mean `{base}`?"),
            None => {
                format!("write one of {}, or a unit of your own in quotes: `unit = \"{written}\"`", BASE.join(", "))
            }
        };
        Error::custom(format!("`{ident}` is no base unit; {way_out}")).with_span(ident)
    }

    pub(super) fn value(&self, private: &TokenStream) -> TokenStream {
        match self {
            Self::Base(ident) => {
                // Without the span: the variant's name is not something in the user's scope.
                let ident = Ident::new(&ident.to_string(), Span::call_site());
                quote!(#private::Unit::#ident)
            }
            Self::Other(text) => quote!(#private::Unit::Other(#text)),
        }
    }

    pub(super) fn span(&self) -> Span {
        match self {
            Self::Base(ident) => ident.span(),
            Self::Other(text) => text.span(),
        }
    }
}
