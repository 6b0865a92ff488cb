// onnxruntime-web on WebAssembly, one thread: a model of one Conv node, for 1 to 3 axes. ONNX's Conv is a correlation, so the kernel is
// reversed. It is an input, as it is for everyone here; kept in the model it is no faster.
import type { FloatArray } from "helixconv";
import { channelAxes, firstOfSame, outShape, sizeOf, type Workload } from "../../src/cli/workloads.js";
import type { Arrays, Competitor } from "../competitor.js";
import { importRival } from "./load.js";
import { convModel } from "./onnxModel.js";
import type { Rival } from "./rival.js";

interface Tensor {
  data: Float32Array;
}

interface Runtime {
  env: { wasm: { numThreads: number } };
  Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => Tensor;
  InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: string[] },
    ): Promise<{ run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> }>;
  };
}

export const onnx: Rival = {
  async competitors(workload: Workload, arrays: Arrays) {
    const axes = workload.signal.length - channelAxes(workload);
    if (workload.precision === "f64" || axes > 3) return [];
    const found = await importRival<{ default: Runtime }>("onnxruntime-web/wasm");
    return found ? [await conv(found.default, workload, arrays)] : [];
  },
};

async function conv(
  { env, InferenceSession, Tensor }: Runtime,
  workload: Workload,
  arrays: Arrays,
): Promise<Competitor> {
  env.wasm.numThreads = 1;
  const channels = (shape: number[]) => (workload.layer ? shape : [1, 1, ...shape]);
  const [xShape, wShape, yShape] = [workload.signal, workload.kernel, outShape(workload)].map(channels) as [
    number[],
    number[],
    number[],
  ];
  const after = wShape.slice(2).map(firstOfSame);
  const before = wShape.slice(2).map((n) => n - 1 - firstOfSame(n));
  const session = await InferenceSession.create(convModel(xShape, wShape, yShape, [...before, ...after]), {
    executionProviders: ["wasm"],
  });
  let result: FloatArray = new Float32Array();
  return {
    name: "onnxruntime-web",
    run: async () => {
      const x = new Tensor("float32", arrays.signal as Float32Array, xShape);
      const w = new Tensor("float32", reversed(arrays.kernel as Float32Array, sizeOf(wShape.slice(2))), wShape);
      result = ((await session.run({ x, w })).y as Tensor).data;
    },
    result: () => result,
  };
}

/** Each stretch of `size` numbers, reversed. */
export function reversed(kernel: Float32Array, size: number): Float32Array {
  const flipped = kernel.slice();
  for (let from = 0; from < flipped.length; from += size) flipped.subarray(from, from + size).reverse();
  return flipped;
}
