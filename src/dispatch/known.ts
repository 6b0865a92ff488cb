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
  /** Whether it has been looked for, or given, so that nothing else takes its place unasked. */
  settled: boolean;
  /** Whether what calls take may refine it. */
  learning: boolean;
  /** Counted up whenever other rates hold. */
  generation: number;
}

const known: Known = {
  calibration: undefined,
  rating: ratesOf(undefined),
  settled: false,
  learning: false,
  generation: 0,
};

/** The rates that hold now. */
export const currentRating = (): Rating => known.rating;
export const currentCalibration = (): Calibration | undefined => known.calibration;

/** Differs after any change of the rates. */
export const generation = (): number => known.generation;

/** From now on these rates hold; undefined: the defaults. */
export function adopt(calibration: Calibration | undefined, learning = false): void {
  known.calibration = calibration;
  known.rating = ratesOf(calibration);
  known.settled = true;
  known.learning = learning;
  known.generation++;
}

export const isLearning = (): boolean => known.learning;

/** Looks once for a remembered calibration; tells whether the machine's speed is settled, by that or before. */
export function lookUp(): boolean {
  if (known.settled) return true;
  if (environment("HELIXCONV_CALIBRATION") === "off") known.settled = true;
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

/** A file name for a key: FNV-1a. */
function nameOf(key: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return `calibration-${(hash >>> 0).toString(16)}.json`;
}
