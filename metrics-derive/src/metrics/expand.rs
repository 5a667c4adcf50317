use super::model::{Field, Metric, Model, Role, SeriesOptions};
use crate::emit::at;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, Type};

/// With `failed`, the implementation is only there to keep other code from failing too.
pub(super) fn expand(model: &Model<'_>, failed: bool) -> TokenStream {
    let checks = super::check::checks(model);
    let implementation = implementation(model, failed);
    let instance = if model.group { None } else { Some(instance(model, failed)) };
    let fields = fields(model);
    quote! {
        #fields
        #checks
        #implementation
        #instance
    }
}

/// A constant of its own, because whoever names `FIELDS` of the trait asks whether the struct implements it,
/// and so repeats each error about that.
fn fields(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let fields = model.described().map(|field| field.descriptor(&private));
    quote!(const __FIELDS: &[#private::Field] = &[#(#fields),*];)
}

fn implementation(model: &Model<'_>, failed: bool) -> TokenStream {
    let private = model.core.private();
    let ident = &model.input.ident;
    let prefix = text(model.prefix.as_ref());
    let const_labels = model.const_labels.pairs(&private);
    let (build, visit) =
        if failed { (quote!(::core::unimplemented!()), quote!()) } else { (build(model), visit(model)) };
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    // Only a struct that failed has generics. Their bounds are unknown, and must not be errors too.
    let predicates = where_clause.map(|clause| &clause.predicates);
    let bound = (!model.input.generics.params.is_empty())
        .then(|| quote!(where Self: ::core::marker::Send + ::core::marker::Sync + 'static, #predicates));
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Metrics for #ident #ty_generics #bound {
            const PREFIX: &'static ::core::primitive::str = #prefix;
            const CONST_LABELS: &'static [(&'static ::core::primitive::str, #private::LabelText)] = &[#const_labels];
            const FIELDS: &'static [#private::Field] = __FIELDS;

            fn build(__scope: &#private::Scope<'_>) -> Self {
                #build
            }

            fn visit<'__a>(
                &'__a self,
                __visit: &mut dyn ::core::ops::FnMut(::core::option::Option<#private::Part<'__a>>),
            ) {
                #visit
            }
        }
    }
}

fn build(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let mut at = 0usize..;
    let fields = model.fields.iter().map(|Field { ident, ty, role }| match role {
        Role::Metric(_) => {
            let (at, instrument) = (at.next(), instrument(ty, &private));
            quote!(#ident: #private::build_field(__FIELDS, #at, &__scope, #instrument.build))
        }
        Role::Group(group) => {
            at.next();
            let prefix = text(group.prefix.as_ref());
            let metrics = metrics(ty, &private);
            let options = group.series.options();
            let options = (!options.is_empty()).then(|| {
                let options = struct_of(&options, &private);
                quote!(.with_options(&#options))
            });
            quote!(#ident: #metrics::build(&__scope.enter(#prefix)#options))
        }
        Role::Skip => quote!(#ident: ::core::default::Default::default()),
    });
    let prefix = text(model.prefix.as_ref());
    quote! {
        let __scope = __scope.enter(#prefix);
        Self { #(#fields),* }
    }
}

fn visit(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let fields = model.described().map(|Field { ident, ty, role }| match role {
        Role::Group { .. } => {
            let metrics = metrics(ty, &private);
            quote!(#metrics::visit(&self.#ident, __visit);)
        }
        _ => {
            let instrument = instrument(ty, &private);
            quote!(__visit((#instrument.present)(&self.#ident));)
        }
    });
    quote!(#(#fields)*)
}

/// The one instance, and the entry by which the global registry finds it.
fn instance(model: &Model<'_>, failed: bool) -> TokenStream {
    let private = model.core.private();
    let entry = model.core.entry();
    let ident = &model.input.ident;
    let vis = &model.input.vis;
    let name = ident.to_string();
    let location = at(ident.span(), quote!(#private::Location::caller()));
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    let body = if failed {
        quote!(::core::unimplemented!())
    } else {
        quote! {
            static INSTANCE: #private::LazyLock<#ident> = #private::LazyLock::new(<#ident as #private::Metrics>::new);
            #private::LazyLock::force(&INSTANCE)
        }
    };
    let entry = (!failed).then(|| {
        quote! {
            #entry!(#private::Entry {
                crate_name: ::core::env!("CARGO_CRATE_NAME"),
                name: #name,
                location: #location,
                source: || #private::derived(#ident::global()),
            });
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #ident #ty_generics #where_clause {
            /// The one instance of these metrics, which the global registry exposes.
            #[must_use]
            #vis fn global() -> &'static Self {
                #body
            }
        }

        #entry
    }
}

impl Field<'_> {
    /// An expression of the library's type `Field`.
    fn descriptor(&self, private: &TokenStream) -> TokenStream {
        let ty = self.ty;
        let location = at(self.ident.span(), quote!(#private::Location::caller()));
        match &self.role {
            Role::Metric(metric) => {
                let (name, help, options) = (&metric.name, &metric.help, metric.options(private));
                let instrument = instrument(ty, private);
                quote! {
                    #private::Field::Family(#private::FamilyField {
                        name: #name,
                        help: #help,
                        kind: #instrument.kind,
                        label_names: #instrument.label_names,
                        options: #options,
                        location: #location,
                    })
                }
            }
            Role::Group(group) => {
                let (prefix, const_labels) = (text(group.prefix.as_ref()), group.const_labels.pairs(private));
                let inner = metrics(ty, private);
                let allow = group.allow.rules(private);
                quote! {
                    #private::Field::Group(#private::GroupField {
                        prefix: #prefix,
                        inner_prefix: #inner::PREFIX,
                        const_labels: &[#const_labels],
                        inner_const_labels: #inner::CONST_LABELS,
                        label_names: &[],
                        allow: #allow,
                        fields: #inner::FIELDS,
                        location: #location,
                    })
                }
            }
            Role::Skip => TokenStream::new(),
        }
    }
}

impl Metric {
    fn options(&self, private: &TokenStream) -> TokenStream {
        let mut options = TokenStream::new();
        if let Some(unit) = &self.unit {
            let unit = unit.value(private);
            options.extend(quote!(unit: ::core::option::Option::Some(#unit),));
        }
        if let Some(buckets) = &self.buckets {
            let slice = buckets.slice();
            options.extend(quote!(buckets: ::core::option::Option::Some(#slice),));
        }
        if let Some(quantiles) = &self.quantiles {
            let slice = quantiles.slice();
            options.extend(quote!(quantiles: ::core::option::Option::Some(#slice),));
        }
        if let Some(native) = &self.native {
            let native = native.options(private);
            options.extend(quote!(native: ::core::option::Option::Some(#native),));
        }
        if !self.const_labels.is_empty() {
            let pairs = self.const_labels.pairs(private);
            options.extend(quote!(const_labels: &[#pairs],));
        }
        options.extend(self.series.options());
        if !self.allow.is_empty() {
            let allow = self.allow.rules(private);
            options.extend(quote!(allow: #allow,));
        }
        struct_of(&options, private)
    }
}

impl SeriesOptions {
    /// Fields of the library's type `Options`.
    fn options(&self) -> TokenStream {
        let mut options = TokenStream::new();
        if let Some(max_series) = &self.max_series {
            let max_series = max_series.value();
            options.extend(quote!(max_series: ::core::option::Option::Some(#max_series),));
        }
        if let Some(ttl) = &self.ttl_seconds {
            let ttl = ttl.value();
            options.extend(quote!(ttl: ::core::option::Option::Some(#ttl),));
        }
        if self.preset {
            options.extend(quote!(preset: true,));
        }
        options
    }
}

/// The library's type `Options` with these fields.
fn struct_of(options: &TokenStream, private: &TokenStream) -> TokenStream {
    if options.is_empty() {
        quote!(#private::Options::NONE)
    } else {
        quote!(#private::Options { #options ..#private::Options::NONE })
    }
}

/// What the field's type does as an instrument. Always by the same words, so that all errors about it read the
/// same, and rustc shows them once.
fn instrument(ty: &Type, private: &TokenStream) -> TokenStream {
    let instrument = at(ty.span(), quote!(#private::instrument));
    quote_spanned!(ty.span()=> #instrument::<#ty>())
}

/// The field's type as a struct of metrics, on its span for the same reason.
fn metrics(ty: &Type, private: &TokenStream) -> TokenStream {
    let metrics = at(ty.span(), quote!(#private::Metrics));
    quote_spanned!(ty.span()=> <#ty as #metrics>)
}

/// Of an option that may be left out.
pub(super) fn text(literal: Option<&LitStr>) -> TokenStream {
    literal.map_or_else(|| quote!(""), ToTokens::to_token_stream)
}
