use super::labels::Labels;
use super::model::{Body, Family, Function, Model, Output, Target};
use super::report::{borrow, report};
use crate::buckets::Buckets;
use crate::emit::{at, call_at, check};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Function { attrs, vis, sig, .. } = &model.function;
    let family = match &model.target {
        Target::Own(family) => own_family(model, family),
        Target::Into(_) => quote!(),
    };
    let labels = model.labels.as_ref().map(Labels::before);
    let body = match model.body {
        Body::Sync => sync_body(model),
        Body::Async => async_body(model),
        Body::Future => future_body(model, &format_ident!("time_future")),
        Body::BoxedFuture => future_body(model, &format_ident!("time_boxed_future")),
    };
    quote! {
        #(#attrs)* #vis #sig {
            #family
            #labels
            #body
        }
    }
}

/// Items in the function's body, where no name can clash with any other.
fn own_family(model: &Model, family: &Family) -> TokenStream {
    let private = model.core.private();
    let entry = model.core.entry();
    let Family { name, help, buckets, native, const_labels, allow: rules, .. } = family;
    let buckets = buckets.as_ref().map(Buckets::slice).map(|slice| quote!(.buckets(#slice)));
    let native = native.as_ref().map(|native| native.options(&private)).map(|options| quote!(.native(#options)));
    let rules = (!rules.is_empty()).then(|| rules.rules(&private)).map(|rules| quote!(.allow(#rules)));
    let const_labels = const_labels.pairs(&private);
    // In a literal the set stands without its lifetimes.
    let (allow, labels) = match &model.labels {
        Some(labels) => (quote!(#[allow(elided_lifetimes_in_paths)]), labels.set.to_token_stream()),
        None => (quote!(), quote!(#private::NoLabels)),
    };
    let ident = &model.function.sig.ident;
    let entry_name = ident.to_string();
    let location = at(ident.span(), quote!(#private::Location::caller()));
    let checks = checks(model, family);
    quote! {
        fn __marker() {}
        #allow
        const __FIELDS: &[#private::Field] = &[#private::function_field::<#labels>(
            #name,
            #help,
            &[("function", #private::LabelText::Computed(|| #private::function_name(__marker))), #const_labels],
            #location,
        ) #buckets #native #rules];
        #checks
        #allow
        static __FUNCTION: #private::Function<#labels> = #private::Function::new(__FIELDS);
        #entry!(#private::Entry {
            crate_name: ::core::env!("CARGO_CRATE_NAME"),
            name: #entry_name,
            location: #location,
            described: #private::Described::fields(__FIELDS),
            visit: |__visit| __FUNCTION.visit(__visit),
        });
    }
}

fn checks(model: &Model, family: &Family) -> TokenStream {
    let private = model.core.private();
    let mut checks = quote!(const __CHECKS: #private::Checks = #private::Checks::new("", __FIELDS, &[]););
    if family.checked {
        checks.extend(check(family.name.span(), &quote!(__CHECKS.function_name())));
    }
    if let Some(buckets) = &family.buckets
        && !buckets.is_checked()
    {
        checks.extend(check(buckets.span(), &quote!(__CHECKS.buckets(0))));
    }
    for (name, span) in family.const_labels.names() {
        checks.extend(check(span, &quote!(__CHECKS.const_label(0, #name))));
    }
    if let Some(labels) = &model.labels {
        let set = &labels.set;
        checks.extend(quote!(#[allow(elided_lifetimes_in_paths)]));
        checks.extend(check(labels.span(), &quote!(#private::check_function_labels::<#set>())));
        checks.extend(check(labels.span(), &quote!(__CHECKS.labels(0))));
    }
    checks
}

fn sync_body(model: &Model) -> TokenStream {
    let private = model.core.private();
    let (begin, body, report) = (begin(model), closure(model), report(model));
    quote! {
        #begin
        #private::time(#body, #report)
    }
}

/// What is kept until the call has ended.
fn begin(model: &Model) -> TokenStream {
    track(model).map(|track| quote!(let __in_progress = #track;)).unwrap_or_default()
}

fn track(model: &Model) -> Option<TokenStream> {
    let private = model.core.private();
    let place = model.track_in_progress.as_ref()?;
    Some(call_at(&place.0, quote!(#private::track_in_progress), borrow(place)))
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
    let (begin, report) = (begin(model), report(model));
    if matches!(model.output, Output::Never) {
        // `!` cannot be named here, and what an endless block is otherwise depends on the edition.
        return quote! {
            #begin
            #[allow(unreachable_code)]
            let __body = ::core::pin::pin!(async move {
                let __never: ::core::convert::Infallible = #block;
                __never
            });
            match #private::time_async(__body, #report).await {}
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
        #begin
        let __body = ::core::pin::pin!(async move {
            #typed
            #block
        });
        #private::time_async(__body, #report).await
    }
}

fn future_body(model: &Model, time: &Ident) -> TokenStream {
    let private = model.core.private();
    let (body, report) = (closure(model), report(model));
    let begin = track(model).unwrap_or_else(|| quote!(()));
    quote! {
        let __future = #private::make_future(#body, #report, move || #begin);
        #private::#time(__future)
    }
}
