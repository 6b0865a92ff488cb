// Rates from probes: an invented machine, whose probes take what its rates say, is found again.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createJs } from "../../src/backends/js/index.js";
import { createWasm } from "../../src/backends/wasm/index.js";
import { CALIBRATION_VERSION, defaultRates, predict, type Rates } from "../../src/dispatch/calibration.js";
import { isCalibration } from "../../src/dispatch/checkCalibration.js";
import { fit, type Sample } from "../../src/dispatch/fit.js";
import { probesOf, timeProbe } from "../../src/dispatch/probes.js";

const test = suite("fit");
const wasm = createWasm();
const defaults = defaultRates(wasm.describe(), { precision: "f32" });
const probes = probesOf(wasm, "f32").map((prepare) => prepare());
for (const probe of probes) probe.dispose();

/** What the probes would take on a machine of such rates. */
const samplesOn = (rates: Rates): Sample[] =>
  probes.map(({ name, plan, expected }) => ({
    name,
    plan,
    expected,
    seconds: (expected * predict(plan, rates)) / predict(plan, defaults),
  }));

/** The same machine, but for rates that are so many times as slow. */
function machine(slower: { spectral?: number; strip?: number; memory?: number; row?: number }): Rates {
  const { spectral = 1, strip = 1, memory = 1, row = 1 } = slower;
  const changed = (kind: "spectral" | "strip", times: number) => {
    const rate = defaults[kind];
    return {
      flops: rate.flops / times,
      bytes: rate.bytes / times / memory,
      row: rate.row * times * row,
      call: rate.call * times,
      run: rate.run * times,
    };
  };
  return { ...defaults, spectral: changed("spectral", spectral), strip: changed("strip", strip) };
}

test("on the machine of the defaults, the defaults are found", () => {
  const rates = fit(defaults, samplesOn(defaults));
  for (const kind of ["spectral", "strip", "rows"] as const)
    for (const [parameter, value] of Object.entries(rates[kind])) {
      const expected = defaults[kind][parameter as "flops"];
      assert.ok(Math.abs(value - expected) <= 1e-9 * expected, `${kind} ${parameter}: ${value} is not ${expected}`);
    }
});

for (const [what, slower] of [
  ["twice as slow in transforms", { spectral: 2 }],
  ["half as slow in direct sums", { strip: 0.5 }],
  ["both, with slower memory and rows", { spectral: 1.5, strip: 3, memory: 1.4, row: 1.5 }],
] as const)
  test(`a machine that is ${what} is found again: its plans are predicted to within a tenth`, () => {
    const there = machine(slower);
    const rates = fit(defaults, samplesOn(there));
    for (const { name, plan } of probes) {
      const ratio = predict(plan, rates) / predict(plan, there);
      assert.ok(ratio > 0.9 && ratio < 1.1, `${name}: predicted ${ratio} of it`);
    }
  });

test("a disturbed measurement moves no rate beyond bounds, and what was not measured is as slow as the rest", () => {
  const samples = samplesOn(defaults).map((sample) => ({ ...sample, seconds: 1e6 * sample.seconds }));
  assert.ok(defaults.spectral.flops / fit(defaults, samples).spectral.flops <= 8.001);
  const partial = fit(defaults, samplesOn(machine({ strip: 2 })).slice(0, 1));
  for (const kind of ["spectral", "rows"] as const)
    assert.ok(Math.abs(defaults[kind].flops / partial[kind].flops - 2) < 1e-9, kind);
  assert.ok(Math.abs(defaults.strip.flops / partial.strip.flops - 2) < 1e-9);
});

test("differences that noise could make are taken to be none, and clear ones as they are", () => {
  const samples = (strip: number) =>
    samplesOn(defaults).map((sample) =>
      sample.name === "strip" ? { ...sample, seconds: strip * sample.seconds } : sample,
    );
  assert.equal(fit(defaults, samples(1.09)), fit(defaults, samples(1)));
  assert.ok(Math.abs(defaults.strip.flops / fit(defaults, samples(1.5)).strip.flops - 1.5) < 1e-9);
});

test("every probe of every backend runs, takes a while, and knows what it takes on the machine of the defaults", () => {
  for (const backend of [createWasm({ build: "simd" }), createWasm({ build: "scalar" }), createJs()])
    for (const precision of ["f32", "f64"] as const)
      for (const prepare of probesOf(backend, precision)) {
        const probe = prepare();
        const seconds = timeProbe(probe);
        probe.dispose();
        assert.ok(seconds > 1e-6 && seconds < 1, `${backend.name} ${precision} ${probe.name}: ${seconds} s`);
        assert.ok(probe.expected > 1e-6, `${backend.name} ${precision} ${probe.name} has no reference`);
      }
});

test("what is no calibration is not taken for one", () => {
  const good = { version: CALIBRATION_VERSION, key: "here", rates: { wasm: { f32: defaults } } };
  assert.ok(isCalibration(good) && isCalibration(JSON.parse(JSON.stringify(good))));
  const broken = (rates: unknown) => ({ ...good, rates: { wasm: { f32: rates } } });
  for (const bad of [
    undefined,
    null,
    [],
    "calibration",
    {},
    { ...good, version: 0 },
    { ...good, key: 5 },
    { ...good, rates: [] },
    broken({}),
    broken({ ...defaults, strip: { ...defaults.strip, flops: 0 } }),
    broken({ ...defaults, strip: { ...defaults.strip, flops: "1e9" } }),
    broken({ ...defaults, rows: { ...defaults.rows, call: null } }),
    broken({ ...defaults, handing: undefined }),
    broken({ ...defaults, link: { upload: -1, readback: 1, latency: 0 } }),
  ])
    assert.not.ok(isCalibration(bad), JSON.stringify(bad));
});

test.run();
