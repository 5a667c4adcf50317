//! `ttl_seconds = 600`.

use darling::{Error, FromMeta};
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit};

pub(crate) struct TtlSeconds(u64);

impl FromMeta for TtlSeconds {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        let seconds = match expr {
            Expr::Group(group) => return Self::from_expr(&group.expr),
            Expr::Lit(ExprLit { lit: Lit::Int(seconds), .. }) => seconds.base10_parse().ok().filter(|n| *n > 0),
            _ => None,
        };
        let rule = "how long an idle series stays is a number of seconds above zero: `ttl_seconds = 3_600`; leave the \
                    option out for ever";
        seconds.map(Self).ok_or_else(|| Error::custom(rule).with_span(&expr.span()))
    }
}

impl TtlSeconds {
    /// Of the type `Duration`.
    pub(crate) fn value(&self) -> TokenStream {
        let seconds = self.0;
        quote!(::core::time::Duration::from_secs(#seconds))
    }
}
