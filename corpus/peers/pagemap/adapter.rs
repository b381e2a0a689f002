//! pagemap: maps().
#[path = "../protocol.rs"]
mod protocol;

use pagemap::MapsEntry;
use protocol::{column, hex, serve};
use serde_json::{json, Value};

fn record(region: &MapsEntry) -> Value {
    let device = region.device_numbers();
    json!({
        "start": hex(region.memory_region().start_address()),
        "size": region.memory_region().size(),
        "perms": region.permissions().to_string(),
        "offset": hex(region.offset()),
        "device": {"major": device.major(), "minor": device.minor()},
        "inode": region.inode().to_string(),
        "name": column(region.path().unwrap_or("")),
    })
}

fn main() {
    serve(
        |request| request.live() as u64,
        pagemap::maps,
        |regions| regions.iter().map(record).collect(),
    );
}
