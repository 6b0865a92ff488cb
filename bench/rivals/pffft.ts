// pffft-wasm composed by hand into convolutions, in several ways; nobody ships these.
//
//   tight helix    one circular convolution
//   slabs          only the inner axes wound, the outer one summed over spectra, Y[t] = Σ_k X[t - k] W[k]: stays in the cache
//   channels       of a layer: the same sum over channels
//   overlap-save   the helix cut into blocks, for kernels that are short on it
//
// What makes them fast: heap views written directly, setups and buffers kept between calls, lengths that measure fastest, gaps that stay
// zero since transforms go to another buffer, spectra left unordered, and the scale folded into the copy out.

import { firstOfSame, sizeOf, type Workload } from "../../src/cli/workloads.js";
import type { Arrays, Competitor } from "../competitor.js";
import { legalLengths, Pffft } from "./pffftModule.js";
import type { Rival } from "./rival.js";
import { helixOf, rowsOf, unwind, wind } from "./winding.js";

export const pffft: Rival = {
  async competitors({ signal, kernel, precision, layer }: Workload, arrays: Arrays) {
    if (precision === "f64") return [];
    const shapes: Shapes = { signal, kernel };
    const x = arrays.signal as Float32Array;
    const w = arrays.kernel as Float32Array;
    const ways = layer
      ? [channels]
      : [tightHelix, ...(signal.length > 1 ? [slabs] : []), ...(signal.length < 3 ? [overlapSave] : [])];
    const competitors: Competitor[] = [];
    for (const way of ways) {
      // A memory of its own, 4 GiB at most, for each.
      const module = await Pffft.load();
      if (!module) return [];
      competitors.push(way(module, shapes, x, w));
    }
    return competitors;
  },
};

interface Shapes {
  signal: readonly number[];
  kernel: readonly number[];
}

type Way = (pffft: Pffft, shapes: Shapes, x: Float32Array, w: Float32Array) => Competitor;

/** The legal lengths that may be fastest: the least that is enough, and up to a tenth more. */
function enough(length: number): number[] {
  const least = Math.min(...legalLengths(length, 2 * length + 64));
  return legalLengths(least, 1.1 * least);
}

const tightHelix: Way = (pffft, { signal, kernel }, x, w) => {
  const helix = helixOf(signal, kernel);
  const length = pffft.fastest(enough(helix.length), () => 1);
  const { forward, backward, accumulate } = pffft.transform(length);
  const [xHelix, xSpectrum] = [pffft.buffer(length), pffft.buffer(length)];
  const [wHelix, wSpectrum] = [pffft.buffer(length), pffft.buffer(length)];
  const product = pffft.buffer(length);
  const xRows = rowsOf(signal, helix.stride);
  const wRows = rowsOf(kernel, helix.stride);
  const out = new Float32Array(x.length);
  return {
    name: "pffft, tight helix",
    run: () => {
      const { heap } = pffft;
      wind(heap, xHelix / 4, xRows, x);
      wind(heap, wHelix / 4, wRows, w);
      forward(xHelix, xSpectrum);
      forward(wHelix, wSpectrum);
      heap.fill(0, product / 4, product / 4 + length);
      accumulate(xSpectrum, wSpectrum, product);
      backward(product, product);
      unwind(heap, product / 4 + helix.first, xRows, 1 / length, out);
    },
    result: () => out,
  };
};

const slabs: Way = (pffft, { signal, kernel }, x, w) => {
  const [[m, ...signalSlab], [n, ...kernelSlab]] = [signal, kernel] as [[number, ...number[]], [number, ...number[]]];
  const helix = helixOf(signalSlab, kernelSlab);
  const length = pffft.fastest(enough(helix.length), () => 1);
  const { forward, backward, accumulate } = pffft.transform(length);
  const [xHelix, wHelix, product] = [pffft.buffer(length), pffft.buffer(length), pffft.buffer(length)];
  const xSpectra = Array.from({ length: m }, () => pffft.buffer(length));
  const wSpectra = Array.from({ length: n }, () => pffft.buffer(length));
  const xRows = rowsOf(signalSlab, helix.stride);
  const wRows = rowsOf(kernelSlab, helix.stride);
  const xSize = sizeOf(signalSlab);
  const wSize = sizeOf(kernelSlab);
  const out = new Float32Array(x.length);
  return {
    name: "pffft, slabs",
    run: () => {
      const { heap } = pffft;
      wSpectra.forEach((spectrum, k) => {
        wind(heap, wHelix / 4, wRows, w, k * wSize);
        forward(wHelix, spectrum);
      });
      xSpectra.forEach((spectrum, i) => {
        wind(heap, xHelix / 4, xRows, x, i * xSize);
        forward(xHelix, spectrum);
      });
      for (let t = 0; t < m; t++) {
        const last = t + firstOfSame(n);
        heap.fill(0, product / 4, product / 4 + length);
        for (let k = Math.max(0, last - m + 1); k < n && k <= last; k++)
          accumulate(xSpectra[last - k] as number, wSpectra[k] as number, product);
        backward(product, product);
        unwind(heap, product / 4 + helix.first, xRows, 1 / length, out, t * xSize);
      }
    },
    result: () => out,
  };
};

