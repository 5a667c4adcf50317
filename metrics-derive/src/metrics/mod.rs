//! `#[derive(Metrics)]`: structs whose fields are metrics and groups of metrics.

mod attr;
mod check;
mod expand;
mod model;
mod multiprocess;
mod plain;
#[cfg(test)]
mod tests;
mod unit;

use crate::emit::items;
use model::Model;
use proc_macro2::TokenStream;
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let (model, errors) = Model::new(input);
    let mut tokens = items(&expand::expand(&model, errors.is_some()));
    tokens.extend(errors);
    tokens
}
