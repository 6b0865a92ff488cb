// npm run bench -- gpu: a prepared convolution on the GPU, from array to array, and its parts: upload, compute, readback. The label says
// which adapter; numbers of one that computes in software say nothing about GPUs.
import { backends, type NdArray, prepare } from "helixconv";
import { device, type GpuArray } from "helixconv/webgpu";
import { outShape, sizeOf, type Workload } from "../src/cli/workloads.js";
import type { Arrays } from "./competitor.js";
import { operands } from "./helixconv.js";
import { quartiles, type Timing } from "./interleave.js";

const STORAGE = 0x80 | 0x8 | 0x4;
const READBACK = 0x1 | 0x8;
const SAMPLES = 9;

/** What the adapter is called, or undefined if there is none, with the reason on standard error. */
export async function adapterLabel(): Promise<string | undefined> {
  const info = (await backends()).find(({ name }) => name === "webgpu");
  if (info?.available) return info.detail;
  console.error(`\n!!! NOT MEASURED on a GPU: ${info?.detail}\n`);
  return undefined;
}

export async function measureGpu(workload: Workload, arrays: Arrays): Promise<Timing[]> {
  const gpu = (await device()) as GPUDevice;
  const { x, w, out } = operands(workload, arrays);
  const shape = outShape(workload);
  const buffer = (size: number, usage: number) => gpu.createBuffer({ size, usage });
  const onGpu = (of: readonly number[]): GpuArray & { buffer: GPUBuffer } => ({
    buffer: buffer(4 * sizeOf(of), STORAGE),
    shape: of,
    dtype: "float32",
  });
  const [signal, result, staging] = [onGpu(workload.signal), onGpu(shape), buffer(4 * sizeOf(shape), READBACK)];
  const prepared = await prepare("convolve", { signal: x }, w, { mode: "same", backend: "webgpu" });
  const upload = async () => {
    gpu.queue.writeBuffer(signal.buffer, 0, x.data as Float32Array<ArrayBuffer>);
    await gpu.queue.onSubmittedWorkDone();
  };
  const compute = async () => {
    await prepared.run(signal, { out: result });
    await gpu.queue.onSubmittedWorkDone();
  };
  const readback = async () => {
    const encoder = gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(result.buffer, 0, staging, 0, staging.size);
    gpu.queue.submit([encoder.finish()]);
    await staging.mapAsync(READBACK & 1);
    (out.data as Float32Array).set(new Float32Array(staging.getMappedRange()));
    staging.unmap();
  };
  const whole = async () => {
    await prepared.run(x, { out: out as NdArray<Float32Array> });
  };
  const method = prepared.explain().plan.method;
  const timings: Timing[] = [];
  for (const [name, run] of Object.entries({ whole, upload, compute, readback }))
    timings.push({ name: `webgpu ${method}, ${name}`, ...quartiles(await timesOf(run)) });
  prepared.dispose();
  for (const each of [signal.buffer, result.buffer, staging]) each.destroy();
  return timings;
}

async function timesOf(run: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  await run();
  for (let k = 0; k < SAMPLES; k++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times;
}
