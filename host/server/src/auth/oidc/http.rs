//! The few requests that the server itself makes: to the identity provider.

use openidconnect::{HttpRequest, HttpResponse};
use std::time::Duration;

/// Blocks until the provider has answered, for `time_max` at most and with no more bytes than
/// `bytes_max`. It never follows a redirect: where to
/// ask is for the settings and the provider's metadata to say.
pub(super) fn client(
    time_max: Duration,
    bytes_max: u64,
) -> impl Fn(HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(time_max))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .build()
        .into();
    move |request| {
        let (head, mut body) = agent.run(request)?.into_parts();
        let body = body.with_config().limit(bytes_max).read_to_vec()?;
        Ok(HttpResponse::from_parts(head, body))
    }
}
