use super::attr::{CONTAINER, ContainerAttr, FIELD, FieldAttr};
use crate::case::Case;
use crate::emit::Core;
use darling::Error;
use darling::error::Accumulator;
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, FieldsNamed, GenericParam, Ident, Type};

pub(super) struct Model<'a> {
    pub(super) core: Core,
    pub(super) input: &'a DeriveInput,
    pub(super) labels: Vec<Label<'a>>,
}

pub(super) struct Label<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) name: String,
    /// Where the name is written.
    pub(super) span: Span,
}

impl<'a> Model<'a> {
    pub(super) fn new(input: &'a DeriveInput) -> (Self, Option<TokenStream>) {
        let mut errors = Error::accumulator();
        let (attr, _): (ContainerAttr, _) = CONTAINER.parse(&input.attrs, &mut errors);
        for param in &input.generics.params {
            if !matches!(param, GenericParam::Lifetime(_)) {
                let rule = "a label set has no type or const parameters; write the types of its fields out";
                errors.push(Error::custom(rule).with_span(param));
            }
        }
        let mut labels: Vec<Label<'a>> = Vec::new();
        for field in errors.handle(fields(input)).into_iter().flat_map(|fields| &fields.named) {
            let Some(label) = Label::new(field, attr.rename_all.unwrap_or(Case::None), &mut errors) else { continue };
            if let Some(other) = labels.iter().find(|other| other.name == label.name) {
                let rule = format!(
                    "label `{}` is there twice, as field `{}` has this name too; rename one",
                    label.name, other.ident
                );
                errors.push(Error::custom(rule).with_span(&label.span));
            }
            labels.push(label);
        }
        let model = Self { core: Core::new(attr.krate.as_ref()), input, labels };
        (model, errors.finish().err().map(Error::write_errors))
    }
}

fn fields(input: &DeriveInput) -> darling::Result<&FieldsNamed> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => Ok(fields),
            Fields::Unnamed(_) => Err("the fields of a label set are the labels' names; name them"),
            _ => Err("a label set has at least one label; a metric without labels needs no `Family`"),
        },
        Data::Enum(_) => {
            Err("a label set is a struct of named fields; an enum is the value of one label: `#[derive(LabelValue)]`")
        }
        Data::Union(_) => Err("a label set is a struct of named fields"),
    }
    .map_err(|rule| Error::custom(rule).with_span(&input.ident))
}

impl<'a> Label<'a> {
    fn new(field: &'a syn::Field, case: Case, errors: &mut Accumulator) -> Option<Self> {
        let (attr, given): (FieldAttr, _) = FIELD.parse(&field.attrs, errors);
        let ident = field.ident.as_ref().filter(|_| !given.is_wrong(&["rename"]))?;
        let (name, span) = match attr.rename {
            Some(name) => (name.value(), name.span()),
            None => (case.apply(&ident.unraw().to_string()), ident.span()),
        };
        Some(Self { ident, ty: &field.ty, name, span })
    }
}
