//! The description of the API, out of the handlers themselves. `docs/openapi.json` is a copy
//! that a test keeps true.

use crate::problem::Problem;
use crate::routes::{
    admin, api_keys, auth, detect, detections, detectors, docs, health, metrics, models, ready,
};
use crate::table::TableBodies;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};

/// As JSON text, indented.
#[must_use]
pub fn openapi_json() -> String {
    // Nothing in it can fail to become JSON; the test that compares it would say so.
    Api::openapi().to_pretty_json().unwrap_or_default()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pynomaly",
        description = "Anomaly detection whose algorithms are plugins. Errors are RFC 9457 \
                       problems with a stable `code`; lists are pages. Tokens come from \
                       `/api/v1/auth/login`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        health::health,
        ready::ready,
        metrics::metrics,
        docs::openapi,
        docs::page,
        auth::login::login,
        auth::refresh::refresh,
        auth::logout::logout,
        auth::me::me,
        auth::password::change,
        auth::password_reset::reset,
        auth::oidc::login::login,
        auth::oidc::callback::callback,
        auth::totp::begin::begin,
        auth::totp::confirm::confirm,
        auth::totp::remove::remove,
        detectors::list,
        detectors::get,
        detect::detect,
        detections::list::list,
        detections::get::get,
        detections::replay::replay,
        models::list::list,
        models::fit::fit,
        models::get::get,
        models::rename::rename,
        models::delete::delete,
        models::score::score,
        api_keys::list::list,
        api_keys::create::create,
        api_keys::revoke::revoke,
        admin::plugins::list::list,
        admin::plugins::upload::upload,
        admin::plugins::gc::gc,
        admin::plugins::get::get,
        admin::plugins::comparison::comparison,
        admin::plugins::promote::promote,
        admin::plugins::rollback::rollback,
        admin::plugins::retire::retire,
        admin::plugins::quarantine::quarantine,
        admin::plugins::fallback::fallback,
        admin::plugins::delete::delete,
        admin::plugin_uploads::list::list,
        admin::plugin_uploads::get::get,
        admin::plugin_keys::list::list,
        admin::plugin_keys::create::create,
        admin::plugin_keys::update::update,
        admin::plugin_keys::delete::delete,
        admin::users::list::list,
        admin::users::create::create,
        admin::users::update::update,
        admin::users::password_reset::create,
        admin::users::totp::remove,
        admin::tenants::list::list,
        admin::tenants::create::create,
        admin::tenants::update::update,
        admin::audit_logs::list,
        admin::captures::list::list,
        admin::captures::get::get,
        admin::captures::delete::delete,
    ),
    components(schemas(Problem)),
    modifiers(&Bearer, &Problems, &TableBodies)
)]
struct Api;

/// How a token or a key comes with a request.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        let key = ApiKey::Header(ApiKeyValue::new("X-API-Key"));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(key));
    }
}

/// Every operation may answer with a problem.
struct Problems;

impl Modify for Problems {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        for path in api.paths.paths.values_mut() {
            let operations =
                [&mut path.get, &mut path.post, &mut path.patch, &mut path.put, &mut path.delete];
            operations.into_iter().flatten().for_each(add_problem);
        }
    }
}

fn add_problem(operation: &mut Operation) {
    let schema = Ref::from_schema_name("Problem");
    let problem = ResponseBuilder::new()
        .description("Any other problem")
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build();
    operation.responses.responses.insert("default".into(), problem.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_DOCS=1 cargo test -p pynomaly-server` rewrites the file.
    #[test]
    fn committed_description_is_up_to_date() {
        crate::tests::is_up_to_date("openapi.json", &format!("{}\n", openapi_json()));
    }

    /// Whether `schema`, or what it refers to, shows how it looks.
    fn has_example(api: &serde_json::Value, schema: &serde_json::Value, depth: u32) -> bool {
        let below = |schema: &serde_json::Value| has_example(api, schema, depth + 1);
        let named = schema["$ref"].as_str().and_then(|path| api.pointer(&path[1..]));
        let parts = ["oneOf", "anyOf", "allOf"].map(|name| schema[name].as_array());
        depth < 8
            && (schema.get("example").is_some()
                || schema.get("examples").is_some()
                || schema.get("schema").is_some_and(below)
                || named.is_some_and(below)
                || schema["properties"].as_object().is_some_and(|all| all.values().any(below))
                || parts.into_iter().flatten().flatten().any(below))
    }

    #[test]
    fn every_operation_says_what_it_does() {
        let api: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        for (path, operations) in api["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(operation["responses"]["default"].is_object(), "{method} {path}");
                if let Some(bodies) = operation["requestBody"]["content"].as_object() {
                    let has_example = |body| has_example(&api, body, 0);
                    assert!(bodies.values().all(has_example), "{method} {path} has no example");
                }
            }
        }
    }
}
