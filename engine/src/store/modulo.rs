//! The paths of derivations: every derivation's own, and its outputs'.
//!
//! An input-addressed output's path is a hash over the derivation's text with its own paths left out and each input
//! replaced by a hash of the same kind. Those are kept in a memo, so that each derivation is hashed once. A derivation
//! must have been instantiated (or learnt from its file) before one that needs it: nothing here reads a file.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use hashbrown::HashMap;
use rustc_hash::{FxBuildHasher, FxHashMap};
use sha2::Digest as _;

use crate::store::aterm::{self, Tail};
use crate::store::content_address::ContentMethod;
use crate::store::derivation::{Derivation, DerivationError, DerivationKind, Output};
use crate::store::encoding;
use crate::store::hash::Hash;
use crate::store::placeholder::{output_placeholder, unknown_output_placeholder};
use crate::store::store_path::{StorePath, StorePathError, StorePathRef, output_suffix};
use crate::world::{RecordingError, SectionReader, SectionWriter, Source};

/// What is known of the derivations met so far. Holds no program state: it may be shared between runs.
#[derive(Debug, Default)]
pub struct HashModuloMemo {
    known: OnceLock<Known>,
    /// What is known, as long as nobody has needed it since it came from an image.
    packed: Bytes,
    scratch: Scratch,
}

/// Derivations and where to find them.
#[derive(Debug, Default)]
struct Known {
    by_path: HashMap<StorePath, u32, FxBuildHasher>,
    entries: Vec<Entry>,
    output_sets: Vec<Box<[Box<str>]>>,
    output_set_ids: FxHashMap<Box<str>, u32>,
}

/// One derivation.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Entry {
    path: StorePath,
    /// What stands for it in those that need it; `None` if its outputs' paths are not known before it is built.
    modulo: Option<[u8; 32]>,
    output_set: u32,
    input_drvs: Box<[u32]>,
    input_srcs: Box<[StorePath]>,
}

/// Buffers that are written anew for each derivation.
#[derive(Debug, Default)]
struct Scratch {
    head: Vec<u8>,
    inputs: Vec<u8>,
    hashed_inputs: Vec<u8>,
    tail: Tail,
    set_key: String,
}

/// What a derivation became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instantiated {
    /// The path of its text.
    pub drv_path: StorePath,
    /// What each output is called in other derivations: its path, or a placeholder while that is unknown.
    pub outputs: Vec<Arc<str>>,
}

/// The inputs of a derivation as the memo knows them.
struct Inputs {
    entries: Vec<u32>,
    /// Whether a path is unknown until something is built.
    is_deferred: bool,
}

impl HashModuloMemo {
    /// Computes the paths of `drv` and of its outputs, turns deferred outputs into input-addressed ones where the
    /// inputs allow it, and remembers the derivation for those that need it.
    pub fn instantiate(&mut self, drv: &mut Derivation<'_>) -> Result<Instantiated, DerivationError> {
        let kind = drv.kind()?;
        let mut scratch = std::mem::take(&mut self.scratch);
        let res = self.instantiate_with(&mut scratch, kind, drv);
        self.scratch = scratch;
        res
    }

    fn instantiate_with(
        &mut self,
        scratch: &mut Scratch,
        kind: DerivationKind,
        drv: &mut Derivation<'_>,
    ) -> Result<Instantiated, DerivationError> {
        let inputs = self.resolve_inputs(scratch, drv)?;
        scratch.tail.write(drv);
        let is_deferred = inputs.is_deferred || matches!(kind, DerivationKind::Floating | DerivationKind::Impure);
        if kind == DerivationKind::Deferred && !is_deferred {
            scratch.head.clear();
            aterm::push_head(&mut scratch.head, drv, None::<&[&str]>);
            let modulo = scratch.tail.hash(&scratch.head, &scratch.hashed_inputs, None::<&[&str]>);
            for (name, output) in &mut drv.outputs {
                *output = Output::InputAddressed(StorePath::output(&drv.name, name, &modulo)?);
            }
        }
        let texts = output_texts(drv)?;
        scratch.head.clear();
        aterm::push_head(&mut scratch.head, drv, Some(&texts));
        scratch.inputs.clear();
        aterm::push_inputs(&mut scratch.inputs, &drv.input_drvs);
        let hash = scratch.tail.hash(&scratch.head, &scratch.inputs, Some(&texts));
        let drv_path = StorePath::derivation(&drv.name, &hash, &references(drv))?;
        let modulo = match fixed_output(drv) {
            Some((method, hash)) => Some(fixed_modulo(method, hash, &texts[0])),
            None if is_deferred => None,
            None => Some(scratch.tail.hash(&scratch.head, &scratch.hashed_inputs, Some(&texts))),
        };
        let outputs = (drv.outputs.iter().zip(texts))
            .map(|((name, output), text)| match output {
                Output::InputAddressed(_) | Output::Fixed { .. } => text,
                Output::Deferred | Output::Floating { .. } | Output::Impure { .. } => {
                    unknown_output_placeholder(drv_path.as_ref(), name).into()
                }
            })
            .collect();
        self.remember(scratch, drv, drv_path.clone(), modulo, inputs);
        Ok(Instantiated { drv_path, outputs })
    }

