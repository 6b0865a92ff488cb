// The options that callers give, checked.
import type { BackendName } from "../backends/backend.js";
import type { GivenPlan } from "../dispatch/given.js";
import { backendNames } from "../dispatch/registry.js";
import { HelixError } from "../errors.js";
import { type FloatArray, type NdArray, show } from "../ndarray.js";
import { type Method, methods } from "../plan/plan.js";
import type { BoundaryName } from "../problem/boundary.js";
import { type Mode, modes } from "../problem/convolve.js";
import type { LayerOptions, PerAxis } from "../problem/layerOptions.js";
import type { Fallback } from "./fallback.js";
import type { GpuArray } from "./gpuArray.js";

/** Options of every operation. */
export interface SharedOptions {
  /** Which backend computes; default "auto": the fastest that the machine has. */
  backend?: BackendName | "auto";
  /**
   * How it computes; default "auto": the method predicted to be fastest. "separable" is refused for a kernel that is no outer product.
   * Data that a method cannot carry, NaN or infinities, uses "direct" whatever is asked.
   */
  method?: Method | "auto";
  /**
   * A plan that `explain` gave for the same operation, shapes, dtypes, mode and axes: it is used as it is, and gives the same bits in every
   * process of this version on this machine, on any number of threads. NaN and infinities are still summed directly.
   */
  plan?: GivenPlan;
  /** The most threads; default as many as the machine, or the container, runs at once. A plan gives the same bits on any number of them. */
  threads?: number;
  /** The most working memory beside the caller's arrays, in bytes; default what the backend can address. With little, work goes block by block. */
  maxMemory?: number;
  /** Where the result goes: exactly its shape and dtype, strided or not, not overlapping an input. Returned as it is. */
  out?: NdArray<FloatArray> | GpuArray;
  /** Stops the work at its next step, mostly after some 10 ms to 100 ms; the call then throws code "aborted". */
  abort?: AbortSignal;
  /** Told now and then which fraction of the work is done, 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Told when a backend fails and another computes instead; without it, the console is. What was asked for by name has no other. */
  onFallback?: (fallback: Fallback) => void;
}

export interface ConvolutionOptions extends SharedOptions {
  /** Default "full". */
  mode?: Mode;
  /** The axes of the signal to convolve, negative ones from the end; default all. The others are broadcast. */
  axes?: number | readonly number[];
  /**
   * How the signal goes on beyond its edges; default "zero". "reflect" does not repeat the edge, as NumPy's (and what SciPy calls "mirror");
   * what SciPy calls "reflect" is "symmetric". "helical", with mode "same": the signal wound without gaps, each row going on into the next.
   */
  boundary?: BoundaryName;
  /** What boundary "constant" continues with; default 0. */
  fillValue?: number;
}

/** Options of the layer operations: stride, padding, dilation, groups, as PyTorch names them. */
type SharedLayerOptions = Omit<SharedOptions, "out"> & LayerOptions & Out;

interface Out {
  /** As for the other operations; arrays on a GPU go through `prepare`. */
  out?: NdArray<FloatArray>;
}

export interface ConvOptions extends SharedLayerOptions {
  /** One number for each output channel, shape (O); added in the result's dtype. */
  bias?: NdArray;
}

export interface ConvTransposeOptions extends Omit<SharedLayerOptions, "paddingMode"> {
  /** One number for each output channel, shape (O); added in the result's dtype. */
  bias?: NdArray;
  /** Samples added at the end of each axis of the result, fewer than stride or dilation; default 0. */
  outputPadding?: PerAxis;
}

export interface ConvGradInputOptions extends SharedLayerOptions {
  /** The shape of the layer's x, or of its spatial axes alone. */
  inputShape: readonly number[];
}

export interface ConvGradWeightOptions extends SharedLayerOptions {
  /** The shape of the layer's weight, or of its spatial axes alone. */
  kernelShape: readonly number[];
}

/** What each operation may be given. */
export interface OptionsOf {
  convolve: ConvolutionOptions;
  correlate: ConvolutionOptions;
  conv: ConvOptions;
  convTranspose: ConvTransposeOptions;
  convGradInput: ConvGradInputOptions;
  convGradWeight: ConvGradWeightOptions;
}

