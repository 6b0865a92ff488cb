// Finding a GPU: navigator.gpu in browsers, Deno and workers, the optional package `webgpu` (Dawn) elsewhere. Asked for when first needed,
// never at import, and given up after a while: some drivers never answer.
import { HelixError } from "../../errors.js";
import { environment } from "../platform/process.js";

export interface GpuOptions {
  /** Used as it is, and never destroyed. */
  device?: GPUDevice | undefined;
  /** Whether an adapter that computes in software will do; default: whether HELIXCONV_SOFTWARE_GPU is 1. */
  software?: boolean | undefined;
  /** How long an adapter may take to answer, ms. */
  timeout?: number | undefined;
  /** Where adapters come from, instead of the platform. */
  entry?: GPU | undefined;
}

/** A device, what it is called, and whether it is ours to destroy. */
export interface Found {
  device: GPUDevice;
  label: string;
  software: boolean;
  own: boolean;
}

const TIMEOUT = 3000;

/** The limits that work is split by: as large as the adapter has them. */
const wanted = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/** A device; HelixError "backend-unavailable" says why there is none. */
export async function findDevice(options: GpuOptions): Promise<Found> {
  const { device, timeout = TIMEOUT } = options;
  if (device) {
    const info = device.adapterInfo;
    return { device, label: `the caller's device${info ? `, ${labelOf(info)}` : ""}`, software: false, own: false };
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const search = requestDevice(options);
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(`the GPU's driver did not answer within ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([search, patience]);
  } catch (error) {
    // One that answers after all is not needed any more.
    search.then(
      (late) => late.device.destroy(),
      () => {},
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function requestDevice(options: GpuOptions): Promise<Found> {
  const software = options.software ?? environment("HELIXCONV_SOFTWARE_GPU") === "1";
  const entry = options.entry ?? (await entryPoint());
  const adapter = await entry.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw unavailable("WebGPU is here, but no adapter: no GPU, or no driver for it");
  const { info, limits } = adapter;
  if (info.isFallbackAdapter && !software)
    throw unavailable(
      `the only adapter, ${labelOf(info)}, computes in software, which wasm does faster; HELIXCONV_SOFTWARE_GPU=1 allows it`,
    );
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(wanted.map((name) => [name, limits[name]])),
  });
  return { device, label: labelOf(info), software: info.isFallbackAdapter, own: true };
}

/** Kept: an entry point that is garbage collected takes its devices with it. */
let entryOfPackage: Promise<GPU> | undefined;

async function entryPoint(): Promise<GPU> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own) return own;
  if (typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== "string")
    throw unavailable("this browser has no WebGPU (navigator.gpu), or this page is not served over https");
  entryOfPackage ??= importPackage();
  return entryOfPackage;
}

async function importPackage(): Promise<GPU> {
  // Not a literal, so that no bundler looks for it.
  const name = "webgpu";
  try {
    const { create } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as {
      create(flags: string[]): GPU;
    };
    return create([]);
  } catch (cause) {
    const missing = (cause as { code?: string }).code === "ERR_MODULE_NOT_FOUND";
    throw unavailable(
      missing
        ? 'the package "webgpu" is not installed: npm install webgpu'
        : `the package "webgpu" does not load here: ${String((cause as Error).message).split("\n")[0]}`,
      cause,
    );
  }
}

const labelOf = ({ vendor, architecture, device, description }: GPUAdapterInfo): string =>
  description || [vendor, architecture, device].filter(Boolean).join(" ") || "an adapter that does not say its name";

const unavailable = (why: string, cause?: unknown): HelixError =>
  new HelixError("backend-unavailable", why, cause === undefined ? {} : { cause });
