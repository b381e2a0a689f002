//! Print the areas that mmap-rs finds in one process.
use mmap_rs::{MemoryAreas, Protection, ShareMode};
use std::os::unix::ffi::OsStrExt;

fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

fn main() {
    let pid = std::env::args().nth(3).unwrap().parse().unwrap();
    for area in MemoryAreas::open(Some(pid)).unwrap() {
        let area = area.unwrap_or_else(|error| {
            eprintln!("{error}");
            std::process::exit(3)
        });
        put("start", format!("{:x}", area.start()));
        put("end", format!("{:x}", area.end()));
        put("read", area.protection().contains(Protection::READ).to_string());
        put("write", area.protection().contains(Protection::WRITE).to_string());
        put("execute", area.protection().contains(Protection::EXECUTE).to_string());
        put("shared", matches!(area.share_mode(), ShareMode::Shared).to_string());
        put("name", area.path().map_or(&b""[..], |path| path.as_os_str().as_bytes()));
        if let Some(offset) = area.file_offset() {
            put("offset", format!("{offset:x}"));
        }
        println!();
    }
}
