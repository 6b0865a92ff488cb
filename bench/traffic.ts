// npm run bench:traffic [W1 …]: how many dispatches a prepared convolution is on a GPU, and how many bytes of global memory they move,
// beside the least that is possible: the signal once, the spectrum there and back between its three passes, the kernel's spectrum, and the
// outputs that are kept. Bytes are those of the places that a dispatch reads or writes, each counted once; its small tables are counted too.
// The adapter may compute in software: counts are the same on every one with its limits.

import { helixTable, woundAxes } from "../src/backends/webgpu/helix.js";
import { createWebGpu } from "../src/backends/webgpu/index.js";
import { layoutOf } from "../src/backends/webgpu/layout.js";
import { outShape, sizeOf } from "../src/cli/workloads.js";
import { allocate } from "../src/ndarray.js";
import { candidates } from "../src/plan/candidates.js";
import { reduceConvolve } from "../src/problem/convolve.js";
import { sampledError } from "../test/sampled.js";
import { arraysOf } from "./competitor.js";
import { select } from "./selection.js";

const { workloads } = select(process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["W1"], []);
const webgpu = createWebGpu({ software: true, timeout: 30_000 });
const gpu = await webgpu.acquire();
console.log(
  `${webgpu.describe().detail}: ${gpu.limits.invocations} invocations, ${gpu.limits.memory} bytes of workgroup memory`,
);

/** The entry point of every dispatch since it was emptied. */
const dispatches: string[] = [];
const createEncoder = gpu.device.createCommandEncoder.bind(gpu.device);
gpu.device.createCommandEncoder = (descriptor) => {
  const encoder = createEncoder(descriptor);
  const begin = encoder.beginComputePass.bind(encoder);
  encoder.beginComputePass = (passDescriptor) => {
    const pass = begin(passDescriptor);
    let entry = "";
    const setPipeline = pass.setPipeline.bind(pass);
    pass.setPipeline = (pipeline) => {
      entry = pipeline.label;
      setPipeline(pipeline);
    };
    const dispatch = pass.dispatchWorkgroups.bind(pass);
    pass.dispatchWorkgroups = (...counts) => {
      dispatches.push(entry);
      dispatch(...counts);
    };
    return pass;
  };
  return encoder;
};

for (const workload of workloads.filter(({ precision, layer }) => precision === "f32" && !layer)) {
  const { name, signal, kernel } = workload;
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  const reduction = reduceConvolve(spec(signal), spec(kernel), { mode: "same", correlate: false });
  const plan = candidates(reduction.problem).find(({ method, outer }) => method === "fft" && outer === 0);
  if (plan?.run.kind !== "spectral") throw new Error(`${name} has a plan of one FFT`);
  const arrays = arraysOf(workload);
  const view = (data: ArrayLike<number>, shape: number[]) => ({ ...allocate(shape, "float32", "operand"), data });
  const [x, w] = [reduction.x(view(arrays.signal, signal)), reduction.w(view(arrays.kernel, kernel))];
  const out = reduction.out(allocate(outShape(workload), "float32", "out"));
  const executable = await webgpu.prepare(plan, w);
  dispatches.length = 0;
  const outcome = await executable.run(x, out, {});
  const error = sampledError(
    { data: arrays.signal, shape: signal },
    { data: arrays.kernel, shape: kernel },
    { data: out.view.data, shape: signal },
    "same",
  );
  const points = plan.run.length / 2;
  const layout = layoutOf(points, plan.run.odd, true, gpu.limits);
  const spectrum = 8 * points;
  const places = [woundAxes(plan, x, "x"), woundAxes(plan, out, "out")].map(
    (axes) => 4 * helixTable(axes).places.length,
  );
  const [wound = 0, unwound = 0] = places;
  const twiddles =
    layout.kind === "whole"
      ? { column: 16 * points, row: 0, between: 0 }
      : { column: 8 * layout.column, row: 8 * layout.row, between: 8 * (4 * layout.column + layout.row) };
  const [read, written] = [4 * sizeOf(signal), 4 * sizeOf(outShape(workload))];
  const bytes: Record<string, number> = {
    convolve: read + spectrum + written + wound + unwound + twiddles.column,
    forward: read + spectrum + wound + twiddles.column + twiddles.between,
    multiply: 3 * spectrum + twiddles.row + twiddles.between,
    inverse: spectrum + written + unwound + twiddles.column + twiddles.between,
  };
  const moved = dispatches.reduce((sum, entry) => sum + (bytes[entry] as number), 0);
  const least = read + (layout.kind === "whole" ? 1 : 5) * spectrum + written;
  console.log(
    `${name}: ${outcome}, ${dispatches.length} dispatches (${dispatches.join(", ")}), ${points} points, error ${error.toExponential(1)}`,
  );
  console.log(
    `  ${moved} bytes; signal ${read} + ${least === read + written + spectrum ? 0 : 4} spectra of ${spectrum} + kernel's spectrum ${spectrum} + kept output ${written} = ${least}: ${(moved / least).toFixed(3)} of the least`,
  );
  executable.dispose();
}
webgpu.dispose();
