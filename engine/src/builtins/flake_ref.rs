//! References to flakes as text and as attributes. Nothing is looked up.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::store::{Hash, HashAlgorithm, HashFormat};
use crate::text::json;
use crate::text::url::{Url, decode, decode_query, split_path};

/// The attributes of a reference.
pub(super) type Attrs = BTreeMap<String, Attr>;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Attr {
    Str(String),
    Int(u64),
    Bool(bool),
}

/// Why a text is no reference.
enum Refused {
    /// It may still be a path.
    Url,
    /// In Nix's words.
    Fault(String),
}

impl From<String> for Refused {
    fn from(text: String) -> Self {
        Self::Fault(text)
    }
}

/// Reads a reference. `has_flakes` says whether the experimental feature is on that most kinds need.
pub(super) fn parse(text: &str, has_flakes: bool) -> Result<Attrs, String> {
    let (attrs, fragment) = parse_with_fragment(text, has_flakes)?;
    if fragment.is_empty() {
        return Ok(attrs);
    }
    Err(format!("unexpected fragment '{fragment}' in flake reference '{text}'"))
}

fn parse_with_fragment(text: &str, has_flakes: bool) -> Result<(Attrs, String), String> {
    if let Some((url, fragment)) = as_flake_id(text) {
        match from_url(&url, has_flakes) {
            Ok(attrs) => return Ok((attrs, fragment)),
            Err(Refused::Fault(fault)) => return Err(fault),
            Err(Refused::Url) => {}
        }
    }
    if let Some(url) = Url::parse(text) {
        match from_url(&url, has_flakes) {
            Ok(attrs) => return Ok((attrs, url.fragment)),
            Err(Refused::Fault(fault)) => return Err(fault),
            Err(Refused::Url) => {}
        }
    }
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if !path.starts_with('/') {
        return Err(format!("flake reference '{text}' is not an absolute path"));
    }
    let invalid = || format!("invalid flakeref '{text}'");
    let url = Url {
        scheme: "path".into(),
        authority: Some(String::new()),
        path: split_path(path).map(Into::into).collect(),
        query: decode_query(query).ok_or_else(invalid)?,
        fragment: decode(fragment).ok_or_else(invalid)?,
    };
    match from_url(&url, has_flakes) {
        Ok(attrs) => Ok((attrs, url.fragment)),
        Err(Refused::Fault(fault)) => Err(fault),
        Err(Refused::Url) => Err(invalid()),
    }
}

