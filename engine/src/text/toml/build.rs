//! From the crate's events to a document.
//!
//! Keeps the rules about what may be defined twice, reopened or extended, in toml11's words.

use std::ops::Range;

use rustc_hash::FxHashMap;
use toml_parser::Source;
use toml_parser::parser::{Event as Token, EventKind};

use super::fault::Fault;
use super::syntax::{self, Around, Within};
use super::{Document, Node, NodeId, scalar, string};

/// How a table or array came about, which says what may be added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// On the way to a table of a header.
    Implicit,
    /// By its own header; for arrays, by headers in double brackets.
    Header,
    /// On the way of a dotted key.
    Dotted,
    /// In braces or brackets, or not a table at all.
    Inline,
}

/// What is being read inside a value.
struct Open {
    id: NodeId,
    start: usize,
    is_table: bool,
}

/// How a name is being put in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Table,
    ArrayTable,
}

struct Builder<'t> {
    source: Source<'t>,
    nodes: Vec<Node>,
    origins: Vec<Origin>,
    /// Where each node was defined.
    regions: Vec<Range<usize>>,
    members: FxHashMap<(NodeId, String), NodeId>,
    /// The table that lines of `key = value` go to.
    table: NodeId,
    open: Vec<Open>,
    /// The key being read, and keys whose values are being read, innermost last.
    key: Key,
    waiting: Vec<Key>,
    within: Within,
    /// How far everything was understood.
    done: usize,
    header_start: usize,
    /// What is wrong with the header before; told once its line is over.
    header_fault: Option<Fault>,
    after_comma: bool,
}

#[derive(Default)]
struct Key {
    names: Vec<String>,
    region: Range<usize>,
}

/// Makes the document of `events`, unless something is wrong at an earlier place than `wrong` or there.
pub(super) fn build(source: Source<'_>, events: &[Token], wrong: Option<(usize, &str)>) -> Result<Document, Fault> {
    let mut builder = Builder {
        source,
        nodes: Vec::new(),
        origins: Vec::new(),
        regions: Vec::new(),
        members: FxHashMap::default(),
        table: 0,
        open: Vec::new(),
        key: Key::default(),
        waiting: Vec::new(),
        within: Within::Key,
        done: 0,
        header_start: 0,
        header_fault: None,
        after_comma: false,
    };
    builder.add(Node::Table(Vec::new()), Origin::Header, 0..0);
    for event in events {
        let span = event.span();
        // The crate makes up empty tokens to go on after an error.
        if let Some((at, description)) = wrong
            && (span.start() >= at || span.is_empty() || event.kind() == EventKind::Error)
        {
            return Err(builder.syntax_fault(at.min(span.start().max(builder.done)), description));
        }
        builder.event(event)?;
        builder.done = span.end();
    }
    if builder.within == Within::AfterHeader
        && wrong.is_none()
        && let Some(fault) = builder.header_fault
    {
        return Err(fault);
    }
    match wrong {
        Some((at, _)) if events.last().is_some_and(|last| last.kind() == EventKind::Comment) => {
            Err(builder.comment_fault(builder.done - 1, at))
        }
        Some((at, description)) => Err(builder.syntax_fault(at, description)),
        None => Ok(Document { nodes: builder.nodes }),
    }
}

