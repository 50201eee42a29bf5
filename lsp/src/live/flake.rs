//! A flake as an expression, without a network: its inputs are those that its lock file names and this machine has.

use nixscope_engine::store::{ContentMethod, Hash, HashAlgorithm, StorePath};
use serde_json::Value;

use super::entries::{literal, string};

/// Where the store is.
const STORE: &str = "/nix/store";
/// How many inputs are looked at.
const MAX_NODES: usize = 2_000;
/// How an input is told of that is not there.
pub(super) const MISSING: &str = "is not on this machine";

/// What makes a flake's outputs of its directory and inputs.
const CALL: &str = include_str!("call-flake.nix");

/// An expression for the outputs of the flake in a directory. `nix_path` names directories for inputs that are nowhere
/// else.
pub(super) fn expression(folder: &str, nix_path: &[String]) -> String {
    let lock = std::fs::read_to_string(format!("{folder}/flake.lock")).ok();
    let lock: Value = lock.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
    let root = root(&lock);
    let nodes = lock["nodes"].as_object().into_iter().flatten().take(MAX_NODES).filter(|it| it.0 != root);
    let nodes: String = nodes
        .map(|(name, node)| format!("{} = {}; ", string(name), node_text(&lock, folder, name, node, nix_path)))
        .collect();
    let named = nix_path.iter().filter_map(|it| it.split_once('='));
    let named: String =
        named.map(|(name, path)| format!("{} = call {} {{ }} {{ }}; ", string(name), literal(path))).collect();
    format!(
        "({CALL}) {{ folder = {}; named = call: {{ {named}}}; \
         locked = {{ call, missing }}: let nodes = {{ {nodes}}}; in {{ {}}}; }}",
        literal(folder),
        inputs(&lock, &lock["nodes"][root])
    )
}

fn root(lock: &Value) -> &str {
    lock["root"].as_str().unwrap_or("root")
}

/// Where the flake around a file has an input, if it is there.
pub(super) fn input_near(path: &str, input: &str) -> Option<String> {
    let locked = crate::ide::around(path).find_map(|folder| {
        let lock = std::fs::read_to_string(format!("{folder}/flake.lock")).ok()?;
        Some((folder, lock))
    });
    let (folder, lock) = locked?;
    let lock: Value = serde_json::from_str(&lock).ok()?;
    let name = target(&lock, &lock["nodes"][root(&lock)]["inputs"][input])?;
    source(folder, &lock["nodes"][&name])
}

/// One locked flake.
fn node_text(lock: &Value, folder: &str, name: &str, node: &Value, nix_path: &[String]) -> String {
    let named = || nix_path.iter().find_map(|it| it.strip_prefix(name)?.strip_prefix('=').map(str::to_owned));
    let Some(at) = source(folder, node).or_else(named) else { return format!("missing {}", string(name)) };
    let at = match node["locked"]["dir"].as_str() {
        Some(dir) => format!("{at}/{dir}"),
        None => at,
    };
    let text = |key: &str| node["locked"][key].as_str().map(|it| format!("{key} = {}; ", string(it)));
    let number = |key: &str| node["locked"][key].as_i64().map(|it| format!("{key} = {it}; "));
    let short = node["locked"]["rev"].as_str().and_then(|it| it.get(..7));
    let short = short.map(|it| format!("shortRev = {}; ", string(it)));
    let info: String = [text("rev"), short, text("narHash"), number("lastModified")].into_iter().flatten().collect();
    if node["flake"] == Value::Bool(false) {
        return format!("{{ outPath = {}; {info}}}", string(&at));
    }
    format!("call {} {{ {info}}} {{ {}}}", literal(&at), inputs(lock, node))
}

/// What a locked flake is called with.
fn inputs(lock: &Value, node: &Value) -> String {
    let one = |(name, input): (&String, &Value)| {
        let target = target(lock, input)
            .map_or_else(|| format!("missing {}", string(name)), |it| format!("nodes.{}", string(&it)));
        format!("{} = {target}; ", string(name))
    };
    node["inputs"].as_object().into_iter().flatten().map(one).collect()
}

/// The node that an input is: one by name, or by the way from the root.
fn target(lock: &Value, input: &Value) -> Option<String> {
    let mut way: Vec<String> = Vec::new();
    let root = root(lock);
    let mut node = root.to_owned();
    let mut input = input.clone();
    for _ in 0..MAX_NODES {
        match &input {
            Value::String(name) => node.clone_from(name),
            Value::Array(names) => {
                way.extend(names.iter().rev().filter_map(|it| it.as_str().map(str::to_owned)));
                root.clone_into(&mut node);
            }
            _ => return None,
        }
        match way.pop() {
            Some(name) => input = lock["nodes"][&node]["inputs"][&name].clone(),
            None => return (node != root).then_some(node),
        }
    }
    None
}

/// Where the source of a locked flake is on this machine.
fn source(folder: &str, node: &Value) -> Option<String> {
    let locked = &node["locked"];
    if locked["type"] == "path"
        && let Some(path) = locked["path"].as_str()
    {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("{folder}/{path}") };
        if std::fs::exists(&path).unwrap_or(false) {
            return Some(path);
        }
    }
    let hash = Hash::parse_any(locked["narHash"].as_str()?, Some(HashAlgorithm::Sha256)).ok()?;
    let path = StorePath::fixed("source", ContentMethod::Nar, &hash, &[]).ok()?;
    let path = format!("{STORE}/{}", path.as_ref().base());
    std::fs::exists(&path).unwrap_or(false).then_some(path)
}
