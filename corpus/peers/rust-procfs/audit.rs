//! Print what procfs-core returns for one dump.
#[path = "../audits/records_of_procfs.rs"]
mod records;

use procfs_core::{process::MemoryMaps, FromRead};

fn main() {
    let path = std::env::args().nth(1).unwrap();
    match MemoryMaps::from_file(path) {
        Ok(maps) => maps.0.iter().for_each(records::print),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(3)
        }
    }
}