/// A short form: `nixpkgs`, `nixpkgs/23.05`.
fn as_flake_id(text: &str) -> Option<(Url, String)> {
    let (path, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (id, rest) = path.split_once('/').map_or((path, None), |(id, rest)| (id, Some(rest)));
    if !is_flake_id(id) || rest.is_some_and(|it| !is_rev(it) && !is_ref_and_rev(it)) {
        return None;
    }
    let url = Url { scheme: "flake".into(), path: path.split('/').map(Into::into).collect(), ..Url::default() };
    Some((url, decode(fragment)?))
}

fn is_ref_and_rev(text: &str) -> bool {
    let is_ref = |it: &str| {
        it.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@')
            && it.chars().all(|c| c.is_ascii_alphanumeric() || "_./@+-".contains(c))
    };
    is_ref(text)
}

fn is_flake_id(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-')
}

fn is_rev(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Whether git takes it as the name of a branch or tag.
fn is_ref(text: &str) -> bool {
    let is_bad = |it: char| it.is_control() || " ~^:?*[\\".contains(it);
    let is_bad_part = |it: &str| it.is_empty() || it.starts_with('.') || it.ends_with(".lock");
    !(text.is_empty()
        || text == "@"
        || text.contains("..")
        || text.contains("@{")
        || text.ends_with('.')
        || text.contains(is_bad)
        || text.split('/').any(is_bad_part))
}

fn str(text: impl Into<String>) -> Attr {
    Attr::Str(text.into())
}

fn from_url(url: &Url, has_flakes: bool) -> Result<Attrs, Refused> {
    let mut url = url.clone();
    url.fragment.clear();
    let dir = url.query.remove("dir").filter(|it| !it.is_empty());
    let mut attrs = match (url.scheme.as_str(), url.scheme_parts()) {
        ("flake", _) => indirect(&url)?,
        ("path", _) => path(&url)?,
        ("github" | "gitlab" | "sourcehut", _) => archive(&url)?,
        ("git", _) | (_, (Some("git"), _)) => git(url),
        (_, (Some("hg"), _)) => mercurial(url),
        (_, (Some("file"), "http" | "https" | "file")) => download(url, "file"),
        (_, (None | Some("tarball"), "http" | "https" | "file")) => download(url, "tarball"),
        (_, (Some("file"), "git")) => {
            let text = format!("input '{url}' is unsupported; did you mean 'git+file' instead of 'file+git'?");
            return Err(Refused::Fault(text));
        }
        _ => return Err(Refused::Fault(format!("input '{url}' is unsupported"))),
    };
    check(&mut attrs, has_flakes)?;
    if let Some(dir) = dir {
        attrs.insert("dir".into(), str(dir));
    }
    Ok(attrs)
}

fn with_type(name: &str) -> Attrs {
    Attrs::from([("type".into(), str(name))])
}

fn indirect(url: &Url) -> Result<Attrs, Refused> {
    let segments: Vec<&str> = url.segments().collect();
    let mut attrs = with_type("indirect");
    match segments[..] {
        [_] => {}
        [_, rev] if is_rev(rev) => drop(attrs.insert("rev".into(), str(rev))),
        [_, name] if is_ref(name) => drop(attrs.insert("ref".into(), str(name))),
        [_, name, rev] if is_ref(name) && is_rev(rev) => {
            attrs.insert("ref".into(), str(name));
            attrs.insert("rev".into(), str(rev));
        }
        _ => return Err(Refused::Url),
    }
    if !is_flake_id(segments[0]) {
        return Err(Refused::Url);
    }
    attrs.insert("id".into(), str(segments[0]));
    Ok(attrs)
}

fn path(url: &Url) -> Result<Attrs, Refused> {
    if let Some(authority) = url.authority.as_ref().filter(|it| !it.is_empty()) {
        return Err(format!("path URL '{url}' should not have an authority ('{authority}')").into());
    }
    let mut attrs = with_type("path");
    attrs.insert("path".into(), str(url.path.join("/")));
    for (name, value) in &url.query {
        let attr = match name.as_str() {
            "rev" | "narHash" => str(value),
            "revCount" | "lastModified" => match value.parse() {
                Ok(n) => Attr::Int(n),
                Err(_) => return Err(format!("path URL '{url}' has invalid parameter '{name}'").into()),
            },
            _ => return Err(format!("path URL '{url}' has unsupported parameter '{name}'").into()),
        };
        attrs.insert(name.clone(), attr);
    }
    Ok(attrs)
}

fn archive(url: &Url) -> Result<Attrs, Refused> {
    let segments: Vec<&str> = url.segments().collect();
    let [owner, repo, ref rest @ ..] = segments[..] else { return Err(Refused::Url) };
    let mut attrs = with_type(&url.scheme);
    attrs.insert("owner".into(), str(owner));
    attrs.insert("repo".into(), str(repo));
    match rest {
        [] => {}
        [rev] if is_rev(rev) => drop(attrs.insert("rev".into(), str(*rev))),
        names => drop(attrs.insert("ref".into(), str(names.join("/")))),
    }
    for (name, value) in &url.query {
        match name.as_str() {
            "rev" | "ref" if attrs.contains_key(name) => return Err(Refused::Url),
            "rev" | "ref" | "host" | "narHash" => drop(attrs.insert(name.clone(), str(value))),
            _ => {}
        }
    }
    if attrs.contains_key("rev") && attrs.contains_key("ref") {
        return Err(Refused::Url);
    }
    Ok(attrs)
}

fn git(mut url: Url) -> Attrs {
    let mut attrs = with_type("git");
    for (name, value) in std::mem::take(&mut url.query) {
        let attr = match name.as_str() {
            "rev" | "ref" | "keytype" | "publicKey" | "publicKeys" => str(value),
            "shallow" | "submodules" | "lfs" | "exportIgnore" | "allRefs" | "verifyCommit" => Attr::Bool(value == "1"),
            _ => {
                url.query.insert(name, value);
                continue;
            }
        };
        attrs.insert(name, attr);
    }
    attrs.insert("url".into(), str(url.to_string()));
    attrs
}

fn mercurial(mut url: Url) -> Attrs {
    let mut attrs = with_type("hg");
    url.scheme = url.scheme_parts().1.to_owned();
    for name in ["rev", "ref"] {
        if let Some(value) = url.query.remove(name) {
            attrs.insert(name.into(), str(value));
        }
    }
    attrs.insert("url".into(), str(url.to_string()));
    attrs
}

fn download(mut url: Url, kind: &str) -> Attrs {
    let mut attrs = with_type(kind);
    url.scheme = url.scheme_parts().1.to_owned();
    for name in ["narHash", "rev", "revCount", "lastModified", "url", "name", "unpack"] {
        let Some(value) = url.query.remove(name) else { continue };
        match name {
            "narHash" | "rev" => drop(attrs.insert(name.into(), str(value))),
            "revCount" | "lastModified" => {
                if let Ok(n) = value.parse() {
                    attrs.insert(name.into(), Attr::Int(n));
                }
            }
            _ => {}
        }
    }
    attrs.insert("url".into(), str(url.to_string()));
    attrs
}

fn allowed(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "indirect" => &["id", "ref", "rev", "narHash"],
        "path" => &["path", "rev", "revCount", "lastModified", "narHash"],
        "github" | "gitlab" | "sourcehut" => {
            &["owner", "repo", "ref", "rev", "narHash", "lastModified", "host", "treeHash"]
        }
        "git" => &[
            "url",
            "ref",
            "rev",
            "shallow",
            "submodules",
            "lfs",
            "exportIgnore",
            "lastModified",
            "revCount",
            "narHash",
            "allRefs",
            "name",
            "dirtyRev",
            "dirtyShortRev",
            "verifyCommit",
            "keytype",
            "publicKey",
            "publicKeys",
        ],
        "hg" => &["url", "ref", "rev", "revCount", "narHash", "name"],
        "file" | "tarball" => &["url", "narHash", "name", "unpack", "rev", "revCount", "lastModified"],
        _ => return None,
    })
}

