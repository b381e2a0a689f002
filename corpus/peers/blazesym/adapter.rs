//! blazesym: Normalizer::normalize_user_addrs_opts(), which returns the file at an address.
//!
//! It needs addresses: the start addresses of the request.
#[path = "../protocol.rs"]
mod protocol;

use blazesym::normalize::{NormalizeOpts, Normalizer, UserMeta};
use blazesym::Pid;
use protocol::{column, hex, serve};
use serde_json::{json, Value};
use std::path::Path;

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
    serve(
        |request| (Pid::from(request.live() as u32), request.addresses()),
        |(pid, addresses)| {
            normalizer
                .normalize_user_addrs_opts(pid, &addresses, &options)
                .map(|found| (addresses, found))
        },
        |(addresses, found)| {
            let places = addresses.iter().zip(&found.outputs);
            places
                .filter_map(|(&start, &(offset, meta))| match &found.meta[meta] {
                    UserMeta::Elf(elf) => Some(record(start, offset, &elf.path)),
                    _ => None,
                })
                .collect()
        },
    );
}
