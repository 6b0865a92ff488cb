// Random layers against their oracle: rank 1 to 6, every option combined, real and complex, strided views; values and gradients on every
// backend by every method.
import {
  conv,
  convGradBiasSync,
  convGradInput,
  convGradWeight,
  convTranspose,
  type NdArray,
  type Padding,
} from "../../src/index.js";
import { inputShape, type LayerCase, layerOracle, outputShape, paddingModes, weightShape } from "../layer.js";
import { type Expected, errorOf } from "../oracle.js";
import { Random } from "../random.js";
import { type Type, viewAround } from "../views.js";
import type { Tally } from "./convolutions.js";

/** The largest errors, relative to |x| * |w|. */
const bounds = { f32: 5e-7, f64: 1e-14 };

/** On `backend`, or on js and wasm. WebGPU is float32. */
export async function agreeOnLayers(firstSeed: number, layers: number, backend?: "webgpu"): Promise<Tally> {
  const tally: Tally = { problems: 0, checks: new Map(), failures: [] };
  for (let seed = firstSeed; seed < firstSeed + layers; seed++) {
    tally.problems++;
    await checkOne(new Random(seed), seed, tally, backend);
  }
  return tally;
}

async function checkOne(random: Random, seed: number, tally: Tally, only?: "webgpu"): Promise<void> {
  const { layer, options } = randomLayer(random);
  const drawn = random.pick<Type>(layer.complex ? ["complex128", "complex64"] : ["float64", "float64", "float32"]);
  const type = only ? (layer.complex ? "complex64" : "float32") : drawn;
  const precision = type === "float32" || type === "complex64" ? "f32" : "f64";
  const parts = layer.complex ? 2 : 1;
  const numbers = (shape: number[]) => random.reals(shape.reduce((n, m) => n * m, parts));
  const shapes = { x: inputShape(layer), w: weightShape(layer), y: outputShape(layer) };
  const [x, w, g] = [numbers(shapes.x), numbers(shapes.w), numbers(shapes.y)];
  const [xView, wView, gView] = [
    viewAround(random, typed(x, type), type, shapes.x),
    viewAround(random, typed(w, type), type, shapes.w),
    viewAround(random, typed(g, type), type, shapes.y),
  ];
  const bias = typed(numbers([shapes.w[0] as number]), type);
  const biasView = viewAround(random, bias, type, [shapes.w[0] as number]);
  const spatialOnly = random.chance(0.5);
  const shapeOption = (shape: number[]) => (spatialOnly ? shape.slice(2) : shape);

  const check = (label: string, result: NdArray, expected: Expected, shape: number[]) => {
    // Where nothing meets, as strides can have it, an FFT leaves its rounding errors, relative to what it has transformed.
    const isEmpty = expected.magnitude.every((value) => value === 0);
    const error = isEmpty ? norm(result.data) / (norm(w) * norm(g)) : errorOf(result.data, expected);
    const limit = bounds[precision];
    const entry = tally.checks.get(label) ?? { count: 0, worst: 0 };
    tally.checks.set(label, { count: entry.count + 1, worst: Math.max(entry.worst, error / limit) });
    if (error > limit || result.shape.join() !== shape.join() || result.dtype !== type)
      tally.failures.push(
        `seed ${seed}: ${label} ${JSON.stringify(layer)} as ${JSON.stringify(options)}: error ${error}, bound ${limit}; shape (${result.shape}), expected (${shape}); ${result.dtype}`,
      );
  };

  const y = withBias(layerOracle(layer, "y", x, w), bias, shapes.y, parts);
  const gradX = layerOracle(layer, "x", g, w);
  const gradW = layerOracle(layer, "w", g, x);
  const { paddingMode: _zeros, padding, ...rest } = options;
  const zeros = layer.paddingMode === "zeros" && padding !== "same";
  const transposed = zeros ? layerOracle(layer, "x", g, w, false) : undefined;
  // How many samples the transpose's shape leaves open.
  const outputPadding = layer.size.map((m, d) => {
    const [begin, end] = layer.padding[d] as readonly [number, number];
    const step = layer.stride[d] as number;
    return (m + begin + end - (layer.dilation[d] as number) * ((layer.taps[d] as number) - 1) - 1) % step;
  });
  const method = random.pick(["direct", "fft"] as const);
  const ways = only
    ? ([{ backend: only, method }] as const)
    : ([
        { backend: "js", method: random.pick(["direct", "fft"] as const) },
        { backend: "wasm", method: "auto" },
        { backend: "wasm", method },
      ] as const);
  for (const way of ways) {
    const label = (operation: string) => `${way.backend} ${way.method} ${precision} ${operation}`;
    check(label("conv"), await conv(xView, wView, { ...options, ...way, bias: biasView }), y, shapes.y);
    const inputShape = shapeOption(shapes.x);
    check(label("gradInput"), await convGradInput(gView, wView, { ...options, ...way, inputShape }), gradX, shapes.x);
    const kernelShape = shapeOption(shapes.w);
    check(
      label("gradWeight"),
      await convGradWeight(gView, xView, { ...options, ...way, kernelShape }),
      gradW,
      shapes.w,
    );
    if (transposed && padding !== "valid")
      check(
        label("transpose"),
        await convTranspose(gView, wView, { ...rest, ...way, padding, outputPadding }),
        transposed,
        shapes.x,
      );
  }
  check("convGradBias", convGradBiasSync(gView), sumOverAll(g, shapes.y, parts), [shapes.y[1] as number]);
}

