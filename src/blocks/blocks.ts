// A convolution of chunked arrays as blocks: each computes a whole number of the result's chunks, from the samples that they meet.
//
// All blocks have one shape, so that one plan and one prepared kernel serve them all: at the far edges they compute beyond the array, and that
// is thrown away. Of all shapes that fit into the memory, the one is taken whose run costs least:
//
//   seconds = bytes read and written · BYTE + chunks read and written · REQUEST + points · POINT
//
// A signal's chunk is read as a whole, whatever is needed of it. Consecutive blocks follow each other along one axis, the `run`, and where there is
// memory for it they share the chunks that both need; along the others such chunks are read again.
import { HelixError } from "../errors.js";
import { formatBytes } from "../format.js";
import type { Range } from "../plan/plan.js";
import { type BlockAxis, type BlockProblem, readBy, tapsOf } from "./axes.js";

/** Along each axis; `read` may reach beyond the signal's edges, and `out` beyond the result's, where it is thrown away. Pure data. */
export interface Block {
  index: number;
  out: Range[];
  read: Range[];
  taps: Range[];
}

/** Chunk shapes of the signal and of the result. */
export interface Chunks {
  signal: readonly number[];
  out: readonly number[];
}

export interface Layout {
  /** Outputs of a block along each axis, a whole number of chunks. */
  shape: number[];
  /** The axis along which consecutive blocks follow each other. */
  run: number;
  /** Whether chunks that the next block needs too are kept for it. */
  keep: boolean;
  /** How many blocks there are. */
  count: number;
  /** Bytes of the signal that are read in all, and those of its chunks that hold anything that is needed: the least possible. */
  read: number;
  least: number;
  /** Peak memory of the process, bytes; and of that, what is left for computing beside the arrays. */
  memory: number;
  work: number;
}

/** s per byte, per chunk, and per number that is read, computed on, and written. */
const BYTE = 1e-9;
const REQUEST = 100e-6;
const POINT = 12e-9;

/** What a process with nothing but this library in it takes, and garbage that has not been collected yet; bytes. */
const PROCESS = 192 * 2 ** 20;

/** Chunks under way to or from the store, bytes. */
const UNDER_WAY = 32 * 2 ** 20;

/** At most about so many shapes are compared. */
const SHAPES = 20_000;

/** How many chunks of so many bytes may be under way at once. */
export const chunksAtOnce = (bytes: number): number => Math.min(16, Math.max(2, Math.floor(UNDER_WAY / bytes)));

/**
 * The blocks of a convolution, in the order in which they are best done. Any part of them can be done anywhere, in any order, any number of times.
 *
 * @param memory the most that a process may take, bytes
 * @throws HelixError "out-of-memory" if not even one chunk at a time fits
 */
export const blocks = (problem: BlockProblem, chunks: Chunks, memory: number): Block[] =>
  blocksOf(problem, layOut(problem, chunks, memory));

/** The cheapest of the shapes that fit. */
export function layOut(problem: BlockProblem, chunks: Chunks, memory: number): Layout {
  let best: Layout | undefined;
  let least = 0;
  let seconds = Number.POSITIVE_INFINITY;
  for (const shape of shapes(problem, chunks.out))
    for (const keep of [false, true]) {
      const { layout, cost } = evaluate(problem, chunks, shape, keep);
      least ||= layout.memory;
      if (layout.memory > memory || cost >= seconds) continue;
      [best, seconds] = [layout, cost];
    }
  if (best) return best;
  throw new HelixError(
    "out-of-memory",
    `a block must hold at least one chunk of the result, (${chunks.out.join(", ")}), and what it meets of the signal, which takes ${formatBytes(least)}; memory is ${formatBytes(memory)}; allow more, or choose smaller chunks`,
    { expected: least, actual: memory },
  );
}

/** The blocks of a layout: a grid, along whose `run` the index runs fastest. */
export function blocksOf(problem: BlockProblem, { shape, run, count }: Layout): Block[] {
  return Array.from({ length: count }, (_, index) => blockAt(problem, { shape, run }, index));
}

export function blockAt({ axes }: BlockProblem, { shape, run }: Pick<Layout, "shape" | "run">, index: number): Block {
  const out = new Array<Range>(axes.length);
  let rest = index;
  const order = axes.map((_, d) => d).filter((d) => d !== run);
  for (const d of [...order, run].reverse()) {
    const size = shape[d] as number;
    const along = Math.ceil((axes[d] as BlockAxis).count / size);
    out[d] = { start: (rest % along) * size, size };
    rest = Math.floor(rest / along);
  }
  const each = (find: (axis: BlockAxis, range: Range) => Range) => axes.map((axis, d) => find(axis, out[d] as Range));
  return { index, out, read: each(readBy), taps: each(tapsOf) };
}

