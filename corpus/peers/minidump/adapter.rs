//! minidump: the MD_LINUX_MAPS stream of a crash report, which is a copy of the file.
#[path = "../procfs_core.rs"]
mod procfs;
#[path = "../protocol.rs"]
mod protocol;

use minidump::{Endian, MinidumpLinuxMaps, MinidumpStream};
use protocol::serve;
use std::fs;

fn main() {
    serve(
        |request| fs::read(request.path()).unwrap(),
        |bytes| {
            MinidumpLinuxMaps::read(&bytes, &bytes, Endian::Little, None)
                .map(|maps| maps.iter().map(|region| region.map.clone()).collect::<Vec<_>>())
        },
        |regions| regions.iter().map(procfs::record).collect(),
    );
}
