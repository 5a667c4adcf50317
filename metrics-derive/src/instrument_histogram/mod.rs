//! `#[instrument_histogram]`: times a function, and says how it ended.

mod attr;
mod expand;
mod labels;
mod model;
mod report;
#[cfg(test)]
mod tests;
mod unit;

use model::Model;
use proc_macro2::TokenStream;
use quote::quote;

pub(crate) fn instrument(options: TokenStream, item: TokenStream) -> TokenStream {
    match Model::new(options, item.clone()) {
        Ok(model) => expand::expand(&model),
        Err(errors) => {
            // The function as it stands: without it, every call would be an error too. What only an option names is not
            // used then.
            let errors = errors.write_errors();
            quote!(#[allow(unused_imports, unused_variables)] #item #errors)
        }
    }
}
