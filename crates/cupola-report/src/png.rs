//! Small images as PNG, and their text form for pages.

use std::io::Write as _;

use flate2::{Compression, Crc, write::ZlibEncoder};

/// Pixels of an image.
pub(crate) enum Pixels<'a> {
    /// A number into a palette of red, green, blue, alpha.
    Palette(&'a [[u8; 4]]),
    /// Two bytes a pixel: grey and alpha.
    GreyAlpha,
    /// Three bytes a pixel: red, green, blue.
    Rgb,
}

/// An image of `width × height` pixels as a PNG file.
///
/// `bytes` holds one byte a pixel for a palette, two for grey and alpha, three for colours, row by
/// row from the top.
pub(crate) fn encode(width: usize, height: usize, pixels: &Pixels<'_>, bytes: &[u8]) -> Vec<u8> {
    let (colour_type, per_pixel) = match pixels {
        Pixels::Palette(_) => (3, 1),
        Pixels::GreyAlpha => (4, 2),
        Pixels::Rgb => (2, 3),
    };
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&(width as u32).to_be_bytes());
    header.extend_from_slice(&(height as u32).to_be_bytes());
    header.extend_from_slice(&[8, colour_type, 0, 0, 0]);
    push_chunk(&mut out, *b"IHDR", &header);
    if let Pixels::Palette(colours) = pixels {
        let rgb: Vec<u8> = colours.iter().flat_map(|c| [c[0], c[1], c[2]]).collect();
        let alpha: Vec<u8> = colours.iter().map(|c| c[3]).collect();
        push_chunk(&mut out, *b"PLTE", &rgb);
        push_chunk(&mut out, *b"tRNS", &alpha);
    }
    let row = (width * per_pixel).max(1);
    let mut filtered = Vec::with_capacity(bytes.len() + height);
    for line in bytes.chunks(row) {
        filtered.push(0);
        filtered.extend_from_slice(line);
    }
    push_chunk(&mut out, *b"IDAT", &deflated(&filtered));
    push_chunk(&mut out, *b"IEND", &[]);
    out
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("writing to a vector does not fail")
}

fn push_chunk(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let mut crc = Crc::new();
    crc.update(&name);
    crc.update(data);
    out.extend_from_slice(&name);
    out.extend_from_slice(data);
    out.extend_from_slice(&crc.sum().to_be_bytes());
}

/// An image as the address of a page's `<image>`: nothing is loaded.
pub(crate) fn data_uri(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", base64(png))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |i: usize| u32::from(group.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= group.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn val_base64_of_rfc_4648_section_10() {
        let pairs = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ];
        for (text, coded) in pairs {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn pixels_come_back_out_of_the_file() {
        let palette = [[255, 0, 0, 255], [0, 0, 0, 0]];
        let png = encode(2, 2, &Pixels::Palette(&palette), &[0, 1, 1, 0]);
        let at = png.windows(4).position(|w| w == b"IDAT").unwrap();
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&png[at + 4..])
            .read_to_end(&mut rows)
            .unwrap();
        assert_eq!(rows, [0, 0, 1, 0, 1, 0]);
        // The checksum of an empty IEND chunk is the same in every PNG.
        assert!(png.ends_with(b"IEND\xae\x42\x60\x82"));
    }
}
