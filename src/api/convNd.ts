// A convolution layer that holds its weights: forward, backward, and what an optimiser needs.
import { HelixError } from "../errors.js";
import { allocate, type FloatArray, type NdArray, show, type View, viewOf } from "../ndarray.js";
import type { LayerOptions } from "../problem/layerOptions.js";
import { convGradBiasSync } from "./conv.js";
import type { Operation, OptionsOf, SharedOptions } from "./options.js";
import { type Prepared, prepareFor, prepareSyncFor } from "./prepare.js";
import { uniform } from "./uniform.js";

export interface ConvNdOptions
  extends LayerOptions,
    Pick<SharedOptions, "backend" | "method" | "threads" | "maxMemory"> {
  inChannels: number;
  outChannels: number;
  /** Taps along each spatial axis; as many axes as the layer has. */
  kernelShape: readonly number[];
  /** Whether it has a bias; default true. */
  bias?: boolean;
  dtype?: "float32" | "float64" | "complex64" | "complex128";
  /** Of the initial numbers; default 0. */
  seed?: number;
}

/** An array that is trained, and the sum of the gradients that have come back since `zeroGrad`. */
export interface Parameter {
  name: "weight" | "bias";
  value: View<FloatArray>;
  grad: View<FloatArray>;
}

/** What `backward` returns: the gradients with respect to x, the weight and the bias. */
export interface Gradients {
  input: NdArray<FloatArray>;
  weight: NdArray<FloatArray>;
  bias?: NdArray<FloatArray>;
}

/** A layer as plain JSON. */
export interface SavedConvNd {
  type: "ConvNd";
  options: ConvNdOptions;
  weight: number[];
  bias?: number[];
}

/**
 * PyTorch's Conv1d, Conv2d and Conv3d for any number of spatial axes. The numbers of `weight` and `bias` may be changed in place, by an
 * optimiser, between the calls. What is prepared for one shape of x is kept for the next call: the weight's spectra too, while its
 * numbers stay the same.
 *
 * Initially both are uniform between ±1 / sqrt(k), k = inChannels / groups · taps, as PyTorch's are.
 *
 * @example
 * const layer = new ConvNd({ inChannels: 1, outChannels: 8, kernelShape: [3, 3, 3, 3], padding: 1, seed: 7 });
 * const y = await layer.forward(x); // (N, 8, d1, d2, d3, d4)
 * const { input } = await layer.backward(gradY);
 * for (const { value, grad } of layer.parameters()) value.data.forEach((v, i) => (value.data[i] = v - 0.01 * grad.data[i]));
 * layer.zeroGrad();
 */
export class ConvNd {
  readonly weight: View<FloatArray>;
  readonly bias: View<FloatArray> | undefined;
  private readonly gradients: { weight: View<FloatArray>; bias: View<FloatArray> | undefined };
  private readonly options: ConvNdOptions;
  private readonly held = new Map<Operation, Held>();
  private x: View | undefined;

  constructor(options: ConvNdOptions) {
    const { inChannels, outChannels, kernelShape, groups = 1, bias = true, dtype = "float32", seed = 0 } = options;
    checkChannels(inChannels, outChannels, groups);
    if (!Array.isArray(kernelShape) || kernelShape.length === 0 || !kernelShape.every(isSize))
      throw new HelixError(
        "option",
        `kernelShape must have a number of taps, at least 1, for each spatial axis; got ${show(kernelShape)}`,
        { actual: kernelShape },
      );
    this.options = { ...options };
    this.weight = allocate([outChannels, inChannels / groups, ...kernelShape], dtype, "the weight");
    this.bias = bias ? allocate([outChannels], dtype, "the bias") : undefined;
    const limit = 1 / Math.sqrt(kernelShape.reduce((n, m) => n * m, inChannels / groups));
    const next = uniform(seed, -limit, limit);
    for (const { data } of this.bias ? [this.weight, this.bias] : [this.weight])
      for (let i = 0; i < data.length; i++) data[i] = next();
    this.gradients = { weight: like(this.weight), bias: this.bias && like(this.bias) };
  }

  /** y of x (N, inChannels, …). x is remembered for `backward`, not copied. */
  async forward(x: NdArray): Promise<NdArray<FloatArray>> {
    const view = viewOf(x, "x");
    const held = await this.take("conv", view, this.weight, this.forwardOptions());
    this.x = view;
    return held.run(view);
  }

  /** `forward` on the calling thread. */
  forwardSync(x: NdArray): NdArray<FloatArray> {
    const view = viewOf(x, "x");
    const held = this.takeSync("conv", view, this.weight, this.forwardOptions());
    this.x = view;
    return held.runSync(view);
  }

  /**
   * The gradients of a loss, from that with respect to the result of the last `forward`. Those of the parameters are also added to
   * their `grad`, unless `accumulate` is false.
   */
  async backward(grad: NdArray, { accumulate = true } = {}): Promise<Gradients> {
    const [x, g] = [this.remembered(), viewOf(grad, "grad")];
    const input = await this.take("convGradInput", g, this.weight, { ...this.layerOptions(), inputShape: x.shape });
    const weight = await this.take("convGradWeight", x, g, { ...this.layerOptions(), kernelShape: this.weight.shape });
    return this.gathered({ input: await input.run(g), weight: await weight.run(x) }, g, accumulate);
  }

  /** `backward` on the calling thread. */
  backwardSync(grad: NdArray, { accumulate = true } = {}): Gradients {
    const [x, g] = [this.remembered(), viewOf(grad, "grad")];
    const input = this.takeSync("convGradInput", g, this.weight, { ...this.layerOptions(), inputShape: x.shape });
    const weight = this.takeSync("convGradWeight", x, g, { ...this.layerOptions(), kernelShape: this.weight.shape });
    return this.gathered({ input: input.runSync(g), weight: weight.runSync(x) }, g, accumulate);
  }

