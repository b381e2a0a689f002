//! A worker of the bench: procfs-core reads a file of maps or smaps.
use procfs_core::process::MemoryMaps;
use procfs_core::FromRead;
use std::io::BufRead;

/// Minimum seconds of a turn, as in bench/worker.py.
const MIN_SECONDS: f64 = 0.05;

fn processor_time() -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()), 0);
        usage.assume_init()
    };
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    seconds as f64 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) as f64 / 1e6
}

fn main() {
    for line in std::io::stdin().lock().lines() {
        let path = line.expect("a path");
        let before = processor_time();
        let (mut runs, mut seconds, mut found) = (0, 0.0, 0);
        while seconds < MIN_SECONDS {
            found = MemoryMaps::from_file(&path).expect("a readable file").0.len();
            runs += 1;
            seconds = processor_time() - before;
        }
        println!("{{\"seconds\": {}, \"found\": {}}}", seconds / f64::from(runs), found);
    }
}
