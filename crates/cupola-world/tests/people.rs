//! Places, regions and people against published figures.

use cupola_units::LatLon;
use cupola_world::geodesy::{direct, inverse};
use cupola_world::people::{officials, people_grid, region_of_code};
use cupola_world::regions::{self, RegionRaster, region_at};
use cupola_world::{Bounds, WorldError, places};

const THEATRE: Bounds = Bounds {
    south_deg: 43.9,
    north_deg: 55.0,
    west_deg: 14.0,
    east_deg: 40.5,
};

#[test]
fn val_city_populations_match_geonames() {
    for (name, country, population) in [
        ("Lviv", None, 717_273),
        ("rzeszow", None, 198_317),
        ("Ivano-Frankivsk", None, 238_196),
        ("Ternopil", None, 225_238),
        ("Lutsk", None, 215_986),
        ("Uzhhorod", None, 115_449),
        ("Przemyśl", None, 67_013),
        ("ZAMOSC", None, 66_034),
        ("Lublin, pl", None, 336_339),
        ("Kyiv", Some("ua"), 2_952_301),
        ("Medyka", None, 2_800),
        ("Dorohusk", None, 516),
        ("Lwów", None, 717_273),
        ("Przemysl", Some("PL"), 67_013),
    ] {
        let place = places::find(name, country).unwrap();
        assert_eq!(place.population, population, "{name}");
    }
}

#[test]
fn val_official_english_names_find_the_city_not_a_village() {
    for name in [
        "Vinnytsia",
        "Zaporizhzhia",
        "Kryvyi Rih",
        "Kropyvnytskyi",
        "Khmelnytskyi",
        "Odessa",
        "Cracow",
    ] {
        assert!(
            places::find(name, None).unwrap().population > 200_000,
            "{name}"
        );
    }
}

#[test]
fn val_suburbs_are_kept_and_districts_are_not() {
    for (name, iso2) in [
        ("Zubra", "UA"),
        ("Vyshneve", "UA"),
        ("Ząbki", "PL"),
        ("Vynnyky", "UA"),
    ] {
        assert!(places::find(name, Some(iso2)).is_ok(), "{name}");
    }
    let around_lviv = Bounds {
        south_deg: 49.75,
        north_deg: 49.92,
        west_deg: 23.9,
        east_deg: 24.15,
    };
    let total: u32 = places::within(&around_lviv)
        .iter()
        .map(|p| p.population)
        .sum();
    assert!((717_273..850_000).contains(&total), "{total}");
    let kyiv: u32 = places::all()
        .iter()
        .filter(|p| p.country == "UA" && p.admin1 == "12")
        .map(|p| p.population)
        .sum();
    assert_eq!(kyiv, 2_952_301);
}

#[test]
fn unknown_place_suggests_names_that_look_like_it() {
    let Err(WorldError::UnknownPlace { suggestions, .. }) = places::find("Rzezsow", None) else {
        panic!("found")
    };
    assert_eq!(suggestions.first().map(String::as_str), Some("Rzeszów, PL"));
    assert!(places::find("Lviv, PL", None).is_err());
    assert!(places::find("", None).is_err());
}

#[test]
fn nearest_place_is_nearest() {
    assert_eq!(
        places::nearest(LatLon::new(49.805, 22.93)).unwrap().name,
        "Medyka"
    );
    for (lat, lon) in [(50.3, 22.0), (-18.0, 179.99), (68.0, -179.9), (89.0, 0.0)] {
        let at = LatLon::new(lat, lon);
        let brute = places::all()
            .iter()
            .min_by(|a, b| {
                let far = |p: &places::Place| cupola_world::geodesy::great_circle_m(at, p.at);
                far(a).total_cmp(&far(b))
            })
            .unwrap();
        if let Some(found) = places::nearest(at) {
            assert_eq!(found.name, brute.name, "{at}");
        }
    }
}

