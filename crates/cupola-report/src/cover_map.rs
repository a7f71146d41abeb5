//! Maps, small multiples: the lowest altitude at which a cruise missile can be engaged.

use std::collections::{BTreeMap, BTreeSet};

use cupola_campaign::{Coverage, OptionOutcome, UnitInfo};
use cupola_world::Grid;

use crate::charts;
use crate::format::{THIN, height, letter, percent};
use crate::html_table::{Cell, Table};
use crate::labels::{Labels, Rect};
use crate::map_base::{Frame, MAP_WIDTH, MapContext, definitions, image_box};
use crate::png::{self, Pixels};
use crate::sections::{badge, section};
use crate::svg::{Anchor, Svg, escaped, px};
use crate::view::View;

/// Upper ends of the classes of floors, metres above ground.
pub(crate) const CLASS_TOPS_M: [f64; 5] = [100.0, 300.0, 1_000.0, 3_000.0, 10_000.0];

/// Their colours: viridis, even in lightness, readable without colour vision and in grey.
pub(crate) const COLOURS: [[u8; 4]; 6] = [
    [0x44, 0x01, 0x54, 255],
    [0x3b, 0x52, 0x8b, 255],
    [0x21, 0x91, 0x8c, 255],
    [0x5e, 0xc9, 0x62, 255],
    [0xfd, 0xe7, 0x25, 255],
    [0, 0, 0, 0],
];

/// Images beyond this many cells are thinned.
const CELLS_MAX: usize = 500_000;
const LABEL_PX: f64 = 14.7;
const CITIES_MAX: usize = 9;

/// The section: legend, one map and one chart per option, table of fire units.
pub(crate) fn maps(view: View<'_>, map: &MapContext) -> String {
    let frame = Frame::new(map.bounds);
    let nations = nations(view);
    let mut body = definitions(&frame, map);
    body.push_str(
        "<p>Colour tells the lowest altitude above ground at which a cruise missile can be \
         engaged by at least one of the option's own fire units (the existing defence is not \
         mapped), with every uncertain figure in the middle of its range. Dark is good: there a \
         low flyer can be shot at. Where it is hatched, nothing below 10\u{202f}km can be. The chart below each \
         map: share of the people (line) and of the area (dashes) over whom one can be engaged, \
         by its height.</p>",
    );
    body.push_str(&legend(view, &nations));
    body.push_str("<div class=\"multiples\">\n");
    for (i, option) in view.options().iter().enumerate() {
        body.push_str(&map_figure(view, &frame, map, &nations, i, option));
    }
    body.push_str("</div>\n");
    push!(
        body,
        "<p class=\"source\">All maps: same frame, same scale, meridians straight. Borders: \
         Natural Earth 1:10 million; Crimea is drawn as Ukraine, as the UN General Assembly holds \
         (resolution 68/262). Floors: this run. Terrain: {}{}</p>\n",
        escaped(&view.outcome.terrain.description),
        if map.relief.is_some() {
            " Relief shading: real heights on a 5′ grid."
        } else {
            ""
        },
    );
    body.push_str(&crate::network::network_table(view));
    body.push_str(&unit_table(view));
    section("maps", "4", "Where a cruise missile can be engaged", &body)
}

/// Nations with fire units in any option: their place in the list is their marker.
fn nations(view: View<'_>) -> Vec<String> {
    let units = view.options().iter().flat_map(|o| &o.units);
    let set: BTreeSet<String> = units.map(|u| u.nation.clone()).collect();
    set.into_iter().collect()
}

fn legend(view: View<'_>, nations: &[String]) -> String {
    let mut out = String::from("<div class=\"legend\" aria-label=\"Legend of the maps\">");
    let mut low = String::from("0");
    for (i, top) in CLASS_TOPS_M.iter().enumerate() {
        let text = format!("{low}–{}", height(*top));
        push!(out, "<span><i class=\"swatch v{i}\"></i>{text}</span>");
        low = height(*top).replace(THIN, "\u{202f}");
    }
    out.push_str("<span><i class=\"swatch none\"></i>not below 10\u{202f}km</span>");
    if view.is_statistical() {
        let kind = escaped(&view.outcome.terrain.kind);
        push!(
            out,
            "<span><i class=\"swatch invented\"></i>fine lines: {kind} terrain</span>"
        );
    }
    for (i, nation) in nations.iter().enumerate() {
        let mut icon = Svg::new(16.0, 16.0);
        icon.raw(&marker([8.0, 8.0], i));
        let icon = icon.finish_hidden("icon");
        push!(out, "<span>{icon}{} fire unit</span>", escaped(nation));
    }
    out.push_str("</div>\n");
    out
}

