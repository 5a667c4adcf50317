//! What an expansion does when a call has ended: a closure of the time that it took and its outcome.

use super::attr::{Asked, Place};
use super::labels::ask;
use super::model::{Model, Target};
use crate::emit::call_at;
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
        let condition = ask(&private, skip);
        quote! {
            if #condition {
                return;
            }
        }
    });
    let count = model.count_errors.as_ref().map(|place| {
        let (ended, counter) = (ended(model), borrow(place));
        quote!(#private::count_failure(#counter, #ended);)
    });
    // A path in place of a closure would be a value, not a question.
    quote! {
        move |__elapsed, __outcome| #private::contain(move || {
            #[allow(clippy::redundant_closure_for_method_calls)]
            {
                #skip
                #count
                #observe;
            }
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
    match (&model.target, &model.labels) {
        (Target::Own(_), labels) => {
            let labels = match labels {
                Some(labels) => labels.literal(&private),
                None => quote!(#private::NoLabels),
            };
            let ended = ended(model);
            quote!(__FUNCTION.observe(#labels, #ended, __elapsed))
        }
        (Target::Into(into), Some(labels)) => {
            let (borrowed, literal) = (borrow(into), labels.literal(&private));
            let labels = quote_spanned!(labels.span()=> &#literal);
            let family = call_at(&into.0, quote!(#private::by_labels), borrowed);
            quote!(#family.observe(#labels, __elapsed))
        }
        (Target::Into(into), None) => {
            let into = borrow(into);
            quote!(#private::observe(#into, __elapsed))
        }
    }
}

/// A reference to a metric of the user. An error about its type is where it is named.
pub(super) fn borrow(Place(place): &Place) -> TokenStream {
    match place {
        Expr::Path(_) | Expr::Field(_) | Expr::MethodCall(_) | Expr::Call(_) | Expr::Index(_) | Expr::Unary(_) => {
            quote_spanned!(place.span()=> &#place)
        }
        _ => quote_spanned!(place.span()=> &(#place)),
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
