// The options that callers give, checked.
import type { BackendName } from "../backends/backend.js";
import type { GivenPlan } from "../dispatch/given.js";
import { backendNames } from "../dispatch/registry.js";
import { HelixError } from "../errors.js";
import { type FloatArray, type NdArray, show } from "../ndarray.js";
import { type Method, methods } from "../plan/plan.js";
import { type Mode, modes } from "../problem/convolve.js";
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
}

const names = [
  "backend",
  "method",
  "plan",
  "threads",
  "maxMemory",
  "out",
  "abort",
  "onProgress",
  "onFallback",
  "mode",
  "axes",
];

/** Checks names and values; the operation checks what depends on the arrays. */
export function checkOptions(options: unknown): ConvolutionOptions {
  if (typeof options !== "object" || options === null)
    throw new HelixError("option", `options must be an object; got ${show(options)}`, { actual: options });
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new HelixError("option", `options are ${names.join(", ")}; got "${name}"${suggestion(name)}`, {
        expected: names,
        actual: name,
      });
  }
  const { backend, method, plan, threads, maxMemory, abort, onProgress, onFallback, mode, axes } = options as Record<
    string,
    unknown
  >;
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
  return options as ConvolutionOptions;
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
function suggestion(name: string): string {
  const meant = names.find((known) => known.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()));
  return meant ? `; did you mean "${meant}"?` : "";
}
