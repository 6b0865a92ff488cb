// One library on one workload, in a process of its own: whole calls from array to array on the GPU that WebGPU gives, `same`. Prints one line of
// JSON: the least and the median time, ms, and the result at a few places. Arguments: library, workload.

import * as jax from "@jax-js/jax";
import { lax, numpy } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { convolve } from "../../src/index.js";
import { arraysOf } from "../competitor.js";
import { firstOfSame, outShape, sizeOf, type Workload, workloads } from "../workloads.js";

type Call = () => Promise<ArrayLike<number>>;

const [library = "", name = ""] = process.argv.slice(2);
const workload = workloads.find((one) => one.name === name);
if (!workload) throw new Error(`a workload is needed, such as W3; got ${name}`);
const arrays = arraysOf(workload) as { signal: Float32Array<ArrayBuffer>; kernel: Float32Array<ArrayBuffer> };

const makers: Record<string, (workload: Workload) => Promise<Call>> = {
  helixconv: async ({ signal, kernel, layer }) => {
    if (layer) throw new Error("layers have no public operation yet");
    const [x, w] = [
      { data: arrays.signal, shape: signal },
      { data: arrays.kernel, shape: kernel },
    ];
    return async () => (await convolve(x, w, { mode: "same", backend: "webgpu" })).data;
  },
  "tfjs direct": async ({ signal, kernel, layer }) => {
    if (layer) throw new Error("tfjs wants channels last: not measured");
    await import("@tensorflow/tfjs-backend-webgpu");
    await tf.setBackend("webgpu");
    await tf.ready();
    const rank = signal.length;
    const flipped = Float32Array.from(arrays.kernel).reverse();
    return async () => {
      const x = tf.tensor(arrays.signal, [1, ...signal, 1], "float32");
      const w = tf.tensor(flipped, [...kernel, 1, 1], "float32");
      const y =
        rank === 1
          ? tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, "same")
          : rank === 2
            ? tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same")
            : tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 1, "same");
      const data = (await y.data()) as Float32Array;
      for (const tensor of [x, w, y]) tensor.dispose();
      return data;
    };
  },
  "jax-js direct": async ({ signal, kernel, layer }) => {
    await startJax();
    const dense = (shape: readonly number[]) => (layer ? [...shape] : [1, 1, ...shape]);
    const rank = layer ? signal.length - 2 : signal.length;
    const flipped = Float32Array.from(arrays.kernel).reverse();
    return async () => {
      const x = numpy.array(arrays.signal, { shape: dense(signal) });
      const w = numpy.array(layer ? arrays.kernel : flipped, { shape: dense(kernel) });
      return lax.conv(x, w, new Array<number>(rank).fill(1), "SAME").data();
    };
  },
  "jax-js fft": async ({ signal, kernel, layer }) => {
    if (layer) throw new Error("a layer by FFT is not written for it");
    await startJax();
    const full = signal.map((m, d) => 2 ** Math.ceil(Math.log2(m + (kernel[d] as number) - 1)));
    const transformed = (data: Float32Array<ArrayBuffer>, shape: readonly number[]) => {
      const padding = shape.map((m, d): [number, number] => [0, (full[d] as number) - m]);
      const real = numpy.pad(numpy.array(data, { shape: [...shape] }), padding);
      return full.reduce((pair, _, axis) => numpy.fft.fft(pair, axis), { real, imag: numpy.zeros(full) });
    };
    return async () => {
      const a = transformed(arrays.signal, signal);
      const b = transformed(arrays.kernel, kernel);
      const real = a.real.ref.mul(b.real.ref).sub(a.imag.ref.mul(b.imag.ref));
      const imag = a.real.mul(b.imag).add(a.imag.mul(b.real));
      const back = full.reduce((pair, _, axis) => numpy.fft.ifft(pair, axis), { real, imag });
      back.imag.dispose();
      const whole = (await back.real.data()) as Float32Array;
      const y = new Float32Array(sizeOf(signal));
      const index = signal.map(() => 0);
      for (let k = 0; k < y.length; k++) {
        let rest = k;
        for (let d = signal.length - 1; d >= 0; d--) {
          index[d] = rest % (signal[d] as number);
          rest = Math.floor(rest / (signal[d] as number));
        }
        const at = index.reduce((sum, i, d) => sum * (full[d] as number) + i + firstOfSame(kernel[d] as number), 0);
        y[k] = whole[at] as number;
      }
      return y;
    };
  },
};

async function startJax(): Promise<void> {
  await jax.init("webgpu");
  jax.defaultDevice("webgpu");
}

const make = makers[library];
if (!make) throw new Error(`a library is needed: ${Object.keys(makers).join(", ")}; got ${library}`);
const call = await make(workload);
const times: number[] = [];
let result: ArrayLike<number> = [];
for (const begin = performance.now(); times.length < 2 || (times.length < 6 && performance.now() - begin < 15_000); ) {
  const start = performance.now();
  result = await call();
  times.push(performance.now() - start);
}
// The first call compiles.
times.shift();
times.sort((a, b) => a - b);
const size = sizeOf(outShape(workload));
const samples = Array.from({ length: 8 }, (_, k) => result[Math.floor(((k + 0.5) * size) / 8)]);
console.log(JSON.stringify({ best: times[0], median: times[times.length >> 1], samples, size: result.length }));
process.exit(0);
