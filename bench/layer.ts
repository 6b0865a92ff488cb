// W6 on the primitive that a convolution layer will reduce to, out[b,o] = Σ_c x[b,c] * w[o,c], while the public API has no layer:
// backends and plans are chosen as for `convolve`. The kernel is given anew in every call, and once more kept.
import { decide } from "../src/dispatch/decide.js";
import { backendOf } from "../src/dispatch/registry.js";
import { type NdArray, rowMajor, viewOf } from "../src/ndarray.js";
import type { Problem } from "../src/problem/problem.js";
import { type Arrays, type Competitor, OURS } from "./competitor.js";
import { firstOfSame, outShape, sizeOf, type Workload } from "./workloads.js";

/** The layer as a problem, with its operands and its result. */
export function layerOf(workload: Workload, { signal, kernel }: Arrays) {
  const [batch, cin, ...sizes] = workload.signal as [number, number, ...number[]];
  const [cout, , ...taps] = workload.kernel as [number, number, ...number[]];
  const problem: Problem = {
    precision: workload.precision,
    field: "real",
    conj: { x: false, w: false },
    batch,
    groups: 1,
    cin,
    cout,
    axes: sizes.map((m, d) => {
      const n = taps[d] as number;
      return { x: m, w: n, u: 1, v: 1, lo: firstOfSame(n), step: 1, count: m };
    }),
  };
  const shape = outShape(workload);
  const out = { data: new Float32Array(sizeOf(shape)), shape };
  const { view: x, first: b, second: c } = roles({ data: signal, shape: workload.signal });
  const { view: w, first: o, second: i } = roles({ data: kernel, shape: workload.kernel });
  const { view: y, first: yb, second: yo } = roles(out);
  const xOperand = { view: x, batch: b, group: [0], channel: c, stride: x.stride.slice(2) };
  const wOperand = { view: w, batch: o, group: [0], channel: i, stride: w.stride.slice(2) };
  const yOperand = { view: y, batch: yb, group: [0], channel: yo, stride: y.stride.slice(2) };
  return { problem, out, xOperand, wOperand, yOperand };
}

export function layerCompetitors(workload: Workload, arrays: Arrays): Competitor[] {
  const { problem, out, xOperand, wOperand, yOperand } = layerOf(workload, arrays);
  const wishes = { backend: "auto", method: "auto", threads: 1, maxMemory: 2 ** 53 } as const;
  const { backend, plan } = decide(problem, wishes, "sync");
  const executable = backendOf(backend).prepareSync?.(plan, wOperand);
  if (!executable) throw new Error(`backend ${backend} must prepare synchronously`);
  const run = () => {
    if (executable.runSync?.(xOperand, yOperand, {}) !== "done")
      throw new Error(`plan ${plan.run.kind} must run on ${backend}`);
  };
  const anew = () => {
    executable.setKernel(wOperand);
    run();
  };
  return [
    { name: OURS, run: anew, result: () => out.data },
    { name: `${OURS}, kernel kept`, run, result: () => out.data },
  ];
}

/** A view, and the offsets of every index of its first two axes. */
function roles<D extends Float32Array | Arrays["signal"]>(array: NdArray<D>) {
  const view = viewOf(array, "array");
  const stride = rowMajor(array.shape);
  const offsets = (axis: number) =>
    Array.from({ length: array.shape[axis] as number }, (_, k) => k * (stride[axis] as number));
  return { view, first: offsets(0), second: offsets(1) };
}
