//! `buckets = …`: a list, or a constant expression that gives one.

use crate::emit::is_promoted;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, ExprArray, ExprLit, Lit, UnOp};

/// The bounds as they were written, without a leading `&`.
pub(crate) struct Buckets(Expr);

impl FromMeta for Buckets {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Group(group) => Self::from_expr(&group.expr),
            Expr::Reference(reference) => Self::from_expr(&reference.expr),
            Expr::Array(list) => check_list(list).map(|()| Self(expr.clone())),
            Expr::Lit(_) => {
                Err(Error::custom("write a list, `buckets = [0.1, 1.0]`, or the name of a constant").with_span(expr))
            }
            _ => Ok(Self(expr.clone())),
        }
    }
}

impl Buckets {
    /// An expression of type `&'static [f64]`.
    pub(crate) fn slice(&self) -> TokenStream {
        let expr = &self.0;
        if matches!(expr, Expr::Array(_)) && is_promoted(expr) {
            quote!(&#expr)
        } else {
            // What a function returns lives for ever only in a constant of its own.
            quote!({
                const __METRICS_BUCKETS: &[::core::primitive::f64] = &#expr;
                __METRICS_BUCKETS
            })
        }
    }

    /// Whether each bound could be read off the source, and so was checked here.
    pub(crate) fn is_checked(&self) -> bool {
        match &self.0 {
            Expr::Array(list) => list.elems.iter().all(|bound| number(bound).is_some()),
            _ => false,
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.0.span()
    }
}

/// The library's limit.
const MOST: usize = 1_000;

/// The library's rules again, for what is written out, because only here each bound has a span.
fn check_list(list: &ExprArray) -> darling::Result<()> {
    let mut errors = Error::accumulator();
    // Of those that can be read off the source: what stands between two of them changes nothing.
    let mut before: Option<(f64, &Expr)> = None;
    for (place, bound) in list.elems.iter().enumerate() {
        if place == MOST {
            let rule = "a histogram has at most 1,000 bucket bounds, and this is one more; each series has a cell for \
                        each of them, so take some out";
            errors.push(Error::custom(rule).with_span(bound));
        }
        let Some(value) = number(bound) else { continue };
        if value == f64::INFINITY && place + 1 < list.elems.len() {
            let rule = "+Inf is the last bucket bound, and comes by itself; take it out";
            errors.push(Error::custom(rule).with_span(bound));
            continue;
        }
        if let Some(rule) = broken_rule(value, before) {
            errors.push(Error::custom(rule).with_span(bound));
            continue;
        }
        before = Some((value, bound));
    }
    if list.elems.len() < 2 && list.elems.iter().all(|bound| number(bound) == Some(f64::INFINITY)) {
        errors.push(Error::custom("a histogram needs at least one finite bucket bound").with_span(list));
    }
    errors.finish()
}

#[allow(clippy::float_cmp, reason = "equal bounds are what is looked for")]
fn broken_rule(value: f64, before: Option<(f64, &Expr)>) -> Option<String> {
    if value.is_nan() {
        return Some("NaN is no bucket bound; take it out".to_owned());
    }
    if value == f64::NEG_INFINITY {
        return Some("-Inf is no bucket bound; take it out".to_owned());
    }
    let (last, written) = before?;
    if value == last {
        return Some("two bucket bounds are equal; take one out".to_owned());
    }
    (value < last).then(|| {
        let written = written.to_token_stream();
        format!("bucket bounds must rise from the first to the last, and `{written}` stands before this one; sort them")
    })
}

/// The value, if it can be read off the source.
fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Group(group) => number(&group.expr),
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => number(&unary.expr).map(|value| -value),
        Expr::Lit(ExprLit { lit: Lit::Float(value), .. }) => value.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(value), .. }) => value.base10_parse().ok(),
        Expr::Path(path) => {
            let mut segments = path.path.segments.iter().rev();
            let (name, ty) = (segments.next()?, segments.next()?);
            if ty.ident != "f64" {
                return None;
            }
            [("NAN", f64::NAN), ("INFINITY", f64::INFINITY), ("NEG_INFINITY", f64::NEG_INFINITY)]
                .into_iter()
                .find_map(|(known, value)| (name.ident == known).then_some(value))
        }
        _ => None,
    }
}
