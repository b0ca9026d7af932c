//! What a file is that was taken for a safetensors file, by its first bytes, and what to do with it.

/// Bytes from a file's start that say what it is.
pub(super) const START: u64 = 4096;

/// What stands for the file's path in what [`recognised`] says.
pub(super) const FILE: &str = "FILE";

/// How a file of PyTorch becomes one of safetensors.
const CONVERT: &str = "make a safetensors file of it in Python, with the packages torch and safetensors:\n    \
    import torch, safetensors.torch; s = torch.load(r\"FILE\", map_location=\"cpu\"); s = s.get(\"state_dict\", s)\n    \
    safetensors.torch.save_file({k: v.clone().contiguous() for k, v in s.items()}, r\"FILE.safetensors\")";

const UNFETCHED: &str = "run `git lfs pull` where it was cloned, or download the file itself";

const AGAIN: &str =
    "a server sent it in place of the file: download the file again, from its own address";

/// Formats that are known by their first bytes.
const KNOWN: [(&[u8], &str); 6] = [
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes them"),
    (b"\x93NUMPY", "an array of NumPy (.npy)"),
    (b"GGUF", "a GGUF file"),
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
];

/// What a file is that starts with these bytes, and what to do, as the end of a sentence that names it;
/// `None` where that cannot be said.
pub(super) fn recognised(start: &[u8]) -> Option<String> {
    // A header's length may begin as another format does.
    let is_header = matches!(start, [_, _, _, 0, 0, 0, 0, 0, b'{', ..]);
    if start.len() <= 8 || is_header {
        return None;
    }
    if start.starts_with(b"PK\x03\x04") {
        return Some(of_zip(start));
    }
    if matches!(start, [0x80, 2..=5, ..]) {
        return Some(format!(
            "a Python pickle, as torch.save wrote until PyTorch 1.6; {CONVERT}"
        ));
    }
    if let Some((_, name)) = KNOWN.iter().find(|(first, _)| start.starts_with(first)) {
        return Some((*name).to_owned());
    }
    of_text(start)
}

fn of_zip(start: &[u8]) -> String {
    // The name of the first file within.
    let length = usize::from(start.get(26).copied().unwrap_or_default());
    let name = start.get(30..).unwrap_or_default();
    let name = &name[..name.len().min(length)];
    if name.ends_with(b"data.pkl") || name.ends_with(b"/version") {
        format!("a file of PyTorch (torch.save); {CONVERT}")
    } else if name.ends_with(b".npy") {
        "an archive of NumPy's arrays (.npz)".to_owned()
    } else {
        "a ZIP archive; unpack it and give the .safetensors file within".to_owned()
    }
}

fn of_text(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower: String = text.chars().take(2000).collect();
    let lower = lower.to_ascii_lowercase();
    let begins = |starts: &[&str]| starts.iter().any(|start| lower.starts_with(start));
    if begins(&["version https://git-lfs"]) {
        return Some(format!(
            "a git-lfs pointer, which only stands for the file; {UNFETCHED}"
        ));
    }
    if begins(&["<!doctype html", "<html", "<head", "<body"]) {
        return Some(format!("a web page; {AGAIN}"));
    }
    if begins(&["<?xml", "<error"]) {
        return Some(format!("an XML page; {AGAIN}"));
    }
    if lower.contains("\"weight_map\"") {
        let parts = text.split('"').find(|word| word.ends_with(".safetensors"));
        let parts = parts.map_or_else(String::new, |part| format!(" ({part} and others)"));
        return Some(format!(
            "an index: it names the files{parts} that a state was cut into, and has no tensors itself; give the \
             state as one file"
        ));
    }
    begins(&["{", "["]).then(|| "JSON text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::recognised;

    #[test]
    fn what_is_no_safetensors_file_is_named_with_the_way() {
        let zip = |name: &str| {
            let mut bytes = b"PK\x03\x04".to_vec();
            bytes.resize(26, 0);
            bytes.extend([name.len() as u8, 0, 0, 0]);
            bytes.extend(name.as_bytes());
            bytes
        };
        let pickle = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j";
        let cases: [(Vec<u8>, &[&str]); 12] = [
            (zip("archive/data.pkl"), &["torch.save", "save_file("]),
            (zip("best/data.pkl"), &["torch.save", "save_file("]),
            (zip("weights.npy"), &["NumPy"]),
            (zip("readme.txt"), &["ZIP", "unpack"]),
            (pickle.to_vec(), &["pickle", "torch.load("]),
            (
                b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
                &["git lfs pull"],
            ),
            (
                b"\xef\xbb\xbf\n <!DOCTYPE HTML>".to_vec(),
                &["web page", "download"],
            ),
            (b"<?xml version='1.0'?><Error>".to_vec(), &["XML"]),
            (
                b"{\"weight_map\": {\"a\": \"m-1-of-2.safetensors\"}}".to_vec(),
                &["index", "m-1-of-2"],
            ),
            (b"{\"error\": 404}".to_vec(), &["JSON"]),
            (b"\x89HDF\r\n\x1a\n\0".to_vec(), &["HDF5"]),
            (b"GGUF\x03\0\0\0\x01".to_vec(), &["GGUF"]),
        ];
        for (start, parts) in cases {
            let told = recognised(&start).expect("recognised");
            for part in parts {
                assert!(told.contains(part), "no {part:?} in: {told}");
            }
        }
        let header = b"\x80\x02\0\0\0\0\0\0{\"__met";
        for unknown in [&b""[..], header, &[0xff; 40], b"PK"] {
            assert_eq!(recognised(unknown), None);
        }
    }
}
