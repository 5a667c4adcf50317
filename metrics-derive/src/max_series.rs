//! `max_series = 500` and `max_series = off`.

use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitInt};

pub(crate) enum MaxSeries {
    AtMost(LitInt),
    Off,
}

impl FromMeta for MaxSeries {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Lit(ExprLit { lit: Lit::Int(most), .. }) if most.base10_parse::<usize>().is_ok_and(|n| n > 0) => {
                Ok(Self::AtMost(most.clone()))
            }
            Expr::Path(path) if path.path.is_ident("off") => Ok(Self::Off),
            _ => Err(Error::custom(
                "the most series of a family are a number above zero: `max_series = 50_000`, or `max_series = off`",
            )
            .with_span(&expr.span())),
        }
    }
}

impl MaxSeries {
    /// Where the number is written.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::AtMost(most) => Some(most.span()),
            Self::Off => None,
        }
    }

    /// Of the type `usize`.
    pub(crate) fn value(&self) -> TokenStream {
        match self {
            // Without its suffix, if it has one: any integer type will do.
            Self::AtMost(most) => LitInt::new(most.base10_digits(), most.span()).into_token_stream(),
            Self::Off => quote!(::core::primitive::usize::MAX),
        }
    }
}
