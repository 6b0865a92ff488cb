// Everything that computes, in a worker, so that the page stays free.
import { expose } from "comlink";
import { type BackendReport, backends, useCalibration } from "helixconv";
import { useDevice } from "helixconv/webgpu";
import { relaxedSimd, simd } from "wasm-feature-detect";
import { Benchmark } from "./benchmark.js";
import { planHelix } from "./helix.js";
import { Pictures } from "./pictures.js";

// Plans are chosen as on a machine that was never measured: to measure it in between would disturb what is timed here.
useCalibration("default");

export interface Machine {
  backends: BackendReport[];
  /** What this engine's WebAssembly has. */
  simd: boolean;
  relaxedSimd: boolean;
}

const pictures = new Pictures();
const benchmark = new Benchmark();

const compute = {
  /** This machine, seen from a worker. `softwareGpu`: an adapter that computes in software will do. */
  async machine(softwareGpu: boolean): Promise<Machine> {
    if (softwareGpu) await takeSoftwareGpu();
    return { backends: await backends(), simd: await simd(), relaxedSimd: await relaxedSimd() };
  },
  signal: pictures.signal.bind(pictures),
  filter: pictures.filter.bind(pictures),
  benchmark: benchmark.run.bind(benchmark),
  cancelBenchmark: benchmark.cancel.bind(benchmark),
  planHelix,
};

export type Compute = typeof compute;

async function takeSoftwareGpu(): Promise<void> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter) useDevice(await adapter.requestDevice());
}

expose(compute);