#[test]
fn val_regions_hold_their_capitals() {
    for (name, iso) in [
        ("Vinnytsia", "UA-05"),
        ("Lutsk", "UA-07"),
        ("Luhansk", "UA-09"),
        ("Dnipro", "UA-12"),
        ("Donetsk", "UA-14"),
        ("Zhytomyr", "UA-18"),
        ("Uzhhorod", "UA-21"),
        ("Ivano-Frankivsk", "UA-26"),
        ("Kyiv", "UA-30"),
        ("Bila Tserkva", "UA-32"),
        ("Kropyvnytskyi", "UA-35"),
        ("Sevastopol", "UA-40"),
        ("Simferopol", "UA-43"),
        ("Lviv", "UA-46"),
        ("Mykolaiv", "UA-48"),
        ("Odesa", "UA-51"),
        ("Poltava", "UA-53"),
        ("Rivne", "UA-56"),
        ("Sumy", "UA-59"),
        ("Ternopil", "UA-61"),
        ("Kharkiv", "UA-63"),
        ("Nova Kakhovka", "UA-65"),
        ("Khmelnytskyi", "UA-68"),
        ("Cherkasy", "UA-71"),
        ("Chernihiv", "UA-74"),
        ("Chernivtsi", "UA-77"),
        ("Wrocław", "PL-02"),
        ("Toruń", "PL-04"),
        ("Lublin", "PL-06"),
        ("Zielona Góra", "PL-08"),
        ("Łódź", "PL-10"),
        ("Kraków", "PL-12"),
        ("Warsaw", "PL-14"),
        ("Opole", "PL-16"),
        ("Rzeszów", "PL-18"),
        ("Białystok", "PL-20"),
        ("Gdańsk", "PL-22"),
        ("Katowice", "PL-24"),
        ("Kielce", "PL-26"),
        ("Olsztyn", "PL-28"),
        ("Poznań", "PL-30"),
        ("Szczecin", "PL-32"),
    ] {
        let place = places::find(name, iso.split('-').next()).unwrap();
        let found = region_at(place.at).map(|r| r.iso);
        assert_eq!(found.as_deref(), Some(iso), "{name} {place:?}");
    }
    let cluj = region_at(LatLon::new(46.77, 23.59)).unwrap();
    assert!(cluj.iso.starts_with("RO."), "{cluj:?}");
    assert_eq!(regions::local_name("PL-18"), Some("podkarpackie"));
}

#[test]
fn val_region_codes_of_places_agree_with_outlines() {
    let (mut agree, mut differ) = (0_u64, 0_u64);
    for place in places::all() {
        if let Some(iso) = region_of_code(&place.country, &place.admin1) {
            let same = region_at(place.at).is_some_and(|r| r.iso == iso);
            *(if same { &mut agree } else { &mut differ }) += u64::from(place.population);
        }
    }
    println!("people in agreement {agree}, not {differ}");
    assert!(differ * 50 < agree, "{agree} {differ}");
}

#[test]
fn region_raster_agrees_with_points_and_leaves_no_gap() {
    let bounds = Bounds {
        south_deg: 48.0,
        north_deg: 52.0,
        west_deg: 21.0,
        east_deg: 28.0,
    };
    let raster = RegionRaster::new(&bounds, 0.1).unwrap();
    for row in 0..raster.cells.rows {
        for col in 0..raster.cells.cols {
            let at = raster.cells.centre(row, col);
            let expect = region_at(at).filter(|r| r.iso.contains('-')).map(|r| r.iso);
            let found = regions::by_index(raster.at(at)).map(|r| r.0.to_owned());
            assert_eq!(found.is_some(), expect.is_some(), "{at}");
        }
    }
}

