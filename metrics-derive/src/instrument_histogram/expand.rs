use super::model::{Body, Function, Model, Output};
use crate::emit::{at, check};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Function { attrs, vis, sig, .. } = &model.function;
    let family = family(model);
    let body = match model.body {
        Body::Sync => sync_body(model),
        Body::Async => async_body(model),
        Body::Future => future_body(model, &format_ident!("time_future")),
        Body::BoxedFuture => future_body(model, &format_ident!("time_boxed_future")),
    };
    quote! {
        #(#attrs)* #vis #sig {
            #family
            #body
        }
    }
}

/// The function's family: items in its body, where no name can clash with any other.
fn family(model: &Model) -> TokenStream {
    let private = model.core.private();
    let entry = model.core.entry();
    let (name, help) = (&model.name, &model.help);
    let buckets = match &model.buckets {
        Some(buckets) => {
            let slice = buckets.slice();
            quote!(::core::option::Option::Some(#slice))
        }
        None => quote!(::core::option::Option::None),
    };
    let const_labels = model.const_labels.pairs(&private);
    let ident = &model.function.sig.ident;
    let entry_name = ident.to_string();
    let location = at(ident.span(), quote!(#private::Location::caller()));
    let checks = checks(model);
    quote! {
        fn __marker() {}
        const __FIELD: #private::FamilyField = #private::function_field(
            #name,
            #help,
            #buckets,
            &[("function", #private::LabelText::Computed(|| #private::function_name(__marker))), #const_labels],
            #location,
        );
        #checks
        static __FUNCTION: #private::Function = #private::Function::new(&__FIELD);
        #entry!(#private::Entry {
            crate_name: ::core::env!("CARGO_CRATE_NAME"),
            name: #entry_name,
            location: __FIELD.location,
            source: || __FUNCTION.source(),
        });
    }
}

fn checks(model: &Model) -> TokenStream {
    let private = model.core.private();
    let mut checks = check(model.name.span(), &quote!(#private::check_metric_name(&__FIELD)));
    if let Some(buckets) = &model.buckets {
        checks.extend(check(buckets.span(), &quote!(#private::check_buckets(&__FIELD))));
    }
    for (name, span) in model.const_labels.names() {
        checks.extend(check(span, &quote!(#private::check_const_label(&__FIELD, #name))));
    }
    checks
}

fn sync_body(model: &Model) -> TokenStream {
    let private = model.core.private();
    let (body, is_error) = (closure(model), is_error(model));
    quote!(#private::time(&__FUNCTION, #body, #is_error))
}

/// The body, as a closure of the function's type.
fn closure(model: &Model) -> TokenStream {
    let block = &model.function.block;
    let output = match &model.output {
        Output::Unknown => quote!(),
        Output::Never => quote!(-> !),
        Output::Type(ty) => quote!(-> #ty),
    };
    quote!(move || #output #block)
}

fn async_body(model: &Model) -> TokenStream {
    let private = model.core.private();
    let block = &model.function.block;
    let is_error = is_error(model);
    if matches!(model.output, Output::Never) {
        // `!` cannot be named here, and what an endless block is otherwise depends on the edition.
        return quote! {
            #[allow(unreachable_code)]
            let __body = ::core::pin::pin!(async move {
                let __never: ::core::convert::Infallible = #block;
                __never
            });
            match #private::time_async(&__FUNCTION, __body, #is_error).await {}
        };
    }
    // An async block cannot say what it returns; this return that is never reached does.
    let typed = match &model.output {
        Output::Type(ty) => {
            // Where the type stands, as rustc shows this place in errors about other returns.
            let output = at(ty.span(), quote!(#private::output));
            quote_spanned!(ty.span()=> if false { return #output::<#ty>(); })
        }
        _ => quote!(),
    };
    quote! {
        let __body = ::core::pin::pin!(async move {
            #typed
            #block
        });
        #private::time_async(&__FUNCTION, __body, #is_error).await
    }
}

fn future_body(model: &Model, time: &Ident) -> TokenStream {
    let private = model.core.private();
    let (body, is_error) = (closure(model), is_error(model));
    quote! {
        let __future = #private::make_future(&__FUNCTION, #body);
        #private::#time(&__FUNCTION, __future, #is_error)
    }
}

/// Finds out by the type, not by its name, whether a `Result` was returned: see `Returned` in the library.
fn is_error(model: &Model) -> TokenStream {
    let private = model.core.private();
    quote!(|__value| #private::Returned(__value).is_error())
}