/// Checks the attributes of a reference, `dir` left out, and makes its URL canonical.
pub(super) fn check(attrs: &mut Attrs, has_flakes: bool) -> Result<(), String> {
    let Some(kind) = get_str(attrs, "type")?.map(str::to_owned) else {
        return Err("'type' attribute to specify input scheme is required but not provided".into());
    };
    let Some(names) = allowed(&kind) else { return Ok(()) };
    if !has_flakes && matches!(&*kind, "indirect" | "path" | "github" | "gitlab" | "sourcehut") {
        let text = "experimental Nix feature 'flakes' is disabled; add '--extra-experimental-features flakes' to \
                    enable it";
        return Err(text.into());
    }
    let is_known = |it: &&String| matches!(&***it, "type" | "__final") || names.contains(&it.as_str());
    if let Some(name) = attrs.keys().find(|it| !is_known(it)) {
        return Err(format!("input attribute '{name}' not supported by scheme '{kind}'"));
    }
    let needed: &[&str] = match &*kind {
        "indirect" => &["id"],
        "path" => &["path"],
        "git" | "hg" | "file" | "tarball" => &["url"],
        _ => &["owner", "repo"],
    };
    for name in needed {
        if get_str(attrs, name)?.is_none() {
            return Err(format!("input attribute '{name}' is missing"));
        }
    }
    match &*kind {
        "indirect" => {
            let id = get_str(attrs, "id")?.unwrap_or_default();
            if !is_flake_id(id) {
                return Err(format!("'{id}' is not a valid flake ID"));
            }
        }
        "github" | "gitlab" | "sourcehut" => check_archive(attrs)?,
        "git" => {
            if let Some(name) = get_str(attrs, "ref")?.filter(|it| !is_ref(it)) {
                return Err(format!("invalid Git branch/tag name '{name}'"));
            }
            let url = git_url(get_str(attrs, "url")?.unwrap_or_default())?;
            attrs.insert("url".into(), Attr::Str(url.to_string()));
        }
        _ => {}
    }
    Ok(())
}

