//! Files in both formats of `torch.save`, from pickles written by hand.

/// A text of a pickle.
pub fn text(text: &str) -> Vec<u8> {
    let length = (text.len() as u32).to_le_bytes();
    [b"X", &length[..], text.as_bytes()].concat()
}

/// A whole number of a pickle.
pub fn int(number: i64) -> Vec<u8> {
    [b"\x8a\x08", &number.to_le_bytes()[..]].concat()
}

/// A class or function of a pickle.
pub fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

/// A tuple of a pickle.
pub fn tuple(parts: &[Vec<u8>]) -> Vec<u8> {
    [b"(", &parts.concat()[..], b"t"].concat()
}

fn numbers(numbers: &[i64]) -> Vec<u8> {
    let numbers: Vec<_> = numbers.iter().map(|number| int(*number)).collect();
    tuple(&numbers)
}

/// A reference to values.
pub fn storage(class: &str, key: &str, len: i64) -> Vec<u8> {
    let parts = [
        text("storage"),
        global("torch", class),
        text(key),
        text("cpu"),
        int(len),
    ];
    [tuple(&parts), b"Q".to_vec()].concat()
}

/// A tensor of a storage.
pub fn view(storage: Vec<u8>, offset: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let parts = [
        storage,
        int(offset),
        numbers(shape),
        numbers(strides),
        b"\x89N".to_vec(),
    ];
    let function = global("torch._utils", "_rebuild_tensor_v2");
    [function, tuple(&parts), b"R".to_vec()].concat()
}

/// A tensor of two floats, whose values are `0`.
pub fn small() -> Vec<u8> {
    view(storage("FloatStorage", "0", 2), 0, &[2], &[1])
}

/// A dict of a pickle.
pub fn dict(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries = entries
        .iter()
        .map(|(key, value)| [text(key), value.clone()].concat());
    [b"}(", &entries.collect::<Vec<_>>().concat()[..], b"u"].concat()
}

/// A whole pickle.
pub fn pickle(object: &[u8]) -> Vec<u8> {
    [b"\x80\x02", object, b"."].concat()
}

/// The older format: an object, and values under `0`, of four bytes each.
pub fn older(object: &[u8], values: &[u8]) -> Vec<u8> {
    let keys = pickle(&[b"](", &text("0")[..], b"e"].concat());
    let count = (values.len() as u64 / 4).to_le_bytes();
    older_with(object, &[&keys[..], &count, values].concat())
}

/// The same with anything behind the object.
pub fn older_with(object: &[u8], behind: &[u8]) -> Vec<u8> {
    let magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
    let version = b"\x80\x02M\xe9\x03.";
    [&magic[..], version, b"\x80\x02}.", &pickle(object), behind].concat()
}

/// An entry of a ZIP archive.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: String,
    pub content: Vec<u8>,
    /// How it is packed: 0 not at all, 8 by deflate.
    pub method: u16,
    /// 1 for an encrypted one.
    pub flags: u16,
    pub crc32: u32,
    /// Bytes before it was packed.
    pub bytes: u32,
}

impl Entry {
    pub fn new(name: &str, content: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            content: content.to_vec(),
            method: 0,
            flags: 0,
            crc32: crc32fast::hash(content),
            bytes: content.len() as u32,
        }
    }

    /// The same, packed.
    pub fn deflated(name: &str, content: &[u8]) -> Self {
        let mut packed = flate2::read::DeflateEncoder::new(content, flate2::Compression::best());
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut packed, &mut bytes).unwrap();
        Self {
            content: bytes,
            method: 8,
            ..Self::new(name, content)
        }
    }

    /// What both of its headers hold in between.
    fn middle(&self) -> Vec<u8> {
        let mut bytes = vec![20, 0];
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.method.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.crc32.to_le_bytes());
        bytes.extend((self.content.len() as u32).to_le_bytes());
        bytes.extend(self.bytes.to_le_bytes());
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }
}

/// A ZIP archive.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(entry.middle());
        directory.extend([0; 10]);
        directory.extend((file.len() as u32).to_le_bytes());
        directory.extend(entry.name.as_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(entry.middle());
        file.extend(entry.name.as_bytes());
        file.extend(&entry.content);
    }
    let (start, count) = (file.len() as u32, entries.len() as u16);
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

/// The format since PyTorch 1.6: an object, and values under `0`.
pub fn archive(object: &[u8], values: &[u8]) -> Vec<u8> {
    zip(&[
        Entry::new("it/data.pkl", &pickle(object)),
        Entry::new("it/data/0", values),
        Entry::new("it/version", b"3\n"),
    ])
}
