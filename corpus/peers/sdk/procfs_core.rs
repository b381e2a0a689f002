//! Records of procfs-core, which minidump returns, too.

use crate::protocol::{column, hex, mode};
use procfs_core::process::{MMPermissions as Perm, MMapPath, MemoryMap};
use serde_json::{json, Value};

/// Return the column of a typed name. Of SysV memory procfs-core keeps only the key, by design, so
/// the column is not judged, but the kind is.
fn name(path: &MMapPath) -> Option<Value> {
    Some(match path {
        MMapPath::Path(path) => column(path),
        MMapPath::Heap => column("[heap]"),
        MMapPath::Stack => column("[stack]"),
        MMapPath::TStack(tid) => column(format!("[stack:{tid}]")),
        MMapPath::Vdso => column("[vdso]"),
        MMapPath::Vvar => column("[vvar]"),
        MMapPath::Vsyscall => column("[vsyscall]"),
        MMapPath::Rollup => column("[rollup]"),
        MMapPath::Anonymous => column(""),
        MMapPath::Other(text) => column(format!("[{text}]")),
        MMapPath::Vsys(_) => return None,
    })
}

/// Convert one of its records.
pub fn record(region: &MemoryMap) -> Value {
    let perms = region.perms;
    let mut row = json!({
        "start": hex(region.address.0),
        "end": hex(region.address.1),
        "perms": mode(&[
            (perms.contains(Perm::READ), 'r'),
            (perms.contains(Perm::WRITE), 'w'),
            (perms.contains(Perm::EXECUTE), 'x'),
        ]) + if perms.contains(Perm::SHARED) { "s" } else if perms.contains(Perm::PRIVATE) { "p" } else { "" },
        "offset": hex(region.offset),
        "device": {"major": region.dev.0, "minor": region.dev.1},
        "inode": region.inode.to_string(),
    });
    match name(&region.pathname) {
        Some(name) => row["name"] = name,
        None => row["kind"] = json!("sysv"),
    }
    row
}
