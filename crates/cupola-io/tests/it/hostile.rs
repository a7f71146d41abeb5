//! No input panics: cut files, flipped bytes, random bytes, wrong formats.

use std::path::{Path, PathBuf};

use cupola_io::{IoError, read_terrain, read_terrain_bytes};
use proptest::prelude::*;

fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "tif"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let bytes = std::fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect()
}

/// A DTED file of `cols` columns of `rows` heights, all `height`, with right checksums.
fn dted(cols: usize, rows: usize, height: i16) -> Vec<u8> {
    let mut bytes = format!(
        "UHL10230000E0480000N{:04}{:04}{:>4}{:<15}{cols:04}{rows:04}",
        36_000 / (cols - 1),
        36_000 / (rows - 1),
        "NA",
        "U"
    )
    .into_bytes();
    bytes.resize(3_428, b' ');
    for col in 0..cols {
        let mut record = vec![0xaa, 0, 0, col as u8, 0, col as u8, 0, 0];
        let sign = if height < 0 { 0x8000 } else { 0 };
        for _ in 0..rows {
            record.extend_from_slice(&(height.unsigned_abs() | sign).to_be_bytes());
        }
        let sum: u32 = record.iter().map(|byte| u32::from(*byte)).sum();
        record.extend_from_slice(&sum.to_be_bytes());
        bytes.extend(record);
    }
    bytes
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    for (path, bytes) in fixtures() {
        for len in (0..bytes.len()).step_by(97) {
            let result = read_terrain_bytes(&path, &bytes[..len]);
            // Overviews and second bands at the end of a file are not needed.
            let may_pass = ["f32_cog.tif", "i16_two_bands_apart.tif"]
                .iter()
                .any(|name| path.ends_with(name));
            assert!(may_pass || result.is_err(), "{} {len}", path.display());
        }
    }
    let bytes = dted(11, 13, -7);
    for len in 0..bytes.len() {
        assert!(read_terrain_bytes(Path::new("n48.dt0"), &bytes[..len]).is_err());
    }
}

#[test]
fn dted_is_sign_and_magnitude_from_the_south() {
    let grid = read_terrain_bytes(Path::new("n48.dt0"), &dted(11, 13, -7)).unwrap();
    let cupola_io::TerrainFile::Geographic(grid) = grid else {
        panic!("it is geographic");
    };
    assert_eq!((grid.rows, grid.cols), (13, 11));
    assert_eq!((grid.north_deg, grid.west_deg), (49.0, 23.0));
    assert_eq!((grid.step_lat_deg, grid.step_lon_deg), (1.0 / 12.0, 0.1));
    assert!(grid.values.iter().all(|height| (height + 7.0).abs() < 1e-6));
}

#[test]
fn a_wrong_checksum_names_its_column() {
    let mut bytes = dted(11, 13, 9);
    bytes[3_428 + 38 + 9] ^= 1;
    let error = read_terrain_bytes(Path::new("n48.dt0"), &bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`n48.dt0` is damaged at column 1, byte 3466: the checksum stated is 289, \
         its bytes give 288"
    );
}

#[test]
fn wrong_formats_say_what_they_are() {
    let message = |name: &str, bytes: &[u8]| {
        let error = read_terrain_bytes(Path::new(name), bytes).unwrap_err();
        assert!(!error.help().is_empty());
        error.to_string()
    };
    let kind = "a terrain tile (GeoTIFF, HGT or DTED)";
    assert_eq!(
        message("N49E023.tif", b"<!DOCTYPE html><title>403</title>"),
        format!("`N49E023.tif` is not {kind}: it is a web page")
    );
    assert_eq!(
        message("a.tif", b""),
        format!("`a.tif` is not {kind}: it is empty")
    );
    assert_eq!(
        message("N49E023.hgt", b"abc"),
        "`N49E023.hgt` is not an HGT tile: it has 3 bytes instead of 2884802 (3″) or 25934402 (1″)"
    );
    assert_eq!(
        message("tile.hgt", &vec![0; 2_884_802]),
        "`tile.hgt` does not say where on the earth it lies: \
         an HGT tile is placed by its name, and this one states no corner"
    );
    assert_eq!(
        message("a.tif", b"II*\0\x08\0\0\0"),
        "`a.tif` is cut short: the image directory ends at byte 10, and the file has 8 bytes"
    );
    let missing = read_terrain(Path::new("/nowhere/a.tif")).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "cannot read `/nowhere/a.tif`: there is no such file or folder"
    );
    let folder = read_terrain(Path::new("/tmp")).unwrap_err();
    assert!(matches!(folder, IoError::Os { .. }), "{folder}");
}

#[test]
fn an_absurd_size_is_refused_before_it_is_allocated() {
    for (path, bytes) in fixtures() {
        let mut bytes = bytes.clone();
        // Width and length are the first two entries of every directory here.
        let classic = bytes[2] == 42 || bytes[3] == 42;
        if !classic || bytes[..2] != *b"II" || path.ends_with("f32_cog.tif") {
            continue;
        }
        let at = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
        for entry in [at + 2, at + 14] {
            bytes[entry + 2] = 4;
            bytes[entry + 8..entry + 12].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
        }
        assert!(read_terrain_bytes(&path, &bytes).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn prop_changed_bytes_never_panic(
        file in 0..15_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        near_the_directory in any::<bool>(),
    ) {
        let (path, mut bytes) = fixtures().swap_remove(file);
        let span = if near_the_directory { bytes.len().min(400) } else { bytes.len() };
        for (index, value) in edits {
            bytes[index.index(span)] = value;
        }
        drop(read_terrain_bytes(&path, &bytes));
    }

    #[test]
    fn prop_random_bytes_never_panic(
        magic in prop::sample::select(vec![
            &b"II*\0\x08\0\0\0"[..], b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0",
            b"UHL1", b"VOL1", b"HDR1", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"",
        ]),
        name in prop::sample::select(vec!["N49E023.hgt", "a.tif", "é.zip", "n49.dt0"]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [magic, &rest].concat();
        drop(read_terrain_bytes(Path::new(name), &bytes));
    }

    #[test]
    fn prop_changed_dted_never_panics(
        edits in prop::collection::vec((0..3_500_usize, any::<u8>()), 1..8),
    ) {
        let mut bytes = dted(11, 13, 9);
        for (index, value) in edits {
            let len = bytes.len();
            bytes[index % len] = value;
        }
        drop(read_terrain_bytes(Path::new("n48.dt0"), &bytes));
    }
}
