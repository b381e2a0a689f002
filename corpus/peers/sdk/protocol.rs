//! The batch form of docs/protocol.md, for adapters in Rust.
#![allow(dead_code)] // each adapter uses only some of it

use base64::Engine;
use serde_json::{json, Map, Value};
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

/// Return permission letters, with a dash for each that is not set.
pub fn mode(letters: &[(bool, char)]) -> String {
    letters.iter().map(|&(set, letter)| if set { letter } else { '-' }).collect()
}

/// Return a device for JSON that the peer keeps as text. Other text becomes a valid answer that is
/// wrong: no device number has more than 20 bits.
pub fn device(text: &str) -> Value {
    let halves = text.split_once(':').and_then(|(major, minor)| {
        Some((u32::from_str_radix(major, 16).ok()?, u32::from_str_radix(minor, 16).ok()?))
    });
    let (major, minor) = halves.unwrap_or((u32::MAX, u32::MAX));
    json!({"major": major, "minor": minor})
}

/// Answer every request on standard input. An error is a refusal. A panic ends the program, which
/// is a crash.
pub fn serve<E: Display>(parse: impl Fn(&Request) -> Result<Vec<Value>, E>) {
    let mut answers = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let request = Request(serde_json::from_str(&line.unwrap()).unwrap());
        let mut answer = Map::new();
        answer.insert("id".into(), request.0["id"].clone());
        match parse(&request) {
            Ok(records) => answer.insert("answer".into(), records.into()),
            Err(error) => answer.insert("rejected".into(), error.to_string().into()),
        };
        writeln!(answers, "{}", Value::Object(answer)).unwrap();
        answers.flush().unwrap();
    }
}
