//! Lists.
//!
//! ```text
//! [ data:32 | len:32 ] element…            data is where the elements are: behind the head, or in another list
//! [ data:32 | len:32 ] buffer              a list at the front of a buffer (flag in the value)
//! buffer: [ capacity:32 | used:32 ] element…
//! ```
//!
//! `tail` shares elements. Appending to a list that ends where its buffer's used part ends fills the buffer up, so that
//! a list built by repeated `++` costs linear time; whoever still holds the shorter list does not see it.

use super::Heap;
use crate::value::{Tag, Value};

const BUFFERED: u32 = 1;
/// Lists longer than this make room on the heap before they are built.
const LONG: usize = 1 << 14;
/// Lists shorter than this are copied rather than given room to grow.
const MIN_GROWING: usize = 32;

impl Heap {
    /// The list of these elements.
    pub fn list(&mut self, elements: &[Value]) -> Value {
        if elements.is_empty() {
            return Value::EMPTY_LIST;
        }
        let offset = self.list_head(elements.len());
        self.push_values(elements);
        Value::new(Tag::List, offset)
    }

    /// The list of the elements an iterator gives.
    pub fn list_from(&mut self, elements: impl ExactSizeIterator<Item = Value>) -> Value {
        if elements.len() == 0 {
            return Value::EMPTY_LIST;
        }
        let offset = self.list_head(elements.len());
        self.words.extend(elements.map(|v| v.0));
        Value::new(Tag::List, offset)
    }

    /// A list of `len` unset elements, to be filled with [`Heap::list_set`] before anybody sees it.
    pub fn list_unset(&mut self, len: usize) -> Value {
        let offset = self.list_head(len);
        let end = self.words.len() + len;
        self.words.resize(end, Value::UNSET.0);
        Value::new(Tag::List, offset)
    }

    /// Fills an element of a list that is being built.
    #[inline(always)]
    pub fn list_set(&mut self, list: Value, index: usize, v: Value) {
        let data = (self.word(list.payload()) >> 32) as u32;
        self.put(data + index as u32, v.0);
    }

    /// Copies the elements of `from` into a list that is being built, from an index on.
    pub fn list_copy(&mut self, from: Value, to: Value, at: usize) {
        let n = self.list_len(from);
        if n == 0 {
            return;
        }
        let source = (self.word(from.payload()) >> 32) as usize;
        let target = (self.word(to.payload()) >> 32) as usize + at;
        self.words.copy_within(source..source + n, target);
    }

    fn list_head(&mut self, len: usize) -> u32 {
        let offset = self.top();
        self.push((u64::from(offset + 1) << 32) | len as u64);
        offset
    }

    /// The elements.
    #[inline(always)]
    #[must_use]
    pub fn elements(&self, list: Value) -> &[Value] {
        let offset = list.payload();
        if offset == 0 {
            return &[];
        }
        let head = self.word(offset);
        self.values((head >> 32) as u32, head as u32)
    }

    /// How many elements.
    #[inline(always)]
    #[must_use]
    pub fn list_len(&self, list: Value) -> usize {
        if list.payload() == 0 { 0 } else { self.word(list.payload()) as u32 as usize }
    }

    /// One element.
    #[inline(always)]
    #[must_use]
    pub fn element(&self, list: Value, index: usize) -> Value {
        self.elements(list)[index]
    }

    /// All but the first element, which must exist.
    pub fn list_tail(&mut self, list: Value) -> Value {
        let head = self.word(list.payload());
        let (data, len) = ((head >> 32) as u32, head as u32);
        if len <= 1 {
            return Value::EMPTY_LIST;
        }
        let offset = self.top();
        self.push((u64::from(data + 1) << 32) | u64::from(len - 1));
        Value::new(Tag::List, offset)
    }

    /// Makes sure that two lists can be joined. Whether that worked.
    #[inline]
    pub fn reserve_for_concat(&mut self, a: Value, b: Value) -> bool {
        let n = self.list_len(a) + self.list_len(b);
        n < LONG || (n as u64 * 16 <= self.bytes_left() && self.reserve(n * 2))
    }

