//! Reading the embedded files, whose formats stand in `data-gen/README.md`.

use std::io::Read as _;

use cupola_units::LatLon;

/// What every panic here means: a file of this crate was changed without its check sum.
const SOUND: &str = "embedded data are sound: SHA256SUMS and the tests of this crate check them";

/// The bytes of a zlib-compressed embedded file.
pub(crate) fn inflate(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(packed)
        .read_to_end(&mut bytes)
        .expect(SOUND);
    bytes
}

/// A cursor over the bytes of an embedded file.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (head, tail) = self.bytes.split_at_checked(count).expect(SOUND);
        self.bytes = tail;
        head
    }

    /// An unsigned number, seven bits a byte, low bits first.
    pub(crate) fn varint(&mut self) -> u64 {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = *self.take(1).first().expect(SOUND);
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return value;
            }
            shift += 7;
        }
    }

    pub(crate) fn count(&mut self) -> usize {
        usize::try_from(self.varint()).expect(SOUND)
    }

    /// A signed number: 0, −1, 1, −2 … as 0, 1, 2, 3 …
    pub(crate) fn zigzag(&mut self) -> i64 {
        let raw = self.varint();
        let half = i64::try_from(raw >> 1).expect(SOUND);
        if raw & 1 == 0 { half } else { -half - 1 }
    }

    pub(crate) fn text(&mut self) -> &'a str {
        let length = self.count();
        std::str::from_utf8(self.take(length)).expect(SOUND)
    }

    pub(crate) fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.take(8).try_into().expect(SOUND))
    }

    /// Differences along a list, summed up.
    pub(crate) fn column(&mut self, count: usize) -> Vec<i64> {
        let mut now = 0;
        (0..count)
            .map(|_| {
                now += self.zigzag();
                now
            })
            .collect()
    }
}

/// Longitude brought into −180 to 180.
pub(crate) fn wrap_lon(at: LatLon) -> LatLon {
    if at.lon_deg.abs() <= 180.0 {
        at
    } else {
        LatLon::new(at.lat_deg, cupola_units::math::wrap_degrees(at.lon_deg))
    }
}
