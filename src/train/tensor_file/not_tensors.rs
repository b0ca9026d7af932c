//! What a file is that was taken for a safetensors file, by its first bytes, and what to do with it.

use crate::data::content::Content;

/// Bytes from a file's start that say what it is.
pub(super) const START: u64 = 4096;

/// What stands for the file's path in what [`recognised`] says.
pub(super) const FILE: &str = "FILE";

/// How a file of PyTorch becomes one of safetensors.
const CONVERT: &str = "make a safetensors file of it in Python, with the packages torch and safetensors:\n    \
    import torch, safetensors.torch; s = torch.load(r\"FILE\", map_location=\"cpu\"); s = s.get(\"state_dict\", s)\n    \
    safetensors.torch.save_file({k: v.clone().contiguous() for k, v in s.items()}, r\"FILE.safetensors\")";

/// What a file is that starts with these bytes, and what to do, as the end of a sentence that names it;
/// `None` where that cannot be said.
pub(super) fn recognised(start: &[u8]) -> Option<String> {
    // A header's length may begin as another format does.
    let is_header = matches!(start, [_, _, _, 0, 0, 0, 0, 0, b'{', ..]);
    if start.len() <= 8 || is_header {
        return None;
    }
    let content = Content::of(start)?;
    let way = match &content {
        Content::Text(_) => return None,
        Content::PyTorch | Content::Pickle => CONVERT,
        Content::Packed(_) => "unpack it, and give the .safetensors file within",
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
