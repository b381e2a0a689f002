//! Print what rsprocmaps returns for one dump: each line that it can read.
use rsprocmaps::Pathname;

fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

fn main() {
    let path = std::env::args().nth(1).unwrap();
    for line in rsprocmaps::from_path(path).unwrap() {
        let map = match line {
            Ok(map) => map,
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        put("start", format!("{:x}", map.address_range.begin));
        put("end", format!("{:x}", map.address_range.end));
        put("read", map.permissions.readable.to_string());
        put("write", map.permissions.writable.to_string());
        put("execute", map.permissions.executable.to_string());
        put("shared", map.permissions.shared.to_string());
        put("private", map.permissions.private.to_string());
        put("offset", format!("{:x}", map.offset));
        put("major", map.device.major.to_string());
        put("minor", map.device.minor.to_string());
        put("inode", map.inode.to_string());
        match map.pathname {
            Pathname::OtherPseudo(text) | Pathname::Path(text) => put("name", text),
            Pathname::Mmap => put("name", ""),
            word => put("name", format!("[{word:?}]").to_lowercase()),
        }
        println!();
    }
}