    /// Remembers a derivation that was read from the file at `path`, as it is.
    pub fn learn(&mut self, path: StorePathRef<'_>, drv: &Derivation<'_>) -> Result<(), DerivationError> {
        let kind = drv.kind()?;
        let mut scratch = std::mem::take(&mut self.scratch);
        let res = self.resolve_inputs(&mut scratch, drv).and_then(|inputs| {
            let is_deferred = inputs.is_deferred || matches!(kind, DerivationKind::Floating | DerivationKind::Impure);
            let texts = output_texts(drv)?;
            let modulo = if let Some((method, hash)) = fixed_output(drv) {
                Some(fixed_modulo(method, hash, &texts[0]))
            } else if is_deferred {
                None
            } else {
                scratch.tail.write(drv);
                scratch.head.clear();
                aterm::push_head(&mut scratch.head, drv, Some(&texts));
                Some(scratch.tail.hash(&scratch.head, &scratch.hashed_inputs, Some(&texts)))
            };
            self.remember(&mut scratch, drv, path.to_store_path(), modulo, inputs);
            Ok(())
        });
        self.scratch = scratch;
        res
    }

    /// The outputs of a derivation, sorted, if it is known.
    pub fn output_names(&self, drv: StorePathRef<'_>) -> Option<&[Box<str>]> {
        let known = self.known();
        let entry = &known.entries[*known.by_path.get(&drv)? as usize];
        Some(&known.output_sets[entry.output_set as usize])
    }

    /// Everything a derivation's text mentions, itself included, however deep; sorted. `None` if it is unknown.
    pub fn closure(&self, drv: StorePathRef<'_>) -> Option<Vec<StorePath>> {
        let known = self.known();
        let mut todo = vec![*known.by_path.get(&drv)?];
        let mut is_seen = vec![false; known.entries.len()];
        let mut paths = Vec::new();
        while let Some(id) = todo.pop() {
            if std::mem::replace(&mut is_seen[id as usize], true) {
                continue;
            }
            let entry = &known.entries[id as usize];
            paths.push(entry.path.clone());
            paths.extend(entry.input_srcs.iter().cloned());
            todo.extend(&entry.input_drvs);
        }
        paths.sort_unstable();
        paths.dedup();
        Some(paths)
    }

    /// Looks the inputs up and writes them by hash.
    fn resolve_inputs(&self, scratch: &mut Scratch, drv: &Derivation<'_>) -> Result<Inputs, DerivationError> {
        let known = self.known();
        let mut inputs = Inputs { entries: Vec::with_capacity(drv.input_drvs.len()), is_deferred: false };
        let mut hashed = Vec::with_capacity(drv.input_drvs.len());
        let mut last = None;
        for input in &drv.input_drvs {
            let id = match last {
                Some((path, id)) if path == input.drv => id,
                _ => match known.by_path.get(&input.drv) {
                    Some(&id) => id,
                    None => return Err(DerivationError::UnknownInput(input.drv.to_store_path())),
                },
            };
            if last != Some((input.drv, id)) {
                inputs.entries.push(id);
                last = Some((input.drv, id));
            }
            let entry = &known.entries[id as usize];
            let Some(output) = &input.output else { continue };
            if !known.output_sets[entry.output_set as usize].iter().any(|it| **it == **output) {
                let (output, name) = (output.clone().into_owned(), drv.name.clone().into_owned());
                return Err(DerivationError::MissingOutput { output, name });
            }
            match &entry.modulo {
                Some(modulo) => hashed.push((modulo, &**output)),
                None => inputs.is_deferred = true,
            }
        }
        hashed.sort_unstable();
        hashed.dedup();
        scratch.hashed_inputs.clear();
        aterm::push_hashed_inputs(&mut scratch.hashed_inputs, &hashed);
        Ok(inputs)
    }

