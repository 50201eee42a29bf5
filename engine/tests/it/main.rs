//! What programs mean: expressions evaluated from text to value, a file for each family of builtins; goldens and cases
//! of the whole language; and that a run ends the same however it is cut into pieces.

mod cases;
mod check;
mod compared;
mod content_addressed;
mod context;
mod debugging;
mod derivations;
mod examples;
mod fetchers;
mod files;
mod flakes;
mod found;
mod goldens;
mod image;
mod json;
mod limits;
mod machine;
mod paths;
mod regex;
mod stepping;
mod strings;
mod toml;
mod transcripts;
mod xml;
