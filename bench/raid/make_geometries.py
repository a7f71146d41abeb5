"""Writes geometries.txt: 64 raids of 150 threats past 40 fire units on a plane, drawn with a fixed seed.

usage: python3 bench/raid/make_geometries.py > bench/raid/geometries.txt

Lengths are tenths of a kilometre on a plane whose point (2000, 1000) is the middle; times are seconds.
Numbers are made up for speed: they describe no place, no defence and no raid.
"""

import random

RAIDS, THREATS, UNITS = 64, 150, 40


def tenths(km):
    return round(10 * km)


def main():
    dice = random.Random(20241231)
    print("# 64 raids of 150 threats past 40 fire units; written by make_geometries.py")
    print("# raid NUMBER | unit X Y | drone, cruise or fast X Y AIM_X AIM_Y LAUNCH; 0.1 km and s")
    for raid in range(RAIDS):
        print(f"raid {raid}")
        for _ in range(UNITS):
            print("unit", tenths(dice.uniform(20, 380)), tenths(dice.uniform(20, 180)))
        for _ in range(THREATS):
            kind = dice.choices(["drone", "cruise", "fast"], [66, 27, 7])[0]
            aim = dice.uniform(20, 380), dice.uniform(20, 160)
            start = aim[0] + dice.gauss(250, 60), aim[1] + dice.gauss(0, 80)
            launch = round(dice.uniform(0 if kind == "drone" else 2400, 3600))
            print(kind, *map(tenths, (*start, *aim)), launch)


if __name__ == "__main__":
    main()
