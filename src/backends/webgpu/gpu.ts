// A device with what belongs to it: its limits, compiled pipelines, buffers, and what has gone wrong with it.
import { HelixError } from "../../errors.js";
import type { Found } from "./device.js";
import { type Constants, longest, type WorkgroupLimits } from "./layout.js";
import { Pool } from "./pool.js";
import { type Bindings, bindingNumbers, type EntryName, entries, type ModuleName, modules } from "./shaders.js";

const STORAGE = 0x80 | 0x8;

/** What a device can take at once. */
export interface GpuLimits extends WorkgroupLimits {
  /** Bytes of a buffer that a shader sees. */
  binding: number;
  /** Workgroups along a dimension of a dispatch. */
  workgroups: number;
}

/** Limits that are taken instead of the device's, where they are smaller. */
export type LimitOptions = Partial<GpuLimits>;

export class Gpu {
  readonly device: GPUDevice;
  readonly limits: GpuLimits;
  /** The longest transform, in complex points. */
  readonly longest: number;
  readonly pool: Pool;
  /** Why the device is lost, if it is. */
  lost: string | undefined;
  private readonly constants = new Map<string, GPUBuffer>();
  private readonly modules = new Map<ModuleName, GPUShaderModule>();
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(
    readonly found: Found,
    least: LimitOptions = {},
  ) {
    const { device } = found;
    this.device = device;
    const { limits } = device;
    const smaller = (own: number, other: number | undefined) => Math.min(own, other ?? own);
    this.limits = {
      invocations: smaller(
        Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
        least.invocations,
      ),
      memory: smaller(limits.maxComputeWorkgroupStorageSize, least.memory),
      binding: smaller(
        // Elements are counted in 32 bits, some of which mark gaps.
        Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize, 2 ** 31),
        least.binding,
      ),
      workgroups: smaller(limits.maxComputeWorkgroupsPerDimension, least.workgroups),
    };
    this.longest = longest(this.limits);
    this.pool = new Pool(device);
    void device.lost.then(({ message, reason }) => {
      this.lost ??= message || reason;
    });
  }

  /** A compiled entry point; compiled once for each set of constants. */
  pipeline(entry: EntryName, constants: Constants): Promise<GPUComputePipeline> {
    const key = `${entry} ${JSON.stringify(constants)}`;
    const found = this.pipelines.get(key);
    if (found) return found;
    const module = this.module(entries[entry].module);
    const compute = { module, entryPoint: entry, constants };
    const pipeline = this.device
      .createComputePipelineAsync({ label: entry, layout: "auto", compute })
      .catch(async (cause: unknown) => {
        this.pipelines.delete(key);
        const { messages } = await module.getCompilationInfo();
        const wrong = messages.find(({ type }) => type === "error");
        const where = wrong ? `, line ${wrong.lineNum}: ${wrong.message}` : "";
        throw this.failure(cause, `the shader "${entry}" did not compile${where}`);
      });
    this.pipelines.set(key, pipeline);
    return pipeline;
  }

  /** The buffers that a pipeline works on. */
  bind(entry: EntryName, pipeline: GPUComputePipeline, buffers: Bindings): GPUBindGroup {
    const { module, bindings } = entries[entry];
    return this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: bindings.map((name) => {
        const bound = buffers[name];
        if (!bound) throw new Error(`${entry} needs a buffer for ${name}`);
        return {
          binding: bindingNumbers[module][name] as number,
          resource: "buffer" in bound ? bound : { buffer: bound },
        };
      }),
    });
  }

  /** A buffer with contents that never change, kept under a name. */
  constant(name: string, contents: () => Float32Array<ArrayBuffer>): GPUBuffer {
    const found = this.constants.get(name);
    if (found) return found;
    const data = contents();
    const buffer = this.device.createBuffer({ size: data.byteLength, usage: STORAGE });
    this.device.queue.writeBuffer(buffer, 0, data);
    this.constants.set(name, buffer);
    return buffer;
  }

  /** Runs `work`, which calls the device without awaiting anything; `accepted` fails with what the device has to say against it. */
  submit<T>(work: () => T): { result: T; accepted: Promise<void> } {
    const { device } = this;
    if (this.lost !== undefined) throw this.lostError();
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    const scopes = () => Promise.all([device.popErrorScope(), device.popErrorScope()]);
    let result: T;
    try {
      result = work();
    } catch (cause) {
      scopes().catch(() => {});
      // What a device throws at once: a buffer that it cannot have.
      throw cause instanceof RangeError ? outOfMemory(cause.message, cause) : cause;
    }
    return { result, accepted: this.verdict(scopes()) };
  }

  /** `submit`, accepted. */
  async check<T>(work: () => T): Promise<T> {
    const { result, accepted } = this.submit(work);
    await accepted;
    return result;
  }

  /** An error as callers see it: of a device that is lost, or of one that works. */
  failure(cause: unknown, what: string): HelixError {
    if (cause instanceof HelixError) return cause;
    if (this.lost !== undefined) return this.lostError(cause);
    const message =
      cause instanceof Error || cause instanceof Object ? String((cause as Error).message) : String(cause);
    if (cause instanceof RangeError || /out of memory|allocation/i.test(message)) return outOfMemory(message, cause);
    return new HelixError("backend-unavailable", `${what}: ${message}; use backend "wasm"`, { cause });
  }

  lostError(cause?: unknown): HelixError {
    return new HelixError(
      "device-lost",
      `the GPU was lost while it was in use: ${this.lost}; try again, or use backend "wasm"`,
      {
        cause,
      },
    );
  }

  /** Waits until the loss of the device is known, if it is on its way. */
  async settled(): Promise<void> {
    await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve))]);
  }

  dispose(): void {
    this.pool.dispose();
    this.forgetConstants();
    this.pipelines.clear();
    this.modules.clear();
    if (this.found.own) this.device.destroy();
  }

  private async verdict(scopes: Promise<(GPUError | null)[]>): Promise<void> {
    const [invalid, memory] = await scopes.catch((cause: unknown) => {
      throw this.failure(cause, "the GPU did not accept its work");
    });
    // A constant may be one of the buffers that could not be had.
    if (memory) this.forgetConstants();
    if (memory) throw outOfMemory(memory.message);
    if (invalid) throw this.failure(invalid, "the GPU did not accept its work");
  }

  private forgetConstants(): void {
    for (const buffer of this.constants.values()) buffer.destroy();
    this.constants.clear();
  }

  private module(name: ModuleName): GPUShaderModule {
    const found = this.modules.get(name);
    if (found) return found;
    // What is wrong with it is asked for when a pipeline fails.
    this.device.pushErrorScope("validation");
    const module = this.device.createShaderModule({ label: name, code: modules[name] });
    this.device.popErrorScope().catch(() => {});
    this.modules.set(name, module);
    return module;
  }
}

const outOfMemory = (message: string, cause?: unknown): HelixError =>
  new HelixError(
    "out-of-memory",
    `the GPU has not enough memory for this: ${message}; set maxMemory, or use backend "wasm"`,
    { cause },
  );
