// The helix of a small 2-D convolution, by the library's own planner.
import { explain, type Mode } from "helixconv";

export interface HelixAxis {
  /** Samples of the signal, taps of the kernel, and the wanted outputs lo, lo + 1, …, hi of the full result. */
  m: number;
  n: number;
  lo: number;
  hi: number;
  pitch: number;
}

export interface HelixPlan {
  axes: HelixAxis[];
  stride: number[];
  /** The circular length that is enough. */
  length: number;
}

/** Method "direct" winds all axes; the others may leave one apart. */
export async function planHelix(signal: number[], kernel: number[], mode: Mode): Promise<HelixPlan> {
  const arrays = { signal: { shape: signal }, kernel: { shape: kernel } };
  const { plan } = await explain("convolve", arrays, { mode, method: "direct", backend: "js" });
  return {
    axes: plan.axes.map(({ x, w, lo, out, pitch }) => ({ m: x.size, n: w.size, lo, hi: lo + out.size - 1, pitch })),
    stride: plan.stride,
    length: plan.helix,
  };
}
