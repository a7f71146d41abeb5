//! Borders against points whose country is known.

use cupola_units::{LatLon, Stream};
use cupola_world::Bounds;
use cupola_world::countries::{self, CountryRaster, country_at, find};
use cupola_world::distance::{distance_raster, nearest_cell_in};
use cupola_world::geodesy::great_circle_m;

const CITIES: [(&str, f64, f64, &str); 60] = [
    ("Lviv", 49.838, 24.023, "UA"),
    ("Kyiv", 50.450, 30.523, "UA"),
    ("Odesa", 46.477, 30.733, "UA"),
    ("Donetsk", 48.002, 37.805, "UA"),
    ("Luhansk", 48.567, 39.317, "UA"),
    ("Uzhhorod", 48.624, 22.295, "UA"),
    ("Simferopol", 44.95, 34.10, "UA"),
    ("Sevastopol", 44.60, 33.53, "UA"),
    ("Kerch", 45.357, 36.475, "UA"),
    ("Armyansk", 46.109, 33.692, "UA"),
    ("Yalta", 44.50, 34.166, "UA"),
    ("Henichesk", 46.17, 34.80, "UA"),
    ("Krasnodar", 45.035, 38.975, "RU"),
    ("Temryuk", 45.275, 37.38, "RU"),
    ("Moscow", 55.756, 37.617, "RU"),
    ("Kaliningrad", 54.71, 20.51, "RU"),
    ("Belgorod", 50.60, 36.59, "RU"),
    ("Chukotka", 66.5, 177.50, "RU"),
    ("Rzeszów", 50.041, 21.999, "PL"),
    ("Medyka", 49.805, 22.922, "PL"),
    ("Warsaw", 52.23, 21.01, "PL"),
    ("Przewodów", 50.47, 23.93, "PL"),
    ("Zamość", 50.72, 23.25, "PL"),
    ("Gdańsk", 54.352, 18.60, "PL"),
    ("Minsk", 53.90, 27.57, "BY"),
    ("Brest", 52.09, 23.70, "BY"),
    ("Vilnius", 54.687, 25.28, "LT"),
    ("Riga", 56.95, 24.11, "LV"),
    ("Tallinn", 59.42, 24.75, "EE"),
    ("Košice", 48.72, 21.26, "SK"),
    ("Budapest", 47.498, 19.04, "HU"),
    ("Bucharest", 44.43, 26.10, "RO"),
    ("Tulcea", 45.17, 28.79, "RO"),
    ("Chișinău", 47.01, 28.86, "MD"),
    ("Tiraspol", 46.84, 29.63, "MD"),
    ("Prague", 50.08, 14.43, "CZ"),
    ("Berlin", 52.52, 13.40, "DE"),
    ("Vienna", 48.21, 16.37, "AT"),
    ("Helsinki", 60.19, 24.94, "FI"),
    ("Stockholm", 59.35, 18.03, "SE"),
    ("Oslo", 59.93, 10.77, "NO"),
    ("Paris", 48.857, 2.35, "FR"),
    ("London", 51.51, -0.12, "GB"),
    ("Madrid", 40.42, -3.70, "ES"),
    ("Rome", 41.90, 12.50, "IT"),
    ("Sofia", 42.70, 23.32, "BG"),
    ("Ankara", 39.93, 32.86, "TR"),
    ("Tel Aviv", 32.08, 34.79, "IL"),
    ("Tehran", 35.69, 51.39, "IR"),
    ("Baghdad", 33.31, 44.37, "IQ"),
    ("Amman", 31.95, 35.93, "JO"),
    ("Damascus", 33.51, 36.29, "SY"),
    ("Beirut", 33.88, 35.52, "LB"),
    ("Riyadh", 24.71, 46.68, "SA"),
    ("Sanaa", 15.37, 44.19, "YE"),
    ("Pristina", 42.66, 21.16, "XK"),
    ("Washington", 38.90, -77.04, "US"),
    ("Taipei", 25.04, 121.53, "TW"),
    ("Suva", -18.12, 178.44, "FJ"),
    ("Nicosia", 35.15, 33.37, "CY"),
];

#[test]
fn val_known_cities_lie_in_their_countries() {
    for (name, lat, lon, iso2) in CITIES {
        let found = country_at(LatLon::new(lat, lon)).map(|c| c.iso2);
        assert_eq!(found, Some(iso2), "{name}");
    }
    assert_eq!(
        country_at(LatLon::new(-89.0, 33.0)).map(|c| c.iso2),
        Some("AQ")
    );
    assert_eq!(country_at(LatLon::new(43.5, 33.0)), None, "Black Sea");
    assert_eq!(country_at(LatLon::new(55.5, 18.5)), None, "Baltic");
    assert_eq!(
        country_at(LatLon::new(50.041, 381.999)).map(|c| c.iso2),
        Some("PL")
    );
}

