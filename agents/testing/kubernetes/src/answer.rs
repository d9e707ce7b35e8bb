//! The answers of the API, as HTTP has them.

use std::io;

use futures_util::Stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde_json::Value;

use crate::status::Refusal;

/// A body, whole or in pieces.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// An answer.
pub(crate) type Answer = Response<Body>;

/// A document.
pub(crate) fn document(code: u16, value: &Value) -> Answer {
    whole(code, "application/json", value.to_string())
}

/// Text of some kind.
pub(crate) fn whole(code: u16, media_type: &'static str, text: impl Into<Bytes>) -> Answer {
    answer(code, media_type, Full::new(text.into()).map_err(|never| match never {}).boxed_unsync())
}

/// What comes in pieces.
pub(crate) fn stream(
    media_type: &'static str,
    pieces: impl Stream<Item = io::Result<Frame<Bytes>>> + Send + 'static,
) -> Answer {
    answer(200, media_type, StreamBody::new(pieces).boxed_unsync())
}

/// A refusal.
pub(crate) fn refusal(refusal: &Refusal) -> Answer {
    let mut answer = document(refusal.code, &refusal.body());
    if let Some(seconds) = refusal.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn answer(code: u16, media_type: &'static str, body: Body) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = code.try_into().unwrap();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}
