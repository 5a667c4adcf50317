use super::model::{Field, Group, Metric, Model, Role, SeriesOptions};
use super::multiprocess::Multiprocess;
use crate::allow::Allow;
use crate::const_labels::ConstLabels;
use crate::emit::{Core, at};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;
use syn::spanned::Spanned;

/// With `failed`, the implementation is only there to keep other code from failing too.
pub(super) fn expand(model: &Model<'_>, failed: bool) -> TokenStream {
    let checks = super::check::checks(model);
    let implementation = implementation(model, failed);
    let instance = if model.group { None } else { Some(instance(model, failed)) };
    let fields = fields(model);
    let import = model.core.import();
    quote! {
        #import
        #fields
        #checks
        #implementation
        #instance
    }
}

/// A constant of its own, because whoever names `FIELDS` of the trait asks whether the struct implements it,
/// and so repeats each error about that.
fn fields(model: &Model<'_>) -> TokenStream {
    let private = Core::imported();
    let fields = model.described().map(|field| field.descriptor(&private));
    quote!(const __FIELDS: &[#private::Field] = &[#(#fields),*];)
}

fn implementation(model: &Model<'_>, failed: bool) -> TokenStream {
    let private = Core::imported();
    let ident = &model.input.ident;
    let prefix = model.prefix.as_ref().map(|prefix| quote!(const PREFIX: &'static ::core::primitive::str = #prefix;));
    let const_labels = model.const_labels.pairs(&private);
    let const_labels = (!model.const_labels.is_empty()).then(|| {
        quote! {
            const CONST_LABELS: &'static [(&'static ::core::primitive::str, #private::LabelText)] = &[#const_labels];
        }
    });
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
            #prefix
            #const_labels
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
    let private = Core::imported();
    let mut at = 0..;
    let fields = model.fields.iter().map(|field| {
        let ident = field.ident;
        if matches!(field.role, Role::Skip) {
            return quote!(#ident: ::core::default::Default::default());
        }
        let at = at.next().map(Literal::usize_unsuffixed);
        quote!(#ident: #private::build(&__builder, #at))
    });
    let prefix = text(model.prefix.as_ref());
    quote! {
        let __builder = #private::Builder::new(__FIELDS, __scope, #prefix);
        Self { #(#fields),* }
    }
}

fn visit(model: &Model<'_>) -> TokenStream {
    let private = Core::imported();
    let idents = model.described().map(|field| field.ident);
    quote!(#private::visit(__FIELDS, &[#(&self.#idents),*], __visit))
}

/// The one instance, and the entry by which the global registry finds it.
fn instance(model: &Model<'_>, failed: bool) -> TokenStream {
    let private = Core::imported();
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
            static INSTANCE: #private::Instance<#ident> = #private::Instance::new();
            INSTANCE.get(<#ident as #private::Metrics>::new)
        }
    };
    let entry = (!failed).then(|| {
        quote! {
            fn __visit(__visit: &mut dyn ::core::ops::FnMut(::core::option::Option<#private::Part<'static>>)) {
                #private::Metrics::visit(#ident::global(), __visit);
            }

            #entry!(#private::Entry {
                crate_name: ::core::env!("CARGO_CRATE_NAME"),
                name: #name,
                location: #location,
                described: #private::Described::of::<#ident>(),
                visit: __visit,
            });
        }
    });
    quote! {
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
        let library = self.library();
        let (arguments, options) = match &self.role {
            Role::Metric(metric) => {
                let (name, help) = (&metric.name, &metric.help);
                (quote!(#name, #help), metric.options(private))
            }
            Role::Group(group) => (text(group.prefix.as_ref()), group.options(private)),
            Role::Skip => return TokenStream::new(),
        };
        // The place of a method's call begins at its name.
        let field = quote_spanned!(self.ident.span()=> .field(#arguments));
        quote!(#library #field #options)
    }

    /// What the library makes of the field's type. Always by the same words, so that all errors about it read the
    /// same, and rustc shows them once.
    fn library(&self) -> Option<TokenStream> {
        let (ty, private) = (self.ty, Core::imported());
        let path = match self.role {
            Role::Metric(_) => quote!(#private::instrument),
            Role::Group(_) => quote!(#private::group),
            Role::Skip => return None,
        };
        let path = at(ty.span(), path);
        Some(quote_spanned!(ty.span()=> #path::<#ty>()))
    }
}

impl Metric {
    /// Calls of methods of the library's type `Field`.
    fn options(&self, private: &TokenStream) -> TokenStream {
        let mut options = TokenStream::new();
        if let Some(unit) = &self.unit {
            let unit = unit.value(private);
            options.extend(quote!(.unit(#unit)));
        }
        if let Some(buckets) = &self.buckets {
            let slice = buckets.slice();
            options.extend(quote!(.buckets(#slice)));
        }
        if let Some(quantiles) = &self.quantiles {
            let slice = quantiles.slice();
            options.extend(quote!(.quantiles(#slice)));
        }
        if let Some(native) = &self.native {
            let native = native.options(private);
            options.extend(quote!(.native(#native)));
        }
        options.extend(const_labels(&self.const_labels, private));
        options.extend(self.series.options());
        options.extend(multiprocess(self.multiprocess.as_ref(), private));
        options.extend(allow(&self.allow, private));
        options
    }
}

impl Group {
    /// Calls of methods of the library's type `Field`.
    fn options(&self, private: &TokenStream) -> TokenStream {
        let mut options = const_labels(&self.const_labels, private);
        options.extend(self.series.options());
        options.extend(multiprocess(self.multiprocess.as_ref(), private));
        options.extend(allow(&self.allow, private));
        options
    }
}

impl SeriesOptions {
    fn options(&self) -> TokenStream {
        let mut options = TokenStream::new();
        if let Some(max_series) = &self.max_series {
            let max_series = max_series.value();
            options.extend(quote!(.max_series(#max_series)));
        }
        if let Some(ttl) = &self.ttl_seconds {
            let ttl = ttl.value();
            options.extend(quote!(.ttl(#ttl)));
        }
        if self.preset {
            options.extend(quote!(.preset()));
        }
        options
    }
}

fn const_labels(labels: &ConstLabels, private: &TokenStream) -> TokenStream {
    if labels.is_empty() {
        return TokenStream::new();
    }
    let slice = labels.slice(private);
    quote!(.const_labels(#slice))
}

fn multiprocess(mode: Option<&Multiprocess>, private: &TokenStream) -> Option<TokenStream> {
    let mode = mode?.value(private);
    Some(quote!(.multiprocess(#mode)))
}

fn allow(allow: &Allow, private: &TokenStream) -> TokenStream {
    if allow.is_empty() {
        return TokenStream::new();
    }
    let rules = allow.rules(private);
    quote!(.allow(#rules))
}

/// Of an option that may be left out.
pub(super) fn text(literal: Option<&LitStr>) -> TokenStream {
    literal.map_or_else(|| quote!(""), ToTokens::to_token_stream)
}
