//! The few requests that the server itself makes: to the identity provider.

use openidconnect::{HttpRequest, HttpResponse};
use std::time::Duration;

/// Bytes of an answer: metadata, keys or tokens.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

/// Blocks until the provider has answered; at most `limit`. It never follows a redirect: where to
/// ask is for the settings and the provider's metadata to say.
pub(super) fn client(limit: Duration) -> impl Fn(HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(limit))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .build()
        .into();
    move |request| {
        let (head, mut body) = agent.run(request)?.into_parts();
        let body = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec()?;
        Ok(HttpResponse::from_parts(head, body))
    }
}
