//! rsprocmaps: from_path(), an iterator over each line or its error.
#[path = "../protocol.rs"]
mod protocol;

use protocol::{column, hex, mode, serve};
use rsprocmaps::{Map, Pathname};
use serde_json::{json, Value};

fn record(region: &Map) -> Value {
    let perms = &region.permissions;
    json!({
        "start": hex(region.address_range.begin),
        "end": hex(region.address_range.end),
        "perms": mode(&[(perms.readable, 'r'), (perms.writable, 'w'), (perms.executable, 'x')])
            + if perms.shared { "s" } else if perms.private { "p" } else { "" },
        "offset": hex(region.offset),
        "device": {"major": region.device.major, "minor": region.device.minor},
        "inode": region.inode.to_string(),
        "name": column(match &region.pathname {
            Pathname::Stack => "[stack]",
            Pathname::Vdso => "[vdso]",
            Pathname::Vvar => "[vvar]",
            Pathname::Vsyscall => "[vsyscall]",
            Pathname::Heap => "[heap]",
            Pathname::Mmap => "",
            Pathname::OtherPseudo(text) | Pathname::Path(text) => text,
        }),
    })
}

fn main() {
    // The iterator goes on after the error of a line. Its caller has all other mappings.
    serve(
        |request| request.path().to_owned(),
        |path| rsprocmaps::from_path(path).map(|regions| regions.collect::<Vec<_>>()),
        |regions| regions.iter().flatten().map(record).collect(),
    );
}
