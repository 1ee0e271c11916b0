use super::PluginAnswer;
use crate::answer::json;
use crate::audit::Actor;
use crate::auth::{Caller, Permission};
use crate::body::{self, JsonBytes};
use crate::error::ApiError;
use crate::page::query;
use crate::plugins::{
    Beside, PluginError, Signature, SignatureError, Steps, Upload, layout_limits, unpack,
    upload_beside,
};
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::routes::admin::plugin_uploads::PluginUploadAnswer;
use crate::state::AppState;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pynomaly_oci::LAYOUT_MEDIA_TYPE;
use pynomaly_store::{PluginUpload, PluginVersion};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const SIGNATURE: &str = "pynomaly-signature";
const CONTENT_DIGEST: &str = "content-digest";
const PREFER: &str = "prefer";
const PREFERENCE_APPLIED: &str = "preference-applied";
const RESPOND_ASYNC: &str = "respond-async";

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
///
/// With `Prefer: respond-async` the answer is 202 once the body is there; the rest goes on beside it,
/// is not bounded by `REQUEST_TIMEOUT`, and `Location` says how far it is.
#[utoipa::path(post, path = "/api/v1/admin/plugins", tag = "admins",
    security(("bearer" = []), ("api_key" = [])),
    params(
        UploadQuery,
        ("PYNOMALY-Signature" = Option<String>, Header),
        ("Prefer" = Option<String>, Header, example = "respond-async"),
    ),
    request_body(content(
        (ComponentBody = "application/wasm", example = json!("\\0asm…")),
        (LayoutBody = "application/vnd.oci.image.layout.v1+tar", example = json!("oci-layout…")),
    )),
    responses(
        (status = 200, body = PluginAnswer, description = "It was there already"),
        (status = 201, body = PluginAnswer),
        (status = 202, body = PluginUploadAnswer, description = "It goes on",
            headers(("Location" = String, description = "How far it is"))),
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
    let steps = Arc::<Steps>::default();
    steps.begin("receive");
    let (parts, body) = request.into_parts();
    let received = Received::from(&app, &caller, &parts, body).await?;
    let beside = Beside {
        bytes: received.body.len() as u64,
        steps: Arc::clone(&steps),
        uploaded_by: received.actor.user_id,
        request_id: RequestId::known(&parts, &app),
    };
    let work = admit(Arc::clone(&app), received, steps);
    if prefers_not_to_wait(&parts.headers) {
        return accepted(&app, upload_beside(&app, beside, work).await?);
    }
    let (version, is_new) = work.await?;
    let catalog = app.store.list_plugins().await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    json(status, &PluginAnswer::of(&catalog, &version))
}

/// All that came, and what is wanted of it.
struct Received {
    form: Form,
    body: JsonBytes,
    digest: Option<String>,
    content_digest: Option<String>,
    signature: Option<Signature>,
    actor: Actor,
}

impl Received {
    async fn from(
        app: &AppState,
        caller: &Caller,
        parts: &Parts,
        body: Body,
    ) -> Result<Self, ApiError> {
        let UploadQuery { digest } = query(&parts.uri)?;
        let form = form(&parts.headers)?;
        let (digest, content_digest) = (query_digest(digest)?, content_digest(&parts.headers)?);
        let signature = text(&parts.headers, SIGNATURE);
        let signature = signature.map(str::parse).transpose().map_err(PluginError::Signature)?;
        let limit = match form {
            Form::Component => app.engine.sandbox().limits().component_bytes_max,
            Form::Layout => layout_limits(app).layout_bytes_max(),
        };
        let body = body::read_up_to(app, &parts.headers, body, limit).await?;
        let actor = caller.actor(app.clock.now());
        Ok(Self { form, body, digest, content_digest, signature, actor })
    }
}

/// One after the other, a few at the same time.
async fn admit(
    app: AppState,
    received: Received,
    steps: Arc<Steps>,
) -> Result<(PluginVersion, bool), ApiError> {
    steps.begin("turn");
    // The body stays where it is counted until all is done.
    let Received { form, body, digest, content_digest, signature, actor } = received;
    let _turn = app.uploads.enter().await?;
    let bytes = body.as_slice().to_vec();
    let (component, digest, signature) = match form {
        Form::Component => (bytes, one_digest(digest, content_digest)?, signature),
        Form::Layout => {
            let (component, inside) = unpack(&app, bytes, content_digest, &actor).await?;
            (component, digest, one_signature(signature, inside)?)
        }
    };
    let upload = Upload { component, digest, signature, actor, steps };
    Ok(crate::plugins::upload(&app, upload).await?)
}

/// `Prefer: respond-async` (RFC 7240, 4.1), whatever else is preferred.
fn prefers_not_to_wait(headers: &HeaderMap) -> bool {
    let preferences = headers.get_all(PREFER).iter().filter_map(|it| it.to_str().ok());
    let mut names = preferences.flat_map(|it| it.split(',')).filter_map(|it| it.split(';').next());
    names.any(|name| name.trim().eq_ignore_ascii_case(RESPOND_ASYNC))
}

fn accepted(app: &AppState, upload: PluginUpload) -> Result<Response, ApiError> {
    let location = format!("/api/v1/admin/plugin-uploads/{}", upload.id);
    let mut response = json(StatusCode::ACCEPTED, &PluginUploadAnswer::of(app, upload)?)?;
    let location = HeaderValue::try_from(location);
    let location = location.map_err(|error| ApiError::Internal(error.to_string()))?;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static(RESPOND_ASYNC));
    Ok(response)
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