#[test]
fn raster_agrees_with_point_queries() {
    let bounds = Bounds {
        south_deg: 43.0,
        north_deg: 56.0,
        west_deg: 14.0,
        east_deg: 42.0,
    };
    let raster = CountryRaster::new(&bounds, 0.05).unwrap();
    for n in 0..3000 {
        let s = Stream::new(3, n);
        let row = s.index(0, 0, 0, raster.rows);
        let col = s.index(0, 0, 1, raster.cols);
        let at = raster.centre(row, col);
        assert_eq!(raster.at(at), country_at(at).map_or(0, |c| c.index), "{at}");
    }
    let pacific = Bounds {
        south_deg: 60.0,
        north_deg: 70.0,
        west_deg: 170.0,
        east_deg: 195.0,
    };
    let raster = CountryRaster::new(&pacific, 0.25).unwrap();
    let russia = find("RU").unwrap().index;
    assert_eq!(raster.at(LatLon::new(66.0, 184.0)), russia);
    assert_eq!(raster.at(LatLon::new(66.0, 177.0)), russia);
}

#[test]
fn prop_distance_raster_equals_brute_force() {
    let bounds = Bounds {
        south_deg: 47.0,
        north_deg: 53.0,
        west_deg: 17.0,
        east_deg: 30.0,
    };
    let raster = CountryRaster::new(&bounds, 0.1).unwrap();
    let poland = find("PL").unwrap();
    let grid = distance_raster(&raster, &[poland]);
    for n in 0..300 {
        let i = Stream::new(4, n).index(0, 0, 0, raster.values.len());
        let at = raster.centre(i / raster.cols, i % raster.cols);
        let mut best = f64::INFINITY;
        for (j, &v) in raster.values.iter().enumerate() {
            if v == poland.index {
                best = best.min(great_circle_m(
                    at,
                    raster.centre(j / raster.cols, j % raster.cols),
                ));
            }
        }
        assert!(
            (f64::from(grid.values[i]) - best).abs() < 1.0,
            "{at}: {} {best}",
            grid.values[i]
        );
        let near = nearest_cell_in(&raster, &[poland], at).unwrap();
        assert!(
            (near.distance_m - best).abs() < 0.002 * best + 1.0,
            "{at} {near:?} {best}"
        );
    }
}

#[test]
fn val_lviv_to_the_border_crossings_of_poland() {
    // Crossings rounded to 0.01°, so within 1 km of the published road-crossing distances.
    let lviv = LatLon::new(49.8383, 24.0232);
    let (poland, ukraine) = (find("PL").unwrap(), find("UA").unwrap());
    let nearest = countries::nearest_border(lviv, poland, ukraine).unwrap();
    assert!(
        (nearest.distance_m - 57_000.0).abs() < 3_000.0,
        "{nearest:?}"
    );
    let point = countries::nearest_point_in(lviv, &[poland]).unwrap();
    assert!((point.distance_m - nearest.distance_m).abs() < 1.0);
    assert!(countries::nearest_point_in(lviv, &[]).is_none());
    assert!(countries::nearest_border(lviv, poland, find("IL").unwrap()).is_none());
}

#[test]
fn val_nato_has_32_members_since_march_2024() {
    assert_eq!(countries::nato_members(2024).len(), 32);
    assert_eq!(countries::nato_members_in(2024, 2).len(), 31);
    assert_eq!(countries::nato_members_in(2023, 3).len(), 30);
    assert_eq!(countries::nato_members(1948).len(), 0);
    assert_eq!(countries::nato_members(1999).last(), Some(&"PL"));
    for code in countries::nato_members(2024) {
        assert!(find(code).is_ok(), "{code}");
    }
}

#[test]
fn rings_close_and_hold_the_whole_outline() {
    for code in ["UA", "PL", "RU", "FR", "IL", "CY", "FJ", "AQ", "US"] {
        for ring in countries::rings(find(code).unwrap()) {
            assert!(
                ring.len() >= 4 && ring.first() == ring.last(),
                "{code} {} {:?} {:?}",
                ring.len(),
                ring.first(),
                ring.last()
            );
        }
    }
    let crimea = Bounds {
        south_deg: 45.9,
        north_deg: 46.3,
        west_deg: 33.3,
        east_deg: 34.9,
    };
    for line in countries::lines(&crimea) {
        assert_eq!(
            (line.left.iso2, line.right),
            ("UA", None),
            "no border at Perekop"
        );
    }
}
