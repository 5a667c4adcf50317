use super::attr::{CONTAINER, ContainerAttr, VARIANT, VariantAttr};
use crate::case::Case;
use crate::emit::Core;
use crate::options::Given;
use darling::Error;
use darling::error::Accumulator;
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Fields, GenericParam, Ident, Type};

pub(super) struct Model<'a> {
    pub(super) core: Core,
    pub(super) shape: Shape<'a>,
}

pub(super) enum Shape<'a> {
    Enum(Vec<Variant<'a>>),
    Newtype(&'a Type),
    /// Broken: an implementation that only keeps other code from failing too.
    Fallback,
}

pub(super) struct Variant<'a> {
    pub(super) ident: &'a Ident,
    pub(super) text: String,
    span: Span,
}

impl<'a> Model<'a> {
    pub(super) fn new(input: &'a DeriveInput) -> (Self, Option<TokenStream>) {
        let mut errors = Error::accumulator();
        let (attr, given): (ContainerAttr, _) = CONTAINER.parse(&input.attrs, &mut errors);
        let shape = errors.handle(match &input.data {
            Data::Enum(data) => Shape::of_enum(input, data, attr.rename_all.unwrap_or(Case::Snake)),
            Data::Struct(data) => Shape::of_struct(input, data, &given),
            Data::Union(_) => Err(Error::custom(NOT_A_VALUE).with_span(&input.ident)),
        });
        let errors = errors.finish().err().map(Error::write_errors);
        let shape = shape.filter(|_| errors.is_none()).unwrap_or(Shape::Fallback);
        (Self { core: Core::new(attr.krate.as_ref()), shape }, errors)
    }
}

const NOT_A_VALUE: &str =
    "a label value is an enum whose variants have no data, or a struct with one unnamed field: `struct Route(String);`";

impl<'a> Shape<'a> {
    fn of_enum(input: &DeriveInput, data: &'a DataEnum, case: Case) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        if let Some(param) = input.generics.params.first() {
            errors.push(
                Error::custom("an enum of label values has no data, so it needs no generics; take them off")
                    .with_span(param),
            );
        }
        if data.variants.is_empty() {
            errors.push(
                Error::custom("an enum without variants has no value; give it one, or use another type")
                    .with_span(&input.ident),
            );
        }
        let mut variants: Vec<Variant<'a>> = Vec::new();
        for variant in &data.variants {
            let Some(variant) = Variant::new(variant, case, &mut errors) else { continue };
            if let Some(other) = variants.iter().find(|other| other.text == variant.text) {
                let rule = format!(
                    "`{}` has the text \"{}\" too, and both would be one series; rename one with `#[label(rename = \"…\")]`",
                    other.ident, variant.text
                );
                errors.push(Error::custom(rule).with_span(&variant.span));
            }
            variants.push(variant);
        }
        errors.finish_with(Self::Enum(variants))
    }

    fn of_struct(input: &DeriveInput, data: &'a DataStruct, given: &Given) -> darling::Result<Self> {
        let mut errors = Error::accumulator();
        if let Some((_, span)) = given.first(|name| name == "rename_all") {
            let rule = "`rename_all` is for enums; a newtype prints as its field, so take it off";
            errors.push(Error::custom(rule).with_span(&span));
        }
        for param in &input.generics.params {
            if !matches!(param, GenericParam::Lifetime(_)) {
                let rule = "a label value has no type or const parameters; write the field's type out";
                errors.push(Error::custom(rule).with_span(param));
            }
        }
        let field = match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0],
            _ => {
                errors.push(Error::custom(NOT_A_VALUE).with_span(&input.ident));
                return errors.finish_with(Self::Fallback);
            }
        };
        if let Some(attr) = field.attrs.iter().find(|attr| attr.path().is_ident("label")) {
            errors.push(
                Error::custom("a newtype prints as its field, which has no options; take them off")
                    .with_span(attr.path()),
            );
        }
        errors.finish_with(Self::Newtype(&field.ty))
    }
}

impl<'a> Variant<'a> {
    /// `None` if its text is not known.
    fn new(variant: &'a syn::Variant, case: Case, errors: &mut Accumulator) -> Option<Self> {
        let (attr, given): (VariantAttr, _) = VARIANT.parse(&variant.attrs, errors);
        if !matches!(variant.fields, Fields::Unit) {
            let rule = "the values of a label are counted, so its variants have no data; take it off";
            errors.push(Error::custom(rule).with_span(&variant.fields));
        }
        let ident = &variant.ident;
        let (text, span) = match attr.rename {
            Some(text) => (text.value(), text.span()),
            None => (case.apply(&ident.unraw().to_string()), ident.span()),
        };
        (!given.is_wrong(&["rename"])).then_some(Self { ident, text, span })
    }
}
