//! Paths and what the outside said of them: values made paths, their contexts realised, and copies in the store.
//!
//! Nothing here reads: each question is a [`Request`] that the machine stops for.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::ir::Symbol;
use crate::store::{ContextElement, DRV_SUFFIX, STORE_PREFIX, StorePath};
use crate::value::{ContextId, Tag, Value};
use crate::world::{Answer, CanonPath, HashMethod, Request, Stat, SymlinkResolution, WorldError};

use super::load::COERCE;
use super::{Blame, Fault, FaultKind, Frame, IF_VALUE, Next, START, Vm};

/// What programs may learn of the outside, and what they do not learn from it.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Where `<…>` looks, as `builtins.nixPath` shows it: prefix and path.
    pub nix_path: Vec<(String, String)>,
    /// The folder that relative entries of `nix_path` begin in.
    pub working_dir: String,
    /// What `builtins.currentSystem` is.
    pub system: String,
    /// Whether the environment, the clock and paths outside of the store are hidden.
    pub is_pure: bool,
    /// Whether the environment is hidden.
    pub is_restricted: bool,
    /// Whether `builtins.traceVerbose` shows anything.
    pub trace_verbose: bool,
    /// Whether `builtins.warn` fails after its warning.
    pub abort_on_warn: bool,
    /// Which experimental features are on.
    pub features: Vec<String>,
    /// Whether every name in scope can be looked up in every frame, for whoever debugs. It costs a little.
    pub keeps_names: bool,
}

impl Settings {
    /// Whether an experimental feature is on.
    #[must_use]
    pub fn has_feature(&self, name: &str) -> bool {
        self.features.iter().any(|it| it == name)
    }
}

/// In the order in which it was learned, so that what was learned last can be forgotten.
type Known<K, V> = IndexMap<K, V, FxBuildHasher>;

/// What the outside said, so that it is asked once.
#[derive(Debug, Default)]
pub struct Seen {
    /// What `import` of a path gives, by path.
    pub imports: Known<Symbol, Import>,
    /// The same by the file that is read.
    pub files: Known<Symbol, Value>,
    /// Folders as sets.
    pub dirs: Known<Symbol, Value>,
    /// Copies in the store, as strings.
    pub copies: Known<Symbol, Value>,
    /// Where entries of search paths lead to; `None` if there is nothing.
    pub search_paths: Known<Vec<u8>, Option<CanonPath>>,
    /// What was found on a search path, by name.
    pub found: Known<Vec<u8>, CanonPath>,
    /// What texts that were put in the store mention.
    pub text_contexts: Known<StorePath, ContextId>,
}

impl Seen {
    /// How much is known: a mark for [`Seen::forget`].
    #[must_use]
    pub fn mark(&self) -> [usize; 7] {
        [
            self.imports.len(),
            self.files.len(),
            self.dirs.len(),
            self.copies.len(),
            self.search_paths.len(),
            self.found.len(),
            self.text_contexts.len(),
        ]
    }

    /// Forgets what was learned since the mark.
    pub fn forget(&mut self, mark: [usize; 7]) {
        let [imports, files, dirs, copies, search_paths, found, text_contexts] = mark;
        self.imports.truncate(imports);
        self.files.truncate(files);
        self.dirs.truncate(dirs);
        self.copies.truncate(copies);
        self.search_paths.truncate(search_paths);
        self.found.truncate(found);
        self.text_contexts.truncate(text_contexts);
    }
}

/// What `import` of a path gives.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct Import {
    /// The file that is read.
    pub file: Symbol,
    /// Its value.
    pub value: Value,
}

/// What becomes of the context of a string that is made a path.
#[derive(Debug)]
pub struct PathContext;

impl PathContext {
    /// What it mentions is made sure to be there; the result is a path.
    pub const REALISED: u32 = 0;
    /// It is kept; the result is a string if there is a context, else a path.
    pub const KEPT: u32 = 1;
}

const FORCED: u32 = START + 1;
const CALLED: u32 = START + 2;
const TEXT: u32 = START + 3;
const LOOKED: u32 = START + 4;
const LOOKED_AT_PATH: u32 = START + 5;

/// The line of trace for what is done about a context.
const COERCING: u16 = 1;

// Slots: the value, what becomes of the context; then the text and the index of the context's element at hand.
const TEXT_SLOT: u32 = 2;
const INDEX: u32 = 3;

