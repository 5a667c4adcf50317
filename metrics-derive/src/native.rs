//! `native`, and `native = …` with a constant expression that says how.

use darling::{Error, FromMeta};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, Meta};

/// Native buckets: as usual, or as the expression says.
pub(crate) struct Native(Option<Expr>);

const RULE: &str = "write `native`, or a constant of the type `NativeOptions`: \
                    `native = NativeOptions::DEFAULT.factor(1.05).max_buckets(100)`";

impl FromMeta for Native {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        match meta {
            Meta::Path(_) => Ok(Self(None)),
            Meta::NameValue(pair) if !matches!(pair.value, Expr::Lit(_)) => Ok(Self(Some(pair.value.clone()))),
            _ => Err(Error::custom(RULE).with_span(meta)),
        }
    }
}

impl Native {
    /// An expression of type `NativeOptions`, in a constant of its own, where what it breaks is shown once.
    pub(crate) fn options(&self, private: &TokenStream) -> TokenStream {
        let Some(options) = &self.0 else { return quote!(#private::NativeOptions::DEFAULT) };
        quote!({
            const __METRICS_NATIVE: #private::NativeOptions = #options;
            __METRICS_NATIVE
        })
    }
}
