// Layers through the public API. Workloads are convolutions, and `conv` does not reverse its weight: it is given the kernel
// reversed, as a view. Taps are odd in number, so padding "same" is the workloads' `same`.
import { ConvNd, convSync, type FloatArray, type NdArray, prepare } from "helixconv";
import type { Workload } from "../src/cli/workloads.js";
import { copyElements, flip, viewOf } from "../src/ndarray.js";

export interface LayerCalls {
  /** Everything anew. */
  convolve(out?: NdArray<FloatArray>): NdArray<FloatArray>;
  /** The kernel's spectra kept. */
  run(out: NdArray<FloatArray>): NdArray<FloatArray>;
  /** A step of training, the weight being another each time: forward, and all gradients. Gives what forward gives. */
  train(): NdArray<FloatArray>;
  /** Forward alone of the same. */
  forward(): NdArray<FloatArray>;
}

export async function layerCalls(
  { signal, kernel }: Workload,
  { x, w }: Record<"x" | "w", NdArray<FloatArray>>,
  threads: number,
): Promise<LayerCalls> {
  if (signal.length !== kernel.length || kernel.slice(2).some((n) => n % 2 === 0))
    throw new Error(`the taps of a layer must be odd in number; got (${kernel})`);
  const weight = flip(viewOf(w, "kernel"), kernel.map((_, d) => d).slice(2));
  const options = { padding: "same", threads } as const;
  const prepared = await prepare("conv", { signal: x }, weight, options);
  const [outChannels, inChannels, ...kernelShape] = kernel as [number, number, ...number[]];
  const layer = new ConvNd({ inChannels, outChannels, kernelShape, bias: false, padding: "same", threads });
  copyElements(weight, layer.weight);
  // The next step has other weights; these differ in a place that does not matter.
  const forward = () => {
    layer.weight.data[0] = (layer.weight.data[0] as number) + 1e-7;
    return layer.forwardSync(x);
  };
  return {
    train: () => {
      const y = forward();
      layer.backwardSync(y);
      return y;
    },
    forward,
    convolve: (out) => convSync(x, weight, out ? { ...options, out } : options),
    run: (out) => prepared.runSync(x, { out }),
  };
}
