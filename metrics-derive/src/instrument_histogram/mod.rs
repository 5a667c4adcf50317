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

pub(crate) fn instrument(options: TokenStream, item: TokenStream) -> TokenStream {
    match Model::new(options, item.clone()) {
        Ok(model) => expand::expand(&model),
        Err(errors) => {
            // The function as it stands: without it, every call would be an error too.
            let mut tokens = item;
            tokens.extend(errors.write_errors());
            tokens
        }
    }
}
