//! Print the regions that the crate region finds in this process.
fn accepted<Value>(result: region::Result<Value>) -> Value {
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(3)
    })
}

fn main() {
    let first = std::ptr::without_provenance::<u8>(4096);
    for region in accepted(region::query_range(first, usize::MAX - 8192)) {
        let region = accepted(region);
        let range = region.as_range();
        for (member, value) in [
            ("start", format!("{:x}", range.start)),
            ("end", format!("{:x}", range.end)),
            ("read", region.is_readable().to_string()),
            ("write", region.is_writable().to_string()),
            ("execute", region.is_executable().to_string()),
            ("shared", region.is_shared().to_string()),
        ] {
            let digits: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
            print!("{member}={digits} ");
        }
        println!();
    }
}
