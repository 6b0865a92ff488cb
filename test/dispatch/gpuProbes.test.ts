// The probes of a GPU: an invented one, whose times are known, is found again; and a real one, in software, has rates that can be used.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Backend, BackendInfo, Executable } from "../../src/backends/backend.js";
import { CALIBRATION_VERSION, defaultRates, type Link, predict, type Rates } from "../../src/dispatch/calibration.js";
import { isCalibration } from "../../src/dispatch/checkCalibration.js";
import { measureGpu } from "../../src/dispatch/gpuProbes.js";
import type { FloatArray, View } from "../../src/ndarray.js";
import { createSoftwareGpu, isThere } from "../backends/webgpu/equipment.js";

const test = suite("probes of a GPU");
const info: BackendInfo = {
  name: "webgpu",
  available: true,
  detail: "invented",
  maxBytes: 2 ** 34,
  maxBuffer: 2 ** 31,
  maxHelix: 2 ** 31,
  maxLength: 2 ** 24,
  threads: 1,
  simd: false,
  layers: false,
  float64: false,
};

function wait(seconds: number): void {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; );
}

/** A backend that takes as long as its rates say, and computes nothing. */
function invented(rates: Rates, { upload, readback, latency }: Link): Backend {
  const there = new Set<unknown>();
  const isHere = (view: View) => !there.has(view.data);
  const bytes = (view: View) => 4 * view.data.length;
  return {
    name: "webgpu",
    describe: () => info,
    prepare: async (plan): Promise<Executable> => ({
      run: async ({ view: x }, { view: y }) => {
        const moved = (isHere(x) ? bytes(x) / upload : 0) + (isHere(y) ? bytes(y) / readback : 0);
        wait(predict(plan, rates) + moved + (isHere(x) || isHere(y) ? latency : 0));
        return "done";
      },
      setKernel: () => {},
      dispose: () => {},
    }),
    memory: async () => ({
      array: (numbers): View<FloatArray> => {
        there.add(numbers);
        return { data: numbers, dtype: "float32", shape: [numbers.length], stride: [1], offset: 0 };
      },
      finished: async () => {},
      dispose: () => there.clear(),
    }),
    dispose: () => {},
  };
}

const defaults = defaultRates(info, { precision: "f32" });

for (const [what, slower, link] of [
  ["fast, and near", { strip: 0.5, spectral: 0.4 }, { upload: 8e9, readback: 6e9, latency: 0.5e-3 }],
  ["slow, and far", { strip: 4, spectral: 2 }, { upload: 2e9, readback: 1e9, latency: 3e-3 }],
] as const)
  test(`a GPU that is ${what} is found again, to within a third`, async () => {
    const rate = (times: number) => ({
      ...defaults.strip,
      flops: defaults.strip.flops / times,
      bytes: defaults.strip.bytes / times,
      run: 0.3e-3,
    });
    const there = { ...defaults, strip: rate(slower.strip), spectral: rate(slower.spectral), rows: rate(slower.strip) };
    const found = await measureGpu(invented(there, link));
    const close = (name: string, a: number | undefined, b: number) =>
      assert.ok(a !== undefined && a > b / 1.34 && a < 1.34 * b, `${name}: ${a}, and it is ${b}`);
    for (const kind of ["strip", "spectral", "rows"] as const) {
      close(`${kind} flops`, found[kind].flops, there[kind].flops);
      close(`${kind} run`, found[kind].run, there[kind].run);
    }
    for (const part of ["upload", "readback", "latency"] as const) close(part, found.link?.[part], link[part]);
  });

if (isThere("dawnDriver", "apt-get install chromium"))
  test("a GPU that computes in software, of Dawn, has rates that make a calibration", async () => {
    const webgpu = createSoftwareGpu();
    await webgpu.detect();
    const { available, detail } = webgpu.describe();
    assert.ok(available, detail);
    const f32 = await measureGpu(webgpu);
    assert.ok(
      isCalibration({ version: CALIBRATION_VERSION, key: "here", gpu: detail, rates: { webgpu: { f32 } } }),
      JSON.stringify(f32),
    );
    assert.ok(f32.spectral.flops > 1e5 && f32.spectral.run > 1e-6, JSON.stringify(f32));
    webgpu.dispose();
  });

test.run();
