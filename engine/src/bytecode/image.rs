//! Everything emitted, in an image, and back.

use serde::{Deserialize, Serialize};

use crate::bytecode::{Program, Region, Why};
use crate::source::Pos;
use crate::world::{Late, RecordingError, SectionReader, SectionWriter, Source};

/// A region, its text by its number.
#[derive(Debug, Serialize, Deserialize)]
struct PackedRegion {
    start: u32,
    end: u32,
    why: PackedWhy,
    pos: Pos,
}

#[derive(Debug, Serialize, Deserialize)]
enum PackedWhy {
    Text(u32),
    Coercion(u32),
    Builtin(u32),
    BuiltinArg(u32, u16),
}

impl Program {
    /// Writes everything. `false` if somebody has the machine stop somewhere, which images do not know of.
    #[must_use]
    pub fn pack(&self, out: &mut SectionWriter) -> bool {
        match &self.packed_ops {
            Some(packed) => out.numbers(packed),
            None => out.data(&self.ops),
        }
        out.numbers(&self.places);
        out.numbers(&self.exprs);
        let mut texts = Texts::default();
        let regions: Vec<PackedRegion> = self.regions.iter().map(|it| texts.region(it)).collect();
        out.numbers(&[regions.len() as u64]);
        out.data(&(&texts.0, regions));
        self.consts.pack(out);
        self.keys.pack(out);
        self.formals.pack(out);
        self.overrides.pack(out);
        out.numbers(&self.bodies);
        self.points.pack(out);
        out.numbers(&self.point_bits);
        self.broken.is_empty()
    }

    /// Reads what [`Program::pack`] wrote.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<R: Source>(from: &mut SectionReader<R>) -> Result<Self, RecordingError> {
        let program = Self {
            ops: Vec::new(),
            packed_ops: Some(from.shared()?),
            places: from.array()?,
            exprs: from.array()?,
            regions: Late::new(from.number()?, from.shared()?, unpack_regions),
            consts: Late::unpack(from)?,
            keys: Late::unpack(from)?,
            formals: Late::unpack(from)?,
            overrides: Late::unpack(from)?,
            bodies: from.array()?,
            points: Late::unpack(from)?,
            point_bits: from.array()?,
            broken: rustc_hash::FxHashMap::default(),
        };
        match program.places.len() == program.exprs.len() {
            true => Ok(program),
            false => Err(RecordingError::Damaged("its code is none")),
        }
    }
}

/// The sentences that regions have, each once. They are few.
#[derive(Debug, Default)]
struct Texts(Vec<&'static str>);

impl Texts {
    fn number(&mut self, text: &'static str) -> u32 {
        let known = self.0.iter().position(|it| *it == text);
        known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        }) as u32
    }

    fn region(&mut self, region: &Region) -> PackedRegion {
        let why = match region.why {
            Why::Text(text) => PackedWhy::Text(self.number(text)),
            Why::Coercion(text) => PackedWhy::Coercion(self.number(text)),
            Why::Builtin(builtin) => PackedWhy::Builtin(builtin),
            Why::BuiltinArg(builtin, arg) => PackedWhy::BuiltinArg(builtin, arg),
        };
        PackedRegion { start: region.start, end: region.end, why, pos: region.pos }
    }
}

/// What [`Program::pack`] wrote of regions. The sum over it was right.
fn unpack_regions(bytes: &[u8]) -> Vec<Region> {
    let (texts, packed): (Vec<String>, Vec<PackedRegion>) = postcard::from_bytes(bytes).unwrap_or_default();
    // A few sentences of the emitter's, once for each image that is read: they stay, as the emitter's own do.
    let texts: Vec<&'static str> = texts.into_iter().map(|it| &*it.leak()).collect();
    packed.into_iter().filter_map(|it| region(&it, &texts)).collect()
}

fn region(packed: &PackedRegion, texts: &[&'static str]) -> Option<Region> {
    let why = match packed.why {
        PackedWhy::Text(number) => Why::Text(texts.get(number as usize)?),
        PackedWhy::Coercion(number) => Why::Coercion(texts.get(number as usize)?),
        PackedWhy::Builtin(builtin) => Why::Builtin(builtin),
        PackedWhy::BuiltinArg(builtin, arg) => Why::BuiltinArg(builtin, arg),
    };
    Some(Region { start: packed.start, end: packed.end, why, pos: packed.pos })
}
