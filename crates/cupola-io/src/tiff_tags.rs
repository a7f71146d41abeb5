//! The directories of a TIFF file, as bytes.

/// Bytes before the first directory: byte order, version, where it stands.
pub(crate) const HEADER_BYTES: usize = 8;

/// One directory entry with its values as little-endian bytes.
pub(crate) struct Tag {
    pub(crate) number: u16,
    kind: u16,
    count: usize,
    bytes: Vec<u8>,
}

impl Tag {
    pub(crate) fn shorts(number: u16, values: &[u16]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(number, 3, values.len(), bytes)
    }

    pub(crate) fn longs(number: u16, values: &[u32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(number, 4, values.len(), bytes)
    }

    pub(crate) fn doubles(number: u16, values: &[f64]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(number, 12, values.len(), bytes)
    }

    pub(crate) fn text(number: u16, text: &str) -> Self {
        let bytes: Vec<u8> = text.bytes().chain([0]).collect();
        Self::new(number, 2, bytes.len(), bytes)
    }

    fn new(number: u16, kind: u16, count: usize, bytes: Vec<u8>) -> Self {
        Self {
            number,
            kind,
            count,
            bytes,
        }
    }
}

/// What a little-endian file starts with; its first directory stands at `first`.
pub(crate) fn header(first: u32) -> Vec<u8> {
    let mut head = b"II*\0".to_vec();
    head.extend_from_slice(&first.to_le_bytes());
    head
}

/// The directory that stands at byte `at`, then the values that do not fit into it, padded to even
/// offsets. `next` is where the next one stands, 0 for none. Its length depends on neither.
pub(crate) fn directory(tags: &[Tag], at: usize, next: u32) -> Vec<u8> {
    let mut bytes = (tags.len() as u16).to_le_bytes().to_vec();
    let mut values = Vec::new();
    let values_at = at + 2 + 12 * tags.len() + 4;
    for tag in tags {
        bytes.extend_from_slice(&tag.number.to_le_bytes());
        bytes.extend_from_slice(&tag.kind.to_le_bytes());
        bytes.extend_from_slice(&(tag.count as u32).to_le_bytes());
        if tag.bytes.len() <= 4 {
            let mut word = tag.bytes.clone();
            word.resize(4, 0);
            bytes.extend_from_slice(&word);
        } else {
            bytes.extend_from_slice(&((values_at + values.len()) as u32).to_le_bytes());
            values.extend_from_slice(&tag.bytes);
            if values.len() % 2 == 1 {
                values.push(0);
            }
        }
    }
    bytes.extend_from_slice(&next.to_le_bytes());
    bytes.extend_from_slice(&values);
    bytes
}
