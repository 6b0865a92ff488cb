// What is chosen where there is an invented GPU: fast, far away, resident, in float32 only, or failing.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BackendInfo } from "../../src/backends/backend.js";
import {
  CALIBRATION_VERSION,
  type Calibration,
  defaultRates,
  type Link,
  ratesOf,
} from "../../src/dispatch/calibration.js";
import { choose, type Wishes } from "../../src/dispatch/choose.js";
import type { Failure } from "../../src/dispatch/failures.js";
import { problemOf } from "../../src/dispatch/probes.js";
import { throwsHelixError } from "../throws.js";

const test = suite("an invented GPU");

const js: BackendInfo = {
  name: "js",
  available: true,
  detail: "",
  maxBytes: 2 ** 34,
  maxBuffer: 2 ** 34,
  maxLength: 2 ** 53 - 1,
  maxHelix: 2 ** 53 - 1,
  threads: 1,
  simd: false,
  layers: true,
  float64: true,
};
const wasm: BackendInfo = { ...js, name: "wasm", maxBytes: 2 ** 32, simd: true };
const name = "webgpu";
const gpu: BackendInfo = { ...js, name, float64: false, maxBytes: 2 ** 31 };
const auto: Wishes = { backend: "auto", method: "auto", maxMemory: 2 ** 53 };

/** Two teraflops, behind a link. */
const rate = { flops: 2e12, bytes: 400e9, row: 0, call: 0, run: 50e-6 };
const calibrationOf = (link: Link): Calibration => ({
  version: CALIBRATION_VERSION,
  key: "invented",
  gpu: gpu.detail,
  rates: {
    [name]: { f32: { ...defaultRates(wasm, { precision: "f32" }), spectral: rate, strip: rate, rows: rate, link } },
  },
});
const near: Link = { upload: 12e9, readback: 12e9, latency: 200e-6 };
const far: Link = { upload: 0.3e9, readback: 0.2e9, latency: 5e-3 };

const pick = (
  [m, n, precision = "f32"]: [number[], number[], ("f32" | "f64")?],
  { link = near, wishes = {}, info = gpu, failures = [] as Failure[] } = {},
) =>
  choose(problemOf(precision, m, n), [info, wasm, js], ratesOf(calibrationOf(link)), { ...auto, ...wishes }, failures);

const large: [number[], number[]] = [
  [2048, 2048],
  [101, 101],
];
const failure: Failure = { backend: name, message: "the device was lost", times: 2, bytes: 0, until: 0 };

for (const [why, chosen, reason, problem, circumstances] of [
  ["large float32 work goes there", "webgpu", /x faster than .*of its .* are transfers to webgpu and back/, large, {}],
  [
    "small work does not",
    "wasm",
    /fastest/,
    [
      [64, 64],
      [3, 3],
    ],
    {},
  ],
  [
    "nor does what transfers would dominate",
    "wasm",
    /webgpu would compute it in .*, but transfers there and back take/,
    large,
    { link: far },
  ],
  [
    "unless the data lies there already",
    "webgpu",
    /fastest/,
    large,
    { link: { ...far, latency: 0 }, wishes: { resident: { signal: true, kernel: true, out: true } } },
  ],
  ["float64 never goes there", "wasm", /fastest/, [...large, "f64"], {}],
  ["memory limits hold", "wasm", /fastest/, large, { info: { ...gpu, maxBytes: 2 ** 20 } }],
  ["what has failed rests", "wasm", /webgpu rests after it failed/, large, { failures: [failure] }],
  [
    "if it failed for want of memory, only for plans that need as much",
    "webgpu",
    /fastest/,
    large,
    { failures: [{ ...failure, bytes: 2 ** 31 }] },
  ],
] as [string, string, RegExp, [number[], number[], ("f32" | "f64")?], object][])
  test(`${why}, and the reason says so in one sentence`, () => {
    const { backend, reason: said } = pick(problem, circumstances);
    assert.is(backend, chosen, said);
    assert.match(said, reason);
    assert.not.match(said, /\n|\. [A-Z]/);
  });

test("what is rejected says why", () => {
  const rejected = (circumstances: object, problem: [number[], number[], ("f32" | "f64")?] = large) =>
    pick(problem, circumstances).candidates.find(({ backend }) => backend === name)?.rejected;
  assert.is(rejected({}), undefined);
  assert.match(rejected({}, [...large, "f64"]) ?? "", /computes in float32 only/);
  assert.match(rejected({ failures: [failure] }) ?? "", /rests, having failed 2 times: the device was lost/);
});

test("the time of a candidate there includes its transfers", () => {
  const there = (link: Link) => pick(large, { link }).candidates.find(({ backend }) => backend === name);
  const bytes = 4 * (2048 * 2048 + 101 * 101);
  assert.ok(Math.abs((there(near)?.transfers ?? 0) - (200e-6 + bytes / 12e9 + (4 * 2048 * 2048) / 12e9)) < 1e-9);
  const difference = (there(far)?.seconds ?? 0) - (there(near)?.seconds ?? 0);
  assert.ok(Math.abs(difference - ((there(far)?.transfers ?? 0) - (there(near)?.transfers ?? 0))) < 1e-9);
});

test("float64 work that is asked of it is refused with the remedy", async () => {
  await throwsHelixError(
    () => pick([...large, "f64"], { wishes: { backend: name } }),
    "dtype",
    /backend "webgpu" computes in float32; these arrays need float64; convert them to Float32Array/,
  );
});

test("if everything rests, the call says what failed", async () => {
  const all = [gpu, wasm, js].map((info) => ({ ...failure, backend: info.name }));
  await throwsHelixError(
    () => pick(large, { failures: all }),
    "backend-unavailable",
    /rests for a while after it failed.*webgpu: the device was lost; wasm: the device was lost.*ask for a backend by name/,
  );
});

test.run();
