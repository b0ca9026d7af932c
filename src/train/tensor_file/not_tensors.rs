//! What a file is that was taken for one of tensors, by its first bytes, and what to do with it.

use super::error::CheckpointError;
use crate::data::content::Content;

/// Bytes from a file's start that say what it is.
pub(super) const START: u64 = 4096;

/// The sentence for a file of another format that its start gives away.
pub(super) fn foreign(file: &str, start: &[u8]) -> Option<CheckpointError> {
    let start = &start[..start.len().min(START as usize)];
    let found = recognised(start)?;
    Some(CheckpointError::Format {
        file: file.to_owned(),
        found,
    })
}

/// What a file is that starts with these bytes, and what to do, as the end of a sentence that names it;
/// `None` where that cannot be said.
fn recognised(start: &[u8]) -> Option<String> {
    // A header's length may begin as another format does.
    let is_header = matches!(start, [_, _, _, 0, 0, 0, 0, 0, b'{', ..]);
    if start.len() <= 8 || is_header {
        return None;
    }
    let content = Content::of(start)?;
    let way = match &content {
        Content::Text(_) => return None,
        Content::Pickle => {
            "torch.save did not write it: in Python, save the state itself, torch.save(model.state_dict(), FILE)"
        }
        Content::Packed(_) => "unpack it, and give the file of the state within",
        Content::Json => &index(start).unwrap_or_else(|| content.way().to_owned()),
        _ => content.way(),
    };
    Some(format!("{content}; {way}"))
}

/// What helps where JSON text names the files that a state was cut into.
fn index(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start);
    if !text.contains("\"weight_map\"") {
        return None;
    }
    let parts = text.split('"').find(|word| word.ends_with(".safetensors"));
    let parts = parts.map_or_else(String::new, |part| format!(" ({part} and others)"));
    Some(format!(
        "as an index it names the files{parts} that a state was cut into, and has no tensors itself: give the \
         state as one file"
    ))
}

#[cfg(test)]
mod tests {
    use super::recognised;

    #[test]
    fn what_holds_no_tensors_is_named_with_the_way() {
        let zip = |name: &str| {
            let mut bytes = b"PK\x03\x04".to_vec();
            bytes.resize(26, 0);
            bytes.extend([name.len() as u8, 0, 0, 0]);
            bytes.extend(name.as_bytes());
            bytes
        };
        let cases: [(Vec<u8>, &[&str]); 10] = [
            (zip("weights.npy"), &["NumPy"]),
            (zip("readme.txt"), &["ZIP", "unpack"]),
            (
                b"\x80\x04\x95\x10\0\0\0\0\0\0\0}".to_vec(),
                &["pickle", "torch.save"],
            ),
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
