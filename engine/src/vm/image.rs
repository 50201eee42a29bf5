//! A machine that is idle, in an image, and back: its values, its code, and what it knows of the outside.
//!
//! What a machine has before it reads its first program is not in an image but made anew: builtins, their names and
//! what they mean. [`Vm::fingerprint`] tells whether it is the same.

use serde::{Deserialize, Serialize};

use crate::bytecode::Program;
use crate::ir::Symbol;
use crate::source::{FileId, Origin, SourceMap};
use crate::store::HashModuloMemo;
use crate::value::{ContextId, Value};
use crate::world::{CanonPath, RecordingError, SectionReader, SectionWriter, Source, checksum};

use super::load::{Caches, Names};
use super::outside::Seen;
use super::source::FileRead;
use super::units::Units;
use super::{Counters, Import, Vm};

/// Where a text came from.
#[derive(Debug, Serialize, Deserialize)]
enum PackedOrigin {
    File(String),
    String,
    Stdin,
    Internal(String),
}

/// What is small.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    count: u64,
    counters: Counters,
    compact_at: usize,
    try_eval_keys: u32,
    files_read: Vec<PackedFile>,
    seen: PackedSeen,
    roots: Vec<Value>,
}

/// A file that was read; its text is that of its unit.
#[derive(Debug, Serialize, Deserialize)]
struct PackedFile {
    path: String,
    names: Box<[Symbol]>,
    n_withs: u32,
    body: u32,
}

/// What the outside said.
#[derive(Debug, Serialize, Deserialize)]
struct PackedSeen {
    imports: Vec<(Symbol, Import)>,
    files: Vec<(Symbol, Value)>,
    dirs: Vec<(Symbol, Value)>,
    copies: Vec<(Symbol, Value)>,
    search_paths: Vec<(Vec<u8>, Option<CanonPath>)>,
    found: Vec<(Vec<u8>, CanonPath)>,
    text_contexts: Vec<(crate::store::StorePath, ContextId)>,
}

const DAMAGED: RecordingError = RecordingError::Damaged("its parts do not belong together");

impl Vm {
    /// What this machine is, as a number: two machines that have read no program yet and have the same number run the
    /// same image. Builtins are known by their names, what they do is known by the version of the format.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut all: Vec<u8> = vec![self.settings.keeps_names.into(), usize::BITS as u8];
        for word in self.heap.words().into_iter().flatten() {
            all.extend_from_slice(&word.to_le_bytes());
        }
        for id in 0..self.heap.symbols.len() as u32 {
            all.extend_from_slice(self.heap.symbols.bytes(Symbol(id)));
            all.push(0);
        }
        for native in &self.natives {
            all.extend_from_slice(native.name.as_bytes());
            all.push(native.args.len() as u8);
        }
        for file in self.sources.iter() {
            all.extend_from_slice(&file.text);
        }
        checksum(&all)
    }

    /// Writes everything, with some values. `false` if the machine is at work or is to stop somewhere, which images do not
    /// know of.
    #[must_use]
    pub fn pack(&self, roots: &[Value], out: &mut SectionWriter) -> bool {
        let is_plain = self.heap.pack(out) && self.program.pack(out);
        self.pack_sources(out);
        let (files, ends, units) = self.units.pack();
        out.data(&files);
        out.numbers(&ends);
        out.numbers(&units);
        self.caches.derivations.pack(out);
        out.numbers(&self.consts.iter().map(|it| it.0).collect::<Vec<_>>());
        out.numbers(&self.keys);
        out.data(&State {
            count: self.count,
            counters: self.counters,
            compact_at: self.compact_at,
            try_eval_keys: self.caches.try_eval_keys,
            files_read: self.pack_files_read(),
            seen: PackedSeen::of(&self.caches.outside),
            roots: roots.to_vec(),
        });
        is_plain && self.frames.is_empty() && self.pending.is_empty()
    }

    /// Reads what [`Vm::pack`] wrote into a machine that has read no program yet and has the same
    /// [`Vm::fingerprint`]. Gives the values.
    ///
    /// # Errors
    /// If it is damaged; the machine is of no use then.
    pub fn unpack<R: Source>(&mut self, from: &mut SectionReader<R>) -> Result<Vec<Value>, RecordingError> {
        self.heap.unpack(from)?;
        self.names = Names::new(&mut self.heap.symbols);
        self.program = Program::unpack(from)?;
        if self.settings.keeps_names {
            // Who debugs looks at code that nobody runs.
            self.program.unpack_ops();
        }
        self.sources = unpack_sources(from)?;
        let files: Vec<FileId> = from.data()?;
        let (ends, packed) = (from.numbers(0)?, from.shared()?);
        self.units = Units::of_image(&files, ends, packed).ok_or(DAMAGED)?;
        let derivations = HashModuloMemo::unpack(from)?;
        let consts: Vec<u64> = from.numbers(0)?;
        let keys: Vec<u32> = from.numbers(0)?;
        let state: State = from.data()?;
        if consts.len() != self.program.consts.len() || keys.len() != self.program.keys.len() {
            return Err(DAMAGED);
        }
        self.count = state.count;
        self.counters = state.counters;
        self.compact_at = state.compact_at.min(self.limits.max_depth);
        self.consts = consts.into_iter().map(Value).collect();
        self.keys = keys;
        let outside = state.seen.seen();
        self.caches = Caches { try_eval_keys: state.try_eval_keys, outside, derivations, ..Caches::default() };
        self.files_read.clear();
        for PackedFile { path, names, n_withs, body } in state.files_read {
            let unit = self.program.bodies.get(body as usize).ok_or(DAMAGED)?.unit;
            let file = *files.get(unit as usize).ok_or(DAMAGED)?;
            let text = self.sources.iter().nth(file.0 as usize).ok_or(DAMAGED)?.text.clone();
            let read = FileRead { text, names, n_withs, body, aside: None };
            self.files_read.entry(path).or_default().push(read);
        }
        Ok(state.roots)
    }

    fn pack_files_read(&self) -> Vec<PackedFile> {
        let all = self.files_read.iter().flat_map(|(path, all)| all.iter().map(move |it| (path, it)));
        let packed = all.map(|(path, it)| PackedFile {
            path: path.clone(),
            names: it.names.clone(),
            n_withs: it.n_withs,
            body: it.body,
        });
        let mut packed: Vec<_> = packed.collect();
        // In the order in which they were read.
        packed.sort_unstable_by_key(|it| it.body);
        packed
    }

    fn pack_sources(&self, out: &mut SectionWriter) {
        let (mut origins, mut ends, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for file in self.sources.iter() {
            origins.push(match &file.origin {
                Origin::File(path) => PackedOrigin::File(path.clone()),
                Origin::String => PackedOrigin::String,
                Origin::Stdin => PackedOrigin::Stdin,
                Origin::Internal(name) => PackedOrigin::Internal((*name).to_owned()),
            });
            texts.extend_from_slice(&file.text);
            ends.push(texts.len() as u32);
        }
        let copies: Vec<(&str, &str)> = self.sources.copies().collect();
        out.data(&(copies, origins));
        out.numbers(&ends);
        out.numbers(&texts);
    }
}

