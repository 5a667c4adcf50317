//! What an expansion does when a call has ended: a closure of the time that it took and its outcome.

use super::attr::{Asked, Place};
use super::model::{Model, Target};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

pub(super) fn report(model: &Model) -> TokenStream {
    let private = model.core.private();
    let observe = observe(model);
    if !asks_the_user(model) {
        return quote!(move |__elapsed, __outcome| #observe);
    }
    let skip = model.skip_on.as_ref().map(|Asked(skip)| {
        let condition = quote_spanned!(skip.span()=> #private::ask::<_, ::core::primitive::bool>(__outcome, #skip));
        quote! {
            if #condition {
                return;
            }
        }
    });
    let count = model.count_errors.as_ref().map(|place| {
        let (ended, count) = (ended(model), call(place, "guard_errors"));
        quote! {
            if (#ended).is_failure() {
                ::core::mem::drop(#count);
            }
        }
    });
    quote! {
        move |__elapsed, __outcome| #private::contain(move || {
            #skip
            #count
            #observe
        })
    }
}

/// Whether there is code of the user in it, which may panic.
fn asks_the_user(model: &Model) -> bool {
    let Model { target, labels, skip_on, outcome, count_errors, .. } = model;
    let into = matches!(target, Target::Into(_));
    into || labels.is_some() || skip_on.is_some() || outcome.is_some() || count_errors.is_some()
}

fn observe(model: &Model) -> TokenStream {
    let private = model.core.private();
    let labels = model.labels.as_ref().map(|labels| labels.literal(&private));
    match (&model.target, labels) {
        (Target::Own(_), labels) => {
            let labels = labels.unwrap_or_else(|| quote!(#private::NoLabels));
            let ended = ended(model);
            quote!(__FUNCTION.observe(#labels, #ended, __elapsed))
        }
        (Target::Into(Place(into)), Some(labels)) => {
            let observe = quote_spanned!(into.span()=> #private::observe_labels);
            quote!(#observe(&#into, &#labels, __elapsed))
        }
        (Target::Into(Place(into)), None) => {
            let observe = quote_spanned!(into.span()=> #private::observe);
            quote!(#observe(&#into, __elapsed))
        }
    }
}

fn ended(model: &Model) -> TokenStream {
    let private = model.core.private();
    match &model.outcome {
        Some(Asked(outcome)) => quote!(__outcome.ended_by(#outcome)),
        // Finds out by the type, not by its name, whether it is a `Result`: see `Returned` in the library.
        None => quote!(__outcome.ended_by(|__value| #private::Returned(__value).ended())),
    }
}

/// A call of a method of the metric, without arguments. An error about it is where the metric is named.
pub(super) fn call(Place(place): &Place, method: &str) -> TokenStream {
    let method = syn::Ident::new(method, place.span());
    match place {
        Expr::Path(_) | Expr::Field(_) | Expr::MethodCall(_) | Expr::Call(_) | Expr::Index(_) | Expr::Paren(_) => {
            quote!(#place.#method())
        }
        _ => quote!((#place).#method()),
    }
}
