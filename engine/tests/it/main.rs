//! What programs mean: expressions evaluated from text to value, a file for each family of builtins.

mod check;
mod context;
mod json;
mod regex;
mod strings;
mod toml;
mod xml;
