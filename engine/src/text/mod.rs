//! Text formats that builtins read and write: regular expressions, versions, JSON, TOML, XML, numbers.

pub mod escape;
pub mod json;
pub mod number;
pub mod regex;
pub mod suggest;
pub mod toml;
pub mod url;
pub mod version;
pub mod xml;