    fn remember(
        &mut self,
        scratch: &mut Scratch,
        drv: &Derivation<'_>,
        path: StorePath,
        modulo: Option<[u8; 32]>,
        inputs: Inputs,
    ) {
        let known = self.known_mut();
        if known.by_path.contains_key(&path) {
            return;
        }
        // Few sets of output names are ever in use, so each is kept once, found by its names joined.
        scratch.set_key.clear();
        for (name, _) in &drv.outputs {
            scratch.set_key.push_str(name);
            scratch.set_key.push('\0');
        }
        let output_set = known.output_set_ids.get(&*scratch.set_key).copied().unwrap_or_else(|| {
            let id = known.output_sets.len() as u32;
            known.output_sets.push(drv.outputs.iter().map(|(name, _)| (**name).into()).collect());
            known.output_set_ids.insert(scratch.set_key.as_str().into(), id);
            id
        });
        let id = known.entries.len() as u32;
        known.entries.push(Entry {
            path: path.clone(),
            modulo,
            output_set,
            input_drvs: inputs.entries.into(),
            input_srcs: drv.input_srcs.iter().map(|it| it.to_store_path()).collect(),
        });
        known.by_path.insert(path, id);
    }
}

impl HashModuloMemo {
    fn known(&self) -> &Known {
        // The sum was right: these are the derivations that were written.
        self.known.get_or_init(|| postcard::from_bytes(&self.packed).map(Known::new).unwrap_or_default())
    }

    fn known_mut(&mut self) -> &mut Known {
        self.known();
        self.known.get_mut().expect("it was made just now")
    }

    /// Writes all derivations to an image.
    pub fn pack(&self, out: &mut SectionWriter) {
        let known = self.known();
        out.data(&(&known.entries, &known.output_sets));
    }

    /// Reads what [`HashModuloMemo::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        Ok(Self { packed: from.shared()?, ..Self::default() })
    }
}

impl Known {
    fn new((entries, output_sets): (Vec<Entry>, Vec<Box<[Box<str>]>>)) -> Self {
        let by_path = (0..).zip(&entries).map(|(id, it)| (it.path.clone(), id)).collect();
        let key = |set: &[Box<str>]| set.iter().flat_map(|it| [it, "\0"]).collect::<String>().into();
        let output_set_ids = (0..).zip(&output_sets).map(|(id, it)| (key(it), id)).collect();
        Self { by_path, entries, output_sets, output_set_ids }
    }
}

/// The text of `drv` as its file has it. Outputs still deferred have empty paths.
pub fn to_aterm(drv: &Derivation<'_>) -> Result<Vec<u8>, DerivationError> {
    let texts = output_texts(drv)?;
    let mut tail = Tail::default();
    tail.write(drv);
    let mut out = Vec::new();
    aterm::push_head(&mut out, drv, Some(&texts));
    aterm::push_inputs(&mut out, &drv.input_drvs);
    tail.push(&mut out, &texts);
    Ok(out)
}

/// What the derivation itself calls its outputs: a path, a placeholder, or nothing yet.
fn output_texts(drv: &Derivation<'_>) -> Result<Vec<Arc<str>>, StorePathError> {
    let text = |(name, output): &(_, Output)| -> Result<Arc<str>, StorePathError> {
        let name: &std::borrow::Cow<'_, str> = name;
        Ok(match output {
            Output::Deferred => "".into(),
            Output::InputAddressed(path) => path.clone().into(),
            Output::Fixed { method, hash } => {
                let (dash, suffix) = output_suffix(name);
                StorePath::fixed(&[&drv.name, dash, suffix].concat(), *method, hash, &[])?.into()
            }
            Output::Floating { .. } | Output::Impure { .. } => output_placeholder(name).into(),
        })
    };
    drv.outputs.iter().map(text).collect()
}

fn fixed_output<'a>(drv: &'a Derivation<'_>) -> Option<(ContentMethod, &'a Hash)> {
    match drv.outputs.first() {
        Some((_, Output::Fixed { method, hash })) => Some((*method, hash)),
        _ => None,
    }
}

/// What stands for a derivation whose output is promised: how it is made does not matter to those that need it.
fn fixed_modulo(method: ContentMethod, hash: &Hash, path: &str) -> [u8; 32] {
    let mut hasher = sha2::Sha256::new();
    for part in ["fixed:out:", method.prefix(), hash.algorithm().name(), ":"] {
        hasher.update(part);
    }
    let mut digits = Vec::with_capacity(128);
    encoding::push_base16(&mut digits, hash.bytes());
    hasher.update(&digits);
    hasher.update(b":");
    hasher.update(path);
    hasher.finalize().into()
}

/// Sources and derivations that the text mentions, merged into one sorted list.
fn references<'a>(drv: &Derivation<'a>) -> Vec<StorePathRef<'a>> {
    let mut res = Vec::with_capacity(drv.input_srcs.len() + drv.input_drvs.len());
    res.extend_from_slice(&drv.input_srcs);
    res.extend(drv.input_drvs.iter().map(|it| it.drv));
    // Two sorted runs: the standard sort recognises them and merges.
    res.sort();
    res.dedup();
    res
}

#[cfg(test)]
#[path = "modulo_tests.rs"]
mod tests;
