//! procmaps (of crates.io): Mappings::from_pid().
#[path = "../protocol.rs"]
mod protocol;

use procmaps::{Map, Mappings, Path, Privacy};
use protocol::{column, hex, mode, serve};
use serde_json::{json, Value};

fn record(region: &Map) -> Value {
    let perms = &region.perms;
    json!({
        "start": hex(region.base as u64),
        "end": hex(region.ceiling as u64),
        "perms": mode(&[(perms.readable, 'r'), (perms.writable, 'w'), (perms.executable, 'x')])
            + match perms.privacy {
                Privacy::Shared => "s",
                Privacy::Private => "p",
            },
        "offset": hex(region.offset as u64),
        "device": {"major": region.dev_major, "minor": region.dev_minor},
        "inode": region.inode.to_string(),
        "name": column(match &region.pathname {
            Path::MappedFile(text) => text.clone(),
            Path::Stack => "[stack]".into(),
            Path::ThreadStack(tid) => format!("[stack:{tid}]"),
            Path::Vdso => "[vdso]".into(),
            Path::Heap => "[heap]".into(),
            Path::Vvar => "[vvar]".into(),
            Path::Vsyscall => "[vsyscall]".into(),
        }),
    })
}

fn main() {
    serve(
        |request| request.live(),
        Mappings::from_pid,
        |regions| regions.iter().map(record).collect(),
    );
}
