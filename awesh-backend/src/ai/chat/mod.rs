//! OpenAI's chat completions, as the many servers that have them speak it.

pub(super) mod request;
pub(super) mod stream;
