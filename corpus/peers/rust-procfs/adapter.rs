//! procfs (its core crate): MemoryMaps from a reader.
#[path = "../procfs_core.rs"]
mod procfs;
#[path = "../protocol.rs"]
mod protocol;

use procfs_core::process::{MemoryMap, MemoryMaps};
use procfs_core::FromBufRead;
use protocol::serve;
use serde_json::{json, Map, Value};
use std::fs::File;
use std::io::BufReader;

/// Convert a record with its fields. Keys have no colon; values with a unit are in bytes. VmFlags are
/// an unordered set, which is not judged.
fn record(region: &MemoryMap) -> Value {
    let mut row = procfs::record(region);
    if !region.extension.is_empty() {
        let fields: Map<String, Value> =
            region.extension.map.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        row["usage"] = fields.into();
    }
    row
}

fn main() {
    serve(
        |request| BufReader::new(File::open(request.path()).unwrap()),
        MemoryMaps::from_buf_read,
        |maps| maps.0.iter().map(record).collect(),
    );
}
