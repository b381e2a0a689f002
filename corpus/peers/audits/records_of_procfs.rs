//! Print the records of procfs-core, which minidump returns, too.
use procfs_core::process::{MMPermissions, MMapPath, MemoryMap};
use std::os::unix::ffi::OsStrExt;

fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

/// Print one record.
pub fn print(map: &MemoryMap) {
    put("start", format!("{:x}", map.address.0));
    put("end", format!("{:x}", map.address.1));
    put("offset", format!("{:x}", map.offset));
    put("major", map.dev.0.to_string());
    put("minor", map.dev.1.to_string());
    put("inode", map.inode.to_string());
    for (member, flag) in [
        ("read", MMPermissions::READ),
        ("write", MMPermissions::WRITE),
        ("execute", MMPermissions::EXECUTE),
        ("shared", MMPermissions::SHARED),
        ("private", MMPermissions::PRIVATE),
    ] {
        put(member, map.perms.contains(flag).to_string());
    }
    match &map.pathname {
        MMapPath::Path(path) => put("name", path.as_os_str().as_bytes()),
        MMapPath::Anonymous => put("name", ""),
        MMapPath::TStack(thread) => put("name", format!("[stack:{thread}]")),
        MMapPath::Other(text) => put("name", format!("[{text}]")),
        MMapPath::Vsys(_) => put("kind", "sysv"),
        word => put("name", format!("[{word:?}]").to_lowercase()),
    }
    for (key, value) in &map.extension.map {
        put(&format!("usage.{key}"), value.to_string());
    }
    println!();
}