fn unpack_sources<R: Source>(from: &mut SectionReader<R>) -> Result<SourceMap, RecordingError> {
    let (copies, origins): (Vec<(String, String)>, Vec<PackedOrigin>) = from.data()?;
    let ends: Vec<u32> = from.numbers(0)?;
    let texts = from.shared()?;
    let mut sources = SourceMap::default();
    for (there, from) in copies {
        sources.note_copy(&there, &from);
    }
    let mut start = 0;
    for (origin, end) in origins.into_iter().zip(ends) {
        let origin = match origin {
            PackedOrigin::File(path) => Origin::File(path),
            PackedOrigin::String => Origin::String,
            PackedOrigin::Stdin => Origin::Stdin,
            // The engine's own texts are a handful; their names stay, as they do in the engine.
            PackedOrigin::Internal(name) => Origin::Internal(name.leak()),
        };
        let range = start..end as usize;
        texts.get(range.clone()).ok_or(DAMAGED)?;
        sources.add_part(origin, texts.slice(range)).ok_or(DAMAGED)?;
        start = end as usize;
    }
    Ok(sources)
}

impl PackedSeen {
    fn of(seen: &Seen) -> Self {
        Self {
            imports: seen.imports.iter().map(|(&path, &it)| (path, it)).collect(),
            files: seen.files.iter().map(|(&path, &it)| (path, it)).collect(),
            dirs: seen.dirs.iter().map(|(&path, &it)| (path, it)).collect(),
            copies: seen.copies.iter().map(|(&path, &it)| (path, it)).collect(),
            search_paths: seen.search_paths.iter().map(|(entry, it)| (entry.clone(), it.clone())).collect(),
            found: seen.found.iter().map(|(name, it)| (name.clone(), it.clone())).collect(),
            text_contexts: seen.text_contexts.iter().map(|(path, &it)| (path.clone(), it)).collect(),
        }
    }

    fn seen(self) -> Seen {
        Seen {
            imports: self.imports.into_iter().collect(),
            files: self.files.into_iter().collect(),
            dirs: self.dirs.into_iter().collect(),
            copies: self.copies.into_iter().collect(),
            search_paths: self.search_paths.into_iter().collect(),
            found: self.found.into_iter().collect(),
            text_contexts: self.text_contexts.into_iter().collect(),
        }
    }
}
