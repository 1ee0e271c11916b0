//! `#[derive(Parameters)]`

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprRange, Field, Fields, Lit, Meta, RangeLimits,
    Result,
};

/// What `#[parameter(…)]` says.
#[derive(Default)]
struct Options {
    default: Option<Expr>,
    range: Option<ExprRange>,
    exclusive_minimum: bool,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(input, "Parameters is for structs"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(input, "parameters have names"));
    };
    let name = &input.ident;
    let rows = fields.named.iter().map(row).collect::<Result<Vec<_>>>()?;
    let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    let takes = fields.named.iter().map(take);
    Ok(quote! {
        impl ::pynomaly_sdk::parameters::Parameters for #name {
            fn table() -> Vec<::pynomaly_sdk::parameters::Parameter> {
                vec![#(#rows),*]
            }

            fn parse(
                given: Vec<(String, ::pynomaly_sdk::parameters::Value)>,
            ) -> Result<Self, ::pynomaly_sdk::Error> {
                let mut given = ::pynomaly_sdk::parameters::Given::new(given);
                let mut table = Self::table().into_iter();
                #(#takes)*
                given.finish()?;
                Ok(Self { #(#names),* })
            }
        }
    })
}

/// The table's row of one field.
fn row(field: &Field) -> Result<TokenStream> {
    let (options, kind) = (options(field)?, &field.ty);
    if options.default.is_none() && !is_option(field) {
        return Err(Error::new_spanned(field, "give it a default, or make it an Option"));
    }
    let name = field.ident.as_ref().map(ToString::to_string);
    let doc = doc(&field.attrs);
    let bounds = bounds(&options)?;
    let default = match &options.default {
        Some(value) => {
            quote! { ::pynomaly_sdk::parameters::Typed::into_value({ let it: #kind = #value; it }) }
        }
        None => quote! { None },
    };
    Ok(quote! {
        ::pynomaly_sdk::parameters::Parameter {
            name: #name,
            kind: <#kind as ::pynomaly_sdk::parameters::Typed>::kind(#bounds),
            default: #default,
            doc: #doc,
        }
    })
}

/// Takes one field's value out of what was given. Rows of the table come in the fields' order.
fn take(field: &Field) -> TokenStream {
    let (name, kind) = (&field.ident, &field.ty);
    let absent = if is_option(field) {
        quote! { None }
    } else {
        quote! { return Err(row.refuse("is missing")) }
    };
    quote! {
        let #name: #kind = match table.next() {
            Some(row) => match given.take(&row)? {
                Some(value) => value,
                None => #absent,
            },
            None => return Err(::pynomaly_sdk::Error::Other("a parameter has no row".to_owned())),
        };
    }
}

fn options(field: &Field) -> Result<Options> {
    let mut options = Options::default();
    for attribute in field.attrs.iter().filter(|it| it.path().is_ident("parameter")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                options.default = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("range") {
                options.range = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("exclusive_minimum") {
                options.exclusive_minimum = true;
            } else {
                return Err(meta.error("default, range or exclusive_minimum"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn bounds(options: &Options) -> Result<TokenStream> {
    let Some(range) = &options.range else {
        return Ok(quote! { ::pynomaly_sdk::parameters::Bounds::default() });
    };
    let bound = |end: &Option<Box<Expr>>| match end {
        Some(end) => quote! { Some((#end) as f64) },
        None => quote! { None },
    };
    let (minimum, maximum) = (bound(&range.start), bound(&range.end));
    let exclusive_maximum = matches!(range.limits, RangeLimits::HalfOpen(_)) && range.end.is_some();
    let exclusive_minimum = options.exclusive_minimum;
    if exclusive_minimum && range.start.is_none() {
        return Err(Error::new_spanned(range, "there is no minimum to exclude"));
    }
    Ok(quote! {
        ::pynomaly_sdk::parameters::Bounds {
            minimum: #minimum,
            maximum: #maximum,
            exclusive_minimum: #exclusive_minimum,
            exclusive_maximum: #exclusive_maximum,
        }
    })
}

fn is_option(field: &Field) -> bool {
    let syn::Type::Path(path) = &field.ty else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}

/// The doc comment, on one line.
fn doc(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| {
        let Meta::NameValue(meta) = &attribute.meta else { return None };
        let Expr::Lit(value) = &meta.value else { return None };
        let Lit::Str(text) = &value.lit else { return None };
        meta.path.is_ident("doc").then(|| text.value().trim().to_owned())
    };
    attributes.iter().filter_map(line).collect::<Vec<_>>().join(" ")
}
