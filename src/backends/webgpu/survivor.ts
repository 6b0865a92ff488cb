// An executable that outlives its device: when the GPU is lost it is prepared once again, on another.
import { HelixError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Control, Executable, Outcome, Output } from "../backend.js";
import type { Gpu } from "./gpu.js";

type Build = (gpu: Gpu, plan: Plan) => Promise<Executable>;

export class Survivor implements Executable {
  readonly overlaps = true;
  /** Of the loss that is known; runs that were under way together await the same. */
  private rebuilding: Promise<void> | undefined;

  private constructor(
    private readonly acquire: () => Promise<Gpu>,
    private readonly build: Build,
    private readonly plan: Plan,
    private kernel: Operand,
    private gpu: Gpu,
    private executable: Executable,
  ) {}

  static async create(acquire: () => Promise<Gpu>, build: Build, plan: Plan, kernel: Operand): Promise<Survivor> {
    const gpu = await acquire();
    try {
      const executable = await build(gpu, plan);
      executable.setKernel(kernel);
      return new Survivor(acquire, build, plan, kernel, gpu, executable);
    } catch (error) {
      await gpu.settled();
      if (gpu.lost === undefined) throw error;
      const next = await acquire();
      const executable = await build(next, plan);
      executable.setKernel(kernel);
      return new Survivor(acquire, build, plan, kernel, next, executable);
    }
  }

  async run(signal: Operand, out: Output, control: Control): Promise<Outcome> {
    try {
      if (this.gpu.lost !== undefined) throw this.gpu.lostError();
      return await this.executable.run(signal, out, control);
    } catch (error) {
      if (!(error instanceof HelixError && error.code === "device-lost")) throw error;
      this.rebuilding ??= this.rebuild().finally(() => {
        this.rebuilding = undefined;
      });
      await this.rebuilding;
      return this.executable.run(signal, out, control);
    }
  }

  setKernel(kernel: Operand): void {
    this.kernel = kernel;
    if (this.gpu.lost === undefined) this.executable.setKernel(kernel);
  }

  dispose(): void {
    this.executable.dispose();
  }

  private async rebuild(): Promise<void> {
    // Another run may have done it before this one heard of the loss.
    if (this.gpu.lost === undefined) return;
    const gpu = await this.acquire();
    const executable = await this.build(gpu, this.plan);
    executable.setKernel(this.kernel);
    this.executable.dispose();
    [this.gpu, this.executable] = [gpu, executable];
  }
}
