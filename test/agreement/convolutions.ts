// Random calls of the public API against the oracle: rank 1 to 6, every mode, dtype, backend and method, axes and broadcasting,
// strided views.
import { convolve, correlate, explain, type NdArray } from "../../src/index.js";
import { rowMajor } from "../../src/ndarray.js";
import { type Method, methods } from "../../src/plan/plan.js";
import { bound } from "../accuracy.js";
import { type Convolution, convolutionOracle, errorOf } from "../oracle.js";
import { Random } from "../random.js";
import { classes, complexTypes, realTypes, type Type, viewAround } from "../views.js";

export interface Tally {
  problems: number;
  /** Results compared, by "backend method precision": how many, and the largest error relative to its bound. */
  checks: Map<string, { count: number; worst: number }>;
  failures: string[];
}

export async function agree(
  firstSeed: number,
  problems: number,
  tally: Tally = { problems: 0, checks: new Map(), failures: [] },
): Promise<Tally> {
  for (let seed = firstSeed; seed < firstSeed + problems; seed++) {
    tally.problems++;
    await checkOne(new Random(seed), seed, tally);
  }
  return tally;
}

async function checkOne(random: Random, seed: number, tally: Tally): Promise<void> {
  const rank = random.integer(1, 6);
  // Some rows are long and their kernels short: those are cut into blocks.
  const isLong = rank === 1 && random.chance(0.5);
  const largest = isLong ? 400 : ([0, 60, 12, 7, 5, 4, 3][rank] as number);
  const mode = random.pick(["full", "same", "valid"] as const);
  const operation = random.pick(["convolve", "correlate"] as const);
  const convolved = Array.from({ length: rank }, () => random.chance(0.85));
  if (!convolved.includes(true)) convolved[random.integer(0, rank - 1)] = true;
  const kernelIsLarger = random.chance(0.2);
  const signalShape = convolved.map(() => random.integer(1, largest));
  const kernelShape = signalShape.map((m, d) => {
    if (!convolved[d]) return random.pick([1, m, m === 1 ? random.integer(1, largest) : m]);
    if (mode === "valid") return kernelIsLarger ? random.integer(m, largest) : random.integer(1, m);
    return random.integer(1, isLong ? 20 : random.chance(0.8) ? Math.ceil(largest / 2) : largest);
  });
  const types = random.chance(0.3)
    ? [...realTypes, ...complexTypes]
    : random.chance(0.5)
      ? (["float32"] as const)
      : (["float64", "complex64", "complex128"] as const);
  const [signalType, kernelType] = [random.pick<Type>(types), random.pick<Type>(types)];
  const complex = [signalType, kernelType].some((type) => type.startsWith("complex"));
  const single = [signalType, kernelType].every((type) => type === "float32" || type === "complex64");
  const exact = [signalType, kernelType].every((type) => type.includes("int"));

  const problem: Convolution = { operation, mode, signalShape, kernelShape, convolved, complex };
  const x = values(random, signalType, signalShape);
  const isProduct = random.chance(0.4);
  const w = (isProduct ? products : values)(random, kernelType, kernelShape);
  const oracleOf = (mode: Convolution["mode"]) =>
    convolutionOracle({ ...problem, mode }, widen(x, signalType, complex), widen(w, kernelType, complex));
  const expected = oracleOf(mode);
  const signal = viewAround(random, x, signalType, signalShape);
  const kernel = viewAround(random, w, kernelType, kernelShape);
  const axes = convolved.every(Boolean) && random.chance(0.5) ? {} : { axes: axesOf(random, convolved) };
  // A kernel whose other axes are 1 may also be given without them.
  const short = "axes" in axes && convolved.every((is, d) => is || kernelShape[d] === 1) && random.chance(0.5);
  const given = short ? withoutOthers(kernel, axes.axes as number[], rank) : kernel;

  const precision = single ? "f32" : "f64";
  const length = signalShape.reduce((n, m, d) => n * (m + (kernelShape[d] as number)), 1);
  const limit = bound(precision, length);
  const { candidates } = await explain(operation, { signal, kernel: given }, { mode, ...axes });
  const channels = signalShape.some((m, d) => !convolved[d] && m === 1 && kernelShape[d] !== 1);
  const long = kernelShape.filter((n, d) => convolved[d] && n > 1).length;
  const separable = isProduct && !exact && !channels && long > 1;
  const isPossible = (method: Method) =>
    method === "separable"
      ? separable
      : method !== "overlap-save" || candidates.some((candidate) => candidate.method === method);
  for (const backend of ["js", "wasm"] as const)
    for (const method of methods.filter(isPossible)) {
      const label = `${backend} ${method} ${precision}`;
      const result = await (operation === "convolve" ? convolve : correlate)(signal, given, {
        mode,
        backend,
        method,
        ...axes,
      });
      const windowed = errorOf(result.data, expected);
      // An FFT rounds relative to the whole convolution, of which a mode may keep but the smallest outputs.
      const isSpectral = method === "fft" || method === "overlap-save";
      const kept = windowed > limit && isSpectral ? norm(expected.magnitude) / norm(oracleOf("full").magnitude) : 1;
      const error = windowed * kept;
      const sameShape = result.shape.join() === expected.shape.join();
      const dtype = complex ? (single ? "complex64" : "complex128") : single ? "float32" : "float64";
      const entry = tally.checks.get(label) ?? { count: 0, worst: 0 };
      tally.checks.set(label, { count: entry.count + 1, worst: Math.max(entry.worst, error / limit) });
      if (error > limit || !sameShape || result.dtype !== dtype || (exact && error !== 0))
        tally.failures.push(
          `seed ${seed}: ${label} ${operation} ${mode} ${signalType} (${signalShape}) with ${kernelType} (${kernelShape}), axes ${JSON.stringify(axes)}: error ${error}, bound ${limit}; shape (${result.shape}), expected (${expected.shape}); ${result.dtype}`,
        );
    }
}

