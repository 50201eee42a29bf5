//! A payload as JSON. Knows no payload in particular.

use serde::Serialize;
use serde_json::{Map, Value};

/// A payload as the object that goes into a message. What is no object (`()`, say) becomes an empty one.
///
/// # Panics
/// In builds with debug assertions, for a payload that is neither an object nor nothing.
pub fn to_body(payload: impl Serialize) -> Value {
    let body = serde_json::to_value(payload);
    debug_assert!(matches!(body, Ok(Value::Object(_) | Value::Null)), "a payload is an object: {body:?}");
    match body {
        Ok(body @ Value::Object(_)) => body,
        _ => Value::Object(Map::new()),
    }
}