/** A layer: the helix of each channel, summed over spectra, Y[b,o] = Σ_c X[b,c] W[o,c]. */
const channels: Way = (pffft, { signal, kernel }, x, w) => {
  const [batch, cin, ...sizes] = signal as [number, number, ...number[]];
  const [cout, , ...taps] = kernel as [number, number, ...number[]];
  const helix = helixOf(sizes, taps);
  const length = pffft.fastest(enough(helix.length), () => 1);
  const { forward, backward, accumulate } = pffft.transform(length);
  const [xHelix, wHelix, product] = [pffft.buffer(length), pffft.buffer(length), pffft.buffer(length)];
  const xSpectra = Array.from({ length: batch * cin }, () => pffft.buffer(length));
  const wSpectra = Array.from({ length: cout * cin }, () => pffft.buffer(length));
  const xRows = rowsOf(sizes, helix.stride);
  const wRows = rowsOf(taps, helix.stride);
  const out = new Float32Array(batch * cout * sizeOf(sizes));
  return {
    name: "pffft, tight helix",
    run: () => {
      const { heap } = pffft;
      wSpectra.forEach((spectrum, k) => {
        wind(heap, wHelix / 4, wRows, w, k * sizeOf(taps));
        forward(wHelix, spectrum);
      });
      xSpectra.forEach((spectrum, i) => {
        wind(heap, xHelix / 4, xRows, x, i * sizeOf(sizes));
        forward(xHelix, spectrum);
      });
      for (let t = 0; t < batch * cout; t++) {
        const [b, o] = [Math.floor(t / cout), t % cout];
        heap.fill(0, product / 4, product / 4 + length);
        for (let c = 0; c < cin; c++)
          accumulate(xSpectra[b * cin + c] as number, wSpectra[o * cin + c] as number, product);
        backward(product, product);
        unwind(heap, product / 4 + helix.first, xRows, 1 / length, out, t * sizeOf(sizes));
      }
    },
    result: () => out,
  };
};

/** Block b reads the helix from position first - lag + b · step on; its outputs are those from number `lag` of it on. */
const overlapSave: Way = (pffft, { signal, kernel }, x, w) => {
  const helix = helixOf(signal, kernel);
  const outputs = helix.last - helix.first + 1;
  const stepOf = (length: number) => (length - helix.lag) & ~3;
  const blocksOf = (length: number) => Math.ceil(outputs / stepOf(length));
  const length = pffft.fastest(legalLengths(2 * helix.lag, 16 * helix.lag), blocksOf);
  const { forward, backward, accumulate } = pffft.transform(length);
  const [wHelix, wSpectrum] = [pffft.buffer(length), pffft.buffer(length)];
  const [block, product] = [pffft.buffer(length), pffft.buffer(length)];
  const [step, blocks] = [stepOf(length), blocksOf(length)];
  const xHelix = pffft.buffer(blocks * step + length);
  const outHelix = pffft.buffer(blocks * step + length);
  const xRows = rowsOf(signal, helix.stride);
  const wRows = rowsOf(kernel, helix.stride);
  const out = new Float32Array(x.length);
  return {
    name: "pffft, overlap-save",
    run: () => {
      const { heap } = pffft;
      wind(heap, xHelix / 4 + helix.lag - helix.first, xRows, x);
      wind(heap, wHelix / 4, wRows, w);
      forward(wHelix, wSpectrum);
      for (let b = 0; b < blocks; b++) {
        forward(xHelix + 4 * b * step, block);
        heap.fill(0, product / 4, product / 4 + length);
        accumulate(block, wSpectrum, product);
        backward(product, product);
        heap.copyWithin(outHelix / 4 + b * step, product / 4 + helix.lag, product / 4 + helix.lag + step);
      }
      unwind(heap, outHelix / 4, xRows, 1 / length, out);
    },
    result: () => out,
  };
};
