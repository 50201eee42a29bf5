//! Text formats that builtins read and write: regular expressions, versions, JSON, TOML, XML, numbers.
