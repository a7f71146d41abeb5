"""The peer of `cargo xtask bench raid`: the same flat raid as an analyst would write it in SimPy today.

usage: python3 peer_simpy.py GEOMETRIES REPEATS

Plays every stored raid REPEATS times and prints one line of JSON: processor seconds of preparation and
of play, and for every run how many threats were killed, leaked, and how many missiles were fired.

The rules are those of cupola with its mechanisms switched off: straight level flight; a track half a
second after launch and a reaction once; a missile of constant speed that must meet its target inside a
circle; one shot at a time at a threat, whoever fires; a channel is taken from launch until the outcome is
known; who waits for a channel goes by arrival of its threat; a launcher of eight missiles is reloaded as
a whole. What hangs on the geometry alone is prepared once, as cupola does.
"""

import json
import math
import random
import sys
import time

import simpy

KINDS = {"drone": (0.050, 0.70), "cruise": (0.230, 0.65), "fast": (1.500, 0.45)}  # km/s, kill probability
REACH_KM = 40.0
MISSILE_KM_S = 1.0
CHANNELS = 2
MAGAZINE = 8
TRACK_S, REACTION_S, ASSESS_S, RELOAD_S = 0.5, 12.0, 6.0, 1800.0


class Window:
    """When one unit can meet one threat."""

    def __init__(self, unit, threat):
        self.x, self.y = threat["from"][0] - unit[0], threat["from"][1] - unit[1]
        self.vx, self.vy = threat["velocity"]
        self.launched = threat["launched"]
        v2 = self.vx**2 + self.vy**2
        along, gap = self.x * self.vx + self.y * self.vy, self.x**2 + self.y**2 - REACH_KM**2
        root = along * along - v2 * gap
        self.open = root > 0
        if not self.open:
            return
        first, last = (-along - math.sqrt(root)) / v2, (-along + math.sqrt(root)) / v2
        self.first = self.launched + max(0.0, first)
        self.last = min(self.launched + last, threat["arrives"])
        self.open = self.last > self.first
        self.earliest = self.first - self.distance(self.first) / MISSILE_KM_S
        self.ready = self.launched + TRACK_S + REACTION_S

    def distance(self, when):
        flown = when - self.launched
        return math.hypot(self.x + self.vx * flown, self.y + self.vy * flown)

    def meets(self, launch):
        """When a missile launched now meets the threat inside the circle; None if it does not."""
        flown = launch - self.launched
        x, y = self.x + self.vx * flown, self.y + self.vy * flown
        a = self.vx**2 + self.vy**2 - MISSILE_KM_S**2
        b, c = x * self.vx + y * self.vy, x * x + y * y
        root = b * b - a * c
        if root < 0 or (a > 0 and b >= 0):
            return None
        meet = launch + (-b - math.sqrt(root)) / a
        return meet if meet <= self.last else None

    def next_launch(self, now):
        """The next moment, from now on, at which a launch meets the threat."""
        launch = max(now, self.earliest)
        return launch if self.meets(launch) is not None else None


def read(path):
    raids = []
    for line in open(path, encoding="ascii"):
        word, *rest = line.split()
        if word == "raid":
            raids.append({"units": [], "threats": []})
        elif word == "unit":
            raids[-1]["units"].append(tuple(int(n) / 10 for n in rest))
        elif word in KINDS:
            x, y, aim_x, aim_y = (int(n) / 10 for n in rest[:4])
            speed, p_kill = KINDS[word]
            length, launched = math.hypot(aim_x - x, aim_y - y), float(rest[4])
            velocity = (aim_x - x) / length * speed, (aim_y - y) / length * speed
            threat = {"from": (x, y), "velocity": velocity, "launched": launched}
            threat |= {"arrives": launched + length / speed, "p_kill": p_kill}
            raids[-1]["threats"].append(threat)
    for raid in raids:
        raid["windows"] = [
            (u, t, window)
            for t, threat in enumerate(raid["threats"])
            for u, unit in enumerate(raid["units"])
            if (window := Window(unit, threat)).open
        ]
    return raids


class Threat:
    def __init__(self, plan):
        self.arrives, self.p_kill = plan["arrives"], plan["p_kill"]
        self.alive, self.engaged = True, False
        self.onlookers = []  # units that wait for the outcome of somebody's shot

    def outcome(self, env, unit):
        event = env.event()
        self.onlookers.append((unit.number, event))
        return event

    def look(self):
        """The outcome is known: who waited for it tries again, in the order of the units."""
        self.engaged = False
        waiting, self.onlookers = sorted(self.onlookers, key=lambda each: each[0]), []
        for _, event in waiting:
            event.succeed()


class Unit:
    def __init__(self, env, number):
        self.number, self.ready, self.fired = number, MAGAZINE, 0
        self.channels = simpy.PriorityResource(env, CHANNELS)
        self.reloaded = env.event()

    def fire(self, env):
        self.ready -= 1
        self.fired += 1
        if self.ready == 0:
            env.process(self.reload(env))

    def reload(self, env):
        yield env.timeout(RELOAD_S)
        self.ready = MAGAZINE
        done, self.reloaded = self.reloaded, env.event()
        done.succeed()


def engage(env, unit, threat, window, dice, count):
    """One unit against one threat, from the first chance to the last."""
    yield env.timeout(max(window.ready, window.earliest) - env.now)
    while threat.alive:
        launch = window.next_launch(env.now)
        if launch is None:
            return
        if threat.engaged:
            yield threat.outcome(env, unit)
        elif unit.ready == 0:
            yield unit.reloaded
        else:
            with unit.channels.request(priority=threat.arrives) as turn:
                yield turn
                meet = window.meets(env.now)
                if not threat.alive or threat.engaged or unit.ready == 0 or meet is None:
                    continue
                threat.engaged = True
                unit.fire(env)
                yield env.timeout(meet - env.now)
                if threat.alive and dice.random() < threat.p_kill:
                    threat.alive = False
                    count["killed"] += 1
                yield env.timeout(ASSESS_S)
            known = threat.outcome(env, unit)
            threat.look()
            yield known


def arrive(env, threat, count):
    yield env.timeout(threat.arrives)
    if threat.alive:
        threat.alive = False
        count["leaked"] += 1


def play(raid, seed):
    env, dice, count = simpy.Environment(), random.Random(seed), {"killed": 0, "leaked": 0}
    units = [Unit(env, number) for number in range(len(raid["units"]))]
    threats = [Threat(plan) for plan in raid["threats"]]
    for threat in threats:
        env.process(arrive(env, threat, count))
    for u, t, window in raid["windows"]:
        env.process(engage(env, units[u], threats[t], window, dice, count))
    env.run()
    return count["killed"], count["leaked"], sum(unit.fired for unit in units)


def main():
    path, repeats = sys.argv[1], int(sys.argv[2])
    start = time.process_time()
    raids = read(path)
    prepared = time.process_time()
    results = [play(raid, 1000 * i + k) for i, raid in enumerate(raids) for k in range(repeats)]
    played = time.process_time()
    killed, leaked, fired = zip(*results)
    out = {"prepare_s": prepared - start, "play_s": played - prepared}
    print(json.dumps(out | {"killed": killed, "leaked": leaked, "fired": fired}))


if __name__ == "__main__":
    main()
