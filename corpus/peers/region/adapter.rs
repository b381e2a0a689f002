//! region: query_range() over the whole address space.
#[path = "../protocol.rs"]
mod protocol;

use protocol::{hex, mode, serve};
use region::{Protection, Region};
use serde_json::{json, Value};

fn record(region: &Region) -> Value {
    let has = |bit| region.protection().contains(bit);
    json!({
        "start": hex(region.as_range().start as u64),
        "end": hex(region.as_range().end as u64),
        "perms": mode(&[
            (has(Protection::READ), 'r'), (has(Protection::WRITE), 'w'),
            (has(Protection::EXECUTE), 'x'),
        ]) + if region.is_shared() { "s" } else { "p" },
    })
}

fn main() {
    serve(
        |request| request.live(),
        |_| region::query_range(0x1000 as *const u8, usize::MAX - 0x2000)?.collect::<Result<Vec<_>, _>>(),
        |regions| regions.iter().map(record).collect(),
    );
}
