// What is known of how fast this machine is: nothing, and then the default rates hold; or a calibration, measured or given.
//
// A measured one is remembered from process to process, in a place of its own for every machine, engine, version and build. One that cannot
// be read, or is not of this machine, is as if it were not there.

import { environment, machineName } from "../backends/platform/process.js";
import { recall, remember } from "../backends/platform/storage.js";
import { version } from "../version.js";
import { CALIBRATION_VERSION, type Calibration, type Rating, ratesOf } from "./calibration.js";
import { isCalibration } from "./checkCalibration.js";
import { backendNames, backendOf, isSync } from "./registry.js";

interface Known {
  calibration: Calibration | undefined;
  rating: Rating;
  /** Whether it has been looked for, or given. */
  settled: boolean;
  /** Whether the caller has said by what to choose, so that nothing is measured unasked. */
  given: boolean;
  /** Whether what calls take may refine it. */
  learning: boolean;
  /** Counted up whenever other rates hold. */
  generation: number;
}

const known: Known = {
  calibration: undefined,
  rating: ratesOf(undefined),
  settled: false,
  given: false,
  learning: false,
  generation: 0,
};

/** The rates that hold now. */
export const currentRating = (): Rating => known.rating;
export const currentCalibration = (): Calibration | undefined => known.calibration;
export const isLearning = (): boolean => known.learning;

/** Differs after any change of the rates. */
export const generation = (): number => known.generation;

/** From now on these rates hold; undefined: the defaults. */
export function adopt(calibration: Calibration | undefined): void {
  known.calibration = calibration;
  known.rating = ratesOf(calibration);
  known.settled = true;
  known.generation++;
}

/** The same, because the caller says so. */
export function adoptGiven(calibration: Calibration | undefined, learning: boolean): void {
  adopt(calibration);
  known.given = true;
  known.learning = learning;
}

/** What there is to be measured unasked: all, a GPU that was not there when the rest was measured, or nothing. */
export function unmeasured(): "all" | "gpu" | "nothing" {
  if (!lookUp()) return "all";
  const gpu = currentGpu();
  return known.given || gpu === undefined || known.calibration?.gpu === gpu ? "nothing" : "gpu";
}

/** The GPU that has been found, if one has, as its backend describes it. */
export function currentGpu(): string | undefined {
  const { available, detail } = backendOf("webgpu").describe();
  return available ? detail : undefined;
}

/** Looks once for a remembered calibration; tells whether the machine's speed is settled, by that or before. */
export function lookUp(): boolean {
  if (known.settled) return true;
  if (environment("HELIXCONV_CALIBRATION") === "off") known.settled = known.given = true;
  else {
    const calibration = remembered();
    if (calibration) adopt(calibration);
  }
  return known.settled;
}

export function remembered(): Calibration | undefined {
  const key = machineKey();
  try {
    const found: unknown = JSON.parse(recall(nameOf(key)) ?? "");
    return isCalibration(found) && found.key === key ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a calibration for later processes; tells whether it could. */
export const keep = (calibration: Calibration): boolean =>
  remember(nameOf(calibration.key), JSON.stringify(calibration));

/** Whatever makes older measurements useless when it changes. */
export function machineKey(): string {
  const measured = backendNames.filter(isSync);
  const backends = measured.map((name) => `${name}: ${backendOf(name).describe().detail}`);
  return [`helixconv ${version}, calibration ${CALIBRATION_VERSION}`, machineName(), ...backends].join("; ");
}

/** A calibration of this machine with nothing in it: by the default rates. */
export const nothing = (): Calibration => ({ version: CALIBRATION_VERSION, key: machineKey(), rates: {} });

/** A file name for a key: FNV-1a. */
function nameOf(key: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return `calibration-${(hash >>> 0).toString(16)}.json`;
}
