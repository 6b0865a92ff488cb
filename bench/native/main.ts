// npm run bench:native [W1 … workloads transforms]: helixconv beside SciPy, FFTW and PyTorch, in turns; one thread each, and layers on two as well. SciPy's memory is
// pinned, FFTW's plans are by MEASURE (the first run takes some minutes for them). Kept in bench/results/native.json.
import { readFileSync, writeFileSync } from "node:fs";
import type { FloatArray } from "helixconv";
import type { Workload } from "../../src/cli/workloads.js";
import { mustAgree } from "../check.js";
import { type Arrays, arraysOf, type Competitor } from "../competitor.js";
import { ourCompetitors, threadedCompetitors } from "../helixconv.js";
import { type Contestant, inProcess, interleave } from "../interleave.js";
import { transformLengths, transformName } from "../lengths.js";
import { keep, showScores, showTimings } from "../report.js";
import { select } from "../selection.js";
import { contestantOf, ours } from "../transforms.js";
import { Child } from "./child.js";
import { type Program, programs, scratchFile } from "./programs.js";

interface Method {
  name: string;
  program: Program["name"];
  /** The program's name of it. */
  method: string;
}

function methodsFor({ name, precision, layer, signal }: Workload): Method[] {
  if (layer)
    return signal.length > 5
      ? [
          { name: "torch, composed of conv3d", program: "torch", method: "composed" },
          { name: "torch.fft", program: "torch", method: "fft" },
        ]
      : [
          { name: "torch conv3d", program: "torch", method: "layer" },
          { name: "torch conv3d, 2 threads", program: "torch", method: "layer-2" },
        ];
  const fftconvolve: Method = { name: "SciPy fftconvolve", program: "SciPy", method: "fftconvolve" };
  const oaconvolve: Method = { name: "SciPy oaconvolve", program: "SciPy", method: "oaconvolve" };
  // Planning by MEASURE takes minutes for each length, so only where it is asked for.
  const helix: Method = { name: "FFTW, tight helix", program: `FFTW-${precision}`, method: "helix" };
  switch (name) {
    case "W1":
    case "W1-f64":
      return [fftconvolve, helix];
    case "W2":
      return [fftconvolve, oaconvolve];
    case "W4":
      return [
        { name: "SciPy ndimage.convolve", program: "SciPy", method: "ndimage" },
        { name: "torch conv3d", program: "torch", method: "conv" },
      ];
    case "W7":
      return [fftconvolve, oaconvolve, helix];
    case "W8":
      return [fftconvolve, { name: "SciPy gaussian_filter", program: "SciPy", method: "gaussian" }];
    default:
      return [fftconvolve];
  }
}

const { workloads, sections } = select(process.argv.slice(2), ["workloads", "transforms"]);
const available = new Map(programs().map((program) => [program.name, program]));
const running = new Map<Program["name"], Child>();

try {
  for (const workload of sections.has("workloads") ? workloads : []) await beside(workload);
  for (const precision of ["f32", "f64"] as const)
    for (const length of sections.has("transforms") ? transformLengths : []) await transforms(length, precision);
} finally {
  for (const child of running.values()) child.end();
}
console.log("\nkept in bench/results/");

async function beside(workload: Workload): Promise<void> {
  const { name, what, signal, kernel, precision } = workload;
  console.log(`\n${name} ${what}: (${signal}) * (${kernel}), ${precision}`);
  const arrays = arraysOf(workload);
  const threaded = workload.layer ? await threadedCompetitors(workload, arrays) : [];
  const our = [...(await ourCompetitors(workload, arrays)), ...threaded];
  const expected = await resultOf(our[0] as Competitor);
  const native: Contestant[] = [];
  for (const method of methodsFor(workload)) {
    const contestant = await enter(method, workload, arrays, expected);
    if (contestant) native.push(contestant);
  }
  const timings = await interleave([...our.map(inProcess), ...native], { seconds: 10, least: 5, most: 100 });
  showTimings(timings);
  showScores(name, timings);
  keep("native", name, what, timings);
}

async function resultOf({ run, result }: Competitor): Promise<FloatArray> {
  await run();
  return result().slice();
}

/** A native method on given arrays, checked; undefined if it is not installed. */
async function enter(
  { name, program, method }: Method,
  { name: workload, signal, kernel, precision }: Workload,
  arrays: Arrays,
  expected: FloatArray,
): Promise<Contestant | undefined> {
  const child = childOf(program);
  if (!child) return undefined;
  const file = (what: string) => scratchFile(`${workload}.${what}`);
  writeFileSync(file("signal"), bytesOf(arrays.signal));
  writeFileSync(file("kernel"), bytesOf(arrays.kernel));
  const id = `${workload}.${method}`;
  await child.open(id, method, precision, signal.join(), kernel.join(), file("signal"), file("kernel"));
  await child.run(id, 1);
  await child.write(id, file("result"));
  mustAgree(name, numbersOf(file("result"), precision), expected, precision);
  return { name, time: (calls) => child.run(id, calls) };
}

async function transforms(length: number, precision: "f32" | "f64"): Promise<void> {
  const child = childOf(`FFTW-${precision}`);
  if (!child) return;
  const name = transformName(length, precision);
  console.log(`\n${name} real numbers, transformed there and back, ${precision}`);
  await child.open(name, "transform", length);
  const contestants = [
    contestantOf(ours(length, precision), length, precision),
    { name: "FFTW", time: (calls: number) => child.run(name, calls) },
  ];
  const timings = await interleave(contestants, { seconds: 1, least: 9, most: 100 });
  showTimings(timings);
  showScores(name, timings);
  keep("native", name, "a transform there and back", timings);
}

function childOf(name: Program["name"]): Child | undefined {
  const program = available.get(name);
  if (!program) return undefined;
  const child = running.get(name) ?? new Child(program);
  running.set(name, child);
  return child;
}

function bytesOf({ buffer, byteOffset, byteLength }: FloatArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function numbersOf(file: string, precision: "f32" | "f64"): FloatArray {
  const { buffer } = Uint8Array.from(readFileSync(file));
  return precision === "f32" ? new Float32Array(buffer) : new Float64Array(buffer);
}
