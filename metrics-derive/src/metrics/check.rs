//! The rules that only the library can check, because they need names and types that the macro cannot see.

use super::model::{Field, Group, Metric, Model, Role, SeriesOptions};
use super::unit::Unit;
use crate::emit::{Core, at, check};
use crate::max_series::MaxSeries;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

/// The library's `Checks` of the struct, where they are evaluated, and calls of them.
pub(super) fn checks(model: &Model<'_>) -> TokenStream {
    let private = Core::imported();
    let mut calls = Calls::default();
    if let Some(prefix) = &model.prefix
        && !model.has_plain_prefix()
    {
        let allow = model.allow.rules(&private);
        calls.push(prefix.span(), &quote!(prefix(#allow)));
    }
    for (name, span) in model.const_labels.names() {
        calls.push(span, &quote!(scope_label(#name)));
    }
    let len = model.described().count();
    let may_clash = len > 1 && !model.has_plain_names();
    let outer = model.prefix_text();
    for (n, field) in model.described().enumerate() {
        let place = Literal::usize_unsuffixed(n);
        if let Some(span) = field.max_series().and_then(MaxSeries::span) {
            calls.push(span, &quote!(max_series(#place)));
        }
        match &field.role {
            Role::Metric(metric) => metric.checks(field, &place, &outer, &mut calls),
            Role::Group(group) => group.checks(field, &place, &outer, &mut calls),
            Role::Skip => {}
        }
        if may_clash && n > 0 {
            calls.push(field.ident.span(), &quote!(unique(#place)));
        }
    }
    let options = calls.options();
    let clashes = if may_clash {
        let len = Literal::usize_unsuffixed(len);
        quote!(&#private::clashes::<#len, { #private::slots(__FIELDS) }>(__FIELDS))
    } else {
        quote!(&[])
    };
    let calls = calls.calls;
    quote! {
        const __OK: #private::Checks = #private::Checks::new(#outer, __FIELDS, #clashes);
        #calls
        #options
    }
}

#[derive(Default)]
struct Calls {
    calls: TokenStream,
    /// Of functions that assert a bound.
    bounds: Vec<TokenStream>,
}

impl Calls {
    fn push(&mut self, span: Span, call: &TokenStream) {
        self.calls.extend(check(span, &quote!(__OK.#call)));
    }

    /// Asserts that an option fits the field's type, whose tokens keep the places where they stand.
    fn push_type(&mut self, field: &Field<'_>, assertion: &TokenStream) {
        let (ty, private) = (field.ty, Core::imported());
        let assertion = at(ty.span(), quote!(#private::#assertion));
        self.bounds.push(quote_spanned!(ty.span()=> #assertion::<#ty>()));
    }

    /// The assertions about options. They are one function, because of bounds the compiler shows each that is not met.
    fn options(&self) -> Option<TokenStream> {
        let bounds = &self.bounds;
        (!bounds.is_empty()).then(|| quote!(const _: () = { #(#bounds;)* };))
    }
}

impl Metric {
    /// `outer`: the struct's prefix.
    fn checks(&self, field: &Field<'_>, place: &Literal, outer: &str, calls: &mut Calls) {
        let is_plain = self.is_plain(outer);
        let name = if is_plain { quote!(label_in_name(#place)) } else { quote!(name(#place)) };
        calls.push(self.name_span, &name);
        calls.push(field.ty.span(), &quote!(labels(#place)));
        match &self.unit {
            Some(unit @ Unit::Base(_)) if is_plain => calls.push(unit.span(), &quote!(base_unit(#place))),
            Some(unit) => calls.push(unit.span(), &quote!(unit(#place))),
            None => {}
        }
        if let Some(buckets) = &self.buckets {
            if !buckets.is_checked() {
                calls.push(buckets.span(), &quote!(buckets(#place)));
            }
            calls.push_type(field, &quote!(assert_buckets));
        }
        if let Some(quantiles) = &self.quantiles {
            calls.push(quantiles.span(), &quote!(quantiles(#place)));
            calls.push_type(field, &quote!(assert_quantiles));
        }
        if self.native.is_some() {
            calls.push_type(field, &quote!(assert_native));
        }
        self.series.checks(field, calls);
        if self.multiprocess.is_some() {
            calls.push_type(field, &quote!(assert_gauge_mode));
        }
        for (name, span) in self.const_labels.names() {
            calls.push(span, &quote!(const_label(#place, #name)));
        }
    }
}

impl Group {
    fn checks(&self, field: &Field<'_>, place: &Literal, outer: &str, calls: &mut Calls) {
        if let Some(prefix) = &self.prefix
            && !field.has_plain_prefix(outer)
        {
            calls.push(prefix.span(), &quote!(group_prefix(#place)));
        }
        let name_span = self.prefix.as_ref().map_or_else(|| field.ident.span(), LitStr::span);
        calls.push(name_span, &quote!(group_names(#place)));
        calls.push(field.ty.span(), &quote!(group(#place)));
        self.series.checks(field, calls);
        if let Some(mode) = &self.multiprocess {
            calls.push(mode.span(), &quote!(group_mode(#place)));
        }
        for (name, span) in self.const_labels.names() {
            calls.push(span, &quote!(group_label(#place, #name)));
        }
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
    fn checks(&self, field: &Field<'_>, calls: &mut Calls) {
        if self.max_series.is_some() {
            calls.push_type(field, &quote!(assert_max_series));
        }
        if self.ttl_seconds.is_some() {
            calls.push_type(field, &quote!(assert_ttl));
        }
        if self.preset {
            calls.push_type(field, &quote!(assert_preset));
        }
    }
}
