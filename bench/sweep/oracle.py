#!/usr/bin/env python3
"""Floors by the definition of the sweep, for the values stored in validation/oracle.

The ground is taken at every crossing of the plan line with a row or a column of cell centres
strictly between sensor and target, linear between the two neighbours, and lowered by d²/2kR; the
floor is the higher of the target's ground and the steepest line, all in double precision. It
shares no code with the sweep.

    oracle.py HEIGHTS.f32 SIDE ROW COL MAST_M EVERY > floors.txt

HEIGHTS.f32 are SIDE × SIDE single-precision heights, metres, of cells of 100 m (little-endian, row
by row). Printed is one line per EVERY-th cell: the floor above ground, millimetres.
"""

import array
import math
import sys

CELL_M = 100.0
TWO_K_R = 2.0 * (4.0 / 3.0) * 6_378_137.0


def steepest(ground, start, across, along, count, antenna_m, length_m):
    """Greatest slope at the crossings with the lines of one axis.

    `start` is the sensor's place in the list, `along` the step to the next line of the axis,
    `across` the step between neighbours on a line, `count` how far the target is along the axis
    and, as a signed number, across it.
    """
    far, aside = count
    best = -math.inf
    for i in range(1, far):
        low, over = divmod(aside * i, far)
        place = start + along * i + across * low
        height_m = ground[place]
        if over:
            height_m += (over / far) * (ground[place + across] - height_m)
        distance_m = length_m * i / far
        slope = (height_m - distance_m * distance_m / TWO_K_R - antenna_m) / distance_m
        if slope > best:
            best = slope
    return best


def floor_m(ground, side, sensor, mast_m, target):
    """Lowest height above ground in line of sight over one cell, metres."""
    rows, cols = target[0] - sensor[0], target[1] - sensor[1]
    if rows == 0 and cols == 0:
        return 0.0
    start = sensor[0] * side + sensor[1]
    antenna_m = ground[start] + mast_m
    length_m = CELL_M * math.hypot(rows, cols)
    down, right = (side if rows > 0 else -side), (1 if cols > 0 else -1)
    best = max(
        steepest(ground, start, side, right, (abs(cols), rows), antenna_m, length_m),
        steepest(ground, start, 1, down, (abs(rows), cols), antenna_m, length_m),
    )
    line_m = antenna_m + best * length_m + length_m * length_m / TWO_K_R
    return max(0.0, line_m - ground[target[0] * side + target[1]])


def main():
    name, *numbers = sys.argv[1:]
    side, row, col = map(int, numbers[:3])
    mast_m, every = float(numbers[3]), int(numbers[4])
    ground = array.array("f")
    with open(name, "rb") as file:
        ground.frombytes(file.read())
    if len(ground) != side * side:
        sys.exit(f"{name} holds {len(ground)} heights, not {side} × {side}")
    for cell in range(0, side * side, every):
        floor = floor_m(ground, side, (row, col), mast_m, divmod(cell, side))
        print(round(1000.0 * floor))


if __name__ == "__main__":
    main()
