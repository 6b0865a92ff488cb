// The shaders: which files make a module, and what each entry point binds. test/backends/webgpu/shaders.test.ts holds this against the WGSL.
import columns from "../../../shaders/columns.wgsl";
import complex from "../../../shaders/complex.wgsl";
import direct from "../../../shaders/direct.wgsl";
import fft from "../../../shaders/fft.wgsl";
import helix from "../../../shaders/helix.wgsl";
import rows from "../../../shaders/rows.wgsl";
import whole from "../../../shaders/whole.wgsl";

/** WGSL has no imports: a module is some files, one after the other. */
export const modules = {
  spectral: [complex, helix, fft, columns, rows, whole].join("\n"),
  direct: [complex, helix, direct].join("\n"),
} as const;

export type ModuleName = keyof typeof modules;

/** Binding numbers, by the names that the shaders give them. */
const numbers = {
  spectral: {
    sides: 0,
    places: 1,
    slabs: 2,
    signal: 3,
    result: 4,
    roots: 5,
    data: 6,
    coarse: 7,
    fine: 8,
    spectrum: 9,
    pairs: 10,
    products: 11,
  },
  direct: { sides: 0, places: 1, slabs: 2, signal: 3, result: 4, strips: 5, lags: 6, groups: 7, taps: 8, strip: 9 },
} as const;

export const bindingNumbers: Record<ModuleName, Readonly<Record<string, number>>> = numbers;

/** An entry point: its module, and what it binds. */
export interface Entry {
  module: ModuleName;
  bindings: readonly string[];
}

export const entries = {
  forward: {
    module: "spectral",
    bindings: ["sides", "places", "slabs", "signal", "roots", "data", "coarse", "fine"],
  },
  inverse: {
    module: "spectral",
    bindings: ["sides", "places", "slabs", "result", "roots", "data", "coarse"],
  },
  transform: { module: "spectral", bindings: ["roots", "data"] },
  multiply: {
    module: "spectral",
    bindings: ["sides", "slabs", "roots", "data", "coarse", "fine", "spectrum"],
  },
  accumulate: {
    module: "spectral",
    bindings: ["sides", "slabs", "roots", "data", "coarse", "fine", "spectrum", "pairs", "products"],
  },
  convolve: {
    module: "spectral",
    bindings: ["sides", "places", "slabs", "signal", "result", "roots", "fine", "spectrum"],
  },
  spectra: { module: "spectral", bindings: ["sides", "places", "slabs", "signal", "roots", "data", "fine"] },
  sum: {
    module: "spectral",
    bindings: ["sides", "places", "slabs", "result", "roots", "data", "fine", "spectrum", "pairs"],
  },
  wind: { module: "direct", bindings: ["sides", "places", "slabs", "signal", "strips", "strip"] },
  sums: {
    module: "direct",
    bindings: ["sides", "places", "slabs", "result", "strips", "lags", "groups", "taps", "strip"],
  },
} as const satisfies Record<string, Entry>;

export type EntryName = keyof typeof entries;

/** Buffers by the names that shaders give them. */
export type Bindings = Readonly<Record<string, GPUBuffer | GPUBufferBinding>>;
