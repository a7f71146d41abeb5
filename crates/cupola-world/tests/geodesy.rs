//! Geodesics against GeographicLib.

use cupola_units::math::{degrees_from_radians, radians_from_degrees};
use cupola_units::{LatLon, Stream};
use cupola_world::geodesy::{LocalFrame, direct, great_circle_m, inverse};
use geographiclib_rs::{DirectGeodesic as _, Geodesic, InverseGeodesic as _};

fn far_point(n: u32) -> (LatLon, f64, f64) {
    let draw = |k| Stream::new(11, n).uniform(0, 0, k);
    let lat = match n % 10 {
        0 => 90.0,
        1 => -90.0,
        2 => 0.0,
        _ => draw(0) * 178.0 - 89.0,
    };
    let lon = if n.is_multiple_of(3) {
        179.9 + 0.2 * draw(1)
    } else {
        draw(1) * 360.0 - 180.0
    };
    let distance_m = if n.is_multiple_of(4) {
        draw(2) * 1000.0
    } else {
        draw(2) * 5_000_000.0
    };
    (LatLon::new(lat, lon), draw(3) * 360.0, distance_m)
}

fn turn_deg(a: f64, b: f64) -> f64 {
    cupola_units::math::wrap_degrees(a - b).abs()
}

#[test]
fn val_geodesics_match_geographiclib_within_a_micrometre() {
    let truth = Geodesic::wgs84();
    let mut worst = [0.0_f64; 3];
    for n in 0..6000 {
        let (from, azimuth_deg, distance_m) = far_point(n);
        let azimuth_rad = radians_from_degrees(azimuth_deg);
        let to = direct(from, azimuth_rad, distance_m);
        let (lat, lon): (f64, f64) =
            truth.direct(from.lat_deg, from.lon_deg, azimuth_deg, distance_m);
        let (miss_m, _, _, _): (f64, f64, f64, f64) =
            truth.inverse(lat, lon, to.lat_deg, to.lon_deg);
        let (s12, az1, az2, _): (f64, f64, f64, f64) =
            truth.inverse(from.lat_deg, from.lon_deg, to.lat_deg, to.lon_deg);
        let way = inverse(from, to);
        worst[0] = worst[0].max(miss_m);
        worst[1] = worst[1].max((way.distance_m - s12).abs());
        if s12 > 1.0 {
            let forward = turn_deg(degrees_from_radians(way.azimuth_rad), az1);
            let back = turn_deg(degrees_from_radians(way.back_azimuth_rad), az2 + 180.0);
            // At a pole only the point matters: compare where the azimuth leads.
            let across_m = radians_from_degrees(forward.max(back)) * s12.min(6_000_000.0);
            worst[2] = worst[2].max(across_m);
        }
    }
    println!(
        "worst: direct {:.2e} m, inverse {:.2e} m, azimuth {:.2e} m",
        worst[0], worst[1], worst[2]
    );
    println!(
        "VALIDATION id=geodesic of=direct truth=0 ours={:.3e} tolerance=1e-6 unit=m",
        worst[0]
    );
    println!(
        "VALIDATION id=geodesic of=inverse truth=0 ours={:.3e} tolerance=1e-6 unit=m",
        worst[1]
    );
    assert!(worst[0] < 1e-6 && worst[1] < 1e-6, "{worst:?}");
    assert!(worst[2] < 1e-3, "{worst:?}");
}

#[test]
fn val_long_geodesics_match_geographiclib() {
    let truth = Geodesic::wgs84();
    for n in 0..2000 {
        let draw = |k| Stream::new(12, n).uniform(0, 0, k);
        let (a, b) = (
            LatLon::new(draw(0) * 180.0 - 90.0, draw(1) * 360.0 - 180.0),
            LatLon::new(draw(2) * 180.0 - 90.0, draw(3) * 360.0 - 180.0),
        );
        let s12: f64 = truth.inverse(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg);
        if s12 < 19_800_000.0 {
            assert!(
                (inverse(a, b).distance_m - s12).abs() < 1e-6,
                "{a} {b} {s12}"
            );
        }
    }
}

#[test]
fn val_local_frame_matches_geographiclib() {
    let truth = Geodesic::wgs84();
    for (lat_max, reach_m, relative, turn_rad) in [
        (70.0, 500_000.0, 5e-7, 2e-7),
        (70.0, 1_000_000.0, 4e-6, 2e-6),
        (78.9, 500_000.0, 5e-7, 2e-7),
    ] {
        let mut worst = [0.0_f64; 2];
        for n in 0..4000 {
            let draw = |k| Stream::new(13, n).uniform(0, 0, k);
            let origin = LatLon::new((draw(0) * 2.0 - 1.0) * lat_max, draw(1) * 360.0 - 180.0);
            let frame = LocalFrame::new(origin);
            let (azimuth, distance_m) = (
                draw(2) * std::f64::consts::TAU,
                1_000.0 + draw(3) * (reach_m - 1_000.0),
            );
            let at = frame.point_from_polar(distance_m, azimuth);
            let (s12, az1, _, _): (f64, f64, f64, f64) =
                truth.inverse(origin.lat_deg, origin.lon_deg, at.lat_deg, at.lon_deg);
            worst[0] = worst[0].max((s12 - distance_m).abs() / distance_m);
            worst[1] = worst[1].max(radians_from_degrees(turn_deg(
                degrees_from_radians(azimuth),
                az1,
            )));
        }
        println!(
            "to {reach_m} m, {lat_max}°: distance {:.1e}, azimuth {:.1e} rad",
            worst[0], worst[1]
        );
        assert!(worst[0] < relative && worst[1] < turn_rad, "{worst:?}");
    }
}

#[test]
fn val_great_circle_is_within_0_56_percent() {
    let truth = Geodesic::wgs84();
    for n in 0..2000 {
        let (from, azimuth_deg, distance_m) = far_point(n);
        let (lat, lon): (f64, f64) =
            truth.direct(from.lat_deg, from.lon_deg, azimuth_deg, distance_m + 1.0);
        let sphere_m = great_circle_m(from, LatLon::new(lat, lon));
        assert!((sphere_m / (distance_m + 1.0) - 1.0).abs() < 0.0057);
    }
}
