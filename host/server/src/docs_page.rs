//! `/docs`: the description of the API as one page, made here, with no script and nothing
//! loaded from elsewhere.

use crate::openapi::openapi_json;
use serde_json::{Map, Value};
use std::fmt::Write;

const HEAD: &str = include_str!("docs_page.html");

/// The whole page.
pub(crate) fn html() -> String {
    let api: Value = serde_json::from_str(&openapi_json()).unwrap_or_default();
    let mut page = HEAD.to_owned();
    line(&mut page, "p", &text(&api, "/info/description"));
    for (path, operations) in object(&api, "/paths") {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            write_operation(&mut page, path, method, operation);
        }
    }
    line(&mut page, "h2", "Schemas");
    for (name, schema) in object(&api, "/components/schemas") {
        write_schema(&mut page, name, schema);
    }
    page.push_str("</main>\n");
    page
}

fn write_operation(page: &mut String, path: &str, method: &str, operation: &Value) {
    line(page, "h3", &format!("{} {path}", method.to_uppercase()));
    line(page, "p", &text(operation, "/summary"));
    line(page, "p", &text(operation, "/description"));
    let body = "/requestBody/content/application~1json/schema/$ref";
    if let Some(schema) = operation.pointer(body).and_then(Value::as_str) {
        line(page, "p", &format!("Body: {}", name(schema)));
    }
    for (status, response) in object(operation, "/responses") {
        let schema = object(response, "/content")
            .find_map(|(_, content)| content.pointer("/schema/$ref").and_then(Value::as_str));
        let about = schema.map_or_else(|| text(response, "/description"), |it| name(it).to_owned());
        line(page, "li", &format!("{status}: {about}"));
    }
}

fn write_schema(page: &mut String, name: &str, schema: &Value) {
    line(page, "h3", name);
    line(page, "p", &text(schema, "/description"));
    for (field, about) in object(schema, "/properties") {
        let about = text(about, "/description");
        line(
            page,
            "li",
            &if about.is_empty() { field.clone() } else { format!("{field}: {about}") },
        );
    }
}

/// One element; nothing for an empty text.
fn line(page: &mut String, tag: &str, text: &str) {
    if !text.is_empty() {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "<{tag}>{}</{tag}>", escape(text));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn object<'a>(
    value: &'a Value,
    pointer: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// `Problem` of `#/components/schemas/Problem`.
fn name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

#[cfg(test)]
mod tests {
    #[test]
    fn page_shows_routes_and_schemas() {
        let page = super::html();
        assert!(page.contains("<h3>POST /api/v1/detect</h3>"));
        assert!(page.contains("<li>seed: Source of all randomness; drawn if not given.</li>"));
        assert!(!page.contains("<script"));
    }
}
