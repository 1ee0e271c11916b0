//! What a handler left of a body.
//!
//! An answer may be ready before the body has arrived: no token, wrong path, too large. If the
//! connection closed then, a client that is still sending would see it break and never read the
//! answer. So what is left comes back here and is read to the end, within bounds.

use crate::limits::Limits;
use axum::body::{Body, Bytes, HttpBody};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// Waits for the rest of one body.
pub(crate) struct Unread(Option<oneshot::Receiver<Body>>);

/// A body that goes back when the handler is done with it.
struct Lent {
    body: Option<Body>,
    back: Option<oneshot::Sender<Body>>,
}

/// Lends `body` to a handler.
pub(crate) fn lend(body: Body) -> (Body, Unread) {
    if body.is_end_stream() {
        return (body, Unread(None));
    }
    let (back, rest) = oneshot::channel();
    (Body::new(Lent { body: Some(body), back: Some(back) }), Unread(Some(rest)))
}

impl Unread {
    /// Reads and drops what is left, if there is anything.
    pub(crate) async fn drain(self, limits: &Limits) {
        let Some(Ok(body)) = self.0.map(|mut rest| rest.try_recv()) else { return };
        // Too much or too slow: then the connection does break.
        let _ = tokio::time::timeout(limits.drain_time_max, drain(body, limits)).await;
    }
}

async fn drain(mut body: Body, limits: &Limits) {
    let mut left = limits.drain_bytes_max;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(less) = left.checked_sub(length) else { return };
        left = less;
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| !body.is_end_stream());
        if let (Some(rest), Some(back)) = (rest, self.back.take()) {
            // Nobody waits for it any more when the connection is gone.
            let _ = back.send(rest);
        }
    }
}
