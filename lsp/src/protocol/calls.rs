//! Who calls what, in the words of the protocol.

use lsp_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Range, SymbolKind, Url};

use crate::ide::{self, Call, Callable, TextRange};
use crate::state::{Open, Snapshot};
use crate::text::Text;

use super::files::{self, Named};
use super::{from_proto, outline, to_proto};

/// What can be called at an offset.
#[must_use]
pub fn prepare(now: &Snapshot, open: &Open, offset: u32) -> Option<Vec<CallHierarchyItem>> {
    let uri = to_proto::url(&open.uri)?;
    let found = ide::callables(open.document(), now, offset);
    let items: Vec<_> = found.iter().filter_map(|it| item(now, &uri, &open.text, it)).collect();
    (!items.is_empty()).then_some(items)
}

/// Who calls an item.
#[must_use]
pub fn incoming(now: &Snapshot, asked: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    let (named, offset) = of_item(now, asked)?;
    let call = |it: &Call| {
        let from = item(now, &named.uri, &named.text, &it.item)?;
        // The calls are in the caller's text.
        let from_ranges = match &it.item.path {
            None => ranges(now, &named.text, &it.ranges),
            Some(path) => ranges(now, &files::by_path(now, path)?.text, &it.ranges),
        };
        Some(CallHierarchyIncomingCall { from, from_ranges })
    };
    Some(ide::incoming_calls(&named.document, now, offset).iter().filter_map(call).collect())
}

/// What an item calls.
#[must_use]
pub fn outgoing(now: &Snapshot, asked: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let (named, offset) = of_item(now, asked)?;
    let call = |it: &Call| {
        let to = item(now, &named.uri, &named.text, &it.item)?;
        Some(CallHierarchyOutgoingCall { to, from_ranges: ranges(now, &named.text, &it.ranges) })
    };
    Some(ide::outgoing_calls(&named.document, now, offset).iter().filter_map(call).collect())
}

/// The document of an item, and where in it the name is; a file has none.
fn of_item(now: &Snapshot, item: &CallHierarchyItem) -> Option<(Named, Option<u32>)> {
    let named = files::by_uri(now, &item.uri)?;
    let offset = named.text.offset(from_proto::spot(item.selection_range.start), now.client.encoding);
    Some((named, (item.kind != SymbolKind::FILE).then_some(offset)))
}

fn item(now: &Snapshot, uri: &Url, text: &Text, it: &Callable) -> Option<CallHierarchyItem> {
    let (uri, ranges) = match &it.path {
        None => (uri.clone(), ranges(now, text, &[it.full, it.focus])),
        Some(path) => {
            let named = files::by_path(now, path)?;
            let ranges = ranges(now, &named.text, &[it.full, it.focus]);
            (named.uri, ranges)
        }
    };
    Some(CallHierarchyItem {
        name: it.name.clone(),
        kind: it.kind.map_or(SymbolKind::FILE, outline::kind),
        tags: None,
        detail: Some(it.detail.clone()).filter(|it| !it.is_empty()),
        uri,
        range: ranges[0],
        selection_range: ranges[1],
        data: None,
    })
}

fn ranges(now: &Snapshot, text: &Text, of: &[TextRange]) -> Vec<Range> {
    let spots = &mut text.spots(now.client.encoding);
    of.iter().map(|it| to_proto::range(spots, it.start, it.end)).collect()
}
