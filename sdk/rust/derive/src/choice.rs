//! `#[derive(Choice)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(input, "Choice is for enums"));
    };
    if let Some(variant) = data.variants.iter().find(|it| !matches!(it.fields, Fields::Unit)) {
        return Err(Error::new_spanned(variant, "a choice has no fields"));
    }
    let name = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let texts: Vec<_> = variants.iter().map(|variant| snake_case(&variant.to_string())).collect();
    Ok(quote! {
        impl ::pynomaly_sdk::parameters::Typed for #name {
            fn kind(_: ::pynomaly_sdk::parameters::Bounds<f64>) -> ::pynomaly_sdk::parameters::Kind {
                ::pynomaly_sdk::parameters::Kind::Choice(vec![#(#texts.to_owned()),*])
            }

            fn from_value(value: ::pynomaly_sdk::parameters::Value) -> Option<Self> {
                let ::pynomaly_sdk::parameters::Value::Text(text) = value else { return None };
                match text.as_str() {
                    #(#texts => Some(Self::#variants),)*
                    _ => None,
                }
            }

            fn into_value(self) -> Option<::pynomaly_sdk::parameters::Value> {
                let text = match self { #(Self::#variants => #texts,)* };
                Some(::pynomaly_sdk::parameters::Value::Text(text.to_owned()))
            }
        }
    })
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_uppercase() && place > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
