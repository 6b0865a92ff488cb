// The lines that every runtime and every bundler runs, unchanged.
import { backends, convolve } from "helixconv";

export async function run() {
  const signal = { data: Float32Array.from({ length: 64 ** 3 }, (_, i) => (7 * i) % 11), shape: [64, 64, 64] };
  const kernel = { data: Float32Array.from({ length: 9 ** 3 }, (_, i) => (5 * i) % 3), shape: [9, 9, 9] };
  const { data, shape } = await convolve(signal, kernel, { mode: "same" });
  const onThreads = await convolve(signal, kernel, { mode: "same", backend: "wasm", method: "fft", threads: 2 });
  const samples = [0, 1000, 131_072, 262_143].map((i) => [data[i], onThreads.data[i]]);
  return { shape, samples, backends: await backends() };
}
