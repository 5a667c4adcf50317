//! What all expansions share: the path to the library.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// Where expansions find the library. The one place to change when the crate is named differently.
const CORE: &str = "::metrics_core";

/// The library as an expansion names it: [`CORE`], or what the user's `crate = "…"` says.
#[derive(Clone)]
pub(crate) struct Core(TokenStream);

impl Core {
    pub(crate) fn new(path: Option<&Path>) -> Self {
        Self(match path {
            Some(path) => quote!(#path),
            None => CORE.parse().unwrap_or_default(),
        })
    }

    /// The module that holds everything an expansion may name.
    pub(crate) fn private(&self) -> TokenStream {
        let core = &self.0;
        quote!(#core::private)
    }

    /// The macro that puts an entry where the global registry finds it.
    pub(crate) fn entry(&self) -> TokenStream {
        let core = &self.0;
        quote!(#core::__entry)
    }
}
