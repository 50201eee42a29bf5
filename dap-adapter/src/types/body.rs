//! A payload as JSON. Knows no payload in particular.

use serde::Serialize;
use serde_json::{Map, Value};

/// A payload as it goes into a message: an object or, in an extension of ours, a list. What is neither (`()`, say)
/// becomes an empty object.
///
/// # Panics
/// In builds with debug assertions, for a payload that is neither an object nor a list nor nothing.
pub fn to_body(payload: impl Serialize) -> Value {
    let body = serde_json::to_value(payload);
    debug_assert!(
        matches!(body, Ok(Value::Object(_) | Value::Array(_) | Value::Null)),
        "a payload is an object: {body:?}"
    );
    match body {
        Ok(body @ (Value::Object(_) | Value::Array(_))) => body,
        _ => Value::Object(Map::new()),
    }
}