  /** What an optimiser changes. */
  parameters(): Parameter[] {
    const weight: Parameter = { name: "weight", value: this.weight, grad: this.gradients.weight };
    if (!this.bias || !this.gradients.bias) return [weight];
    return [weight, { name: "bias", value: this.bias, grad: this.gradients.bias }];
  }

  /** Sets the gradients of the parameters to zero. */
  zeroGrad(): void {
    for (const { grad } of this.parameters()) grad.data.fill(0);
  }

  /** The layer for `JSON.stringify`: `ConvNd.fromJSON(JSON.parse(text))` has the same numbers to the bit. */
  toJSON(): SavedConvNd {
    const bias = this.bias && { bias: [...this.bias.data] };
    return { type: "ConvNd", options: this.options, weight: [...this.weight.data], ...bias };
  }

  static fromJSON(saved: SavedConvNd): ConvNd {
    if (saved?.type !== "ConvNd")
      throw new HelixError("format", `a saved layer must have type "ConvNd"; got ${show(saved?.type)}`);
    const layer = new ConvNd(saved.options);
    for (const { name, value } of layer.parameters()) {
      const numbers = saved[name];
      if (numbers?.length !== value.data.length)
        throw new HelixError(
          "format",
          `a saved layer's ${name} must hold ${value.data.length} numbers, as its options say; it holds ${numbers?.length ?? "none"}`,
          { expected: value.data.length, actual: numbers?.length },
        );
      value.data.set(numbers);
    }
    return layer;
  }

  /** Frees what is held for the next call; the layer can still be used. */
  dispose(): void {
    for (const { prepared } of this.held.values()) prepared.dispose();
    this.held.clear();
  }

  private layerOptions() {
    const {
      inChannels: _in,
      outChannels: _out,
      kernelShape: _kernel,
      bias: _bias,
      dtype: _dtype,
      seed: _seed,
      ...layer
    } = this.options;
    return layer;
  }

  private forwardOptions() {
    return this.bias ? { ...this.layerOptions(), bias: this.bias } : this.layerOptions();
  }

  private remembered(): View {
    if (this.x) return this.x;
    throw new HelixError("option", "backward needs the x of a forward before it; call forward first");
  }

  private gathered(found: Omit<Gradients, "bias">, grad: View, accumulate: boolean): Gradients {
    const all = this.bias ? { ...found, bias: convGradBiasSync(grad) } : found;
    if (accumulate) for (const { name, grad: sum } of this.parameters()) add(sum.data, (all as Gradients)[name]?.data);
    return all;
  }

  private async take<O extends Operation>(
    operation: O,
    signal: View,
    kernel: View,
    options: OptionsOf[O],
  ): Promise<Prepared> {
    const key = keyOf("async", signal, kernel);
    const held = this.reuse(operation, key, kernel);
    if (held) return held;
    return this.hold(operation, key, kernel, await prepareFor<Operation>(operation, signal, kernel, options, USE));
  }

  private takeSync<O extends Operation>(operation: O, signal: View, kernel: View, options: OptionsOf[O]): Prepared {
    const key = keyOf("sync", signal, kernel);
    const held = this.reuse(operation, key, kernel);
    return (
      held ?? this.hold(operation, key, kernel, prepareSyncFor<Operation>(operation, signal, kernel, options, USE))
    );
  }

  private reuse(operation: Operation, key: string, kernel: View): Prepared | undefined {
    const held = this.held.get(operation);
    if (held?.key !== key) return undefined;
    if (!isSame(held.numbers, kernel.data)) {
      held.prepared.setKernel(kernel);
      held.numbers = snapshot(kernel, this.weight);
    }
    return held.prepared;
  }

  private hold(operation: Operation, key: string, kernel: View, prepared: Prepared): Prepared {
    this.held.get(operation)?.prepared.dispose();
    this.held.set(operation, { key, prepared, numbers: snapshot(kernel, this.weight) });
    return prepared;
  }
}

/** In training the weight is another in each step, and so is the gradient that is the kernel of the weight's. */
const USE = "one signal";

/** What is prepared for arrays of some shapes. */
interface Held {
  key: string;
  prepared: Prepared;
  /** The weight's numbers when it was last transformed. */
  numbers: FloatArray | undefined;
}

/** What is prepared asynchronously may be on a backend that cannot run synchronously. */
const keyOf = (kind: "sync" | "async", ...arrays: readonly View[]): string =>
  JSON.stringify([kind, ...arrays.map(({ shape, dtype }) => [shape, dtype])]);

/** Only the weight is likely to come again. */
const snapshot = (kernel: View, weight: View<FloatArray>): FloatArray | undefined =>
  kernel === weight ? weight.data.slice() : undefined;

function isSame(before: FloatArray | undefined, now: ArrayLike<number>): boolean {
  return before?.every((value, i) => value === now[i]) ?? false;
}

const like = ({ shape, dtype }: View): View<FloatArray> => allocate(shape, dtype, "a gradient");

function add(sums: FloatArray, terms: FloatArray | undefined): void {
  if (terms) for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (terms[i] as number);
}

const isSize = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 1;

function checkChannels(inChannels: number, outChannels: number, groups: number): void {
  const valid = [inChannels, outChannels, groups].every(isSize);
  if (valid && inChannels % groups === 0 && outChannels % groups === 0) return;
  throw new HelixError(
    "option",
    `inChannels and outChannels must be whole numbers, at least 1, and multiples of groups; got ${show(inChannels)}, ${show(outChannels)} and ${show(groups)}`,
    { actual: [inChannels, outChannels, groups] },
  );
}