fn check_archive(attrs: &Attrs) -> Result<(), String> {
    let (name, rev) = (get_str(attrs, "ref")?, get_str(attrs, "rev")?);
    if let (Some(name), Some(rev)) = (name, rev) {
        let shown = to_json(attrs);
        return Err(format!("input {shown} contains both a commit hash ('{rev}') and a branch/tag name ('{name}')"));
    }
    if let Some(rev) = rev {
        Hash::parse_any(rev, Some(HashAlgorithm::Sha1)).map_err(|it| it.to_string())?;
    }
    if name.is_some_and(|it| !is_ref(it)) {
        return Err(format!("input {} contains an invalid branch/tag name", to_json(attrs)));
    }
    let is_host = |it: &str| it.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if get_str(attrs, "host")?.is_some_and(|it| !is_host(it)) {
        return Err(format!("input {} contains an invalid instance host", to_json(attrs)));
    }
    Ok(())
}

/// A URL that git takes: paths and `user@host:path` are written otherwise.
pub(super) fn git_url(text: &str) -> Result<Url, String> {
    let scp = text.split_once('@').filter(|it| !it.0.contains('/')).and_then(|(user, rest)| {
        let (host, path) = rest.rsplit_once(':')?;
        Some(format!("ssh://{user}@{host}/{path}"))
    });
    let text = scp.as_deref().unwrap_or(text);
    if !text.starts_with("file:") && !text.starts_with("git+file:") && !text.contains("://") {
        if text.split('/').next().is_some_and(|it| it.contains(':')) {
            return Err(format!("SCP-like URL '{text}' is not supported; use SSH URL syntax instead (ssh://...)"));
        }
        let authority = text.starts_with('/').then(String::new);
        let path = split_path(text).map(Into::into).collect();
        return Ok(Url { scheme: "file".into(), authority, path, ..Url::default() });
    }
    let mut url = Url::parse(text).ok_or_else(|| format!("'{text}' is not a valid URL"))?;
    if let (Some("git"), transport) = url.scheme_parts() {
        url.scheme = transport.to_owned();
    }
    Ok(url)
}

fn get_str<'a>(attrs: &'a Attrs, name: &str) -> Result<Option<&'a str>, String> {
    match attrs.get(name) {
        None => Ok(None),
        Some(Attr::Str(text)) => Ok(Some(text)),
        Some(_) => Err(format!("input attribute '{name}' is not a string {}", to_json(attrs))),
    }
}

