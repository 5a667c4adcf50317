use super::model::{Label, Model};
use crate::emit::{at, check};
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, GenericParam, Ident, Lifetime, parse_quote};

pub(super) fn expand(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    // On the struct's name, where rustc shows that it is no label set if one of its fields is no label.
    let span = model.input.ident.span();
    let here = at(span, private.clone());
    let density = model.labels.iter().rev().fold(quote_spanned!(span=> #here::Dense), |rest, label| {
        let of_field = label.member(&private, "Density");
        quote_spanned!(span=> <#of_field as #here::Density>::And<#rest>)
    });
    let values: Vec<_> = model.labels.iter().map(|label| label.member(&private, "VALUES")).collect();
    let lens = model.labels.iter().zip(&values).map(|(label, values)| quote_spanned!(label.ty.span()=> #values.len()));
    let indices = model.labels.iter().map(|label| label.call(&private, "index"));
    let calls = model.labels.iter().map(|label| label.call(&private, "text"));
    let names = model.labels.iter().map(|label| &label.name);
    let texts: Vec<_> = (0..model.labels.len()).map(|i| format_ident!("__text{i}")).collect();
    let header = header(model, &model.labels);
    let borrowed = borrowed(model);
    let checks = model.labels.iter().map(|label| label.checks(&private));
    quote_spanned! {span=>
        #(#checks)*

        #header {
            type Of<'__of> = #borrowed;
            type Density = #density;
            const NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];
            const VALUES: &'static [&'static [&'static ::core::primitive::str]] = #here::dense_values(&[#(#values),*]);

            #[inline]
            fn index(&self) -> ::core::primitive::usize {
                if <Self as #here::LabelSet>::VALUES.is_empty() {
                    return 0;
                }
                let __index = 0;
                #(let __index = __index * #lens + #indices;)*
                __index
            }

            #[inline(always)]
            fn with_values<__R>(&self, __f: impl ::core::ops::FnOnce(&[&::core::primitive::str]) -> __R) -> __R {
                #(let #texts = #calls;)*
                __f(&[#(::core::convert::AsRef::<::core::primitive::str>::as_ref(&#texts)),*])
            }
        }
    }
}

/// An implementation that only keeps other code from failing too.
pub(super) fn fallback(model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let header = header(model, &[]);
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

/// Bounded by what its fields must be, so that a field which is no label is one error, there, and not one more for
/// each thing that is done with it. A bound on a lifetime would hide the implementations for all lifetimes.
fn header(model: &Model<'_>, labels: &[Label<'_>]) -> TokenStream {
    let private = model.core.private();
    let ident = &model.input.ident;
    let (impl_generics, ty_generics, where_clause) = model.input.generics.split_for_impl();
    let predicates = where_clause.map(|clause| &clause.predicates).into_iter().flatten();
    let fields = labels.iter().filter(|label| !has_lifetime(label.ty.to_token_stream())).map(|label| {
        let (ty, label_value) = (label.ty, at(label.ty.span(), quote!(#private::LabelValue)));
        // The lifetime lets the bound stand if it is known not to hold: that is said where the field is checked.
        quote!(for<'__never> #ty: #label_value)
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::LabelSet for #ident #ty_generics
        where
            #(#predicates,)*
            #(#fields,)*
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
    fn checks(&self, private: &TokenStream) -> TokenStream {
        let Self { name, ty, span, .. } = self;
        let mut checks = check(*span, &quote!(#private::check_label_name(#name)));
        let (ty, at_ty) = (with_static(ty.to_token_stream()), ty.span());
        let label_value = at(at_ty, quote!(#private::LabelValue));
        let assertion = at(at_ty, quote!(#private::check_label_values));
        checks.extend(quote_spanned!(at_ty=> const _: () = #assertion(<#ty as #label_value>::VALUES);));
        checks
    }

    /// Something of the field's type, all of it on the type's span, so that all errors about it are one error
    /// there.
    fn member(&self, private: &TokenStream, name: &str) -> TokenStream {
        let (ty, span) = (self.ty, self.ty.span());
        let label_value = at(span, quote!(#private::LabelValue));
        let name = Ident::new(name, span);
        quote_spanned!(span=> <#ty as #label_value>::#name)
    }

    /// A call of one of its methods.
    fn call(&self, private: &TokenStream, method: &str) -> TokenStream {
        let (ident, method) = (self.ident, self.member(private, method));
        quote_spanned!(self.ty.span()=> #method(&self.#ident))
    }
}

fn has_lifetime(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '\'',
        TokenTree::Group(group) => has_lifetime(group.stream()),
        _ => false,
    })
}

/// The type with `'static` for all lifetimes, which are not known outside of the `impl`.
fn with_static(ty: TokenStream) -> TokenStream {
    let mut is_lifetime = false;
    let replace = |mut token: TokenTree| {
        match &mut token {
            TokenTree::Ident(ident) if is_lifetime => *ident = Ident::new("static", ident.span()),
            TokenTree::Group(group) => token = Group::new(group.delimiter(), with_static(group.stream())).into(),
            _ => {}
        }
        is_lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        token
    };
    ty.into_iter().map(replace).collect()
}