export type Operation = keyof OptionsOf;

/** Options may be left out where none of them must be given. */
export type OptionsArgument<Options> = object extends Options ? [options?: Options] : [options: Options];

const shared = ["backend", "method", "plan", "threads", "maxMemory", "out", "abort", "onProgress", "onFallback"];
const layer = ["stride", "padding", "dilation", "groups"];
const padded = [...layer, "paddingMode"];
const own: Record<Operation, readonly string[]> = {
  convolve: ["mode", "axes", "boundary", "fillValue"],
  correlate: ["mode", "axes", "boundary", "fillValue"],
  conv: ["bias", ...padded],
  convTranspose: ["bias", "outputPadding", ...layer],
  convGradInput: ["inputShape", ...padded],
  convGradWeight: ["kernelShape", ...padded],
};

const operations = Object.keys(own);

/** Checks names and values; the operation checks what depends on the arrays. */
export function checkOptions<O extends Operation>(operation: O, options: unknown): OptionsOf[O] {
  if (!operations.includes(operation))
    throw new HelixError("option", `operation must be one of ${operations.join(", ")}; got ${show(operation)}`, {
      expected: operations,
      actual: operation,
    });
  if (typeof options !== "object" || options === null)
    throw new HelixError("option", `options must be an object; got ${show(options)}`, { actual: options });
  const names = [...shared, ...own[operation]];
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new HelixError("option", `options are ${names.join(", ")}; got "${name}"${suggestion(name, names)}`, {
        expected: names,
        actual: name,
      });
  }
  const { backend, method, plan, threads, maxMemory, abort, onProgress, onFallback, mode, axes, fillValue } =
    options as Record<string, unknown>;
  oneOf("backend", ["auto", ...backendNames], backend);
  oneOf("method", ["auto", ...methods], method);
  oneOf("mode", modes, mode);
  mustBe("plan", "a plan that explain() gives", plan, isPlan(plan));
  for (const [name, value] of [
    ["backend", backend],
    ["method", method],
  ] as const)
    mustBe(name, `left out beside a plan, or the plan's own`, value, !isPlan(plan) || value === plan[name]);
  mustBe("threads", "a whole number, at least 1", threads, Number.isInteger(threads) && (threads as number) >= 1);
  mustBe("maxMemory", "a positive number of bytes", maxMemory, typeof maxMemory === "number" && maxMemory > 0);
  mustBe("abort", "an AbortSignal", abort, typeof abort === "object" && abort !== null && "aborted" in abort);
  mustBe("onProgress", "a function", onProgress, typeof onProgress === "function");
  mustBe("onFallback", "a function", onFallback, typeof onFallback === "function");
  mustBe(
    "axes",
    "a whole number or an array of them",
    axes,
    Number.isInteger(axes) || (Array.isArray(axes) && axes.every(Number.isInteger)),
  );
  mustBe("fillValue", "a number", fillValue, typeof fillValue === "number");
  return options as OptionsOf[O];
}

/** As far as the options need to know. */
const isPlan = (value: unknown): value is GivenPlan =>
  typeof value === "object" &&
  value !== null &&
  "run" in value &&
  backendNames.some((name) => "backend" in value && value.backend === name);

function oneOf(name: string, allowed: readonly string[], value: unknown): void {
  mustBe(name, `one of ${allowed.map((word) => `"${word}"`).join(", ")}`, value, allowed.includes(value as string));
}

function mustBe(name: string, rule: string, value: unknown, valid: boolean): void {
  if (value === undefined || valid) return;
  const got = typeof value === "string" ? `"${value}"` : show(value);
  throw new HelixError("option", `${name} must be ${rule}; got ${got}`, { expected: rule, actual: value });
}

/** The option that a misspelt name was probably meant to be. */
function suggestion(name: string, names: readonly string[]): string {
  const meant = names.find((known) => known.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()));
  return meant ? `; did you mean "${meant}"?` : "";
}
