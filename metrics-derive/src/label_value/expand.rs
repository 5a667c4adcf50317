use super::model::{Model, Shape, Variant};
use crate::emit::at;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Type};

pub(super) fn expand(input: &DeriveInput, model: &Model<'_>) -> TokenStream {
    let private = model.core.private();
    let items = match &model.shape {
        Shape::Enum(variants) => of_enum(&private, variants),
        Shape::Newtype(ty) => of_newtype(&private, ty),
        Shape::Fallback => fallback(&private),
    };
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::LabelValue for #ident #ty_generics #where_clause {
            #items
        }
    }
}

fn of_enum(private: &TokenStream, variants: &[Variant<'_>]) -> TokenStream {
    let texts = variants.iter().map(|variant| &variant.text);
    let idents = variants.iter().map(|variant| variant.ident);
    let index = 0..variants.len();
    quote! {
        type Density = #private::Dense;
        const VALUES: &'static [&'static ::core::primitive::str] = &[#(#texts),*];
        type Text<'__text> = &'static ::core::primitive::str;

        #[inline]
        fn index(&self) -> ::core::primitive::usize {
            match self {
                #(Self::#idents => #index,)*
            }
        }

        #[inline]
        fn text(&self) -> &'static ::core::primitive::str {
            <Self as #private::LabelValue>::VALUES[<Self as #private::LabelValue>::index(self)]
        }
    }
}

fn of_newtype(private: &TokenStream, ty: &Type) -> TokenStream {
    // All of it on the span of the field's type, so that all errors about it are one error there.
    let span = ty.span();
    let label_value = at(span, quote!(#private::LabelValue));
    let member = |name: TokenStream| {
        let name = at(span, name);
        quote_spanned!(span=> <#ty as #label_value>::#name)
    };
    let (density, values, index) = (member(quote!(Density)), member(quote!(VALUES)), member(quote!(index)));
    let (text, text_type) = (member(quote!(text)), member(quote!(Text<'__text>)));
    quote_spanned! {span=>
        type Density = #density;
        const VALUES: &'static [&'static ::core::primitive::str] = #values;
        type Text<'__text> = #text_type
        where
            Self: '__text;

        #[inline]
        fn index(&self) -> ::core::primitive::usize {
            #index(&self.0)
        }

        #[inline]
        fn text<'__text>(&'__text self) -> #text_type {
            #text(&self.0)
        }
    }
}

fn fallback(private: &TokenStream) -> TokenStream {
    quote! {
        type Density = #private::Dense;
        const VALUES: &'static [&'static ::core::primitive::str] = &["invalid"];
        type Text<'__text> = &'static ::core::primitive::str
        where
            Self: '__text;

        fn index(&self) -> ::core::primitive::usize {
            ::core::unimplemented!()
        }

        fn text(&self) -> &'static ::core::primitive::str {
            ::core::unimplemented!()
        }
    }
}
