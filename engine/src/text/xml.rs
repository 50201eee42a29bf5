//! XML as `builtins.toXML` lays it out: one tag a line, two spaces a level.
//!
//! The layout, the space in `<a />` and the escaping of newlines in attributes are Nix's own and part of what programs
//! see; no XML crate writes them so, hence this small writer. It never checks that text is UTF-8.

/// A document being written.
#[derive(Debug)]
pub struct XmlWriter {
    out: Vec<u8>,
    depth: usize,
}

impl Default for XmlWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl XmlWriter {
    /// A document with nothing but its declaration.
    #[must_use]
    pub fn new() -> Self {
        Self { out: b"<?xml version='1.0' encoding='utf-8'?>\n".to_vec(), depth: 0 }
    }

    /// Goes on with a document in which `depth` elements are open; what is written is put behind `out`.
    #[must_use]
    pub fn resume(out: Vec<u8>, depth: usize) -> Self {
        Self { out, depth }
    }

    /// Opens an element; what follows, up to [`Self::close`], is inside it. Attributes are written in the order given:
    /// Nix sorts them by name.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &[u8])]) {
        self.start(name, attributes);
        self.out.extend_from_slice(b">\n");
        self.depth += 1;
    }

    /// Closes the element opened last, whose name the caller knows.
    pub fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b">\n");
    }

    /// Writes an element without content.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &[u8])]) {
        self.start(name, attributes);
        self.out.extend_from_slice(b" />\n");
    }

    /// How many bytes were written.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a document is never empty")]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// How many elements are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The text so far.
    #[must_use]
    pub fn into_text(self) -> Vec<u8> {
        self.out
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &[u8])]) {
        self.indent();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        for (key, value) in attributes {
            self.out.push(b' ');
            self.out.extend_from_slice(key.as_bytes());
            self.out.extend_from_slice(b"=\"");
            write_attribute_text(&mut self.out, value);
            self.out.push(b'"');
        }
    }

    fn indent(&mut self) {
        self.out.resize(self.out.len() + 2 * self.depth, b' ');
    }
}

/// Appends the value of an attribute, escaped.
fn write_attribute_text(out: &mut Vec<u8>, text: &[u8]) {
    let mut done = 0;
    for (at, byte) in text.iter().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"&quot;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'&' => b"&amp;",
            b'\n' => b"&#xA;",
            _ => continue,
        };
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(escape);
        done = at + 1;
    }
    out.extend_from_slice(&text[done..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_nix_writes_it() {
        let mut xml = XmlWriter::new();
        xml.open("expr", &[]);
        xml.open("list", &[]);
        xml.empty("float", &[("value", b"1.23457e+06")]);
        xml.empty("string", &[("value", b"a<b>&\"x\nq\ty\r'")]);
        xml.close("list");
        xml.open("attr", &[("column", b"1"), ("name", b"a")]);
        xml.empty("null", &[]);
        xml.close("attr");
        xml.close("expr");
        assert_eq!(
            String::from_utf8(xml.into_text()).expect("the case is UTF-8"),
            "<?xml version='1.0' encoding='utf-8'?>\n<expr>\n  <list>\n    <float value=\"1.23457e+06\" />\n    \
             <string value=\"a&lt;b&gt;&amp;&quot;x&#xA;q\ty\r'\" />\n  </list>\n  <attr column=\"1\" name=\"a\">\n    \
             <null />\n  </attr>\n</expr>\n"
        );
    }
}