/// The attributes as JSON.
fn to_json(attrs: &Attrs) -> String {
    let mut out = Vec::new();
    for (name, attr) in attrs {
        out.push(if out.is_empty() { b'{' } else { b',' });
        let _ = json::write_json_string(&mut out, name.as_bytes());
        out.push(b':');
        match attr {
            Attr::Str(text) => drop(json::write_json_string(&mut out, text.as_bytes())),
            Attr::Int(n) => out.extend_from_slice(n.to_string().as_bytes()),
            Attr::Bool(b) => out.extend_from_slice(b.to_string().as_bytes()),
        }
    }
    out.extend_from_slice(if out.is_empty() { b"{}" } else { b"}" });
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes a reference as text.
pub(super) fn show(attrs: &Attrs, has_flakes: bool) -> Result<String, String> {
    let mut attrs = attrs.clone();
    let dir = match attrs.remove("dir") {
        Some(Attr::Str(dir)) if !dir.is_empty() => Some(dir),
        _ => None,
    };
    check(&mut attrs, has_flakes)?;
    let mut url = to_url(&attrs)?;
    if let Some(dir) = dir {
        url.query.entry("dir".into()).or_insert(dir);
    }
    Ok(url.to_string())
}

fn to_url(attrs: &Attrs) -> Result<Url, String> {
    let text = |name: &str| get_str(attrs, name).map(|it| it.unwrap_or_default().to_owned());
    let rev = get_str(attrs, "rev")?.map(show_rev).transpose()?;
    let name = get_str(attrs, "ref")?.map(str::to_owned);
    let mut url = Url::default();
    match &*text("type")? {
        "indirect" => {
            url.scheme = "flake".into();
            url.path = [Some(text("id")?), name, rev].into_iter().flatten().collect();
        }
        "path" => {
            url.scheme = "path".into();
            url.path = split_path(&text("path")?).map(Into::into).collect();
            for (name, attr) in attrs.iter().filter(|it| !matches!(&**it.0, "path" | "type" | "__final")) {
                url.query.insert(name.clone(), show_attr(attr));
            }
        }
        kind @ ("github" | "gitlab" | "sourcehut") => {
            url.scheme = kind.into();
            url.path = [Some(text("owner")?), Some(text("repo")?), name, rev].into_iter().flatten().collect();
            if let Some(hash) = get_str(attrs, "narHash")? {
                url.query.insert("narHash".into(), show_hash(hash)?);
            }
            if let Some(host) = get_str(attrs, "host")? {
                url.query.insert("host".into(), host.into());
            }
        }
        kind @ ("git" | "hg") => {
            let given = text("url")?;
            url = Url::parse(&given).ok_or_else(|| format!("'{given}' is not a valid URL"))?;
            if url.scheme != "git" {
                url.scheme.insert_str(0, &format!("{kind}+"));
            }
            url.query.extend(rev.map(|it| ("rev".into(), it)));
            url.query.extend(name.map(|it| ("ref".into(), it)));
            for name in ["shallow", "lfs", "submodules", "exportIgnore", "verifyCommit"] {
                if attrs.get(name) == Some(&Attr::Bool(true)) {
                    url.query.insert(name.into(), "1".into());
                }
            }
        }
        "file" | "tarball" => {
            let given = text("url")?;
            url = Url::parse(&given).ok_or_else(|| format!("'{given}' is not a valid URL"))?;
            if let Some(hash) = get_str(attrs, "narHash")? {
                url.query.insert("narHash".into(), show_hash(hash)?);
            }
        }
        _ => return Err(format!("cannot show unsupported input '{}'", to_json(attrs))),
    }
    Ok(url)
}

fn show_attr(attr: &Attr) -> String {
    match attr {
        Attr::Str(text) => text.clone(),
        Attr::Int(n) => n.to_string(),
        Attr::Bool(b) => String::from(if *b { "1" } else { "0" }),
    }
}

fn show_rev(rev: &str) -> Result<String, String> {
    let hash = Hash::parse_any(rev, Some(HashAlgorithm::Sha1)).map_err(|it| it.to_string())?;
    let mut out = String::new();
    let _ = write!(out, "{}", hash.format(HashFormat::Base16));
    Ok(out)
}

fn show_hash(hash: &str) -> Result<String, String> {
    let hash = Hash::parse_any(hash, None).map_err(|it| it.to_string())?;
    Ok(hash.format(HashFormat::Sri))
}