/** A layer, and how a caller may spell its options. */
function randomLayer(random: Random) {
  const rank = random.integer(1, 6);
  const largest = [0, 30, 8, 5, 3, 2, 2][rank] as number;
  const many = (most: number) => (random.chance(0.5) ? random.integer(1, most) : 1);
  const complex = random.chance(0.3);
  const same = random.chance(0.1);
  const uniform = random.chance(0.4);
  const each = <T>(next: () => T): T[] => {
    const first = next();
    return Array.from({ length: rank }, () => (uniform ? first : next()));
  };
  const stride = same ? each(() => 1) : each(() => many(3));
  const dilation = each(() => many(3));
  const size = Array.from({ length: rank }, () => random.integer(1, largest));
  const taps = Array.from({ length: rank }, () => random.integer(1, [0, 5, 4, 3, 3, 2, 2][rank] as number));
  const extra = taps.map((k, d) => (dilation[d] as number) * (k - 1));
  let padding = each((): [number, number] => {
    const begin = random.integer(0, rank < 4 ? 3 : 1);
    return [begin, random.chance(0.5) ? begin : random.integer(0, rank < 4 ? 3 : 1)];
  });
  let spelt: Padding | undefined = padding;
  const least = size.map((m, d) => Math.max(0, (extra[d] as number) + 1 - m));
  if (same) {
    padding = extra.map((more) => [Math.floor(more / 2), Math.ceil(more / 2)]);
    spelt = "same";
  } else if (least.every((n) => n === 0) && random.chance(0.15)) {
    padding = extra.map(() => [0, 0]);
    spelt = random.pick<Padding | undefined>(["valid", 0, undefined]);
  } else {
    padding = padding.map(([begin, end], d) => [begin, Math.max(end, (least[d] as number) - begin)]);
    spelt = padding;
    if (padding.every(([begin, end]) => begin === end)) {
      const symmetric = padding.map(([begin]) => begin);
      spelt = symmetric.every((n) => n === symmetric[0]) ? symmetric[0] : symmetric;
    }
  }
  const short = (list: number[]) => (list.every((n) => n === list[0]) && random.chance(0.5) ? list[0] : list);
  const layer: LayerCase = {
    batch: many(3),
    groups: many(3),
    cin: many(3),
    cout: many(3),
    size,
    taps,
    stride,
    dilation,
    padding,
    paddingMode: random.chance(0.5) ? "zeros" : random.pick(paddingModes),
    complex,
  };
  const { groups, paddingMode } = layer;
  return { layer, options: { stride: short(stride), dilation: short(dilation), groups, padding: spelt, paddingMode } };
}

const norm = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));

const typed = (numbers: Float64Array, type: Type): Float32Array | Float64Array =>
  type === "float32" || type === "complex64" ? Float32Array.from(numbers) : numbers;

function withBias({ out, magnitude }: Expected, bias: ArrayLike<number>, shape: number[], parts: number): Expected {
  const [, channels = 1, ...sizes] = shape;
  const volume = sizes.reduce((n, m) => n * m, 1);
  const channel = (k: number) => Math.floor(k / volume) % channels;
  return {
    out: out.map((v, i) => v + (bias[parts * channel(Math.floor(i / parts)) + (i % parts)] as number)),
    magnitude: magnitude.map((v, k) => v + Math.abs(bias[parts * channel(k)] as number)),
  };
}

function sumOverAll(g: Float64Array, [, channels = 1, ...sizes]: number[], parts: number): Expected {
  const volume = sizes.reduce((n, m) => n * m, 1);
  const out = new Float64Array(parts * channels);
  const magnitude = new Float64Array(channels);
  g.forEach((value, i) => {
    const o = Math.floor(i / parts / volume) % channels;
    out[parts * o + (i % parts)] = (out[parts * o + (i % parts)] as number) + value;
    magnitude[o] = (magnitude[o] as number) + Math.abs(value);
  });
  return { out, magnitude };
}
