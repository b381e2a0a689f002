//! mmap-rs: MemoryAreas::open().
#[path = "../protocol.rs"]
mod protocol;

use mmap_rs::{MemoryArea, MemoryAreas, Protection, ShareMode};
use protocol::{column, hex, mode, serve};
use serde_json::{json, Value};

fn record(area: &MemoryArea) -> Value {
    let has = |bit| area.protection().contains(bit);
    let shared = matches!(area.share_mode(), ShareMode::Shared);
    let mut row = json!({
        "start": hex(area.start() as u64),
        "end": hex(area.end() as u64),
        "perms": mode(&[
            (has(Protection::READ), 'r'), (has(Protection::WRITE), 'w'),
            (has(Protection::EXECUTE), 'x'),
        ]) + if shared { "s" } else { "p" },
        "name": column(area.path().map_or("".as_ref(), |path| path.as_os_str())),
    });
    // It has an offset only for memory that has a path.
    if let Some(offset) = area.file_offset() {
        row["offset"] = hex(offset);
    }
    row
}

fn main() {
    serve(
        |request| request.live() as u32,
        |pid| MemoryAreas::open(Some(pid))?.collect::<Result<Vec<_>, _>>(),
        |areas| areas.iter().map(record).collect(),
    );
}
