//! The batch form of docs/protocol.md, for adapters in Rust.
#![allow(dead_code)] // each adapter uses only some of it

use base64::Engine;
use serde_json::{json, Value};
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::os::unix::ffi::OsStrExt;
use std::{env, fs};

/// One case.
pub struct Request(Value);

impl Request {
    /// Return the path of the dump.
    pub fn path(&self) -> &str {
        self.0["path"].as_str().unwrap()
    }

    /// Return the start addresses of the mappings that the dump has, each once.
    pub fn addresses(&self) -> Vec<u64> {
        let addresses = self.0["addresses"].as_array().unwrap();
        addresses.iter().map(|text| u64::from_str_radix(text.as_str().unwrap(), 16).unwrap()).collect()
    }

    /// Write the dump to the decoy's files (see overlay.py), and return the decoy's PID.
    pub fn live(&self) -> i32 {
        let folder = env::var("PROCMAPS_DECOY_FILES").unwrap();
        for kind in ["maps", "smaps", "smaps_rollup"] {
            let dump = if self.0["kind"] == kind { fs::read(self.path()).unwrap() } else { vec![] };
            // In place: a new file would not be the mounted one.
            let file = format!("{folder}/{kind}");
            fs::OpenOptions::new().write(true).truncate(true).open(file).unwrap()
                .write_all(&dump).unwrap();
        }
        env::var("PROCMAPS_DECOY_PID").unwrap().parse().unwrap()
    }
}

/// Return a name for JSON without losing a byte.
pub fn column(name: impl AsRef<std::ffi::OsStr>) -> Value {
    json!({"base64": base64::engine::general_purpose::STANDARD.encode(name.as_ref().as_bytes())})
}

/// Return an address for JSON.
pub fn hex(value: u64) -> Value {
    json!(format!("{value:x}"))
}

/// Return permission letters from a peer's flags, with a dash for each that is not set.
pub fn mode(letters: &[(bool, char)]) -> String {
    letters.iter().map(|&(set, letter)| if set { letter } else { '-' }).collect()
}

/// Answer every request on standard input, in three phases:
///
/// * `prepare` makes what the parser needs: files, a process
/// * `call` is the parser's own call, and nothing else
/// * `convert` makes records of what the parser returned
///
/// Only an error out of `call` is a refusal of the parser, and only a panic there is its crash. An
/// iterator must be run to its end in `call`. Everything else is a fault of the adapter.
pub fn serve<Prepared, Returned, E: Display>(
    prepare: impl Fn(&Request) -> Prepared,
    call: impl Fn(Prepared) -> Result<Returned, E>,
    convert: impl Fn(Returned) -> Vec<Value>,
) {
    for line in io::stdin().lock().lines() {
        let request = Request(serde_json::from_str(&line.unwrap()).unwrap());
        let tell = |member: &str, value: Value| {
            let id = request.0["id"].clone();
            let mut answers = io::stdout().lock();
            writeln!(answers, "{}", json!({"id": id, member: value})).unwrap();
            answers.flush().unwrap();
        };
        let prepared = prepare(&request);
        tell("phase", "call".into());
        match call(prepared) {
            Err(error) => tell("rejected", error.to_string().into()),
            // A panic from here on ends the program outside the call: a fault of the adapter.
            Ok(returned) => {
                tell("phase", "convert".into());
                tell("answer", convert(returned).into());
            }
        }
    }
}