impl Builder<'_> {
    fn add(&mut self, node: Node, origin: Origin, region: Range<usize>) -> NodeId {
        self.nodes.push(node);
        self.origins.push(origin);
        self.regions.push(region);
        self.nodes.len() - 1
    }

    fn around(&self) -> Around {
        match self.open.last() {
            None => Around::Line,
            Some(Open { is_table: true, .. }) => Around::InlineTable,
            Some(Open { is_table: false, .. }) => Around::Array,
        }
    }

    fn syntax_fault(&self, at: usize, description: &str) -> Fault {
        if description.starts_with("cannot recurse") {
            return Fault::new("toml: values are nested too deeply", at, "here");
        }
        let at = match self.within {
            Within::Header { .. } | Within::AfterKey => self.done,
            _ => at,
        };
        syntax::fault(self.within, self.around(), at, self.source.input())
    }

    fn event(&mut self, event: &Token) -> Result<(), Fault> {
        let span = event.span().start()..event.span().end();
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.header_start = span.start;
                self.within = Within::Header { array: event.kind() == EventKind::ArrayTableOpen };
            }
            EventKind::StdTableClose => self.header(Kind::Table, span.end),
            EventKind::ArrayTableClose => self.header(Kind::ArrayTable, span.end),
            EventKind::SimpleKey => self.simple_key(event)?,
            EventKind::KeySep => {
                if !matches!(self.within, Within::Header { .. }) {
                    self.within = Within::Key;
                }
            }
            // The crate makes up what `{a}` lacks, without a word.
            EventKind::KeyValSep if span.is_empty() => {
                return Err(syntax::fault(Within::AfterKey, self.around(), span.start, self.source.input()));
            }
            EventKind::KeyValSep => {
                self.waiting.push(std::mem::take(&mut self.key));
                self.within = Within::Value;
            }
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                let is_table = event.kind() == EventKind::InlineTableOpen;
                let node = if is_table { Node::Table(Vec::new()) } else { Node::Array(Vec::new()) };
                let id = self.add(node, Origin::Header, span.clone());
                self.open.push(Open { id, start: span.start, is_table });
                self.within = if is_table { Within::Key } else { Within::Value };
                self.after_comma = false;
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => self.close(span)?,
            EventKind::Scalar => self.scalar(event)?,
            EventKind::ValueSep => {
                self.within = if self.around() == Around::InlineTable { Within::Key } else { Within::Value };
                self.after_comma = true;
            }
            EventKind::Newline => {
                let lone_return = self.source.input().as_bytes().get(span.end - 1) == Some(&b'\r');
                if lone_return {
                    return Err(syntax::fault(self.within, self.around(), span.start, self.source.input()));
                } else if let Some(fault) = self.header_fault.take() {
                    return Err(fault);
                } else if self.around() == Around::InlineTable {
                    return Err(syntax::fault(self.within, Around::InlineTable, span.start, self.source.input()));
                } else if self.around() == Around::Line {
                    self.within = Within::Key;
                }
            }
            EventKind::Comment => self.comment(span)?,
            EventKind::Whitespace | EventKind::Error => {}
        }
        Ok(())
    }

    fn comment(&mut self, span: Range<usize>) -> Result<(), Fault> {
        let text = self.source.input();
        if self.around() == Around::InlineTable {
            return Err(syntax::fault(self.within, Around::InlineTable, span.start, text));
        }
        match text[span.clone()].bytes().position(|byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            Some(at) => Err(self.comment_fault(span.start, span.start + at)),
            None => Ok(()),
        }
    }

    /// A character at `at` that cannot be in the comment that begins at `start`.
    fn comment_fault(&self, start: usize, at: usize) -> Fault {
        let text = self.source.input();
        let own_line = self.within == Within::Key && self.nodes.len() > 1;
        if own_line { syntax::bad_key(start) } else { syntax::bad_comment(at, text) }
    }

    fn simple_key(&mut self, event: &Token) -> Result<(), Fault> {
        let span = event.span();
        let text = self.source.input();
        let raw = self.source.get(event).map(|raw| raw.as_str()).unwrap_or_default();
        let name = match (event.encoding(), self.source.get(event)) {
            (Some(encoding), Some(raw)) if !matches!(self.within, Within::Header { .. }) || ends_well(raw.as_str()) => {
                string::read(raw, encoding, span.start())?
            }
            (None, _) if !raw.is_empty() => {
                let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                match raw.bytes().position(|byte| !is_bare(byte)) {
                    Some(0) => return Err(syntax::fault(self.within, self.around(), span.start(), text)),
                    Some(good) => {
                        let within = match self.within {
                            header @ Within::Header { .. } => header,
                            _ => Within::AfterKey,
                        };
                        return Err(syntax::fault(within, self.around(), span.start() + good, text));
                    }
                    None => raw.to_owned(),
                }
            }
            _ => {
                let at = if matches!(self.within, Within::Header { .. }) { self.header_stop() } else { span.start() };
                return Err(syntax::fault(self.within, self.around(), at, text));
            }
        };
        if self.key.names.is_empty() {
            self.key.region.start = span.start();
        }
        self.key.region.end = span.end();
        self.key.names.push(name);
        if !matches!(self.within, Within::Header { .. }) {
            self.within = Within::AfterKey;
        }
        Ok(())
    }

    /// Where toml11 stops in a header whose next name is no name.
    fn header_stop(&self) -> usize {
        if self.key.names.is_empty() { self.done } else { self.key.region.end }
    }

    fn scalar(&mut self, event: &Token) -> Result<(), Fault> {
        let span = event.span();
        let raw = match self.source.get(event) {
            Some(raw) if !raw.is_empty() => raw,
            _ => return Err(syntax::fault(self.within, self.around(), span.start(), self.source.input())),
        };
        let (node, length) = match event.encoding() {
            Some(encoding) => (Node::String(string::read(raw, encoding, span.start())?), raw.len()),
            None => scalar::read(raw.as_str(), span.start())?,
        };
        let end = span.start() + length;
        let id = self.add(node, Origin::Inline, span.start()..end);
        self.attach(id)?;
        self.within = Within::AfterValue;
        if end < span.end() {
            return Err(syntax::fault(self.within, self.around(), end, self.source.input()));
        }
        Ok(())
    }

    fn close(&mut self, span: Range<usize>) -> Result<(), Fault> {
        if self.around() == Around::InlineTable && self.after_comma && self.within == Within::Key {
            return Err(syntax::trailing_comma(span.start));
        }
        let Some(Open { id, start, .. }) = self.open.pop() else { return Ok(()) };
        self.regions[id] = start..span.end;
        self.origins[id] = Origin::Inline;
        self.within = Within::AfterValue;
        self.attach(id)
    }

    /// Puts a finished value where it belongs.
    fn attach(&mut self, id: NodeId) -> Result<(), Fault> {
        self.after_comma = false;
        match self.open.last() {
            Some(&Open { id: array, is_table: false, .. }) => {
                if let Node::Array(elements) = &mut self.nodes[array] {
                    elements.push(id);
                }
                Ok(())
            }
            around => {
                let base = around.map_or(self.table, |open| open.id);
                let key = self.waiting.pop().unwrap_or_default();
                self.insert(Kind::Value, base, key, id)
            }
        }
    }

    fn header(&mut self, kind: Kind, end: usize) {
        let mut key = std::mem::take(&mut self.key);
        key.region = self.header_start..end;
        self.within = Within::AfterHeader;
        let id = self.add(Node::Table(Vec::new()), Origin::Header, key.region.clone());
        self.table = id;
        self.header_fault = self.insert(kind, 0, key, id).err();
    }

    fn insert(&mut self, kind: Kind, base: NodeId, key: Key, id: NodeId) -> Result<(), Fault> {
        let Key { mut names, region } = key;
        let Some(last) = names.pop() else { return Ok(()) };
        let mut table = base;
        for name in names {
            table = self.descend(kind, table, name, &region)?;
        }
        let old = self.members.get(&(table, last.clone())).copied();
        let Some(old) = old else {
            let id =
                if kind == Kind::ArrayTable { self.add(Node::Array(vec![id]), Origin::Header, region) } else { id };
            self.link(table, last, id);
            return Ok(());
        };
        let was = self.regions[old].clone();
        match kind {
            Kind::Value => {
                let title = "toml::insert_value: failed to insert a value, value already exists";
                Err(Fault::conflict(title, region, "inserting this", was, "but value already exists"))
            }
            Kind::Table if self.origins[old] == Origin::Implicit => {
                self.origins[old] = Origin::Header;
                self.regions[old] = region;
                self.table = old;
                Ok(())
            }
            Kind::Table => {
                let title = "toml::insert_value: failed to insert a table, table already defined";
                Err(Fault::conflict(title, region, "inserting this", was, "this table is explicitly defined"))
            }
            Kind::ArrayTable => {
                if let (Node::Array(tables), Origin::Header) = (&mut self.nodes[old], self.origins[old]) {
                    tables.push(id);
                    return Ok(());
                }
                let (title, note) = if self.is_table_array(old) {
                    ("failed to insert a table, inline array of tables is immutable", "this is inline array-of-tables")
                } else {
                    ("failed to insert an array of tables, value already exists", "non-table value already exists")
                };
                let title = format!("toml::insert_value: {title}");
                Err(Fault::conflict(&title, region, "while inserting this", was, note))
            }
        }
    }

    /// The table called `name` in `table`, on the way to something else.
    fn descend(&mut self, kind: Kind, table: NodeId, name: String, region: &Range<usize>) -> Result<NodeId, Fault> {
        let Some(&found) = self.members.get(&(table, name.clone())) else {
            let origin = if kind == Kind::Value { Origin::Dotted } else { Origin::Implicit };
            let id = self.add(Node::Table(Vec::new()), origin, region.clone());
            self.link(table, name, id);
            return Ok(id);
        };
        let was = self.regions[found].clone();
        let conflict = |title: &str, new_note: &str, old_note: &str| {
            let title = format!("toml::insert_value:{title}");
            Err(Fault::conflict(&title, region.clone(), new_note, was, old_note))
        };
        match (&self.nodes[found], self.origins[found]) {
            (Node::Table(_), Origin::Inline) => {
                conflict(" failed to insert a value: inline table is immutable", "inserting this", "to this table")
            }
            (Node::Table(_), Origin::Implicit | Origin::Header) if kind == Kind::Value => conflict(
                " reopening a table using dotted keys",
                "dotted key cannot reopen a table",
                "this table is already closed",
            ),
            (Node::Table(_), _) => Ok(found),
            (Node::Array(_), Origin::Header) if kind == Kind::Value => {
                conflict("dotted key cannot reopen an array-of-tables", "inserting this", "to this array-of-tables.")
            }
            (Node::Array(tables), Origin::Header) => Ok(tables.last().copied().unwrap_or(found)),
            (Node::Array(_), _) if self.is_table_array(found) => {
                conflict("inline array of tables are immutable", "inserting this", "inline array of tables")
            }
            _ => conflict(
                " failed to insert a value, value already exists",
                "while inserting this",
                "non-table value already exists",
            ),
        }
    }

    fn is_table_array(&self, id: NodeId) -> bool {
        let Node::Array(elements) = &self.nodes[id] else { return false };
        !elements.is_empty() && elements.iter().all(|&element| matches!(self.nodes[element], Node::Table(_)))
    }

    fn link(&mut self, table: NodeId, name: String, id: NodeId) {
        self.members.insert((table, name.clone()), id);
        if let Node::Table(members) = &mut self.nodes[table] {
            members.push((name, id));
        }
    }
}

/// Whether a quoted name has its closing quote.
fn ends_well(raw: &str) -> bool {
    raw.len() > 1 && raw.as_bytes().first() == raw.as_bytes().last()
}
