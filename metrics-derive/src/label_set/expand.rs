use super::model::{Label, Model};
use crate::emit::{at, check};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, GenericParam, Lifetime, parse_quote};

pub(super) fn expand(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let values: Vec<_> = model.labels.iter().map(|label| label.value(&private)).collect();
    let density = model.labels.iter().zip(&values).rev().fold(quote!(#private::Dense), |rest, (label, value)| {
        let span = label.ty.span();
        let density = at(span, quote!(#private::Density));
        quote_spanned!(span=> <#value::Density as #density>::And<#rest>)
    });
    let names = model.labels.iter().map(|label| &label.name);
    let idents: Vec<_> = model.labels.iter().map(|label| label.ident).collect();
    let texts: Vec<_> = (0..model.labels.len()).map(|i| format_ident!("__text{i}")).collect();
    let header = header(model);
    let borrowed = borrowed(model);
    let checks =
        model.labels.iter().map(|Label { name, span, .. }| check(*span, &quote!(#private::check_label_name(#name))));
    quote! {
        #(#checks)*

        #header {
            type Of<'__of> = #borrowed;
            type Density = #density;
            const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];
            const VALUES: &'static [&'static [&'static ::core::primitive::str]] = #private::dense_values(&[#(#values::VALUES),*]);

            #[inline]
            fn index(&self) -> ::core::primitive::usize {
                if <Self as #private::LabelSet>::VALUES.is_empty() {
                    return 0;
                }
                let __index = 0;
                #(let __index = __index * #values::VALUES.len() + #values::index(&self.#idents);)*
                __index
            }

            #[inline(always)]
            fn with_values<__R>(&self, __f: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R) -> __R {
                #(let #texts = #values::text(&self.#idents);)*
                __f(&[#(::core::convert::AsRef::<::core::primitive::str>::as_ref(&#texts)),*])
            }
        }
    }
}

/// An implementation that only keeps other code from failing too.
pub(super) fn fallback(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let header = header(model);
    let borrowed = borrowed(model);
    quote! {
        #header {
            type Of<'__of> = #borrowed;
            type Density = #private::Hashed;
            const NAMES: &'static [&'static ::core::primitive::str] = &[];
            const VALUES: &'static [&'static [&'static ::core::primitive::str]] = &[];

            fn index(&self) -> ::core::primitive::usize {
                ::core::unimplemented!()
            }

            fn with_values<__R>(&self, _: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R) -> __R {
                ::core::unimplemented!()
            }
        }
    }
}

fn header(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let ident = &model.input.ident;
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::LabelSet for #ident #ty_generics #where_clause
    }
}

/// The struct with `'__of` for each of its lifetimes.
fn borrowed(model: &Model<'_>) -> TokenStream {
    let ident = &model.input.ident;
    let params = &model.input.generics.params;
    if params.is_empty() {
        return quote!(#ident);
    }
    let args = params.iter().map(|param| -> GenericArgument {
        match param {
            GenericParam::Lifetime(_) => GenericArgument::Lifetime(Lifetime::new("'__of", param.span())),
            GenericParam::Type(param) => {
                let ident = &param.ident;
                parse_quote!(#ident)
            }
            GenericParam::Const(param) => {
                let ident = &param.ident;
                parse_quote!(#ident)
            }
        }
    });
    quote!(#ident<#(#args),*>)
}

impl Label<'_> {
    /// On the span of the field's type, so that all errors about it are one error there.
    fn value(&self, private: &TokenStream) -> TokenStream {
        let ty = self.ty;
        let private = at(ty.span(), private.clone());
        quote_spanned!(ty.span()=> <#ty as #private::LabelValue>)
    }
}
