//! blazesym: Normalizer::normalize_user_addrs_opts(), which returns the file at an address.
//!
//! It needs addresses: the adapter passes the start addresses of the dump's lines.
#[path = "../protocol.rs"]
mod protocol;

use blazesym::normalize::{NormalizeOpts, Normalizer, UserMeta};
use blazesym::Pid;
use protocol::{column, hex, serve};
use serde_json::{json, Value};
use std::path::Path;

fn starts(dump: &[u8]) -> Vec<u64> {
    dump.split(|&byte| byte == b'\n')
        .filter_map(|line| {
            let end = line.iter().position(|&byte| byte == b'-')?;
            u64::from_str_radix(std::str::from_utf8(&line[..end]).ok()?, 16).ok()
        })
        .collect()
}

fn record(start: u64, offset: u64, path: &Path) -> Value {
    json!({ "start": hex(start), "offset": hex(offset), "path": column(path) })
}

fn main() {
    // No ioctl, because the decoy's file does not have it, and no cache from one dump to the next.
    let normalizer = Normalizer::builder()
        .enable_procmap_query(false)
        .enable_vma_caching(false)
        .enable_build_ids(false)
        .build();
    let options = NormalizeOpts { sorted_addrs: false, map_files: false, ..Default::default() };
    serve(|request| {
        let pid = Pid::from(request.live() as u32);
        let addresses = starts(&std::fs::read(request.path()).unwrap());
        let found = normalizer.normalize_user_addrs_opts(pid, &addresses, &options)?;
        let places = addresses.iter().zip(&found.outputs);
        Ok::<_, blazesym::Error>(
            places
                .filter_map(|(&start, &(offset, meta))| match &found.meta[meta] {
                    UserMeta::Elf(elf) => Some(record(start, offset, &elf.path)),
                    _ => None,
                })
                .collect(),
        )
    });
}
