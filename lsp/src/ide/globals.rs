//! What every program sees: the builtins as an editor shows them. Runs none of them.

use std::sync::OnceLock;

use nixscope_engine::builtins;
use nixscope_engine::vm::Visible;
use rustc_hash::FxHashMap;

/// Something of `builtins`.
#[derive(Clone, Debug)]
pub struct Builtin {
    /// Its name in `builtins`.
    pub name: &'static str,
    /// The names of its arguments; a constant has none.
    pub args: Vec<&'static str>,
    /// What it does, in Markdown.
    pub doc: &'static str,
    /// Whether its own name is seen everywhere; otherwise `__name` is.
    pub is_everywhere: bool,
    /// The experimental feature that has to be on.
    pub feature: Option<&'static str>,
    /// Whether it is a function.
    pub is_function: bool,
}

/// What no row of the engine's table describes: name, whether it is seen everywhere, documentation.
const CONSTANTS: &[(&str, bool, &str)] = &[
    ("builtins", true, "The set of all builtins."),
    ("true", true, "The Boolean that is true."),
    ("false", true, "The Boolean that is false."),
    ("null", true, "The absence of a value."),
    ("langVersion", false, "The version of the language, an integer."),
    ("nixVersion", false, "The version of Nix, a string."),
    ("storeDir", false, "The directory of the store, usually `/nix/store`."),
    ("nixPath", false, "Where `<…>` paths are looked for: a list of sets with `path` and `prefix`."),
    ("currentSystem", false, "The system that evaluates, like `x86_64-linux`. Absent from pure evaluation."),
    ("currentTime", false, "The time at which evaluation began, in seconds. Absent from pure evaluation."),
];

/// Functions that are not in the engine's table: name, whether they are seen everywhere, argument, documentation.
const FUNCTIONS: &[(&str, bool, &str, &str)] = &[
    (
        "derivation",
        true,
        "attrs",
        "Describes a build. The set has `name`, `system`, `builder`, and what the builder is to be given.",
    ),
    ("fetchMercurial", true, "args", "The path of a Mercurial repository's contents."),
    ("exec", false, "args", "What the output of a program says, if Nix may run programs."),
    ("importNative", false, "path", "A value that a shared object makes, if Nix may load them."),
    ("fetchFinalTree", false, "input", "As `fetchTree`, for an input that is locked."),
];

struct Table {
    rows: Vec<Builtin>,
    members: FxHashMap<&'static [u8], usize>,
    everywhere: FxHashMap<Vec<u8>, usize>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut rows: Vec<Builtin> = Vec::new();
        for native in builtins::table() {
            let (is_everywhere, feature) = match native.visible {
                Visible::Internal => continue,
                Visible::Builtins => (false, None),
                Visible::Everywhere => (true, None),
                Visible::Feature(feature) => (false, Some(feature)),
                Visible::FeatureEverywhere(feature) => (true, Some(feature)),
            };
            let args = native.args.iter().map(|it| it.name).collect();
            rows.push(Builtin { name: native.name, args, doc: native.doc, is_everywhere, feature, is_function: true });
        }
        for &(name, is_everywhere, doc) in CONSTANTS {
            if !rows.iter().any(|it| it.name == name) {
                let args = Vec::new();
                rows.push(Builtin { name, args, doc, is_everywhere, feature: None, is_function: false });
            }
        }
        for &(name, is_everywhere, arg, doc) in FUNCTIONS {
            if !rows.iter().any(|it| it.name == name) {
                let args = vec![arg];
                rows.push(Builtin { name, args, doc, is_everywhere, feature: None, is_function: true });
            }
        }
        rows.sort_by_key(|it| it.name);
        let members = rows.iter().enumerate().map(|(i, it)| (it.name.as_bytes(), i)).collect();
        let global = |it: &Builtin| if it.is_everywhere { it.name.to_owned() } else { format!("__{}", it.name) };
        let everywhere = rows.iter().enumerate().map(|(i, it)| (global(it).into_bytes(), i)).collect();
        Table { rows, members, everywhere }
    })
}

/// Everything in `builtins`, by name.
#[must_use]
pub fn all() -> &'static [Builtin] {
    &table().rows
}

/// What a name means that the text does not bind.
#[must_use]
pub fn everywhere(name: &[u8]) -> Option<&'static Builtin> {
    let table = table();
    table.everywhere.get(name).map(|&i| &table.rows[i])
}

/// `builtins.name`
#[must_use]
pub fn member(name: &[u8]) -> Option<&'static Builtin> {
    let table = table();
    table.members.get(name).map(|&i| &table.rows[i])
}

impl Builtin {
    /// How it is called: `builtins.map f list`.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut text = if self.is_everywhere { self.name.to_owned() } else { format!("builtins.{}", self.name) };
        for arg in &self.args {
            text.push(' ');
            text.push_str(arg);
        }
        text
    }
}
