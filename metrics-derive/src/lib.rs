//! The macros of `metrics-core`. Use them through its re-exports: what they emit names that crate.

mod buckets;
mod case;
mod const_labels;
mod doc;
mod emit;
mod instrument_histogram;
mod label_set;
mod label_value;
mod metrics;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct of metrics.
#[proc_macro_derive(Metrics, attributes(metrics, metric))]
pub fn derive_metrics(input: TokenStream) -> TokenStream {
    metrics::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a set of labels.
#[proc_macro_derive(LabelSet, attributes(label))]
pub fn derive_label_set(input: TokenStream) -> TokenStream {
    label_set::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes the value of a label.
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn derive_label_value(input: TokenStream) -> TokenStream {
    label_value::derive(&parse_macro_input!(input as DeriveInput)).into()
}

/// Times a function.
#[proc_macro_attribute]
pub fn instrument_histogram(options: TokenStream, item: TokenStream) -> TokenStream {
    instrument_histogram::instrument(options.into(), item.into()).into()
}
