//! Print what pagemap returns for one process.
fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

fn main() {
    let pid = std::env::args().nth(3).unwrap().parse().unwrap();
    let entries = pagemap::maps(pid).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(3)
    });
    for entry in entries {
        let (region, device) = (entry.memory_region(), entry.device_numbers());
        put("start", format!("{:x}", region.start_address()));
        put("size", region.size().to_string());
        put("perms", entry.permissions().to_string());
        put("offset", format!("{:x}", entry.offset()));
        put("major", device.major().to_string());
        put("minor", device.minor().to_string());
        put("inode", entry.inode().to_string());
        put("name", entry.path().unwrap_or_default());
        println!();
    }
}
