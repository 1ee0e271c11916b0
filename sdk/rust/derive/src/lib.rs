//! Derives of `pynomaly-sdk`: `Parameters` for structs, `Choice` for enums.

mod choice;
mod parameters;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Turns a struct into a parameter table and the check of what a caller gives.
///
/// Each field is a parameter of its name; its doc comment is the parameter's. In
/// `#[parameter(…)]`: `default = VALUE`, which a field that is no `Option` must have;
/// `range = LOW..=HIGH` (`..` takes the end out of it, either end may be missing); and
/// `exclusive_minimum`, which takes the beginning out of it.
#[proc_macro_derive(Parameters, attributes(parameter))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    parameters::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Lets an enum without fields be a parameter: each variant is a text, its name in snake case.
#[proc_macro_derive(Choice)]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
