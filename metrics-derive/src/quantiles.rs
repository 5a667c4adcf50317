//! `quantiles = …`: a list, or a constant expression that gives one.

use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Expr;
use syn::spanned::Spanned;

/// The quantiles as they were written, without a leading `&`.
pub(crate) struct Quantiles(Expr);

impl FromMeta for Quantiles {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Reference(reference) => Self::from_expr(&reference.expr),
            Expr::Lit(_) => {
                Err(Error::custom("write a list, `quantiles = [0.5, 0.99]`, or the name of a constant").with_span(expr))
            }
            _ => Ok(Self(expr.clone())),
        }
    }
}

impl Quantiles {
    /// An expression of type `&'static [f64]`.
    pub(crate) fn slice(&self) -> TokenStream {
        let expr = &self.0;
        quote!({
            const __METRICS_QUANTILES: &[::core::primitive::f64] = &#expr;
            __METRICS_QUANTILES
        })
    }

    pub(crate) fn span(&self) -> Span {
        self.0.span()
    }
}
