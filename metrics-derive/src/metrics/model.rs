use super::attr::{ContainerAttr, FieldAttr, METRIC, METRICS};
use super::multiprocess::Multiprocess;
use super::unit::Unit;
use crate::allow::Allow;
use crate::buckets::Buckets;
use crate::case::Case;
use crate::const_labels::ConstLabels;
use crate::doc::doc_text;
use crate::emit::Core;
use crate::max_series::MaxSeries;
use crate::native::Native;
use crate::quantiles::Quantiles;
use crate::ttl_seconds::TtlSeconds;
use darling::Error;
use darling::error::Accumulator;
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, FieldsNamed, GenericParam, Ident, LitStr, Type};

pub(super) struct Model<'a> {
    pub(super) core: Core,
    pub(super) input: &'a DeriveInput,
    pub(super) prefix: Option<LitStr>,
    pub(super) const_labels: ConstLabels,
    pub(super) allow: Allow,
    /// Part of other structs: it has no instance of its own.
    pub(super) group: bool,
    /// Those of which so much is right that the library can check the rest.
    pub(super) fields: Vec<Field<'a>>,
}

pub(super) struct Field<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) role: Role,
}

pub(super) enum Role {
    Metric(Box<Metric>),
    Group(Box<Group>),
    Skip,
}

pub(super) struct Group {
    pub(super) prefix: Option<LitStr>,
    pub(super) const_labels: ConstLabels,
    pub(super) series: SeriesOptions,
    pub(super) multiprocess: Option<Multiprocess>,
    pub(super) allow: Allow,
}

/// What says how many series there are: options of a family, of metrics or of groups.
pub(super) struct SeriesOptions {
    pub(super) max_series: Option<MaxSeries>,
    pub(super) ttl_seconds: Option<TtlSeconds>,
    pub(super) preset: bool,
}

pub(super) struct Metric {
    pub(super) name: String,
    /// Where the name is written.
    pub(super) name_span: Span,
    pub(super) help: String,
    help_span: Span,
    pub(super) unit: Option<Unit>,
    pub(super) buckets: Option<Buckets>,
    pub(super) quantiles: Option<Quantiles>,
    pub(super) native: Option<Native>,
    pub(super) const_labels: ConstLabels,
    pub(super) series: SeriesOptions,
    pub(super) multiprocess: Option<Multiprocess>,
    pub(super) allow: Allow,
}

impl<'a> Model<'a> {
    /// All mistakes, and what can be used for all that.
    pub(super) fn new(input: &'a DeriveInput) -> (Self, Option<TokenStream>) {
        let mut errors = Error::accumulator();
        let (attr, _): (ContainerAttr, _) = METRICS.parse(&input.attrs, &mut errors);
        if let Some(param) = input.generics.params.first() {
            errors.push(Error::custom(rule_of_generics(param)).with_span(param));
        }
        let case = attr.rename_all.unwrap_or(Case::None);
        let mut fields: Vec<_> = errors
            .handle(named_fields(input))
            .into_iter()
            .flat_map(|fields| &fields.named)
            .filter_map(|field| Field::new(field, case, &attr.allow, &mut errors))
            .collect();
        if !input.generics.params.is_empty() {
            // Their types may name a parameter, which the constant that describes them cannot.
            fields.clear();
        }
        let model = Self {
            core: Core::new(attr.krate.as_ref()),
            input,
            prefix: attr.prefix,
            const_labels: attr.const_labels,
            allow: attr.allow,
            group: attr.group.is_present(),
            fields,
        };
        (model, errors.finish().err().map(Error::write_errors))
    }

    /// The fields that have a place in `FIELDS`, in its order.
    pub(super) fn described(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| !matches!(field.role, Role::Skip))
    }
}

/// Where a label set has a lifetime and the field's type does not say which, rustc proposes to put one here.
fn rule_of_generics(param: &GenericParam) -> &'static str {
    match param {
        GenericParam::Lifetime(_) => {
            "a struct of metrics has one instance for the whole program, so it has no lifetimes; \
             write `'static` in the types of its fields: `Family<Request<'static>, Counter>`"
        }
        _ => {
            "a struct of metrics has one instance for the whole program, so it has no generics; \
             write the types of its fields out"
        }
    }
}

fn named_fields(input: &DeriveInput) -> darling::Result<&FieldsNamed> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields),
            _ => Err("the fields of a struct of metrics are the metrics' names; name them"),
        },
        Data::Enum(_) | Data::Union(_) => Err("metrics are the named fields of a struct"),
    }
    .map_err(|rule| Error::custom(rule).with_span(&input.ident))
}

impl<'a> Field<'a> {
    fn new(field: &'a syn::Field, case: Case, allow: &Allow, errors: &mut Accumulator) -> Option<Self> {
        let (mut attr, given): (FieldAttr, _) = METRIC.parse(&field.attrs, errors);
        errors.handle(attr.check(&given))?;
        if given.is_wrong(&["group", "skip", "rename", "unit"]) {
            // What it is, or its name, is not known, and each check of it would be an error too.
            return None;
        }
        attr.allow = attr.allow.or(allow);
        let ident = field.ident.as_ref()?;
        let role = if attr.skip.is_present() {
            Role::Skip
        } else if attr.group.is_present() {
            let series = SeriesOptions {
                max_series: attr.max_series,
                ttl_seconds: attr.ttl_seconds,
                preset: attr.preset.is_present(),
            };
            let FieldAttr { prefix, const_labels, multiprocess, allow, .. } = attr;
            Role::Group(Box::new(Group { prefix, const_labels, series, multiprocess, allow }))
        } else {
            let metric = Metric::new(field, ident, attr, case);
            if !given.is_wrong(&["help"]) {
                errors.handle(metric.check_help());
            }
            Role::Metric(Box::new(metric))
        };
        Some(Self { ident, ty: &field.ty, role })
    }
}

impl Metric {
    fn new(field: &syn::Field, ident: &Ident, attr: FieldAttr, case: Case) -> Self {
        let (name, name_span) = match attr.rename {
            Some(name) => (name.value(), name.span()),
            None => (case.apply(&ident.unraw().to_string()), ident.span()),
        };
        let (help, help_span) = match attr.help {
            Some(help) => (help.value(), help.span()),
            None => (doc_text(&field.attrs), ident.span()),
        };
        Self {
            name,
            name_span,
            help: if help.trim().is_empty() { String::new() } else { help },
            help_span,
            unit: attr.unit,
            buckets: attr.buckets,
            quantiles: attr.quantiles,
            native: attr.native,
            const_labels: attr.const_labels,
            series: SeriesOptions {
                max_series: attr.max_series,
                ttl_seconds: attr.ttl_seconds,
                preset: attr.preset.is_present(),
            },
            multiprocess: attr.multiprocess,
            allow: attr.allow,
        }
    }

    fn check_help(&self) -> darling::Result<()> {
        if !self.help.is_empty() || self.allow.missing_help() {
            return Ok(());
        }
        let name = &self.name;
        let rule = format!(
            "metric `{name}` needs help: write a doc comment (`/// …`) or `#[metric(help = \"…\")]`; or allow it: \
             `#[metric(allow(missing_help))]`"
        );
        Err(Error::custom(rule).with_span(&self.help_span))
    }
}