/// Whose the fault is that climbs out of a value that was to become a path, as seen by whoever wanted the path.
pub(super) fn blame_of_path(frame: &Frame, blame: Blame) -> Blame {
    match frame.pc {
        // Nix says why also if computing the value fails.
        FORCED => Blame::Value,
        TEXT => blame,
        _ => Blame::Inner,
    }
}

/// Makes a value a path: a path, or a string that is an absolute path.
pub(super) fn coerce_path(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let keeps_context = vm.slot(frame, 1).payload() == PathContext::KEPT;
    match frame.pc {
        START => {
            frame.why = if keeps_context { 0 } else { COERCING };
            vm.push(vm.slot(frame, 0));
            frame.pc = FORCED;
            Ok(Next::Force)
        }
        FORCED => {
            let v = vm.pop();
            if v.tag() == Tag::Path {
                return Ok(Next::Return(v));
            }
            if v.is_attrs()
                && let Some(function) = vm.heap.attr(v, vm.names.to_string)
            {
                // It may give a path, too.
                vm.push(function);
                vm.push(v);
                frame.pc = CALLED;
                frame.why = 0;
                return Ok(Next::Call(1));
            }
            vm.push(v);
            vm.push(Value::raw(0));
            frame.pc = TEXT;
            frame.why |= IF_VALUE;
            Ok(Next::Native(COERCE, 2))
        }
        CALLED => {
            let v = vm.pop();
            vm.set_slot(frame, 0, v);
            frame.pc = START;
            Ok(Next::Again)
        }
        TEXT => {
            let text = vm.top();
            if vm.heap.bytes(text).first() != Some(&b'/') {
                let text = format!("string '{}' doesn't represent an absolute path", vm.heap.text(text));
                return Err(Fault::new(FaultKind::Eval, text).blaming(Blame::Value));
            }
            frame.why = 0;
            let context = vm.heap.context(text);
            let bytes = super::string::canonical_path(vm.heap.bytes(text));
            if context == ContextId::EMPTY {
                return Ok(Next::Return(Value::path(vm.heap.intern(&bytes))));
            }
            let text = vm.heap.string(&bytes, context);
            if keeps_context {
                return Ok(Next::Return(text));
            }
            vm.set_slot(frame, TEXT_SLOT, text);
            vm.push(Value::raw(0));
            look_at_next(vm, frame)
        }
        LOOKED => {
            let index = vm.slot(frame, INDEX).payload();
            let stat = vm.answer_stat();
            let text = vm.slot(frame, TEXT_SLOT);
            let element = &vm.heap.contexts.elements(vm.heap.context(text))[index as usize];
            match stat {
                Ok(Some(_)) => {}
                Ok(None) => {
                    let fault = format!("path '{}' is not valid", element.path().as_ref().base());
                    return Err(about_context(vm, frame, Fault::new(FaultKind::Outside, fault)));
                }
                Err(error) => return Err(about_context(vm, frame, error.into())),
            }
            vm.set_slot(frame, INDEX, Value::raw(index + 1));
            look_at_next(vm, frame)
        }
        _ => match vm.answer_stat() {
            Ok(Some(_)) => Ok(Next::Return(realised(vm, frame))),
            Ok(None) => {
                let text = vm.slot(frame, TEXT_SLOT);
                let elements = vm.heap.contexts.elements(vm.heap.context(text));
                let output = elements.iter().find_map(|it| match it {
                    ContextElement::Built { drv, output } => Some(format!("{}^{output}", drv.as_str())),
                    _ => None,
                });
                let text = format!("cannot build '{}': nixscope does not build", output.unwrap_or_default());
                Err(about_context(vm, frame, Fault::new(FaultKind::Outside, text)))
            }
            Err(error) => Err(about_context(vm, frame, error.into())),
        },
    }
}

/// Asks about the next path that the text depends on.
fn look_at_next(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let text = vm.slot(frame, TEXT_SLOT);
    let index = vm.slot(frame, INDEX).payload() as usize;
    let elements = vm.heap.contexts.elements(vm.heap.context(text));
    let path = match elements.get(index) {
        Some(element) => {
            frame.pc = LOOKED;
            CanonPath::new(element.path().as_str().as_bytes())
        }
        None if elements.iter().any(|it| matches!(it, ContextElement::Built { .. })) => {
            frame.pc = LOOKED_AT_PATH;
            let bytes = vm.heap.bytes(text);
            let below = bytes.strip_prefix(STORE_PREFIX.as_bytes()).unwrap_or_default();
            let rest = memchr::memchr(b'/', below).map_or(0, |at| below.len() - at);
            CanonPath::new(&bytes[..bytes.len() - rest])
        }
        None => return Ok(Next::Return(realised(vm, frame))),
    };
    Ok(vm.ask(Request::Stat(path)))
}

