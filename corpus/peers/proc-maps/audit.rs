//! Print what proc-maps returns for one process.
use std::os::unix::ffi::OsStrExt;

fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

fn main() {
    let pid: proc_maps::Pid = std::env::args().nth(3).unwrap().parse().unwrap();
    let ranges = proc_maps::get_process_maps(pid).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(3)
    });
    for range in ranges {
        put("start", format!("{:x}", range.start()));
        put("size", range.size().to_string());
        put("perms", &range.flags);
        put("offset", format!("{:x}", range.offset));
        put("device", &range.dev);
        put("inode", range.inode.to_string());
        match range.filename() {
            Some(path) => put("name", path.as_os_str().as_bytes()),
            None => put("name", ""),
        }
        println!();
    }
}
