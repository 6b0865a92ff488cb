// The layer, its transpose and its gradients give what PyTorch gives: torch.json holds the cases, which make_torch.py computed. The tests are
// one case each, on every backend and by every method.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  conv,
  convGradBias,
  convGradInput,
  convGradWeight,
  convTranspose,
  type LayerOptions,
  type NdArray,
  type PerAxis,
} from "../../src/index.js";
import golden from "./torch.json";

/** Row-major; complex numbers as interleaved pairs. */
interface GoldenArray {
  dtype: string;
  shape: number[];
  data: number[];
}

type ArrayName = "x" | "weight" | "bias" | "grad";

interface GoldenCase {
  name: string;
  operation: "conv" | "convTranspose";
  options: LayerOptions & { outputPadding?: PerAxis };
  arrays: Record<"x" | "weight", GoldenArray> & Partial<Record<ArrayName, GoldenArray>>;
  expected: Record<string, GoldenArray>;
}

const cases = golden.cases as unknown as GoldenCase[];
const ways = (["js", "wasm"] as const).flatMap((backend) =>
  (["direct", "fft"] as const).map((method) => ({ backend, method })),
);

/** |y - y64|_2 / |y64|_2: no sum of these cases cancels to less than some hundredths of its terms. */
const BOUND = 1e-13;

const test = suite("golden cases from PyTorch");

for (const one of cases) {
  const { name, operation, options, arrays, expected } = one;
  const given = Object.entries(options).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  test(`agrees with PyTorch: ${name}, ${operation} of (${arrays.x.shape}) with (${arrays.weight.shape}), ${given.join(", ")}`, async () => {
    for (const way of ways)
      for (const [key, result] of Object.entries(await resultsOf(one, way))) {
        const wanted = expected[key] as GoldenArray;
        assert.equal(result.shape, wanted.shape, `shape of ${key}`);
        assert.is(result.dtype, wanted.dtype, `dtype of ${key}`);
        const error = norm(wanted.data.map((value, i) => value - (result.data[i] as number))) / norm(wanted.data);
        assert.ok(error <= BOUND, `${key} by ${way.backend} ${way.method}: error ${error}, allowed ${BOUND}`);
      }
  });
}

test("the cases cover ranks 1 to 3, every option and every padding mode that PyTorch has", () => {
  const covered = new Set(
    cases.flatMap(({ operation, options, arrays }) => [
      `${operation} of rank ${arrays.x.shape.length - 2}`,
      `${arrays.x.dtype}`,
      ...Object.keys(options),
      ...Object.keys(arrays),
      `${options.paddingMode}`,
      `${options.padding}`,
    ]),
  );
  const ranks = ["conv", "convTranspose"].flatMap((operation) =>
    [1, 2, 3].map((rank) => `${operation} of rank ${rank}`),
  );
  const options = ["stride", "padding", "dilation", "groups", "outputPadding", "bias", "same", "valid"];
  const rest = ["zeros", "reflect", "replicate", "circular", "float64", "complex128"];
  assert.equal(
    [...ranks, ...options, ...rest].filter((feature) => !covered.has(feature)),
    [],
  );
});

test.run();

/** By the names that the expected arrays have. */
async function resultsOf({ operation, options, arrays }: GoldenCase, way: (typeof ways)[number]) {
  const [x, weight] = [arrayOf(arrays.x), arrayOf(arrays.weight)];
  const bias = arrays.bias && { bias: arrayOf(arrays.bias) };
  if (operation === "convTranspose") {
    return { result: await convTranspose(x, weight, { ...(options as object), ...way, ...bias }) };
  }
  if (!arrays.grad) throw new Error("a case of conv needs a gradient");
  const { outputPadding: _, ...layer } = options;
  const grad = arrayOf(arrays.grad);
  return {
    result: await conv(x, weight, { ...layer, ...way, ...bias }),
    "x gradient": await convGradInput(grad, weight, { ...layer, ...way, inputShape: x.shape }),
    "weight gradient": await convGradWeight(grad, x, { ...layer, ...way, kernelShape: weight.shape }),
    ...(bias && { "bias gradient": await convGradBias(grad) }),
  };
}

function arrayOf({ dtype, shape, data }: GoldenArray): NdArray {
  return { data: Float64Array.from(data), shape, dtype };
}

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}
