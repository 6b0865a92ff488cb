// Filters a picture: a photograph-like scene in three colours, (3, y, x), or a real 4-D MRI, (t, z, y, x).
import { transfer } from "comlink";
import {
  type BackendName,
  type BoundaryName,
  convolve,
  explain,
  HelixError,
  type Method,
  type NdArray,
} from "helixconv";
import { decodeNpy } from "helixconv/npy";
import { scene } from "../pictures/scene.js";

export type SourceName = "photograph" | "mri";

export interface Filter {
  source: SourceName;
  /** (t, z, y, x); of a photograph, t and z are 1. */
  kernel: NdArray<Float32Array>;
  backend: BackendName | "auto";
  boundary: BoundaryName;
}

export interface Filtered {
  data: Float32Array;
  /** How long the call took, from array to array, ms. */
  milliseconds: number;
  backend: BackendName;
  method: Method;
  threads: number;
  /** The shapes that were convolved, and the helix of the chosen plan beside the textbook's. */
  signal: readonly number[];
  kernel: readonly number[];
  helix: number;
  textbook: number;
  reason: string;
}

const MRI = new URL("../../data/mri-4d.npy", import.meta.url);

export class Pictures {
  private readonly signals = new Map<SourceName, Promise<NdArray<Float32Array>>>();
  private running = new AbortController();

  /** A copy of the signal. */
  async signal(source: SourceName): Promise<NdArray<Float32Array>> {
    const { data, shape } = await this.load(source);
    const copy = data.slice();
    return transfer({ data: copy, shape }, [copy.buffer]);
  }

  /** The filtered signal, mode "same"; undefined if another was asked for before it was done. */
  async filter({ source, kernel, backend, boundary }: Filter): Promise<Filtered | undefined> {
    this.running.abort();
    this.running = new AbortController();
    const { signal: abort } = this.running;
    const signal = await this.load(source);
    // Colours are not convolved: the kernel lies along the last two axes, and there is one for all of them.
    const flat = source === "photograph";
    const w = flat ? { ...kernel, shape: kernel.shape.slice(2) } : kernel;
    const options = { mode: "same", backend, boundary, ...(flat && { axes: [1, 2] }) } as const;
    try {
      const { plan, reason, candidates } = await explain("convolve", { signal, kernel: w }, options);
      const chosen = candidates.find((candidate) => candidate.chosen);
      const start = performance.now();
      const { data } = await convolve(signal, w, { ...options, abort });
      const filtered: Filtered = {
        data: data as Float32Array,
        milliseconds: performance.now() - start,
        backend: plan.backend,
        method: plan.method,
        threads: plan.threads,
        signal: signal.shape,
        kernel: w.shape,
        helix: chosen?.helix ?? 0,
        textbook: chosen?.textbook ?? 0,
        reason,
      };
      return transfer(filtered, [filtered.data.buffer]);
    } catch (error) {
      if (error instanceof HelixError && error.code === "aborted") return undefined;
      throw error;
    }
  }

  private load(source: SourceName): Promise<NdArray<Float32Array>> {
    const loaded = this.signals.get(source) ?? (source === "mri" ? loadMri() : Promise.resolve(scene()));
    this.signals.set(source, loaded);
    return loaded;
  }
}

async function loadMri(): Promise<NdArray<Float32Array>> {
  const response = await fetch(MRI);
  if (!response.ok) throw new Error(`the MRI could not be loaded: ${response.status} ${response.statusText}`);
  const { data, shape } = decodeNpy(new Uint8Array(await response.arrayBuffer()));
  return { data: Float32Array.from(data), shape };
}
