use super::PluginAnswer;
use crate::answer::json;
use crate::auth::{Caller, Permission};
use crate::body;
use crate::error::ApiError;
use crate::page::query;
use crate::plugins::{PluginError, Signature, SignatureError, Upload, layout_limits, unpack};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pynomaly_oci::LAYOUT_MEDIA_TYPE;
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

/// A tar of an OCI image layout that holds one WebAssembly artifact and nothing else.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct LayoutBody(#[expect(dead_code, reason = "it is only described")] Vec<u8>);

/// What a body is.
#[derive(Clone, Copy)]
enum Form {
    Component,
    Layout,
}

/// Uploads a component as a version that serves nobody yet.
///
/// Nothing is stored that does not pass every step: size, layout, digest, signature, format,
/// imports, resources, compile, contract, describe, descriptor, name, self-test; a refusal begins
/// with the step, that of the layout or the self-test goes on with what failed there. The same
/// bytes again are 200, and change nothing.
///
/// The signature comes in `PYNOMALY-Signature: keyid=…, ed25519=…`, as `pynomaly plugin sign`
/// prints it, or as the annotation of the layout's manifest. `digest` is that of the component,
/// `Content-Digest` that of the body.
#[utoipa::path(post, path = "/api/v1/admin/plugins", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    params(UploadQuery, ("PYNOMALY-Signature" = Option<String>, Header)),
    request_body(content(
        (ComponentBody = "application/wasm", example = json!("\\0asm…")),
        (LayoutBody = "application/vnd.oci.image.layout.v1+tar", example = json!("oci-layout…")),
    )),
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
    let form = form(&parts.headers)?;
    let (digest, content_digest) = (query_digest(digest)?, content_digest(&parts.headers)?);
    let signature = text(&parts.headers, SIGNATURE);
    let signature = signature.map(str::parse).transpose().map_err(PluginError::Signature)?;
    let limit = match form {
        Form::Component => app.engine.sandbox().limits().component_bytes_max,
        Form::Layout => layout_limits(&app).layout_bytes_max(),
    };
    let body = body::read_up_to(&app, &parts.headers, body, limit).await?;
    // The body stays where it is counted until all is done.
    let _turn = app.uploads.enter().await?;
    let bytes = body.as_slice().to_vec();
    let actor = caller.actor(app.clock.now());
    let (component, digest, signature) = match form {
        Form::Component => (bytes, one_digest(digest, content_digest)?, signature),
        Form::Layout => {
            let (component, inside) = unpack(&app, bytes, content_digest, &actor).await?;
            (component, digest, one_signature(signature, inside)?)
        }
    };
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
fn form(headers: &HeaderMap) -> Result<Form, PluginError> {
    let media_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default().trim();
    let forms = [("application/wasm", Form::Component), (LAYOUT_MEDIA_TYPE, Form::Layout)];
    let form = forms.into_iter().find(|(name, _)| media_type.eq_ignore_ascii_case(name));
    let (_, form) = form.ok_or(PluginError::MediaType)?;
    let encoding = text(headers, header::CONTENT_ENCODING.as_str());
    if encoding.is_some_and(|it| !it.eq_ignore_ascii_case("identity")) {
        return Err(PluginError::Encoding);
    }
    Ok(form)
}

fn no_digest(text: &str) -> PluginError {
    PluginError::DigestForm(format!("{text:?} is no SHA-256"))
}

/// Of `Content-Digest: sha-256=:…:`.
fn content_digest(headers: &HeaderMap) -> Result<Option<String>, PluginError> {
    let digest = |text: &str| {
        let value = text.trim().strip_prefix("sha-256=:").and_then(|it| it.strip_suffix(':'));
        let bytes = value.and_then(|value| STANDARD.decode(value).ok());
        let bytes = bytes.filter(|bytes| bytes.len() == 32).ok_or_else(|| no_digest(text))?;
        Ok(format!("sha256:{}", hex::encode(bytes)))
    };
    text(headers, CONTENT_DIGEST).map(digest).transpose()
}

fn query_digest(query: Option<String>) -> Result<Option<String>, PluginError> {
    let digest = |text: String| {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        if digits.len() != 64 || !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(no_digest(&text));
        }
        Ok(text.to_ascii_lowercase())
    };
    query.map(digest).transpose()
}

/// Where query and header both say one, the same.
fn one_digest(
    query: Option<String>,
    header: Option<String>,
) -> Result<Option<String>, PluginError> {
    match (query, header) {
        (Some(wanted), Some(found)) if wanted != found => {
            Err(PluginError::Digest { wanted, found })
        }
        (query, header) => Ok(query.or(header)),
    }
}

/// Where header and artifact both have one, the same.
fn one_signature(
    header: Option<Signature>,
    inside: Option<Signature>,
) -> Result<Option<Signature>, PluginError> {
    match (header, inside) {
        (Some(header), Some(inside)) if header != inside => {
            Err(PluginError::Signature(SignatureError::Several))
        }
        (header, inside) => Ok(header.or(inside)),
    }
}
