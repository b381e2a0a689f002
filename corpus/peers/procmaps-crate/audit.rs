//! Print what procmaps of crates.io returns for one process.
use procmaps::{Mappings, Path, Privacy};

fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

fn main() {
    let pid = std::env::args().nth(3).unwrap().parse().unwrap();
    let mappings = Mappings::from_pid(pid).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(3)
    });
    for map in mappings.iter() {
        put("start", format!("{:x}", map.base));
        put("end", format!("{:x}", map.ceiling));
        put("read", map.perms.readable.to_string());
        put("write", map.perms.writable.to_string());
        put("execute", map.perms.executable.to_string());
        put("shared", (map.perms.privacy == Privacy::Shared).to_string());
        put("private", (map.perms.privacy == Privacy::Private).to_string());
        put("offset", format!("{:x}", map.offset));
        put("major", map.dev_major.to_string());
        put("minor", map.dev_minor.to_string());
        put("inode", map.inode.to_string());
        match &map.pathname {
            Path::MappedFile(text) => put("name", text),
            Path::ThreadStack(thread) => put("name", format!("[stack:{thread}]")),
            word => put("name", format!("[{word:?}]").to_lowercase()),
        }
        println!();
    }
}