#[test]
fn val_people_meet_the_official_totals() {
    assert_eq!(officials().len(), 27 + 16 + 12);
    let people = people_grid(&THEATRE, 0.05, &[]).unwrap();
    let regions = RegionRaster::new(&THEATRE, 0.05).unwrap();
    let mut by_cell = [0.0_f64; 44];
    for (value, unit) in people.grid.values.iter().zip(&regions.cells.values) {
        by_cell[usize::from(*unit)] += f64::from(*value);
    }
    for official in officials().iter().filter(|o| o.code.contains('-')) {
        let index = usize::from(regions::index_of(&official.code).unwrap());
        let total = f64::from(official.population);
        let miss = by_cell[index] / total - 1.0;
        assert!(miss.abs() < 0.005, "{} {miss}", official.code);
    }
    assert!((people.of_country("PL") / 38_036_118.0 - 1.0).abs() < 0.005);
    assert!((people.of_country("UA") / 43_771_800.0 - 1.0).abs() < 0.005);
    for (code, total) in [
        ("SK", 5_424_700.0),
        ("MD", 2_781_000.0),
        ("HU", 9_584_600.0),
    ] {
        println!("{code} {}", people.of_country(code));
        assert!(
            (people.of_country(code) / total - 1.0).abs() < 0.02,
            "{code}"
        );
    }
    let sum: f64 = people.grid.values.iter().map(|v| f64::from(*v)).sum();
    let units: f64 = people.units.iter().map(|u| u.residents).sum();
    assert!((sum / units - 1.0).abs() < 1e-4);
    assert!(people.grid.values.iter().all(|v| *v >= 0.0));
}

#[test]
fn multipliers_scale_their_unit_only() {
    let west = Bounds {
        south_deg: 48.0,
        north_deg: 51.0,
        west_deg: 22.0,
        east_deg: 26.5,
    };
    let plain = people_grid(&west, 0.05, &[]).unwrap();
    let factors = [("UA-46".to_owned(), 1.2), ("PL".to_owned(), 0.5)];
    let scaled = people_grid(&west, 0.05, &factors).unwrap();
    for (a, b) in plain.units.iter().zip(&scaled.units) {
        let factor = if a.code == "UA-46" {
            1.2
        } else if a.code.starts_with("PL") {
            0.5
        } else {
            1.0
        };
        assert!(
            (b.residents / a.residents - factor).abs() < 1e-9,
            "{}",
            a.code
        );
    }
    assert!(matches!(
        people_grid(&west, 0.05, &[("UA-99".to_owned(), 1.0)]),
        Err(WorldError::UnknownUnit { .. })
    ));
    // A window sees the same density as the whole.
    let lviv = plain.units.iter().find(|u| u.code == "UA-46").unwrap();
    assert!(
        (lviv.residents / 2_479_400.0 - 1.0).abs() < 0.005 && lviv.official,
        "{lviv:?}"
    );
}

#[test]
fn val_lviv_to_border_crossings() {
    let lviv = places::find("Lviv", None).unwrap().at;
    let measure = |name: &str, to: LatLon, truth_km: f64, tolerance_km: f64| -> f64 {
        let way = inverse(lviv, to);
        let back = direct(lviv, way.azimuth_rad, way.distance_m);
        assert!((back.lat_deg - to.lat_deg).abs() < 1e-9);
        assert!((back.lon_deg - to.lon_deg).abs() < 1e-9);
        let ours_km = way.distance_m / 1000.0;
        println!(
            "VALIDATION id=lviv-border of={name} truth={truth_km} ours={ours_km:.2} \
             tolerance={tolerance_km:.3} unit=km"
        );
        assert!(
            (ours_km - truth_km).abs() <= tolerance_km,
            "{name} {ours_km}"
        );
        ours_km
    };
    // Crossings called after a village with a place of its own: half a per cent, and half a
    // kilometre because the distances are published in whole kilometres.
    for (name, truth_km) in [("Medyka, PL", 79.0), ("Dołhobyczów, PL", 84.0)] {
        let village = places::find(name, None).unwrap().at;
        let id = name.split(',').next().unwrap_or(name);
        measure(id, village, truth_km, 0.5 + 0.005 * truth_km);
    }
    // Posts without one; their coordinates are good to some 100 m only, and the points meant may
    // lie on the line before them.
    for (name, lat, lon, truth_km) in [
        ("Korczowa", 49.953, 23.098, 67.0),
        ("Hrebenne", 50.286, 23.585, 58.0),
        ("Budomierz", 50.072, 23.291, 59.0),
    ] {
        let ours_km = measure(name, LatLon::new(lat, lon), truth_km, 1.5);
        assert!(
            ours_km >= 58.0,
            "the nearest of the five is 58 to 60 km away"
        );
    }
}
