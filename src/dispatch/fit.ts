// Rates from what probes took: the default ones, scaled. All of a kind are scaled by how much slower its main probe is than on the machine
// of the defaults, and then one after the other by what is left to explain of the probe that it dominates.
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
    const sample = found.get(name);
    return sample && Number.isFinite(sample.seconds / sample.expected)
      ? clamp(sample.seconds / sample.expected)
      : undefined;
  };
  const rates = { ...defaults };
  for (const kind of Object.keys(mainProbe) as Kind[])
    rates[kind] = slowed(defaults[kind], ratio(mainProbe[kind]) ?? 1);
  for (const [name, kind, parameter] of about) {
    const sample = found.get(name);
    const slower = ratio(name);
    if (sample && slower !== undefined) rates[kind] = explain(sample.plan, slower, defaults, rates, kind, parameter);
  }
  return rates;
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
