// The wasm backend: assembly/ compiled for float32 and float64, each with SIMD and without. Nothing is compiled before it is needed.
import f32Scalar from "../../../build/wasm/f32-scalar.wasm";
import f32Simd from "../../../build/wasm/f32-simd.wasm";
import f64Scalar from "../../../build/wasm/f64-scalar.wasm";
import f64Simd from "../../../build/wasm/f64-simd.wasm";
import { HelixError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Backend, BackendInfo, Executable } from "../backend.js";
import { Zero } from "../zero.js";
import { Rows, Strip } from "./direct.js";
import { Instance, MAX_BYTES } from "./instance.js";
import { Spectral } from "./spectral.js";

type Precision = Plan["precision"];

const builds = { simd: { f32: f32Simd, f64: f64Simd }, scalar: { f32: f32Scalar, f64: f64Scalar } };

/** Instances whose memory is at most this large wait for reuse, at most so many. */
const KEEP_BYTES = 64 * 2 ** 20;
const KEEP = 4;

export interface WasmOptions {
  /** Use vector instructions where the engine has them; default true. */
  simd?: boolean;
}

export function createWasm(options: WasmOptions = {}): Backend {
  return new Wasm(options.simd ?? true);
}

class Wasm implements Backend {
  readonly name = "wasm";
  private readonly modules = new Map<Precision, WebAssembly.Module>();
  private idle: Instance[] = [];
  private simd: boolean | undefined;

  constructor(private readonly allowSimd: boolean) {}

  describe(): BackendInfo {
    const available = typeof WebAssembly === "object";
    const simd = available && this.hasSimd();
    const detail = !available
      ? "this engine has no WebAssembly"
      : simd
        ? "simd128"
        : this.allowSimd
          ? "scalar: this engine has no simd128"
          : "scalar";
    return { name: this.name, available, detail, maxBytes: MAX_BYTES, threads: 1, simd };
  }

  async prepare(plan: Plan, kernel: Operand): Promise<Executable> {
    return this.prepareSync(plan, kernel);
  }

  prepareSync(plan: Plan, kernel: Operand): Executable {
    if (plan.run.kind === "zero") return new Zero();
    let instance: Instance | undefined = this.acquire(plan.precision);
    const release = () => {
      if (instance) this.release(instance);
      instance = undefined;
    };
    try {
      const executable = build(plan, instance, release);
      executable.setKernel(kernel);
      return executable;
    } catch (error) {
      release();
      throw error;
    }
  }

  dispose(): void {
    this.idle = [];
    this.modules.clear();
  }

  private acquire(precision: Precision): Instance {
    const found = this.idle.findIndex((instance) => instance.precision === precision);
    return this.idle.splice(found, found < 0 ? 0 : 1)[0] ?? new Instance(this.module(precision), precision);
  }

  private release(instance: Instance): void {
    instance.release();
    if (instance.bytes <= KEEP_BYTES && this.idle.length < KEEP) this.idle.push(instance);
  }

  private module(precision: Precision): WebAssembly.Module {
    const found = this.modules.get(precision);
    if (found) return found;
    if (typeof WebAssembly !== "object")
      throw new HelixError(
        "backend-unavailable",
        'backend "wasm" needs WebAssembly, which this engine lacks; use backend "js"',
      );
    const module = new WebAssembly.Module(decode(builds[this.hasSimd() ? "simd" : "scalar"][precision]));
    this.modules.set(precision, module);
    return module;
  }

  private hasSimd(): boolean {
    this.simd ??= this.allowSimd && WebAssembly.validate(decode(f32Simd));
    return this.simd;
  }
}

function build(plan: Plan, instance: Instance, release: () => void): Executable {
  const { run } = plan;
  switch (run.kind) {
    case "spectral":
      return new Spectral(instance, release, plan, run);
    case "strip":
      return new Strip(instance, release, plan, run.taps);
    case "rows":
      return new Rows(instance, release, plan, run.taps);
    case "zero":
      return new Zero();
    default:
      return run satisfies never;
  }
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
