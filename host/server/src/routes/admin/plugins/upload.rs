use super::PluginAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::page::query;
use crate::plugins::{PluginError, Upload};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

const SIGNATURE: &str = "pynomaly-signature";
const CONTENT_DIGEST: &str = "content-digest";

/// What the component must be.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadQuery {
    /// `sha256:…`: other bytes are refused. `Content-Digest` (RFC 9530) does the same.
    #[param(example = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    digest: Option<String>,
}

/// A WebAssembly component, byte by byte.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct ComponentBody(#[expect(dead_code, reason = "it is only described")] Vec<u8>);

/// Uploads a component as a version that serves nobody yet.
///
/// Nothing is stored that does not pass every step: size, digest, signature, format, imports,
/// resources, compile, contract, describe, descriptor, name, self-test; a refusal begins with the
/// step, that of the self-test goes on with the check that failed. The same bytes again are 200,
/// and change nothing.
///
/// The signature comes in `PYNOMALY-Signature: keyid=…, ed25519=…`, as `pynomaly plugin sign`
/// prints it.
#[utoipa::path(post, path = "/api/v1/admin/plugins", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    params(UploadQuery, ("PYNOMALY-Signature" = Option<String>, Header)),
    request_body(content = ComponentBody, content_type = "application/wasm", example = json!("\\0asm…")),
    responses(
        (status = 200, body = PluginAnswer, description = "It was there already"),
        (status = 201, body = PluginAnswer),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn upload(
    State(app): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManagePlugins)?;
    let UploadQuery { digest } = query(request.uri())?;
    let (parts, body) = request.into_parts();
    check_media_type(&parts.headers)?;
    let digest = wanted_digest(&parts.headers, digest)?;
    let signature = text(&parts.headers, SIGNATURE);
    let signature = signature.map(str::parse).transpose().map_err(PluginError::Signature)?;
    let limit = app.engine.sandbox().limits().component_bytes_max;
    let body = body::read_up_to(&app, &parts.headers, body, limit).await?;
    // The body stays where it is counted until all is done.
    let _turn = app.uploads.enter().await?;
    let component = body.as_slice().to_vec();
    let actor = caller.actor(app.clock.now());
    let upload = Upload { component, digest, signature, actor };
    let (version, is_new) = crate::plugins::upload(&app, upload).await?;
    let catalog = app.store.list_plugins().await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    json(status, &PluginAnswer::of(&catalog, &version))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // What is no text is no signature and no digest either.
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Compressed bytes could be any number of them: only what is counted is taken.
fn check_media_type(headers: &HeaderMap) -> Result<(), PluginError> {
    let media_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/wasm") {
        return Err(PluginError::MediaType);
    }
    let encoding = text(headers, header::CONTENT_ENCODING.as_str());
    if encoding.is_some_and(|it| !it.eq_ignore_ascii_case("identity")) {
        return Err(PluginError::Encoding);
    }
    Ok(())
}

/// Of the query or of `Content-Digest: sha-256=:…:`; where both say one, the same.
fn wanted_digest(
    headers: &HeaderMap,
    query: Option<String>,
) -> Result<Option<String>, PluginError> {
    let form = |text: &str| PluginError::DigestForm(format!("{text:?} is no SHA-256"));
    let given = text(headers, CONTENT_DIGEST).map(|text| {
        let value = text.trim().strip_prefix("sha-256=:").and_then(|it| it.strip_suffix(':'));
        let bytes = value.and_then(|value| STANDARD.decode(value).ok());
        let bytes = bytes.filter(|bytes| bytes.len() == 32).ok_or_else(|| form(text))?;
        Ok::<_, PluginError>(format!("sha256:{}", hex::encode(bytes)))
    });
    let given = given.transpose()?;
    if let Some(query) = &query {
        let digits = query.strip_prefix("sha256:").unwrap_or_default();
        if digits.len() != 64 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(form(query));
        }
    }
    match (query.map(|it| it.to_ascii_lowercase()), given) {
        (Some(wanted), Some(found)) if wanted != found => {
            Err(PluginError::Digest { wanted, found })
        }
        (query, given) => Ok(query.or(given)),
    }
}