const norm = (numbers: Float64Array): number => Math.sqrt(numbers.reduce((sum, number) => sum + number ** 2, 0));

function values(random: Random, type: Type, shape: readonly number[]): ArrayLike<number> {
  const size = shape.reduce((n, m) => n * m, type.startsWith("complex") ? 2 : 1);
  const reals = random.reals(size);
  if (type === "number[]") return [...reals];
  if (!type.includes("int")) return classes[type].from(reals);
  const scale = type.endsWith("8") ? 100 : 1000;
  return classes[type].from(reals.map((value) => Math.trunc((type.startsWith("u") ? Math.abs(value) : value) * scale)));
}

/** An outer product of one vector for each axis, of few digits, so that it is one in every type. */
function products(random: Random, type: Type, shape: readonly number[]): ArrayLike<number> {
  const parts = type.startsWith("complex") ? 2 : 1;
  const steps = () => (type.startsWith("u") ? random.integer(0, 2) : random.integer(-2, 2));
  const vectors = shape.map((n) => Array.from({ length: n }, () => [steps(), parts === 2 ? steps() : 0] as const));
  const dense = rowMajor(shape);
  const size = shape.reduce((n, m) => n * m, 1);
  const elements = Array.from({ length: size }, (_, k) =>
    vectors.reduce<readonly [number, number]>(
      ([a, b], vector, d) => {
        const [re, im] = vector[Math.floor(k / (dense[d] as number)) % vector.length] as readonly [number, number];
        return [a * re - b * im, a * im + b * re];
      },
      [1, 0],
    ),
  );
  const numbers = elements.flatMap((element) => element.slice(0, parts));
  return type === "number[]" ? numbers : classes[type].from(numbers);
}

/** Real values as pairs, where the other operand is complex. */
function widen(values: ArrayLike<number>, type: Type, complex: boolean): ArrayLike<number> {
  if (!complex || type.startsWith("complex")) return values;
  return Float64Array.from({ length: 2 * values.length }, (_, i) => (i % 2 ? 0 : (values[i / 2] as number)));
}

function axesOf(random: Random, convolved: readonly boolean[]): number[] {
  const rank = convolved.length;
  return convolved.flatMap((is, d) => (is ? [random.chance(0.3) ? d - rank : d] : [])).sort(() => random.next() - 0.5);
}

function withoutOthers(kernel: NdArray, axes: readonly number[], rank: number): NdArray {
  const stride = kernel.stride ?? rowMajor(kernel.shape);
  const kept = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  // With as many axes as the signal has, a kernel's axes are the signal's, in order.
  if (kept.length === rank) return kernel;
  return {
    ...kernel,
    shape: kept.map((d) => kernel.shape[d] as number),
    stride: kept.map((d) => stride[d] as number),
    offset: kernel.offset ?? 0,
  };
}
