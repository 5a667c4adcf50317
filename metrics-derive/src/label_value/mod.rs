//! `#[derive(LabelValue)]`: enums of plain variants, and newtypes.

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
    let mut tokens = items(&expand::expand(input, &model));
    tokens.extend(errors);
    tokens
}
