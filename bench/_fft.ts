import { readFileSync } from "node:fs";
import { Instance } from "../src/backends/wasm/instance.js";
import { writeTransform } from "../src/backends/wasm/tables.js";

const file = process.argv[2] as string;
const inst = new Instance(new WebAssembly.Module(readFileSync(file)), file.includes("f64") ? "f64" : "f32", false);
for (const [points, odd] of [
  [1024, 1],
  [4096, 1],
  [40960, 5],
  [2 ** 15, 1],
  [3 * 2 ** 16, 3],
  [2 ** 18, 1],
  [9 * 2 ** 17, 9],
] as [number, 1][]) {
  const mark = inst.mark();
  const t = writeTransform(inst, points, odd, Math.PI / 2);
  const x = inst.allocate(t.bytes),
    y = inst.allocate(t.bytes),
    w = inst.allocate(t.bytes);
  const run = (f: () => void) => {
    const n = Math.max(1, Math.floor(2e6 / points));
    for (let i = 0; i < 4; i++) f();
    const ts = [];
    for (let r = 0; r < 15; r++) {
      const a = performance.now();
      for (let i = 0; i < n; i++) f();
      ts.push((performance.now() - a) / n);
    }
    ts.sort((p, q) => p - q);
    return (ts[5]! * 1e6) / points;
  };
  const fill = () => inst.reals(x, 2 * points).fill(0);
  fill();
  inst.reals(w, 2 * points).fill(0);
  const f = run(() => inst.exports.forward(x, t.bytes, t.levels, 0, y, 512, 512));
  const b = run(() => inst.exports.inverse(x, t.bytes, t.levels, 0, y, 512, 512));
  const c = run(() => inst.exports.convolve(x, t.bytes, t.levels, 0, w));
  console.log(
    String(points).padStart(8),
    "forward",
    f.toFixed(2),
    "inverse",
    b.toFixed(2),
    "convolve",
    c.toFixed(2),
    "ns/point",
  );
  inst.release(mark);
}
