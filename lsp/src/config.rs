//! What a person can set, under the name `nixscope`. What is not understood is as if it were not set.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// The section of an editor's settings that is ours.
pub const SECTION: &str = "nixscope";

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    /// Evaluation while somebody types.
    pub live: LiveConfig,
    /// How documents are formatted.
    pub format: FormatConfig,
    /// What of the language can be switched on.
    pub pipe_operators: bool,
}

/// How documents are formatted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FormatConfig {
    /// The program that does it and its arguments; none for the official style.
    pub command: Vec<String>,
    /// How long it may take, in milliseconds.
    pub time_limit: u64,
    /// How many columns a line has in the official style.
    pub width: usize,
}

impl Default for FormatConfig {
    fn default() -> Self {
        Self { command: Vec::new(), time_limit: 10_000, width: 100 }
    }
}

/// How files are evaluated while somebody types.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LiveConfig {
    /// Whether they are.
    pub enable: bool,
    /// Whether short values are shown behind bindings.
    pub hints: bool,
    /// Whether they may read what lies outside of the workspace.
    pub trust: bool,
    /// Where `<…>` looks, as in `NIX_PATH`: folders, or `name=folder`. They may be read.
    pub nix_path: Vec<String>,
    /// By which expressions files are evaluated: patterns of paths, and an expression for each.
    pub entries: std::collections::BTreeMap<String, String>,
    /// An image of the package set, to begin with; empty if there is none. A relative path starts at the folder of the
    /// workspace.
    pub image: String,
    /// How long one evaluation may take, in milliseconds.
    pub time_limit: u64,
    /// How much memory it may take, in megabytes.
    pub memory_limit: u64,
    /// How many instructions it may execute.
    pub fuel: u64,
    /// How long nothing must be typed before it begins, in milliseconds.
    pub delay: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { live: LiveConfig::default(), format: FormatConfig::default(), pipe_operators: true }
    }
}

impl Default for LiveConfig {
    fn default() -> Self {
        Self {
            enable: true,
            hints: true,
            trust: false,
            nix_path: Vec::new(),
            entries: std::collections::BTreeMap::new(),
            image: String::new(),
            time_limit: 5_000,
            memory_limit: 512,
            fuel: 2_000_000_000,
            delay: 150,
        }
    }
}

impl LiveConfig {
    /// How long one evaluation may take.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_millis(self.time_limit.min(600_000))
    }
}

impl Config {
    /// What a section says; what is wrong in it is left out, down to the single setting.
    #[must_use]
    pub fn read(section: &Value) -> Self {
        let mut whole = serde_json::json!({});
        merge(&mut whole, section, &mut Vec::new());
        serde_json::from_value(whole).unwrap_or_default()
    }
}

/// Takes over what can be read.
fn merge(into: &mut Value, from: &Value, path: &mut Vec<String>) {
    let Some(fields) = from.as_object() else { return };
    for (name, value) in fields {
        path.push(name.clone());
        if value.is_object() && path.len() < 3 {
            into[name] = serde_json::json!({});
            merge(&mut into[name], value, path);
        } else {
            // A setting is fine if a configuration of nothing else can be read.
            let alone = path.iter().rev().fold(value.clone(), |inner, name| serde_json::json!({ name: inner }));
            if serde_json::from_value::<Config>(alone).is_ok() {
                into[name] = value.clone();
            }
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_left_out() {
        let of = |text: &str| Config::read(&serde_json::from_str(text).expect("a value"));
        let default = Config::default();
        for text in ["null", "[]", "3", "{}", r#"{"live": 3}"#, r#"{"live": {"fuel": "much"}}"#, r#"{"other": {}}"#] {
            assert_eq!(of(text), default, "{text}");
        }
        let some = of(r#"{"live": {"enable": false, "fuel": -1, "timeLimit": 7}, "pipeOperators": false}"#);
        assert!(!some.live.enable && !some.pipe_operators);
        assert_eq!((some.live.fuel, some.live.time_limit), (default.live.fuel, 7));
    }
}
