// helixconv's own entries: whole calls through the public API.
import { backends, convolveSync, explain, type FloatArray, type NdArray, prepare } from "helixconv";
import { outShape, sizeOf, type Workload } from "../src/cli/workloads.js";
import { type Arrays, type Competitor, FORWARD, OURS, TRAINING } from "./competitor.js";
import { layerCalls } from "./layer.js";

/** On one thread: what dispatch picks, `out` given; without; the kernel prepared; and other methods. */
export async function ourCompetitors(workload: Workload, arrays: Arrays): Promise<Competitor[]> {
  const { x, w, out } = operands(workload, arrays);
  if (workload.layer) {
    const { convolve, run, train, forward } = await layerCalls(workload, { x, w }, 1);
    return [
      competitor(OURS, () => convolve(out)),
      competitor(`${OURS}, new output`, () => convolve()),
      competitor(`${OURS}, kernel kept`, () => run(out)),
      competitor(FORWARD, forward),
      competitor(TRAINING, train),
    ];
  }
  const single = { mode: "same", threads: 1 } as const;
  const prepared = await prepare("convolve", { signal: x }, w, single);
  const { plan, candidates } = await explain("convolve", { signal: x, kernel: w }, { ...single, backend: "wasm" });
  const best = Math.min(...candidates.map(({ seconds }) => seconds));
  const near = candidates.filter(({ seconds, rejected }) => rejected === undefined && seconds < NEAR * best);
  const methods = new Set(near.map(({ method }) => method).filter((method) => method !== plan.method));
  return [
    competitor(OURS, () => convolveSync(x, w, { ...single, out })),
    competitor(`${OURS}, new output`, () => convolveSync(x, w, single)),
    competitor(`${OURS}, kernel kept`, () => prepared.runSync(x, { out })),
    ...[...methods].map((method) =>
      competitor(`${OURS} ${method}`, () => convolveSync(x, w, { ...single, method, out })),
    ),
  ];
}

/** On as many threads as the machine has, if those are more than one. */
export async function threadedCompetitors(workload: Workload, arrays: Arrays): Promise<Competitor[]> {
  const threads = Math.max(...(await backends()).map((backend) => backend.threads));
  if (threads === 1) return [];
  const { x, w, out } = operands(workload, arrays);
  if (workload.layer) {
    const { convolve, run } = await layerCalls(workload, { x, w }, threads);
    return [
      competitor(`${OURS}, ${threads} threads`, () => convolve(out)),
      competitor(`${OURS}, kernel kept, ${threads} threads`, () => run(out)),
    ];
  }
  return [competitor(`${OURS}, ${threads} threads`, () => convolveSync(x, w, { mode: "same", threads, out }))];
}

/** Methods predicted to take at most so many times as long as the best are timed beside it. */
const NEAR = 4;

function competitor(name: string, convolve: () => NdArray<FloatArray>): Competitor {
  let result: FloatArray = new Float32Array();
  return {
    name,
    run: () => {
      result = convolve().data;
    },
    result: () => result,
  };
}

export function operands(workload: Workload, { signal, kernel }: Arrays) {
  const shape = outShape(workload);
  const data = workload.precision === "f32" ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape));
  return {
    x: { data: signal, shape: workload.signal },
    w: { data: kernel, shape: workload.kernel },
    out: { data, shape } as NdArray<FloatArray>,
  };
}
