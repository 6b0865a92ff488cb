import { createWasm } from "../src/backends/wasm/index.js";
import { allocate } from "../src/ndarray.js";
import { candidates } from "../src/plan/candidates.js";
import { reduceConvolve } from "../src/problem/convolve.js";
import { workloads } from "./workloads.js";

const [name, pick, reps] = [process.argv[2], process.argv[3] as string, Number(process.argv[4] ?? 40)];
const wl = workloads.find((w) => w.name === name)!;
const size = (s: readonly number[]) => s.reduce((a, b) => a * b, 1);
const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
const red = reduceConvolve(spec(wl.signal), spec(wl.kernel), { mode: "same", correlate: false });
const arr = (shape: number[]) => ({
  ...allocate(shape, "float32", "in"),
  data: new Float32Array(size(shape)).map(Math.random),
});
const x = red.x(arr(wl.signal)),
  w = red.w(arr(wl.kernel)),
  out = red.out(allocate(red.outShape, "float32", "out"));
const plan = candidates(red.problem).find((p) =>
  pick === "strip"
    ? p.run.kind === "strip"
    : p.run.kind === "spectral" && `${p.outer}:${p.run.blocks}:${p.run.length}`.startsWith(pick),
)!;
const ex = createWasm({ build: (process.env.BUILD ?? "fma") as "fma" }).prepareSync!(plan, w);
const ts: number[] = [],
  tk: number[] = [];
for (let i = 0; i < reps; i++) {
  const a = performance.now();
  ex.setKernel(w);
  const b = performance.now();
  ex.runSync!(x, out, {});
  ts.push(performance.now() - a);
  tk.push(b - a);
}
const med = (a: number[]) => a.sort((p, q) => p - q)[a.length >> 1]!;
console.log(name, pick, "median", med(ts).toFixed(2), "min", ts[0]!.toFixed(2), "kernel", med(tk).toFixed(2));
