// The wasm backend: assembly/ compiled for float32 and float64, each with SIMD and without. Nothing is compiled before it is needed.
import f32Fma from "../../../build/wasm/f32-fma.wasm";
import f32Scalar from "../../../build/wasm/f32-scalar.wasm";
import f32Simd from "../../../build/wasm/f32-simd.wasm";
import f64Fma from "../../../build/wasm/f64-fma.wasm";
import f64Scalar from "../../../build/wasm/f64-scalar.wasm";
import f64Simd from "../../../build/wasm/f64-simd.wasm";
import { HelixError } from "../../errors.js";
import type { FloatArray, View } from "../../ndarray.js";
import type { FilterPlan } from "../../plan/filter.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Backend, BackendInfo, Executable } from "../backend.js";
import { parallelism, whyNoThreads } from "../platform/workers.js";
import { Separable } from "../separable.js";
import type { Stepped } from "../stepped.js";
import { Zero } from "../zero.js";
import { Crew } from "./crew.js";
import { filterStrips } from "./filter.js";
import { Instance, MAX_BYTES } from "./instance.js";
import { bytesOf, shareMemory } from "./module.js";
import { Rows } from "./rows.js";
import { Spectral } from "./spectral.js";
import { Strip } from "./strip.js";
import { Team } from "./team.js";
import { Tiles } from "./tiles.js";

type Precision = Plan["precision"];

/** From the fastest: relaxed SIMD has fused multiply-adds. */
export type Build = "fma" | "simd" | "scalar";
const builds: Record<Build, Record<Precision, string>> = {
  fma: { f32: f32Fma, f64: f64Fma },
  simd: { f32: f32Simd, f64: f64Simd },
  scalar: { f32: f32Scalar, f64: f64Scalar },
};
const buildNames: readonly Build[] = ["fma", "simd", "scalar"];
const details: Record<Build, string> = {
  fma: "SIMD with fused multiply-adds",
  simd: "SIMD",
  scalar: "scalar: no SIMD in this engine",
};

/** Positions are 32-bit integers. */
const MAX_HELIX = 2 ** 31 - 1;

/** Instances whose memory is at most this large wait for reuse, at most so many. */
const KEEP_BYTES = 64 * 2 ** 20;
const KEEP = 4;

export interface WasmOptions {
  /** The best build to use; default "fma", where the engine has it. */
  build?: Build;
}

export function createWasm(options: WasmOptions = {}): Wasm {
  return new Wasm(options.build ?? "fma");
}

export class Wasm implements Backend {
  readonly name = "wasm";
  private readonly modules = new Map<string, WebAssembly.Module>();
  private readonly teams = new Map<number, Team>();
  private parallelism: number | undefined;
  private idle: Instance[] = [];
  private chosen: Build | undefined;

  constructor(private readonly best: Build) {}

  describe(): BackendInfo {
    const available = typeof WebAssembly === "object";
    const build = available ? this.build() : "scalar";
    const alone = whyNoThreads();
    const threads = available && alone === undefined ? this.cores() : 1;
    const detail = available ? `${details[build]}; ${alone ?? `${threads} threads`}` : "this engine has no WebAssembly";
    return {
      name: this.name,
      available,
      detail,
      maxBytes: MAX_BYTES,
      maxHelix: MAX_HELIX,
      threads,
      maxBuffer: MAX_BYTES,
      maxLength: MAX_HELIX,
      simd: build !== "scalar",
      layers: true,
      float64: true,
    };
  }

  /** How many tasks other threads than the calling one have done. */
  helped(): number {
    return [...this.teams.values()].reduce((sum, team) => sum + team.helped, 0);
  }

  /** Bytes of the memories that wait for reuse: each is as large as what has needed most. */
  idleBytes(): number {
    return this.idle.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async prepare(plan: Plan, kernel: Operand): Promise<Executable> {
    return this.prepareSync(plan, kernel);
  }

  prepareSync(plan: Plan, kernel: Operand): Executable {
    if (plan.run.kind === "zero") return new Zero();
    const crew = this.crewOf(plan);
    try {
      const executable = executableOf(plan, crew);
      executable.setKernel(kernel);
      return executable;
    } catch (error) {
      crew.dispose();
      throw error;
    }
  }

  filterSync(plan: FilterPlan, x: View, y: View<FloatArray>): number {
    const crew = this.crewOf(plan);
    try {
      return filterStrips(crew, plan, x, y);
    } finally {
      crew.dispose();
    }
  }

  dispose(): void {
    this.idle = [];
    this.modules.clear();
    for (const team of this.teams.values()) team.dispose();
    this.teams.clear();
  }

  private crewOf({ precision, threads }: Pick<Plan, "precision" | "threads">): Crew {
    const team = threads > 1 ? this.teamOf(threads) : undefined;
    const instance = this.acquire(precision, team !== undefined);
    let held = true;
    return new Crew(instance, team, () => {
      if (held) this.release(instance);
      held = false;
    });
  }

  private acquire(precision: Precision, shared: boolean): Instance {
    const found = this.idle.findIndex((instance) => instance.precision === precision && instance.shared === shared);
    return (
      this.idle.splice(found, found < 0 ? 0 : 1)[0] ?? new Instance(this.module(precision, shared), precision, shared)
    );
  }

  private release(instance: Instance): void {
    instance.release();
    if (instance.bytes <= KEEP_BYTES && this.idle.length < KEEP) this.idle.push(instance);
  }

  private module(precision: Precision, shared: boolean): WebAssembly.Module {
    const key = `${precision} ${shared}`;
    const found = this.modules.get(key);
    if (found) return found;
    if (typeof WebAssembly !== "object")
      throw new HelixError(
        "backend-unavailable",
        'backend "wasm" needs WebAssembly, which this engine lacks; use backend "js"',
      );
    const bytes = bytesOf(builds[this.build()][precision]);
    const module = new WebAssembly.Module(shared ? shareMemory(bytes) : bytes);
    this.modules.set(key, module);
    return module;
  }

  /** Threads start with the first plan that wants them; until they have, the calling thread works alone. */
  private teamOf(size: number): Team | undefined {
    if (whyNoThreads() !== undefined) return undefined;
    const found = this.teams.get(size);
    if (found && !found.failed) return found;
    found?.dispose();
    const team = new Team(size);
    this.teams.set(size, team);
    return team;
  }

  /** Asked for once, as it reads files. */
  private cores(): number {
    this.parallelism ??= parallelism();
    return this.parallelism;
  }

  /** The best build that this engine accepts. */
  private build(): Build {
    this.chosen ??= buildNames
      .slice(buildNames.indexOf(this.best))
      .find((name) => name === "scalar" || WebAssembly.validate(bytesOf(builds[name].f32)));
    return this.chosen ?? "scalar";
  }
}

function executableOf(plan: Plan, crew: Crew): Stepped {
  const { run } = plan;
  switch (run.kind) {
    case "spectral":
      return new Spectral(crew, plan, run);
    case "strip":
      return new Strip(crew, plan, run.taps);
    case "tiles":
      return new Tiles(crew, plan, run);
    case "rows":
      return new Rows(crew, plan, run.taps);
    case "zero":
      return new Zero();
    case "separable":
      return new Separable(
        run.between,
        run.passes.map((pass) => executableOf(pass, crew)),
      );
    default:
      return run satisfies never;
  }
}
