//! Print what minidump returns for a stream that is a copy of one dump.
#[path = "../audits/records_of_procfs.rs"]
mod records;

use minidump::{Endian, MinidumpLinuxMaps, MinidumpStream};

fn main() {
    let dump = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    match MinidumpLinuxMaps::read(&dump, &[], Endian::Big, None) {
        Ok(maps) => maps.iter().for_each(|region| records::print(&region.map)),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(3)
        }
    }
}
