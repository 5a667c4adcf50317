//! `labels = Request { method: Method::Get, route, status: |outcome| … }`

use crate::emit::at;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprClosure, Ident, Member, Path};

pub(super) struct Labels {
    pub(super) set: Path,
    pub(super) labels: Vec<Label>,
}

pub(super) struct Label {
    attrs: Vec<Attribute>,
    member: Member,
    value: Value,
}

enum Value {
    /// Evaluated before the body, into a variable.
    Before { variable: Ident, value: Expr },
    /// Asked at the end of the call.
    AtTheEnd(ExprClosure),
}

const LITERAL: &str = "write the labels out, as a struct literal: `labels = Request { method: Method::Get, route }`";

impl FromMeta for Labels {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        let literal = match expr {
            Expr::Group(group) => return Self::from_expr(&group.expr),
            Expr::Struct(literal) => literal,
            _ => return Err(Error::custom(LITERAL).with_span(expr)),
        };
        if let Some(dots) = &literal.dot2_token {
            let rule = "labels are written out one by one, so that each is checked; write the others in place of this";
            return Err(Error::custom(rule).with_span(dots));
        }
        let label = |(at, field): (usize, &syn::FieldValue)| Label {
            attrs: field.attrs.clone(),
            member: field.member.clone(),
            value: Value::of(&field.expr, at),
        };
        Ok(Self { set: literal.path.clone(), labels: literal.fields.iter().enumerate().map(label).collect() })
    }
}

impl Value {
    fn of(value: &Expr, at: usize) -> Self {
        match value {
            Expr::Group(group) => Self::of(&group.expr, at),
            Expr::Paren(paren) if matches!(&*paren.expr, Expr::Closure(_)) => Self::of(&paren.expr, at),
            Expr::Closure(closure) => Self::AtTheEnd(closure.clone()),
            // Where the value stands, for errors about its type and about what it borrows.
            _ => Self::Before { variable: Ident::new(&format!("__label_{at}"), value.span()), value: value.clone() },
        }
    }
}

/// Asks something of the user with `__outcome`. An error about what it answers is where it stands.
pub(super) fn ask(private: &TokenStream, closure: &impl ToTokens) -> TokenStream {
    let span = closure.span();
    let (ask, outcome) = (at(span, quote!(#private::ask)), quote!(__outcome));
    quote_spanned!(span=> #ask(#outcome, #closure))
}

impl Labels {
    /// The variables of labels that are evaluated before the body.
    pub(super) fn before(&self) -> TokenStream {
        self.labels
            .iter()
            .filter_map(|Label { attrs, value, .. }| match value {
                Value::Before { variable, value } => Some(quote!(#(#attrs)* let #variable = #value;)),
                Value::AtTheEnd(_) => None,
            })
            .collect()
    }

    /// The set, made where `__outcome` is known.
    pub(super) fn literal(&self, private: &TokenStream) -> TokenStream {
        let fields = self.labels.iter().map(|Label { attrs, member, value }| {
            let value = match value {
                Value::Before { variable, .. } => quote!(#variable),
                Value::AtTheEnd(closure) => ask(private, closure),
            };
            quote!(#(#attrs)* #member: #value)
        });
        let set = &self.set;
        quote!(#set { #(#fields),* })
    }

    pub(super) fn span(&self) -> Span {
        self.set.span()
    }
}
