// The largest array that a plan needs in one piece, where work can otherwise be done bit by bit: for backends whose memory falls into buffers.
import type { Plan } from "./plan.js";
import { slabCounts } from "./slabs.js";

/** Bytes of the largest of: the kernel's spectra, those of the slabs that are summed together, what is between separable passes. */
export function largestBuffer(plan: Plan): number {
  const { run, precision, field, groups, cin, cout } = plan;
  const real = precision === "f32" ? 4 : 8;
  switch (run.kind) {
    case "spectral": {
      const { x, w, out } = slabCounts(plan);
      const spectrum = real * (run.ring === "negacyclic" ? run.length : 2 * run.length);
      return spectrum * Math.max(groups * cin * cout * w * run.pieces, cin * x * run.pieces, cout * out);
    }
    case "separable": {
      const between = run.between.map((shape) => shape.reduce((n, m) => n * m, field === "complex" ? 2 * real : real));
      return Math.max(...between, ...run.passes.map(largestBuffer));
    }
    case "strip":
    case "tiles":
    case "rows":
    case "zero":
      return 0;
    default:
      return run satisfies never;
  }
}
