//! `const_labels(region = "eu")`: labels that every series carries.

use crate::emit::is_promoted;
use darling::ast::NestedMeta;
use darling::{Error, FromMeta};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Expr, ExprLit, Lit, Meta};

/// In the order in which they were written, no name twice.
#[derive(Default)]
pub(crate) struct ConstLabels(Vec<ConstLabel>);

struct ConstLabel {
    name: String,
    span: Span,
    value: Expr,
}

impl FromMeta for ConstLabels {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        let mut labels: Vec<ConstLabel> = Vec::new();
        for item in items {
            let Some(label) = errors.handle(ConstLabel::from_nested_meta(item)) else { continue };
            if labels.iter().any(|other| other.name == label.name) {
                let rule = format!("constant label `{}` is there twice; take one out", label.name);
                errors.push(Error::custom(rule).with_span(&label.span));
                continue;
            }
            labels.push(label);
        }
        errors.finish_with(Self(labels))
    }
}

impl FromMeta for ConstLabel {
    fn from_nested_meta(item: &NestedMeta) -> darling::Result<Self> {
        let wanted = || Error::custom("a constant label is written `name = \"value\"`").with_span(item);
        let NestedMeta::Meta(Meta::NameValue(meta)) = item else { return Err(wanted()) };
        let name = meta.path.get_ident().ok_or_else(wanted)?;
        if let Expr::Lit(ExprLit { lit, .. }) = &meta.value
            && !matches!(lit, Lit::Str(_))
        {
            return Err(Error::custom("the value of a label is a string; put it in quotes").with_span(lit));
        }
        Ok(Self { name: name.unraw().to_string(), span: name.span(), value: meta.value.clone() })
    }
}

impl ConstLabels {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names, and where they stand.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, Span)> {
        self.0.iter().map(|label| (label.name.as_str(), label.span))
    }

    /// An expression of type `&'static [(&str, LabelText)]`.
    pub(crate) fn slice(&self, private: &TokenStream) -> TokenStream {
        let pairs = self.pairs(private);
        if self.0.iter().all(|label| is_promoted(&label.value)) {
            quote!(&[#pairs])
        } else {
            quote!({
                const __METRICS_LABELS: &[(&::core::primitive::str, #private::LabelText)] = &[#pairs];
                __METRICS_LABELS
            })
        }
    }

    /// The elements of a list of type `&[(&str, LabelText)]`.
    pub(crate) fn pairs(&self, private: &TokenStream) -> TokenStream {
        let pairs =
            self.0.iter().map(|ConstLabel { name, value, .. }| quote!((#name, #private::LabelText::Static(#value))));
        quote!(#(#pairs),*)
    }
}