/** Candidates, the smallest first: along each axis numbers of chunks that divide it evenly, or nearly so. */
function shapes({ axes }: BlockProblem, chunk: readonly number[]): number[][] {
  const each = Math.max(2, Math.floor(SHAPES ** (1 / axes.length)));
  return axes.reduce<number[][]>(
    (all, { count }, d) => {
      const size = chunk[d] as number;
      const sizes = divisions(Math.ceil(count / size), each).map((chunks) => chunks * size);
      return all.flatMap((shape) => sizes.map((n) => [...shape, n]));
    },
    [[]],
  );
}

/** Of the whole numbers ceil(n/1), ceil(n/2), …, 1, at most so many, evenly spread. */
function divisions(n: number, most: number): number[] {
  const all = new Set<number>();
  for (let parts = n; parts >= 1; ) {
    const size = Math.ceil(n / parts);
    all.add(size);
    // The most parts that give a larger size.
    parts = Math.ceil(n / size) - 1;
  }
  const sizes = [...all];
  if (sizes.length <= most) return sizes;
  return Array.from({ length: most }, (_, k) => sizes[Math.round((k * (sizes.length - 1)) / (most - 1))] as number);
}

/** How a block shape does along one axis. */
interface Along {
  blocks: number;
  /** Samples that one block reads. */
  read: number;
  /** Samples in chunks that the blocks read, summed over all of them: each for itself, or sharing with the one before. */
  apart: number;
  shared: number;
  /** Samples in chunks that hold anything that is needed. */
  needed: number;
  /** The most samples in chunks that a block shares with the next, and that a block reads. */
  held: number;
  touched: number;
}

function alongAxis(axis: BlockAxis, size: number, chunk: number): Along {
  const blocks = Math.ceil(axis.count / size);
  const along: Along = { blocks, read: 0, apart: 0, shared: 0, needed: 0, held: 0, touched: 0 };
  let end = 0;
  for (let b = 0; b < blocks; b++) {
    const { start, size: read } = readBy(axis, { start: b * size, size });
    const from = Math.floor(clamp(start, 0, axis.x) / chunk) * chunk;
    const to = Math.min(axis.x, Math.ceil(clamp(start + read, 0, axis.x) / chunk) * chunk);
    const touched = Math.max(0, to - from);
    const held = b > 0 ? clamp(end - from, 0, touched) : 0;
    along.read = read;
    along.apart += touched;
    along.shared += touched - held;
    along.held = Math.max(along.held, held);
    along.touched = Math.max(along.touched, touched);
    end = Math.max(end, to);
  }
  along.needed = along.shared;
  return along;
}

function evaluate(
  problem: BlockProblem,
  chunks: Chunks,
  shape: number[],
  keep: boolean,
): { layout: Layout; cost: number } {
  const { axes, bytes } = problem;
  const along = axes.map((axis, d) => alongAxis(axis, shape[d] as number, chunks.signal[d] as number));
  const product = (of: (one: Along, d: number) => number) => along.reduce((n, one, d) => n * of(one, d), 1);
  const apart = product((one) => one.apart);
  const gain = ({ apart, shared }: Along) => shared / Math.max(1, apart);
  const run = along.reduce((best, one, d) => (gain(one) < gain(along[best] as Along) ? d : best), axes.length - 1);
  const read = bytes.signal * apart * (keep ? gain(along[run] as Along) : 1);
  const [signalChunk, outChunk] = [volume(chunks.signal) * bytes.signal, volume(chunks.out) * bytes.out];
  const count = product((one) => one.blocks);
  const [input, output] = [product((one) => one.read), volume(shape)];
  const held = keep ? product((one, d) => (d === run ? one.held : one.touched)) * bytes.signal : 0;
  const work = Math.ceil(32 * 2 ** 20 + 1.5 * (input + output) * bytes.out);
  const underWay = 2 * chunksAtOnce(signalChunk) * signalChunk + 2 * chunksAtOnce(outChunk) * outChunk;
  const memory = PROCESS + 2 * (input * bytes.signal + output * bytes.out) + held + underWay + work;
  const written = count * output * bytes.out;
  const cost =
    BYTE * (read + written) + REQUEST * (read / signalChunk + written / outChunk) + POINT * count * (input + output);
  const least = bytes.signal * product((one) => one.needed);
  return { layout: { shape, run, keep, count, read, least, memory, work }, cost };
}

const volume = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n));
