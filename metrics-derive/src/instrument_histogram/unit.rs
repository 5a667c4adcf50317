//! `unit = Seconds`: the only one there is, as what is observed is a time.

use darling::{Error, FromMeta};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit};

/// Where it is written.
pub(super) struct TimeUnit(pub(super) Span);

impl FromMeta for TimeUnit {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        let written = match expr {
            Expr::Group(group) => return Self::from_expr(&group.expr),
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
            Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
            _ => String::new(),
        };
        if written.eq_ignore_ascii_case("seconds") {
            return Ok(Self(expr.span()));
        }
        let rule = format!(
            "what is observed is a time in seconds, the base unit, of which readers make any other; \
             did you mean `Seconds` instead of `{written}`?"
        );
        Err(Error::custom(rule).with_span(&expr.span()))
    }
}
