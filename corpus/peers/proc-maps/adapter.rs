//! proc-maps (of rbspy and py-spy): get_process_maps().
#[path = "../protocol.rs"]
mod protocol;

use proc_maps::{get_process_maps, MapRange};
use protocol::{column, device, hex, serve};
use serde_json::{json, Value};
use std::ffi::OsStr;

fn record(region: &MapRange) -> Value {
    json!({
        "start": hex(region.start() as u64),
        "size": region.size(),
        "perms": region.flags,
        "offset": hex(region.offset as u64),
        "device": device(&region.dev),
        "inode": region.inode.to_string(),
        "name": column(region.filename().map_or(OsStr::new(""), |path| path.as_os_str())),
    })
}

fn main() {
    serve(|request| {
        get_process_maps(request.live()).map(|regions| regions.iter().map(record).collect())
    });
}
