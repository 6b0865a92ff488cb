// Rates from what probes took: the default ones, scaled. All of a kind are scaled by how much slower its main probe is than on the machine
// of the defaults, and then one after the other by what is left to explain of the probe that it dominates. What decides between plans is how
// kinds differ from each other: differences that noise could make are taken to be none.
import type { Plan } from "../plan/plan.js";
import { predict, type Rate, type Rates } from "./calibration.js";
import type { ProbeName } from "./probes.js";

/** What a probe took here, and on the machine of the default rates. */
export interface Sample {
  name: ProbeName;
  plan: Plan;
  seconds: number;
  expected: number;
}

type Kind = "spectral" | "strip" | "tiles" | "rows";

/** Tiles, like strips, are bound by multiply-adds in registers. */
const mainProbe: Record<Kind, ProbeName> = { spectral: "spectral", strip: "strip", tiles: "strip", rows: "rows" };

/** Which rate each other probe is mostly about. */
const about: [ProbeName, Kind, keyof Rate][] = [
  ["long spectral", "spectral", "bytes"],
  ["many rows", "spectral", "row"],
  ["short spectral", "spectral", "run"],
  ["long strip", "strip", "bytes"],
  ["short strip", "strip", "run"],
];

/** No rate is taken to be farther from its default: what seems to be is a disturbance. */
export const MOST = 8;

export function fit(defaults: Rates, samples: readonly Sample[]): Rates {
  const found = new Map(samples.map((sample) => [sample.name, sample]));
  const ratio = (name: ProbeName): number | undefined => {
    const { seconds, expected } = found.get(name) ?? { seconds: Number.NaN, expected: 1 };
    return Number.isFinite(seconds / expected) ? clamp(seconds / expected) : undefined;
  };
  const overall = middle([...found.keys()].flatMap((name) => ratio(name) ?? []));
  const rates = { ...defaults };
  for (const kind of Object.keys(mainProbe) as Kind[]) {
    const slower = ratio(mainProbe[kind]) ?? overall;
    rates[kind] = slowed(defaults[kind], overall * significant(slower / overall));
  }
  for (const [name, kind, parameter] of about) {
    const sample = found.get(name);
    const slower = ratio(name);
    if (!sample || slower === undefined) continue;
    const already = predict(sample.plan, rates) / predict(sample.plan, defaults);
    const left = already * significant(slower / already);
    rates[kind] = explain(sample.plan, left, defaults, rates, kind, parameter);
  }
  return rates;
}

const middle = (ratios: readonly number[]): number => {
  const sorted = ratios.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
};

/** Noise moves a measurement by so many times; what differs by the square of that or more is taken as it is. */
const NOISE = 1.15;

/** A ratio, or 1 if noise could be all that makes it differ from that; what lies between goes steadily from one to the other. */
function significant(ratio: number): number {
  const [size, noise] = [Math.abs(Math.log(ratio)), Math.log(NOISE)];
  const kept = Math.min(size, Math.max(0, 2 * (size - noise)));
  return Math.exp(Math.sign(Math.log(ratio)) * kept);
}

/** A rate of a machine that takes so many times as long. */
export const slowed = ({ flops, bytes, row, call, run }: Rate, times: number): Rate => ({
  flops: flops / times,
  bytes: bytes / times,
  row: row * times,
  call: call * times,
  run: run * times,
});

/** The rate of a kind with one parameter scaled such that the plan takes so many times as long as by default. */
function explain(plan: Plan, slower: number, defaults: Rates, rates: Rates, kind: Kind, parameter: keyof Rate): Rate {
  const rate = rates[kind];
  const isSpeed = parameter === "flops" || parameter === "bytes";
  const none = { ...rate, [parameter]: isSpeed ? Number.POSITIVE_INFINITY : 0 };
  const whole = predict(plan, { ...defaults, [kind]: rate });
  const others = predict(plan, { ...defaults, [kind]: none });
  const part = whole - others;
  // What hardly counts in the plan cannot be read off its time.
  if (part < LEAST * whole) return rate;
  const factor = (slower * predict(plan, defaults) - others) / part;
  const bound = Math.min(2, Math.max(0.5, factor));
  return { ...rate, [parameter]: isSpeed ? rate[parameter] / bound : rate[parameter] * bound };
}

/** The part of a plan's time from which a rate can be read. */
const LEAST = 0.15;

const clamp = (times: number): number => Math.min(MOST, Math.max(1 / MOST, times));