fn realised(vm: &mut Vm, frame: &Frame) -> Value {
    let bytes = vm.heap.bytes(vm.slot(frame, TEXT_SLOT)).to_vec();
    Value::path(vm.heap.intern(&bytes))
}

fn about_context(vm: &Vm, frame: &Frame, fault: Fault) -> Fault {
    let path = vm.heap.text(vm.slot(frame, TEXT_SLOT));
    fault.within(crate::source::Pos::NONE, format!("while realising the context of path '{path}'"))
}

impl Vm {
    /// Whether anything was found on a search path: if not, another search path would have led to the same as well.
    #[must_use]
    pub fn has_searched(&self) -> bool {
        !self.caches.outside.found.is_empty()
    }

    /// The path that a path value is.
    #[must_use]
    pub fn canon_path(&self, path: Value) -> CanonPath {
        CanonPath::new(self.heap.bytes(path))
    }

    /// A path value.
    pub fn path_of(&mut self, path: &CanonPath) -> Value {
        Value::path(self.heap.intern(path.as_bytes()))
    }

    /// The answer to the request asked last, which must have been one.
    fn last_answer(&mut self) -> Answer {
        self.take_answer().unwrap_or(Answer::Failed(WorldError::UnexpectedAnswer))
    }

    /// The answer to [`Request::Stat`].
    pub fn answer_stat(&mut self) -> Result<Option<Stat>, WorldError> {
        self.last_answer().into_stat()
    }

    /// The answer to a request for a path.
    pub fn answer_path(&mut self) -> Result<CanonPath, WorldError> {
        self.last_answer().into_path()
    }

    /// The answer to a request for bytes.
    pub fn answer_bytes(&mut self) -> Result<Vec<u8>, WorldError> {
        self.last_answer().into_bytes()
    }

    /// The answer to any other request.
    pub fn answer_other(&mut self) -> Answer {
        self.last_answer()
    }

    /// The copy of a path in the store, if it was copied before.
    #[must_use]
    pub fn copied_before(&self, path: Value) -> Option<Value> {
        self.caches.outside.copies.get(&path.symbol()).copied()
    }

    /// Copies what is at a path to the store, under its own name.
    pub(super) fn copy_to_store(&mut self, path: Value) -> Result<Next, Fault> {
        let path = self.canon_path(path);
        if path.as_bytes().ends_with(DRV_SUFFIX.as_bytes()) {
            return Err(Fault::new(FaultKind::Eval, "file names are not allowed to end in '.drv'"));
        }
        let name = String::from_utf8_lossy(path.file_name().unwrap_or(b"source")).into();
        let (how, method) = (SymlinkResolution::Ancestors, HashMethod::Nar);
        Ok(self.ask(Request::CopyToStore { path, how, name, method, filter: None }))
    }

    /// The copy that [`Vm::copy_to_store`] asked for, as a string.
    pub(super) fn copied_to_store(&mut self, path: Value) -> Result<Value, Fault> {
        let copy = self.answer_store_path()?;
        self.note_copy(path, &copy);
        let v = self.store_path_string(copy);
        self.caches.outside.copies.insert(path.symbol(), v);
        Ok(v)
    }

    /// Remembers what a path in the store is a copy of, for who shows files to people.
    pub fn note_copy(&mut self, path: Value, copy: &StorePath) {
        let from = self.canon_path(path);
        self.sources.note_copy(copy.as_str(), &from.to_text());
    }

    /// The answer to a request for a path in the store.
    pub fn answer_store_path(&mut self) -> Result<StorePath, Fault> {
        let path = self.answer_path()?;
        StorePath::parse(&path.to_text()).map_err(|it| Fault::new(FaultKind::Outside, it.to_string()))
    }

    /// A path in the store as a string that depends on it.
    pub fn store_path_string(&mut self, path: StorePath) -> Value {
        let context = self.heap.contexts.single(ContextElement::Opaque(path.clone()));
        self.heap.string(path.as_str().as_bytes(), context)
    }
}
