//! Print the file, the offset in it and the build ID that blazesym finds for addresses of a process.
//!
//! Arguments: `ioctl` or `text`, the way to read the mappings, and a process ID. Standard input has
//! the addresses as hexadecimal numbers, one in each line. A line for each address is printed, empty
//! if it is in no file, or offset, build ID (or `-`) and path.
use blazesym::normalize::{NormalizeOpts, Normalizer, UserMeta};
use std::io::{self, BufRead, Write};
use std::os::unix::ffi::OsStrExt;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let pid = blazesym::Pid::from(arguments[2].parse::<u32>().unwrap());
    let lines = io::stdin().lock().lines();
    let addresses: Vec<u64> =
        lines.map(|line| u64::from_str_radix(&line.unwrap(), 16).unwrap()).collect();
    let normalizer = Normalizer::builder()
        .enable_procmap_query(arguments[1] == "ioctl")
        .enable_build_ids(true)
        .build();
    let options = NormalizeOpts { sorted_addrs: false, map_files: false, ..Default::default() };
    let found = normalizer.normalize_user_addrs_opts(pid, &addresses, &options).unwrap();
    let mut out = io::stdout().lock();
    for (offset, index) in found.outputs {
        if let UserMeta::Elf(elf) = &found.meta[index] {
            let bytes = elf.build_id.iter().flat_map(|id| id.iter());
            let build_id: String = bytes.map(|byte| format!("{byte:02x}")).collect();
            write!(out, "{offset:x} {} ", if build_id.is_empty() { "-" } else { &build_id })?;
            out.write_all(elf.path.as_os_str().as_bytes())?;
        }
        writeln!(out)?;
    }
    Ok(())
}
