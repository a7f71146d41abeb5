//! A folder of tiles that the tests write themselves.

use std::io::Write as _;
use std::path::Path;

use cupola_io::{
    Band, BandValues, GeoTiff, IoError, Layout, Packing, Place, read_folder, sha256_of_file,
};
use cupola_world::{Bounds, Grid};

fn hgt(folder: &Path, name: &str, height: i16) {
    let bytes = height.to_be_bytes().repeat(1_201 * 1_201);
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::fs::File::create(path).unwrap();
    if name.ends_with(".gz") {
        let mut out = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        out.write_all(&bytes).unwrap();
        out.finish().unwrap();
    } else if name.ends_with(".zip") {
        let mut out = zip::ZipWriter::new(file);
        out.start_file("N10E014.hgt", zip::write::SimpleFileOptions::default())
            .unwrap();
        out.write_all(&bytes).unwrap();
        out.finish().unwrap();
    } else {
        (&file).write_all(&bytes).unwrap();
    }
}

fn bounds(south_deg: f64, north_deg: f64, west_deg: f64, east_deg: f64) -> Bounds {
    Bounds {
        south_deg,
        north_deg,
        west_deg,
        east_deg,
    }
}

#[test]
fn a_gap_is_named_like_its_siblings() {
    let folder = tempfile::tempdir().unwrap();
    hgt(folder.path(), "a/N10E010.hgt", 1);
    hgt(folder.path(), "a/N10E012.hgt.gz", 2);
    hgt(folder.path(), "N10E014.hgt.zip", 4);
    std::fs::write(folder.path().join("README.txt"), "no tile").unwrap();
    let read = read_folder(folder.path(), &bounds(10.2, 10.8, 10.5, 14.5)).unwrap();
    let names: Vec<&str> = read.tiles.iter().map(|tile| tile.0.as_str()).collect();
    assert_eq!(
        names,
        ["N10E014.hgt.zip", "a/N10E010.hgt", "a/N10E012.hgt.gz"]
    );
    assert_eq!(read.tiles[0].1.west_deg, 14.0);
    assert_eq!(read.tiles[0].1.values[0], 4.0);
    let missing: Vec<(&str, &str, bool)> = read
        .missing
        .iter()
        .map(|gap| (gap.cell.as_str(), gap.file.as_str(), gap.enclosed))
        .collect();
    assert_eq!(
        missing,
        [
            ("N10E011", "a/N10E011.hgt", true),
            ("N10E013", "a/N10E013.hgt", true)
        ]
    );
    // A box that only touches a tile does not need it.
    let one = read_folder(folder.path(), &bounds(10.0, 11.0, 10.0, 11.0)).unwrap();
    assert_eq!(one.tiles.len(), 1);
    assert!(one.missing.is_empty());
    let digest = sha256_of_file(&folder.path().join("a/N10E010.hgt")).unwrap();
    let lines = folder.path().join("lines");
    std::fs::write(&lines, format!("{digest}  a/N10E010.hgt\n")).unwrap();
    assert_eq!(one.sha256, sha256_of_file(&lines).unwrap());
}

#[test]
fn a_box_across_the_antimeridian_brings_the_tiles_of_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    hgt(folder.path(), "N70E179.hgt", 1);
    hgt(folder.path(), "N70W180.hgt", 2);
    hgt(folder.path(), "N70W178.hgt", 3);
    hgt(folder.path(), "N70E010.hgt", 4);
    for (west, east) in [
        (179.5, 182.5),
        (179.5, -177.5),
        (-180.5, -177.5),
        (539.5, 542.5),
    ] {
        let read = read_folder(folder.path(), &bounds(70.2, 70.8, west, east)).unwrap();
        let names: Vec<&str> = read.tiles.iter().map(|tile| tile.0.as_str()).collect();
        assert_eq!(names, ["N70E179.hgt", "N70W178.hgt", "N70W180.hgt"]);
        assert_eq!(read.missing.len(), 1, "{:?}", read.missing);
        assert_eq!(read.missing[0].cell, "N70W179");
        assert!(read.missing[0].enclosed);
    }
    let all = read_folder(folder.path(), &bounds(70.2, 70.8, -190.0, 190.0)).unwrap();
    assert_eq!((all.tiles.len(), all.missing.len()), (4, 356));
}

/// Copernicus tiles have no row on their southern and no column on their eastern edge.
#[test]
fn half_open_tiles_bring_the_neighbour_that_holds_the_last_node() {
    let folder = tempfile::tempdir().unwrap();
    for (north, west) in [(50.0, 23.0), (50.0, 24.0), (49.0, 23.0), (49.0, 24.0)] {
        let values = vec![7.0; 100 * 100];
        let grid = Grid {
            north_deg: north,
            west_deg: west,
            step_lat_deg: 0.01,
            step_lon_deg: 0.01,
            rows: 100,
            cols: 100,
            values,
        };
        let raster = GeoTiff {
            place: Place::of_grid(&grid),
            rows: 100,
            cols: 100,
            bands: vec![Band {
                name: "height".to_owned(),
                unit: "m".to_owned(),
                values: BandValues::F32(&grid.values),
            }],
            metadata: Vec::new(),
            packing: Packing::Deflate,
            layout: Layout::Tiles,
        };
        let name = format!("X_N{:02}_00_E{west:03}_00_DEM.tif", north - 1.0);
        let path = folder.path().join(name);
        cupola_io::write_file(&path, &raster.to_bytes(&path).unwrap()).unwrap();
    }
    let read = read_folder(folder.path(), &bounds(49.0, 49.9, 23.1, 24.0)).unwrap();
    assert_eq!(read.tiles.len(), 4);
    assert!(read.missing.is_empty());
    let tile = &read.tiles.last().unwrap().1;
    assert_eq!(tile.west_deg, 24.0);
    assert_eq!(tile.cols, 3);
    let inner = read_folder(folder.path(), &bounds(49.2, 49.8, 23.2, 23.8)).unwrap();
    assert_eq!(inner.tiles.len(), 1);
}

#[test]
fn an_empty_folder_and_a_broken_tile_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = bounds(49.0, 50.0, 23.0, 24.0);
    let error = read_folder(folder.path(), &wanted).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("it holds no .tif, .hgt or .dt0 to .dt2 file")
    );
    std::fs::write(folder.path().join("N49E023.hgt"), "<html>").unwrap();
    let error = read_folder(folder.path(), &wanted).unwrap_err();
    assert!(matches!(error, IoError::WrongFormat { .. }), "{error}");
    let error = read_folder(&folder.path().join("none"), &wanted).unwrap_err();
    assert!(matches!(error, IoError::Os { .. }), "{error}");
}