    /// `a ++ b`.
    pub fn list_concat(&mut self, a: Value, b: Value) -> Value {
        let (n_a, n_b) = (self.list_len(a), self.list_len(b));
        if n_b == 0 {
            return a;
        }
        if n_a == 0 {
            return b;
        }
        let b_data = (self.word(b.payload()) >> 32) as u32;
        if n_a < MIN_GROWING {
            let a_data = (self.word(a.payload()) >> 32) as u32;
            let offset = self.list_head(n_a + n_b);
            self.push_copy(a_data, n_a as u32);
            self.push_copy(b_data, n_b as u32);
            return Value::new(Tag::List, offset);
        }
        let buffer = self.room_behind(a, n_a, n_b);
        let used = self.word(buffer) as u32;
        self.words.copy_within(b_data as usize..b_data as usize + n_b, (buffer + 1 + used) as usize);
        let word = self.word(buffer) & !0xffff_ffff;
        self.overwrite_buffer(buffer, word | u64::from(used + n_b as u32));
        let offset = self.top();
        self.push((u64::from(buffer + 1 + used - n_a as u32) << 32) | (n_a + n_b) as u64);
        self.push(u64::from(buffer));
        Value::with_aux(Tag::List, BUFFERED, offset)
    }

    /// A buffer whose used part ends with the elements of `a` and has room for `n_more`.
    fn room_behind(&mut self, a: Value, n_a: usize, n_more: usize) -> u32 {
        let data = (self.word(a.payload()) >> 32) as u32;
        if a.aux() & BUFFERED != 0 {
            let buffer = self.word(a.payload() + 1) as u32;
            let word = self.word(buffer);
            let (capacity, used) = ((word >> 32) as u32, word as u32);
            if data + n_a as u32 == buffer + 1 + used && used as usize + n_more <= capacity as usize {
                return buffer;
            }
        }
        // Only a list that grew before is given room beyond what is asked for: most are appended to once.
        let extra = if a.aux() & BUFFERED != 0 { (n_a + n_more) / 2 } else { n_more.min(n_a) };
        let capacity = n_a + n_more + extra;
        let buffer = self.top();
        self.push(((capacity as u64) << 32) | n_a as u64);
        self.push_copy(data, n_a as u32);
        let end = self.words.len() + capacity - n_a;
        self.words.resize(end, Value::UNSET.0);
        buffer
    }
}

impl Heap {
    /// A constant list or set as an object of its own, and so are the lists and sets in it: two evaluations of a literal
    /// give two values, which messages and printing tell from each other.
    #[inline]
    pub fn copy_constant(&mut self, v: Value) -> Value {
        if v.is_nested_constant() { self.copy_nested(v) } else { self.copy_object(v) }
    }

    fn copy_nested(&mut self, v: Value) -> Value {
        let mut open: Vec<(Value, Vec<Value>)> = vec![(v, Vec::new())];
        loop {
            let Some((whole, copied)) = open.last_mut() else { return v };
            let parts = match whole.is_list() {
                true => self.elements(*whole),
                false => self.attrs_parts(*whole).1,
            };
            let copy = match parts.get(copied.len()) {
                Some(part) if part.is_nested_constant() => {
                    let part = *part;
                    open.push((part, Vec::new()));
                    continue;
                }
                Some(&part) if part.is_list() || part.is_attrs() => self.copy_object(part),
                Some(&part) => part,
                None => {
                    let (whole, parts) = (*whole, std::mem::take(copied));
                    open.pop();
                    match whole.is_list() {
                        true => self.list(&parts),
                        false => self.attrs(self.attrs_parts(whole).0, &parts),
                    }
                }
            };
            match open.last_mut() {
                Some((_, copied)) if copy.is_list() || copy.is_attrs() => copied.push(copy.as_literal()),
                Some((_, copied)) => copied.push(copy),
                None => return copy,
            }
        }
    }

    /// The same list or flat set as an object of its own, sharing what is inside.
    fn copy_object(&mut self, v: Value) -> Value {
        if v.payload() == 0 {
            return v;
        }
        let head = self.word(v.payload());
        let n = head as u32;
        let offset = self.top();
        if v.tag() == Tag::List {
            self.push(head);
        } else {
            self.push_copy(v.payload(), n + 1);
        }
        Value::new(v.tag(), offset)
    }
}
