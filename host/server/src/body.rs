//! Bodies: bounded while they arrive, and parsed so that an error says where it is.

use crate::error::ApiError;
use crate::gate::Busy;
use crate::problem::{Fault, pointer_to};
use crate::state::App;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A whole JSON body, not yet parsed. Counts against [`crate::Limits::bodies_bytes_max`] for as
/// long as it lives.
pub(crate) struct JsonBytes {
    bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

/// Waits for the body of `request`.
pub(crate) async fn receive(app: &App, request: Request) -> Result<JsonBytes, ApiError> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(ApiError::MediaType("application/json"));
    }
    read(app, &parts.headers, body).await
}

/// Waits for the body of `request` and parses it here and now: for small ones.
pub(crate) async fn json<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, ApiError> {
    receive(app, request).await?.parse()
}

impl JsonBytes {
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The object that the body is.
    ///
    /// The bytes are parsed once; only when that fails they are parsed again by a slower parser
    /// that remembers where it is.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if self.bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(not_an_object(&self.bytes));
        }
        serde_json::from_slice(&self.bytes).map_err(|error| locate::<T>(&self.bytes, error))
    }
}

/// Whether the content type is `application/json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = given.and_then(|given| given.split(';').next());
    media_type.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}

/// Waits for the whole of `body`, whatever its media type.
pub(crate) async fn read(
    app: &App,
    headers: &HeaderMap,
    body: Body,
) -> Result<JsonBytes, ApiError> {
    read_up_to(app, headers, body, app.limits.body_bytes_max).await
}

/// The same with another limit of bytes.
pub(crate) async fn read_up_to(
    app: &App,
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
) -> Result<JsonBytes, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(ApiError::BodyTooLarge { limit });
    }
    let mut received = Received::new(&app.bodies)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ApiError::BodyBroken(error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        if received.len().saturating_add(data.len()) > limit {
            return Err(ApiError::BodyTooLarge { limit });
        }
        received.push(data, announced.unwrap_or_default())?;
    }
    Ok(received.into_json_bytes())
}

/// What has arrived. Most bodies arrive in one piece, which is then never copied.
struct Received {
    first: Bytes,
    all: Vec<u8>,
    /// Grows with what arrives, not with what is announced: announcing costs a client nothing.
    share: OwnedSemaphorePermit,
    bodies: Arc<Semaphore>,
}

impl Received {
    fn new(bodies: &Arc<Semaphore>) -> Result<Self, Busy> {
        let (share, bodies) = (share(bodies, 0)?, Arc::clone(bodies));
        Ok(Self { first: Bytes::new(), all: Vec::new(), share, bodies })
    }

    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, data: Bytes, announced: usize) -> Result<(), Busy> {
        let kibibytes = (self.len() + data.len()).div_ceil(1024);
        let missing = kibibytes.saturating_sub(self.share.num_permits());
        self.share.merge(share(&self.bodies, missing)?);
        if self.len() == 0 {
            self.first = data;
            return Ok(());
        }
        if self.all.is_empty() {
            self.all.reserve(announced.max(self.first.len() + data.len()));
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&data);
        Ok(())
    }

    fn into_json_bytes(self) -> JsonBytes {
        let bytes = if self.all.is_empty() { self.first } else { self.all.into() };
        JsonBytes { bytes, _share: self.share }
    }
}

/// Room for that many KiB among all bodies.
fn share(bodies: &Arc<Semaphore>, kibibytes: usize) -> Result<OwnedSemaphorePermit, Busy> {
    let kibibytes = u32::try_from(kibibytes).unwrap_or(u32::MAX);
    let share = Arc::clone(bodies).try_acquire_many_owned(kibibytes);
    share.map_err(|_| Busy { what: "large bodies" })
}

fn not_an_object(bytes: &[u8]) -> ApiError {
    match serde_json::from_slice::<IgnoredAny>(bytes) {
        Ok(_) => ApiError::invalid("", "must be a JSON object"),
        Err(error) => ApiError::Syntax(Fault::new("", error.to_string())),
    }
}

/// What `error` was and where, as a JSON pointer.
fn locate<T: DeserializeOwned>(bytes: &[u8], error: serde_json::Error) -> ApiError {
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let (pointer, error) = match serde_path_to_error::deserialize::<_, T>(&mut parser) {
        Ok(_) => (String::new(), error),
        Err(located) => (pointer(located.path()), located.into_inner()),
    };
    let message = error.to_string();
    // A number that no float can hold is well-formed JSON, though the parser files it there.
    let is_well_formed = error.is_data() || message.starts_with("number out of range");
    let fault = Fault::new(pointer, message);
    if is_well_formed { ApiError::Invalid(fault) } else { ApiError::Syntax(fault) }
}

/// `path` as a JSON pointer.
pub(crate) fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => pointer_to(key),
            Segment::Enum { variant } => pointer_to(variant),
            Segment::Unknown => String::new(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_in_pieces_is_put_together() {
        let bodies = Arc::new(Semaphore::new(2));
        let mut received = Received::new(&bodies).unwrap();
        for piece in ["{", "\"a\"", ":1}"] {
            received.push(Bytes::from_static(piece.as_bytes()), 7).unwrap();
        }
        assert_eq!((received.len(), bodies.available_permits()), (7, 1));
        assert_eq!(received.into_json_bytes().bytes, "{\"a\":1}");
        assert_eq!(bodies.available_permits(), 2);
    }

    #[test]
    fn body_that_outgrows_the_room_is_busy() {
        let bodies = Arc::new(Semaphore::new(2));
        let mut received = Received::new(&bodies).unwrap();
        received.push(Bytes::from(vec![b' '; 2048]), 0).unwrap();
        assert!(received.push(Bytes::from_static(b" "), 0).is_err());
    }

    #[test]
    fn media_type_may_have_parameters() {
        let is_json = |value| {
            is_json(&HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                header::HeaderValue::from_static(value),
            )]))
        };
        assert!(is_json("application/json") && is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("application/jsonl") && !is_json("text/json") && !is_json(""));
    }
}