fn map_figure(
    view: View<'_>,
    frame: &Frame,
    map: &MapContext,
    nations: &[String],
    i: usize,
    option: &OptionOutcome,
) -> String {
    let mut svg = Svg::new(MAP_WIDTH, frame.height);
    svg.rect([0.0, 0.0], [MAP_WIDTH, frame.height], "sea");
    svg.raw("<use href=\"#base-land\"/><g clip-path=\"url(#area-clip)\">");
    svg.raw(&format!(
        "<rect width=\"{}\" height=\"{}\" fill=\"url(#no-cover)\"/>",
        px(MAP_WIDTH),
        px(frame.height)
    ));
    if let Some(coverage) = &option.coverage {
        svg.raw(&cover_image(frame, coverage));
        if view.is_statistical() {
            let (w, h) = (px(MAP_WIDTH), px(frame.height));
            let fill = "url(#invented)";
            svg.raw(&format!(
                "<rect width=\"{w}\" height=\"{h}\" fill=\"{fill}\"/>"
            ));
        }
    }
    svg.raw("</g><use href=\"#base-lines\"/>");
    let mut labels = Labels::new(Rect {
        left: 2.0,
        top: 2.0,
        right: MAP_WIDTH - 2.0,
        bottom: frame.height - 2.0,
    });
    scale_and_north(&mut svg, frame, &mut labels);
    units(&mut svg, frame, &mut labels, nations, &option.units);
    cities(&mut svg, frame, &mut labels, map);
    country_names(&mut svg, frame, &mut labels, map);
    let alt = format!(
        "Map of {}: lowest altitude at which a cruise missile can be engaged, {} fire units.",
        option.title,
        option.units.len()
    );
    let caption = format!("{} {}", badge(i), escaped(&option.title));
    let mark = statistical_mark(view);
    format!(
        "<figure class=\"multiple\"><figcaption>{caption}</figcaption>{}{mark}{}</figure>\n",
        svg.finish("map", &alt),
        charts::cover_by_altitude(view, i),
    )
}

fn statistical_mark(view: View<'_>) -> String {
    if !view.is_statistical() {
        return String::new();
    }
    let n = view.outcome.terrain.seeds.len();
    if n == 0 {
        return "<p class=\"mark\">Partly statistical terrain: invented where nothing was measured, \
                not a claim about any valley there.</p>"
            .to_owned();
    }
    format!(
        "<p class=\"mark\">Statistical terrain: median over {n} seeds, not a claim about any \
         valley.</p>"
    )
}

/// The floors as an image of classes.
fn cover_image(frame: &Frame, coverage: &Coverage) -> String {
    let grid = &coverage.engage_cruise;
    let mut step = 1;
    while grid.rows.div_ceil(step) * grid.cols.div_ceil(step) > CELLS_MAX {
        step += 1;
    }
    let (rows, cols) = (grid.rows.div_ceil(step), grid.cols.div_ceil(step));
    let mut bytes = Vec::with_capacity(rows * cols);
    for row in (0..grid.rows).step_by(step) {
        for col in (0..grid.cols).step_by(step) {
            bytes.push(class_of(grid.values[row * grid.cols + col]));
        }
    }
    let thin = Grid {
        step_lat_deg: grid.step_lat_deg * step as f64,
        step_lon_deg: grid.step_lon_deg * step as f64,
        rows,
        cols,
        values: Vec::new(),
        ..*grid
    };
    let image = png::encode(cols, rows, &Pixels::Palette(&COLOURS), &bytes);
    let (place, uri) = (image_box(frame, &thin), png::data_uri(&image));
    format!("<image class=\"cover\" {place} href=\"{uri}\"/>")
}

/// The class of a floor; the last stands for none.
fn class_of(floor_m: f32) -> u8 {
    let floor_m = f64::from(floor_m);
    let class = CLASS_TOPS_M.iter().position(|top| floor_m <= *top);
    class.unwrap_or(CLASS_TOPS_M.len()) as u8
}

fn scale_and_north(svg: &mut Svg, frame: &Frame, labels: &mut Labels) {
    let longest_km = MAP_WIDTH * 0.3 / frame.px_per_km();
    let length_km = [500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0]
        .into_iter()
        .find(|km| *km <= longest_km)
        .unwrap_or(1.0);
    let (left, y) = (10.0, frame.height - 10.0);
    let right = left + length_km * frame.px_per_km();
    svg.path(
        &format!(
            "M{l} {t}V{y}H{r}V{t}",
            l = px(left),
            r = px(right),
            y = px(y),
            t = px(y - 5.0)
        ),
        "scale",
    );
    let text = format!("{length_km}{THIN}km");
    svg.text([left, y - 8.0], Anchor::Start, "maplabel", &text);
    labels.take(Rect {
        left: 0.0,
        top: y - 24.0,
        right: right + 4.0,
        bottom: frame.height,
    });
    let north = MAP_WIDTH - 16.0;
    svg.path(&format!("M{x} 8l5 13l-5 -3l-5 3Z", x = px(north)), "north");
    svg.text([north, 35.0], Anchor::Middle, "maplabel", "N");
    labels.take(Rect {
        left: north - 10.0,
        top: 0.0,
        right: MAP_WIDTH,
        bottom: 40.0,
    });
}

