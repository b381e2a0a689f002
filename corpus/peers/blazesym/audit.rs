//! Print the file that blazesym finds at each address of one process.
use blazesym::normalize::{Normalizer, NormalizeOpts, UserMeta};
use std::os::unix::ffi::OsStrExt;

fn put(member: &str, value: impl AsRef<[u8]>) {
    let digits: String = value.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    print!("{member}={digits} ");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let pid = blazesym::Pid::from(arguments[3].parse::<u32>().unwrap());
    let addresses: Vec<u64> =
        arguments[4..].iter().map(|text| u64::from_str_radix(text, 16).unwrap()).collect();
    let normalizer = Normalizer::builder().enable_procmap_query(false).enable_build_ids(false).build();
    let options = NormalizeOpts { sorted_addrs: false, map_files: false, ..Default::default() };
    let found = normalizer.normalize_user_addrs_opts(pid, &addresses, &options).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(3)
    });
    for (address, (offset, index)) in addresses.iter().zip(found.outputs) {
        if let UserMeta::Elf(elf) = &found.meta[index] {
            put("start", format!("{address:x}"));
            put("offset", format!("{offset:x}"));
            put("path", elf.path.as_os_str().as_bytes());
            println!();
        }
    }
}
