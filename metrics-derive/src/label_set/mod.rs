//! `#[derive(LabelSet)]`: structs of named fields, each of them a label.

mod attr;
mod expand;
mod model;
#[cfg(test)]
mod tests;

use crate::emit::items;
use model::Model;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let (model, errors) = Model::new(input);
    let mut tokens = items(&match errors {
        None => expand::expand(&model),
        Some(_) => expand::fallback(&model),
    });
    tokens.extend(errors);
    tokens
}
