// Rates that learn from what calls take: towards the truth, within bounds, and only where it is asked for.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { useCalibration } from "../../src/api/calibrate.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import {
  CALIBRATION_VERSION,
  type Calibration,
  defaultRates,
  predict,
  type Rates,
} from "../../src/dispatch/calibration.js";
import { isCalibration } from "../../src/dispatch/checkCalibration.js";
import { choose } from "../../src/dispatch/choose.js";
import { slowed } from "../../src/dispatch/fit.js";
import { currentCalibration, machineKey } from "../../src/dispatch/known.js";
import { refine } from "../../src/dispatch/learn.js";
import { problemOf } from "../../src/dispatch/probes.js";
import { convolveSync, explain, type NdArray, prepareSync } from "../../src/index.js";
import type { Plan } from "../../src/plan/plan.js";

const test = suite("learning");
const info = createWasm().describe();
const defaults = defaultRates(info, { precision: "f32" });
const strip = { run: { kind: "strip", taps: "w" } } as const;

test("a plan that takes longer than predicted makes its kind slower, and no other; one that takes less, faster", () => {
  const slower = refine(defaults, defaults, strip, 1.5);
  const faster = refine(defaults, defaults, strip, 0.7);
  assert.ok(slower.strip.flops < defaults.strip.flops && slower.strip.flops > defaults.strip.flops / 1.5);
  assert.ok(slower.strip.run > defaults.strip.run);
  assert.ok(faster.strip.flops > defaults.strip.flops && faster.strip.flops < defaults.strip.flops / 0.7);
  assert.equal([slower.spectral, slower.rows, slower.handing], [defaults.spectral, defaults.rows, defaults.handing]);
});

test("what was predicted well teaches nothing, nor does a plan of several kinds", () => {
  assert.is(refine(defaults, defaults, strip, 1.1), defaults);
  assert.is(refine(defaults, defaults, { run: { kind: "separable", passes: [], between: [] } }, 3), defaults);
  assert.is(refine(defaults, defaults, { run: { kind: "zero" } }, 3), defaults);
});

test("however often it is wrong, and by whatever, a rate stays within eight times the default", () => {
  for (const [ratio, bound] of [
    [1e9, 1 / 8],
    [1e-9, 8],
  ] as const) {
    let rates = defaults;
    for (let lesson = 0; lesson < 100; lesson++) rates = refine(rates, defaults, strip, ratio);
    assert.ok(Math.abs(rates.strip.flops / (bound * defaults.strip.flops) - 1) < 1e-9, `${rates.strip.flops}`);
  }
});

test("on a machine where direct sums are four times as slow as thought, a wrong choice is not made for ever", () => {
  const there: Rates = { ...defaults, strip: slowed(defaults.strip, 4) };
  const problem = problemOf("f32", [100, 100, 100], [3, 3, 3]);
  const pick = (rates: Rates) =>
    choose(problem, [{ ...info, threads: 1 }], () => rates, { backend: "auto", method: "auto", maxMemory: 2 ** 53 })
      .plan;
  const best = pick(there);
  assert.is(best.run.kind, "spectral");
  let rates = defaults;
  const kinds: string[] = [];
  for (let lesson = 0; lesson < 10; lesson++) {
    const plan: Plan = pick(rates);
    kinds.push(plan.run.kind);
    rates = refine(rates, defaults, plan, predict(plan, there) / predict(plan, rates));
  }
  assert.is(kinds[0], "strip");
  assert.equal(kinds.slice(-4), ["spectral", "spectral", "spectral", "spectral"]);
});

/** A calibration by which transforms take no time. */
const wrong: Calibration = {
  version: CALIBRATION_VERSION,
  key: machineKey(),
  rates: { wasm: { f32: { ...defaults, spectral: slowed(defaults.spectral, 1 / 100) } } },
};
const signal: NdArray = { data: Float32Array.from({ length: 400_000 }, (_, i) => Math.sin(i)), shape: [400_000] };
const kernel: NdArray = { data: Float32Array.from({ length: 5000 }, (_, i) => Math.cos(3 * i)), shape: [5000] };
const rateNow = () => currentCalibration()?.rates.wasm?.f32?.spectral.flops;
const repeat = (call: () => unknown) => {
  for (let k = 0; k < 12; k++) call();
};
const cache = mkdtempSync(join(tmpdir(), "helixconv-learn-"));

test.before(() => {
  process.env.XDG_CACHE_HOME = cache;
});
test.after(() => {
  useCalibration("default");
  rmSync(cache, { recursive: true, force: true });
});

test("calls teach, where it is asked for, and what they teach is remembered", () => {
  useCalibration(wrong, { learn: true });
  const before = rateNow() as number;
  repeat(() => convolveSync(signal, kernel, { backend: "wasm", threads: 1 }));
  assert.ok((rateNow() as number) < before, `${rateNow()}`);
  const [file] = readdirSync(join(cache, "helixconv"));
  const kept: unknown = JSON.parse(readFileSync(join(cache, "helixconv", file as string), "utf8"));
  assert.ok(isCalibration(kept));
  assert.equal(kept, currentCalibration());
});

test("nothing is learnt by default, nor from a plan that was given, nor from what was prepared", async () => {
  const options = { backend: "wasm", threads: 1 } as const;
  useCalibration(wrong);
  repeat(() => convolveSync(signal, kernel, options));
  assert.equal(currentCalibration(), wrong);
  useCalibration(wrong, { learn: true });
  const { plan } = await explain("convolve", { signal, kernel }, options);
  repeat(() => convolveSync(signal, kernel, { plan }));
  const prepared = prepareSync("convolve", { signal }, kernel, options);
  repeat(() => prepared.runSync(signal));
  prepared.dispose();
  assert.equal(currentCalibration(), wrong);
});

test.run();
