//! proc-maps (of rbspy and py-spy): get_process_maps().
#[path = "../protocol.rs"]
mod protocol;

use proc_maps::{get_process_maps, MapRange};
use protocol::{column, hex, serve};
use serde_json::{json, Value};
use std::ffi::OsStr;

fn record(region: &MapRange) -> Value {
    json!({
        "start": hex(region.start() as u64),
        "size": region.size(),
        "perms": region.flags,
        "offset": hex(region.offset as u64),
        "device": region.dev,
        "inode": region.inode.to_string(),
        "name": column(region.filename().map_or(OsStr::new(""), |path| path.as_os_str())),
    })
}

fn main() {
    serve(
        |request| request.live(),
        get_process_maps,
        |regions| regions.iter().map(record).collect(),
    );
}
