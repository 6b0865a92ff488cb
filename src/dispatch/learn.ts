// Learning, where it is asked for: what calls take refines the rates by which plans are chosen, so that a wrong prediction is not made for ever.
import type { Plan } from "../plan/plan.js";
import { type Calibration, defaultRates, type Rates } from "./calibration.js";
import type { Choice } from "./choose.js";
import { MOST, slowed } from "./fit.js";
import { adopt, currentCalibration, currentRating, isLearning, keep, nothing } from "./known.js";
import { backendOf } from "./registry.js";

/** What takes less, s, is decided by what its time says little about. */
const LEAST = 1e-3;
/** The least time of so many calls counts: the machine may have been busy. */
const CALLS = 4;
/** What is predicted this well teaches nothing; a lesson changes rates by no more than so many times. */
const TOLERANCE = 1.15;
const STEP = 1.25;

/** Calls of each plan, since the last lesson. */
const seen = new WeakMap<Plan, { calls: number; least: number }>();

/** Learns from a call that has taken so many seconds, if learning is on, and the call says something. */
export function learnFrom({ backend, plan, seconds: predicted }: Choice, seconds: number): void {
  if (!isLearning() || seconds < LEAST) return;
  const { calls, least } = seen.get(plan) ?? { calls: 0, least: Number.POSITIVE_INFINITY };
  const now = { calls: calls + 1, least: Math.min(least, seconds) };
  seen.set(plan, now);
  if (now.calls < CALLS) return;
  seen.delete(plan);
  const info = backendOf(backend).describe();
  const rates = currentRating()(info, plan);
  const refined = refine(rates, defaultRates(info, plan), plan, now.least / predicted);
  if (refined === rates) return;
  const known = currentCalibration() ?? nothing();
  const learned: Calibration = {
    ...known,
    ...(backend === "webgpu" && { gpu: info.detail }),
    rates: { ...known.rates, [backend]: { ...known.rates[backend], [plan.precision]: refined } },
  };
  adopt(learned);
  keep(learned);
}

/**
 * Rates after a plan took `ratio` times what they predict: those of its kind, some way towards what would have been right, and within bounds
 * around the default ones. The same object where there is nothing to learn.
 */
export function refine(rates: Rates, defaults: Rates, { run: { kind } }: Pick<Plan, "run">, ratio: number): Rates {
  if (kind === "zero" || kind === "separable" || (ratio < TOLERANCE && ratio > 1 / TOLERANCE)) return rates;
  const before = defaults[kind].flops / rates[kind].flops;
  const wanted = before * Math.min(STEP, Math.max(1 / STEP, Math.sqrt(ratio)));
  const after = Math.min(Math.max(MOST, before), Math.max(Math.min(1 / MOST, before), wanted));
  return after === before ? rates : { ...rates, [kind]: slowed(rates[kind], after / before) };
}
