//! Unpacking strips and tiles: compression, then differences between neighbours.

use std::io::{Cursor, Read as _};

use weezl::{BitOrder, LzwStatus};

use super::ifd::Endian;

/// Compression methods that are unpacked here, by their numbers in tag 259.
pub(super) fn is_known(compression: u64) -> bool {
    matches!(compression, 1 | 5 | 8 | 32_946 | 32_773 | 50_000)
}

/// At most `wanted` bytes out of a packed chunk, into `bytes`; fewer when it holds fewer.
pub(super) fn decompress(
    packed: &[u8],
    compression: u64,
    wanted: usize,
    bytes: &mut Vec<u8>,
) -> Result<(), String> {
    bytes.clear();
    let limit = wanted as u64;
    match compression {
        1 => bytes.extend_from_slice(&packed[..wanted.min(packed.len())]),
        5 => return unpack_lzw(packed, wanted, bytes),
        8 | 32_946 => {
            flate2::read::ZlibDecoder::new(packed)
                .take(limit)
                .read_to_end(bytes)
                .map_err(|error| format!("its deflate data does not unpack ({error})"))?;
        }
        32_773 => unpack_bits(packed, wanted, bytes),
        _ => {
            let zstd =
                |error: &dyn std::fmt::Display| format!("its zstd data does not unpack ({error})");
            ruzstd::decoding::StreamingDecoder::new(Cursor::new(packed))
                .map_err(|error| zstd(&error))?
                .take(limit)
                .read_to_end(bytes)
                .map_err(|error| zstd(&error))?;
        }
    }
    Ok(())
}

fn unpack_lzw(packed: &[u8], wanted: usize, bytes: &mut Vec<u8>) -> Result<(), String> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
    let mut piece = vec![0; 1 << 16];
    let mut rest = packed;
    while bytes.len() < wanted {
        let result = decoder.decode_bytes(rest, &mut piece);
        let left = wanted - bytes.len();
        bytes.extend_from_slice(&piece[..result.consumed_out.min(left)]);
        rest = &rest[result.consumed_in..];
        match result.status {
            Ok(LzwStatus::Ok) => {}
            Ok(LzwStatus::Done | LzwStatus::NoProgress) => break,
            Err(error) => return Err(format!("its LZW data does not unpack ({error})")),
        }
    }
    Ok(())
}

/// TIFF 6.0 section 9, `PackBits`.
fn unpack_bits(packed: &[u8], wanted: usize, bytes: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&head) = packed.get(at) {
        if bytes.len() >= wanted {
            break;
        }
        at += 1;
        let left = wanted - bytes.len();
        if head < 128 {
            let end = (at + usize::from(head) + 1).min(packed.len());
            bytes.extend_from_slice(&packed[at..end.min(at + left)]);
            at = end;
        } else if head > 128 {
            let Some(&value) = packed.get(at) else { break };
            bytes.extend(std::iter::repeat_n(
                value,
                left.min(257 - usize::from(head)),
            ));
            at += 1;
        }
    }
}

/// TIFF 6.0 section 14: each sample is stored as its difference from the one before.
pub(super) fn undo_differences(line: &mut [u8], width: usize, samples: usize, endian: Endian) {
    match (width, endian) {
        (1, _) => sums(line, samples, |[a], [b]| [a.wrapping_add(b)]),
        (2, Endian::Little) => sums(line, samples, |a, b| {
            u16::to_le_bytes(u16::from_le_bytes(a).wrapping_add(u16::from_le_bytes(b)))
        }),
        (2, Endian::Big) => sums(line, samples, |a, b| {
            u16::to_be_bytes(u16::from_be_bytes(a).wrapping_add(u16::from_be_bytes(b)))
        }),
        (4, Endian::Little) => sums(line, samples, |a, b| {
            u32::to_le_bytes(u32::from_le_bytes(a).wrapping_add(u32::from_le_bytes(b)))
        }),
        (4, Endian::Big) => sums(line, samples, |a, b| {
            u32::to_be_bytes(u32::from_be_bytes(a).wrapping_add(u32::from_be_bytes(b)))
        }),
        (_, Endian::Little) => sums(line, samples, |a, b| {
            u64::to_le_bytes(u64::from_le_bytes(a).wrapping_add(u64::from_le_bytes(b)))
        }),
        (_, Endian::Big) => sums(line, samples, |a, b| {
            u64::to_be_bytes(u64::from_be_bytes(a).wrapping_add(u64::from_be_bytes(b)))
        }),
    }
}

/// Every number of `N` bytes becomes its sum with the one `samples` before it.
fn sums<const N: usize>(
    line: &mut [u8],
    samples: usize,
    sum: impl Fn([u8; N], [u8; N]) -> [u8; N],
) {
    let numbers = line.as_chunks_mut::<N>().0;
    for at in samples..numbers.len() {
        numbers[at] = sum(numbers[at], numbers[at - samples]);
    }
}

/// Adobe TIFF technical note 3: bytes split by significance, then differenced as bytes; what
/// comes out is big-endian.
pub(super) fn undo_float_differences(
    line: &mut [u8],
    width: usize,
    samples: usize,
    split: &mut Vec<u8>,
) {
    sums(line, samples, |[a], [b]| [a.wrapping_add(b)]);
    split.clear();
    split.extend_from_slice(line);
    let values = line.len() / width;
    for (i, value) in line.chunks_exact_mut(width).enumerate() {
        for (k, byte) in value.iter_mut().enumerate() {
            *byte = split[k * values + i];
        }
    }
}
