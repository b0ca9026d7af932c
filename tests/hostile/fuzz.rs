//! Files of PyTorch's own, changed at random: `BNONLY_PICKLES=1000000 cargo test --test hostile changed` throws so many.

use std::fs;
use std::path::Path;

use bnonly::network::TensorData;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::files::{Entry, archive, dict, older, small, zip};
use crate::{alone, assert_is_sentence, read};

const FIXTURES: [&str; 8] = [
    "state-zip.pt",
    "state-older.pt",
    "state-protocol-5.pt",
    "checkpoint-zip.pth.tar",
    "checkpoint-older.pth.tar",
    "odd-zip.pt",
    "odd-older.pt",
    "model-zip.pt",
];

/// Pieces of pickles, which get deeper into a reader than any bytes.
const PIECES: [&[u8]; 20] = [
    b"(",
    b")",
    b"]",
    b"}",
    b"t",
    b"R",
    b"Q",
    b"u",
    b"e",
    b"b",
    b"0",
    b"2",
    b"\x85",
    b"\x86",
    b"\x94",
    b"h\x00",
    b"h\x05",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"ccollections\nOrderedDict\n",
    b"ctorch\nLongStorage\n",
];

fn files() -> u64 {
    let asked = std::env::var("BNONLY_PICKLES").ok();
    asked.map_or(5_000, |count| count.parse().expect("a number"))
}

/// A file to change: as it is, or its archive's entries.
enum Seed {
    Bytes(Vec<u8>),
    Entries(Vec<Entry>),
}

fn seeds() -> Vec<Seed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/torch");
    let mut seeds = Vec::new();
    for name in FIXTURES {
        let bytes = fs::read(folder.join(name)).expect("a fixture");
        if bytes.starts_with(b"PK") {
            // A changed pickle in an archive that is whole: its checksum would be noticed first.
            let zip = rawzip::ZipArchive::from_slice(&bytes[..]).expect("an archive");
            let entries = zip.entries().map(|entry| {
                let entry = entry.expect("an entry");
                let name = std::str::from_utf8(entry.file_path().as_bytes())
                    .expect("a name")
                    .to_owned();
                let content = zip
                    .get_entry(entry.wayfinder())
                    .expect("its content")
                    .data();
                Entry::new(&name, content)
            });
            seeds.push(Seed::Entries(entries.collect()));
        }
        seeds.push(Seed::Bytes(bytes));
    }
    let object = dict(&[("state_dict", dict(&[("a.weight", small())]))]);
    seeds.push(Seed::Bytes(older(&object, &[0; 8])));
    seeds.push(Seed::Bytes(archive(&object, &[0; 8])));
    seeds
}

/// Changes bytes in up to six places: writes, insertions, removals, copies of a part, extreme numbers, an early end.
fn change(bytes: &mut Vec<u8>, random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(1..=6) {
        if bytes.is_empty() {
            return;
        }
        let at = random.random_range(0..bytes.len());
        let some = (at + random.random_range(1..=16)).min(bytes.len());
        match random.random_range(0..8) {
            0 => bytes[at] = random.random(),
            1 => bytes[at] ^= 1 << random.random_range(0..8),
            2 => drop(bytes.splice(at..at, PIECES.choose(random).expect("one").iter().copied())),
            3 => {
                let piece = PIECES.choose(random).expect("one").iter().copied();
                drop(bytes.splice(at..(at + piece.len()).min(bytes.len()), piece));
            }
            4 => drop(bytes.drain(at..some)),
            5 => {
                let part = bytes[at..some].to_vec();
                let to = random.random_range(0..=bytes.len());
                drop(bytes.splice(to..to, part));
            }
            6 => {
                let number = *[0, 1, u64::MAX, i64::MAX as u64, u32::MAX.into(), 1 << 40]
                    .choose(random)
                    .expect("one");
                let width = *[1, 2, 4, 8].choose(random).expect("one");
                let number = &number.to_le_bytes()[..width.min(bytes.len() - at)];
                bytes[at..at + number.len()].copy_from_slice(number);
            }
            _ if random.random_ratio(1, 4) => bytes.truncate(at),
            _ => {}
        }
    }
}

fn changed(seed: &Seed, random: &mut ChaCha8Rng) -> Vec<u8> {
    match seed {
        Seed::Bytes(bytes) => {
            let mut bytes = bytes.clone();
            change(&mut bytes, random);
            bytes
        }
        Seed::Entries(entries) => {
            let mut entries = entries.clone();
            let place = match random.random_ratio(4, 5) {
                true => entries
                    .iter()
                    .position(|entry| entry.name.ends_with("data.pkl"))
                    .expect("a pickle"),
                false => random.random_range(0..entries.len()),
            };
            let mut content = entries[place].content.clone();
            change(&mut content, random);
            let name = entries[place].name.clone();
            entries[place] = match random.random_ratio(1, 10) {
                true => Entry::deflated(&name, &content),
                false => Entry::new(&name, &content),
            };
            let mut bytes = zip(&entries);
            if random.random_ratio(1, 10) {
                change(&mut bytes, random);
            }
            bytes
        }
    }
}

#[test]
fn changed_files_are_states_or_sentences_within_their_memory() {
    let _turn = alone();
    let seeds = seeds();
    let (mut states, mut most, mut most_times) = (0, 0, 0.0_f64);
    for case in 0..files() {
        // A panic says which case it was, which is the same each time.
        let _case = Case(case);
        let mut random = ChaCha8Rng::seed_from_u64(case);
        let seed = &seeds[random.next_u64() as usize % seeds.len()];
        let bytes = changed(seed, &mut random);
        let (read, taken) = read(&bytes);
        most = most.max(taken);
        most_times = most_times.max(taken as f64 / bytes.len().max(1) as f64);
        match read {
            Err(error) if bytes.len() > 64 => assert_is_sentence(&error),
            Err(_) => {}
            Ok(file) => {
                states += 1;
                for tensor in &file.tensors {
                    let count: usize = tensor.shape.iter().product();
                    let values = match &tensor.data {
                        TensorData::F32(values) => values.len(),
                        TensorData::I64(values) => values.len(),
                    };
                    assert_eq!(values, count, "{}", tensor.name);
                }
            }
        }
    }
    println!(
        "{states} of {} files are states; at most {most} bytes, {most_times:.1} times a file",
        files()
    );
    // Else nothing but the beginnings would have been tried.
    assert!(
        states > files() / 20 && states < files() * 19 / 20,
        "{states}"
    );
}

struct Case(u64);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in case {}", self.0);
        }
    }
}
