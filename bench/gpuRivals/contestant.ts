// One library on one workload, in a process of its own: whole calls, from array to array, on the GPU that WebGPU gives. Prints a line of JSON.
// Arguments: library, workload.
import { createWebGpu } from "../../src/backends/webgpu/index.js";
import { outShape, sizeOf, workloads } from "../../src/cli/workloads.js";
import { replaceWebGpu } from "../../src/dispatch/registry.js";
import { conv, convolve } from "../../src/index.js";
import { arraysOf } from "../competitor.js";
import { requireRival } from "../rivals/load.js";

/** What is used of the rivals. */
interface TfTensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
type TfConv = (x: TfTensor, w: TfTensor, strides: number, padding: "same") => TfTensor;
interface Tf {
  setBackend(name: string): Promise<boolean>;
  tensor(data: Float32Array, shape: readonly number[]): TfTensor;
  conv1d: TfConv;
  conv2d: TfConv;
  conv3d: TfConv;
}
interface JaxArray {
  ref: JaxArray;
  mul(other: JaxArray): JaxArray;
  add(other: JaxArray): JaxArray;
  sub(other: JaxArray): JaxArray;
  dispose(): void;
  data(): Promise<Float32Array>;
}
interface JaxPair {
  real: JaxArray;
  imag: JaxArray;
}
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): void;
  lax: { conv(x: JaxArray, w: JaxArray, strides: number[], padding: "SAME"): JaxArray };
  numpy: {
    array(data: Float32Array, options: { shape: readonly number[] }): JaxArray;
    zeros(shape: readonly number[]): JaxArray;
    pad(array: JaxArray, widths: [number, number][]): JaxArray;
    fft: { fftn(pair: JaxPair): JaxPair; ifftn(pair: JaxPair): JaxPair };
  };
}

type Call = () => Promise<ArrayLike<number>>;

const [library = "", name = ""] = process.argv.slice(2);
const workload = workloads.find((one) => one.name === name);
if (!workload) throw new Error(`a workload is needed, such as W3; got ${name}`);
const { signal, kernel, layer } = workload;
const arrays = arraysOf(workload);
const [x, w] = [Float32Array.from(arrays.signal), Float32Array.from(arrays.kernel)];

/** Their convolutions are correlations; ours of a layer is one too. */
const flipped = layer ? w : Float32Array.from(w).reverse();

const makers: Record<string, () => Promise<Call>> = {
  helixconv: async () => {
    const webgpu = createWebGpu({ software: true, timeout: 30_000 });
    replaceWebGpu(webgpu);
    if (layer) {
      const [image, weight] = [
        { data: x, shape: signal },
        { data: w, shape: kernel },
      ];
      return async () => (await conv(image, weight, { padding: "same", backend: "webgpu" })).data;
    }
    const [a, b] = [
      { data: x, shape: signal },
      { data: w, shape: kernel },
    ];
    if (layer) return async () => (await conv(a, b, { padding: "same", backend: "webgpu" })).data;
    return async () => (await convolve(a, b, { mode: "same", backend: "webgpu" })).data;
  },
  "tfjs direct": async () => {
    const tf = requireRival<Tf>("@tensorflow/tfjs-core");
    if (!tf || !requireRival("@tensorflow/tfjs-backend-webgpu")) throw new Error("not installed");
    await tf.setBackend("webgpu");
    const conv = [tf.conv1d, tf.conv2d, tf.conv3d][signal.length - 1];
    if (layer || !conv) throw new Error("it has channels last, and at most three axes");
    return async () => {
      const [a, b] = [tf.tensor(x, [1, ...signal, 1]), tf.tensor(flipped, [...kernel, 1, 1])];
      const y = conv(a, b, 1, "same");
      const data = await y.data();
      for (const tensor of [a, b, y]) tensor.dispose();
      return data;
    };
  },
  "jax-js direct": async () => {
    const { lax, numpy } = await startJax();
    const [xShape, wShape] = layer
      ? [signal, kernel]
      : [
          [1, 1, ...signal],
          [1, 1, ...kernel],
        ];
    const strides = xShape.slice(2).map(() => 1);
    return () => {
      const [a, b] = [numpy.array(x, { shape: xShape }), numpy.array(flipped, { shape: wShape })];
      return lax.conv(a, b, strides, "SAME").data();
    };
  },
  "jax-js fft": async () => {
    if (layer) throw new Error("it is not written for layers");
    const { numpy } = await startJax();
    const full = signal.map((m, d) => 2 ** Math.ceil(Math.log2(m + (kernel[d] as number) - 1)));
    const transformed = (data: Float32Array, shape: readonly number[]) => {
      const widths = shape.map((m, d): [number, number] => [0, (full[d] as number) - m]);
      return numpy.fft.fftn({ real: numpy.pad(numpy.array(data, { shape }), widths), imag: numpy.zeros(full) });
    };
    return async () => {
      const [a, b] = [transformed(x, signal), transformed(w, kernel)];
      const real = a.real.ref.mul(b.real.ref).sub(a.imag.ref.mul(b.imag.ref));
      const { real: y, imag } = numpy.fft.ifftn({ real, imag: a.real.mul(b.imag).add(a.imag.mul(b.real)) });
      imag.dispose();
      // The window of `same` is cut out by whoever uses it: its time is not counted.
      return y.data();
    };
  },
};

async function startJax(): Promise<Jax> {
  const jax = requireRival<Jax>("@jax-js/jax");
  if (!jax) throw new Error("not installed");
  await jax.init("webgpu");
  jax.defaultDevice("webgpu");
  return jax;
}

const make = makers[library];
if (!make) throw new Error(`a library is needed: ${Object.keys(makers).join(", ")}; got ${library}`);
const call = await make();
const times: number[] = [];
let result = await call();
for (const begin = performance.now(); times.length < 1 || (times.length < 5 && performance.now() - begin < 10_000); ) {
  const start = performance.now();
  result = await call();
  times.push(performance.now() - start);
}
const size = sizeOf(outShape(workload));
const samples = Array.from({ length: 4 }, (_, k) => result[Math.floor(((k + 0.5) * size) / 4)]);
console.log(JSON.stringify({ times: times.sort((a, b) => a - b), numbers: result.length, samples }));
process.exit(0);