/// Fire units, grouped by site: markers in a row, nations beside them.
fn units(
    svg: &mut Svg,
    frame: &Frame,
    labels: &mut Labels,
    nations: &[String],
    units: &[UnitInfo],
) {
    let mut sites: BTreeMap<[i64; 2], ([f64; 2], BTreeSet<usize>)> = BTreeMap::new();
    for unit in units.iter().filter(|u| frame.shows(u.at)) {
        let key = [unit.at.lat_deg, unit.at.lon_deg].map(|d| (d * 200.0).round() as i64);
        let nation = nations.iter().position(|n| *n == unit.nation).unwrap_or(0);
        let site = sites
            .entry(key)
            .or_insert_with(|| (frame.xy(unit.at), BTreeSet::new()));
        site.1.insert(nation);
    }
    let width = |n: usize| n as f64 * 6.0;
    for (at, nations) in sites.values() {
        labels.take(Rect::around(*at, width(nations.len()), 6.0));
    }
    for ([x, y], here) in sites.values() {
        let half = width(here.len());
        for (k, nation) in here.iter().enumerate() {
            svg.raw(&marker([x - half + 6.0 + 12.0 * k as f64, *y], *nation));
        }
        let names: Vec<&str> = here.iter().map(|&n| nations[n].as_str()).collect();
        let text = names.join("·");
        if let Some(place) = labels.place([*x, *y], half.max(6.0), &text, LABEL_PX) {
            svg.text(place.at, place.anchor, "maplabel unit", &text);
        }
    }
}

/// A marker by nation: shapes first, so that they differ in grey.
fn marker([x, y]: [f64; 2], nation: usize) -> String {
    let shape = match nation % 8 {
        0 => "m-5 -5h10v10h-10Z",
        1 => "m0 -6.5l6 11h-12Z",
        2 => "m0 -6.5l6.5 6.5l-6.5 6.5l-6.5 -6.5Z",
        3 => "m0 6.5l6 -11h-12Z",
        4 => "m-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z",
        5 => "m-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0Z",
        6 => "m-3 -6h6l4 6l-4 6h-6l-4 -6Z",
        _ => "m0 -7l2 5h5l-4 3l2 5l-5 -3l-5 3l2 -5l-4 -3h5Z",
    };
    format!(
        "<path d=\"M{} {}{shape}\" class=\"unitmark n{}\"/>",
        px(x),
        px(y),
        nation % 8
    )
}

fn cities(svg: &mut Svg, frame: &Frame, labels: &mut Labels, map: &MapContext) {
    let mut order: Vec<_> = map.cities.iter().filter(|c| frame.shows(c.1)).collect();
    order.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    let mut drawn = 0;
    for (name, at, _) in order {
        if drawn == CITIES_MAX {
            break;
        }
        let at = frame.xy(*at);
        if let Some(place) = labels.place(at, 4.0, name, LABEL_PX) {
            svg.circle(at, 2.0, "city");
            svg.text(place.at, place.anchor, "maplabel", name);
            labels.take(Rect::around(at, 3.0, 3.0));
            drawn += 1;
        }
    }
}

fn country_names(svg: &mut Svg, frame: &Frame, labels: &mut Labels, map: &MapContext) {
    for country in &map.countries {
        let Some((at, size)) = frame.middle(&country.rings) else {
            continue;
        };
        let rect = Rect::around(at, 14.0, 10.0);
        if size > 900.0 && labels.is_free(&rect) {
            labels.take(rect);
            let at = [at[0], at[1] + 5.0];
            svg.text(at, Anchor::Middle, "country", &country.iso2);
        }
    }
}

/// Which systems stand where under which option: sites that serve alike share a row.
fn unit_table(view: View<'_>) -> String {
    type System = (String, String);
    let mut sites: BTreeMap<System, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (i, option) in view.options().iter().enumerate() {
        for unit in &option.units {
            let key = (unit.nation.clone(), unit.system_name.clone());
            let manned = format!("{} {}", letter(i), percent(unit.manned_share));
            let site = sites
                .entry(key)
                .or_default()
                .entry(unit.site.clone())
                .or_default();
            site.push(manned);
        }
    }
    let caption = "Fire units: nation of the crew, system, sites, and the options in which they \
                   stand, with the share of the draws in which each is manned and ready";
    let mut table = Table::new("t-units", caption)
        .text_column("Nation")
        .text_column("System")
        .text_column("Sites")
        .text_column("Options, manned share");
    for ((nation, system), sites) in sites {
        let mut alike: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        for (site, options) in sites {
            alike.entry(options).or_default().push(site);
        }
        for (options, sites) in alike {
            table.row(vec![
                Cell::Head(nation.clone()),
                Cell::Text(system.clone()),
                Cell::Text(sites.join("; ")),
                Cell::Text(options.join(", ")),
            ]);
        }
    }
    if table.is_empty() {
        String::new()
    } else {
        table.finish()
    }
}
