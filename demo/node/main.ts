// npm start: the main job. (a) A real 4-D MRI, filtered by a rotated 4-D Gaussian; (b) the headline benchmark. On every backend of
// this machine, with the error against direct sums in float64; the exit status is 1 if one is over its bound.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { backends, convolve, explain, type NdArray } from "helixconv";
import { decodeNpy } from "helixconv/npy";
import { Random } from "../../test/random.js";
import { sampledError } from "../../test/sampled.js";
import { rotatedGaussian } from "../gaussian.js";
import { sideBySide } from "./picture.js";

/** Float32, relative to |x| * |w|, at up to 2^22 numbers on the helix. */
const BOUND = 5e-7;
const PICTURE = "build/demo/mri.png";

/** A job on every backend, `runs` times each; the results must be right, and the last is returned. */
async function onEveryBackend(title: string, signal: NdArray, kernel: NdArray): Promise<NdArray> {
  console.log(
    `\n${title}: (${signal.shape.join(", ")}) * (${kernel.shape.join(", ")}), same, ${signal.data.constructor.name}`,
  );
  let result: NdArray | undefined;
  for (const { name, available, detail } of await backends()) {
    if (!available) {
      console.log(`  ${name.padEnd(5)} not available: ${detail}`);
      continue;
    }
    const options = { mode: "same", backend: name } as const;
    const { plan, candidates } = await explain("convolve", { signal, kernel }, options);
    const tight = candidates.find(({ form, outer, blocks }) => form === "spectral" && outer === 0 && blocks === 1);
    const apart = plan.outer > 0 ? `, ${plan.outer} outer axis apart` : "";
    const times: number[] = [];
    for (let run = 0; run < (name === "js" ? 3 : 15); run++) {
      const start = performance.now();
      result = await convolve(signal, kernel, options);
      times.push(performance.now() - start);
    }
    const y = result as NdArray;
    const error = sampledError(signal, kernel, y, "same");
    console.log(
      `  ${name.padEnd(5)} ${detail}\n` +
        `        shape (${y.shape.join(", ")}), method ${plan.method}${apart}, helix ${count(tight?.helix)} against the textbook's ${count(tight?.textbook)}\n` +
        `        median ${median(times).toFixed(1)} ms of ${times.length} runs, first ${times[0]?.toFixed(1)} ms; error ${error.toExponential(1)}, bound ${BOUND.toExponential(0)}`,
    );
    if (!(error <= BOUND)) {
      console.error(`        the error is over the bound`);
      process.exitCode = 1;
    }
  }
  return result as NdArray;
}

const count = (n = 0): string => n.toLocaleString("en");
const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

// (a)
const { data, shape } = decodeNpy(readFileSync("demo/data/mri-4d.npy"));
const mri: NdArray = { data: Float32Array.from(data), shape };
const gaussian = rotatedGaussian(
  [3, 7, 13, 13],
  [0.8, 1, 3.5, 0.8],
  [
    { plane: [2, 3], degrees: 35 },
    { plane: [1, 2], degrees: 20 },
    { plane: [0, 3], degrees: 25 },
  ],
);
const smooth = await onEveryBackend("4-D MRI, rotated Gaussian", mri, gaussian);

const [, depth, height, width] = shape as [number, number, number, number];
const slice = ({ data }: NdArray) =>
  Array.from(data).slice((depth / 2) * height * width, (depth / 2 + 1) * height * width);
mkdirSync("build/demo", { recursive: true });
writeFileSync(PICTURE, sideBySide(slice(mri), slice(smooth), width));
console.log(`  slice z = ${depth / 2} of the first volume, before and after: ${PICTURE}`);

// (b)
const random = new Random(2026);
// As energies are, so that the error is a plain relative error.
const energies = (...size: number[]): NdArray => ({
  data: Float32Array.from(random.reals(size.reduce((n, m) => n * m, 1)), Math.abs),
  shape: size,
});
await onEveryBackend("Headline", energies(25, 25, 41, 51), energies(10, 10, 10, 10));
