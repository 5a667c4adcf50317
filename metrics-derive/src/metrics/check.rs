//! The rules that only the library can check, because they need names and types that the macro cannot see.

use super::expand::text;
use super::model::{Field, Metric, Model, Role, SeriesOptions};
use crate::emit::{Core, at, check};
use crate::max_series::MaxSeries;
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::LitStr;
use syn::spanned::Spanned;

pub(super) fn checks(model: &Model<'_>) -> TokenStream {
    let private = Core::imported();
    let mut checks = TokenStream::new();
    if let Some(prefix) = &model.prefix {
        let allow = model.allow.rules(&private);
        checks.extend(check(prefix.span(), &quote!(#private::check_prefix(#prefix, __FIELDS, #allow))));
    }
    let before = text(model.prefix.as_ref());
    for (name, span) in model.const_labels.names() {
        checks.extend(check(span, &quote!(#private::check_scope_label(__FIELDS, #name))));
    }
    let len = model.described().count();
    if len > 1 {
        let len = Literal::usize_unsuffixed(len);
        checks.extend(quote! {
            const __CLASHES: &[::core::primitive::usize] =
                &#private::clashes::<#len, { #private::slots(__FIELDS) }>(__FIELDS);
        });
    }
    for (n, field) in model.described().enumerate() {
        let place = Literal::usize_unsuffixed(n);
        if let Some(span) = field.max_series().and_then(MaxSeries::span) {
            checks.extend(check(span, &quote!(#private::check_max_series(&__FIELDS[#place]))));
        }
        match &field.role {
            Role::Metric(metric) => {
                checks.extend(metric.checks(field, &private, &before, &quote!(#private::family(__FIELDS, #place))));
            }
            Role::Group(group) => {
                if let Some(prefix) = &group.prefix {
                    let check_prefix = quote!(#private::check_group_prefix(#before, __FIELDS, #place));
                    checks.extend(check(prefix.span(), &check_prefix));
                }
                let name_span = group.prefix.as_ref().map_or_else(|| field.ident.span(), LitStr::span);
                checks.extend(check(name_span, &quote!(#private::check_group_names(#before, __FIELDS, #place))));
                checks.extend(check(field.ty.span(), &quote!(#private::check_group(__FIELDS, #place))));
                checks.extend(group.series.checks(field, &private));
                if let Some(mode) = &group.multiprocess {
                    checks.extend(check(mode.span(), &quote!(#private::check_group_mode(__FIELDS, #place))));
                }
                for (name, span) in group.const_labels.names() {
                    checks.extend(check(span, &quote!(#private::check_group_label(__FIELDS, #place, #name))));
                }
            }
            Role::Skip => {}
        }
        if n > 0 {
            checks.extend(check(field.ident.span(), &quote!(#private::check_unique(__FIELDS, __CLASHES, #place))));
        }
    }
    checks
}

impl Metric {
    /// `before`: the struct's prefix.
    fn checks(
        &self,
        field: &Field<'_>,
        private: &TokenStream,
        before: &TokenStream,
        family: &TokenStream,
    ) -> TokenStream {
        let ty = field.ty;
        let mut checks = check(self.name_span, &quote!(#private::check_name(#before, #family)));
        checks.extend(check(ty.span(), &quote!(#private::check_label_names(#family))));
        if let Some(unit) = &self.unit {
            checks.extend(check(unit.span(), &quote!(#private::check_unit(#before, #family))));
        }
        if let Some(buckets) = &self.buckets {
            checks.extend(check(buckets.span(), &quote!(#private::check_buckets(#family))));
            checks.extend(check_type(field, &quote!(#private::assert_buckets)));
        }
        if let Some(quantiles) = &self.quantiles {
            checks.extend(check(quantiles.span(), &quote!(#private::check_quantiles(#family))));
            checks.extend(check_type(field, &quote!(#private::assert_quantiles)));
        }
        if self.native.is_some() {
            checks.extend(check_type(field, &quote!(#private::assert_native)));
        }
        checks.extend(self.series.checks(field, private));
        if self.multiprocess.is_some() {
            checks.extend(check_type(field, &quote!(#private::assert_gauge_mode)));
        }
        for (name, span) in self.const_labels.names() {
            checks.extend(check(span, &quote!(#private::check_const_label(#family, #name))));
        }
        checks
    }
}

impl Field<'_> {
    fn max_series(&self) -> Option<&MaxSeries> {
        match &self.role {
            Role::Metric(metric) => metric.series.max_series.as_ref(),
            Role::Group(group) => group.series.max_series.as_ref(),
            Role::Skip => None,
        }
    }
}

impl SeriesOptions {
    fn checks(&self, field: &Field<'_>, private: &TokenStream) -> TokenStream {
        let mut checks = TokenStream::new();
        if self.max_series.is_some() {
            checks.extend(check_type(field, &quote!(#private::assert_max_series)));
        }
        if self.ttl_seconds.is_some() {
            checks.extend(check_type(field, &quote!(#private::assert_ttl)));
        }
        if self.preset {
            checks.extend(check_type(field, &quote!(#private::assert_preset)));
        }
        checks
    }
}

/// Asserts that an option fits the field's type, whose tokens keep the places where they stand.
fn check_type(field: &Field<'_>, assertion: &TokenStream) -> TokenStream {
    let ty = field.ty;
    let assertion = at(ty.span(), assertion.clone());
    quote!(const _: () = #assertion::<#ty>();)
}
