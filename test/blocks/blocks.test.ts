// Blocks as pure data: together they are the whole result, each is a whole number of chunks, and reads what it meets.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BlockProblem, blockAxes } from "../../src/blocks/axes.js";
import { blocks, blocksOf, type Chunks, layOut } from "../../src/blocks/blocks.js";
import { piecesByChunk } from "../../src/blocks/sources.js";
import { type Mode, modes } from "../../src/problem/convolve.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

const test = suite("blocks");

const GIB = 2 ** 30;

function problemOf(signal: number[], kernel: number[], mode: Mode = "same"): BlockProblem {
  const axes = signal.map((_, d) => d);
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  return { axes: blockAxes(spec(signal), spec(kernel), mode, axes).axes, bytes: { signal: 4, out: 4 } };
}

const both = (chunk: number[]): Chunks => ({ signal: chunk, out: chunk });

/** An array of 6.4 GB, and a kernel. */
const large = problemOf([64, 160, 320, 488], [5, 5, 5, 5]);
const chunks = both([32, 40, 40, 61]);

test("every output is in one block, of every mode and rank", () => {
  const random = new Random(3);
  for (let trial = 0; trial < 200; trial++) {
    const rank = random.integer(1, 4);
    const sizes = (most: number) => Array.from({ length: rank }, () => random.integer(1, most));
    const signal = sizes(12);
    const kernel = signal.map((n) => random.integer(1, n));
    const problem = problemOf(signal, kernel, random.pick(modes));
    const chunk = both(sizes(6));
    const counts = problem.axes.map(({ count }) => count);
    const seen = new Map<string, number>();
    for (const { out, read, taps } of blocks(problem, chunk, GIB)) {
      out.forEach(({ start, size }, d) => {
        assert.is(start % (chunk.out[d] as number), 0);
        assert.is(size % (chunk.out[d] as number), 0);
        const axis = problem.axes[d] as (typeof problem.axes)[0];
        assert.equal(read[d], { start: axis.lo + start - axis.w + 1, size: size + axis.w - 1 });
        assert.equal(taps[d], { start: 0, size: axis.w });
      });
      const inside = out.map(({ start, size }, d) =>
        Array.from({ length: Math.min(size, (counts[d] as number) - start) }, (_, k) => start + k),
      );
      const all = inside.reduce<number[][]>((list, row) => list.flatMap((t) => row.map((k) => [...t, k])), [[]]);
      for (const t of all) seen.set(String(t), (seen.get(String(t)) ?? 0) + 1);
    }
    assert.is(
      seen.size,
      counts.reduce((n, m) => n * m, 1),
    );
    assert.ok([...seen.values()].every((times) => times === 1));
  }
});

test("consecutive blocks follow each other along the run", () => {
  const layout = layOut(large, chunks, GIB);
  const list = blocksOf(large, layout);
  assert.is(list.length, layout.count);
  assert.equal(
    list.map(({ index }) => index),
    list.map((_, k) => k),
  );
  const differing = list.slice(1).map(({ out }, k) => out.filter(({ start }, d) => start !== list[k]?.out[d]?.start));
  const along = Math.ceil((large.axes[layout.run]?.count as number) / (layout.shape[layout.run] as number));
  assert.is(differing.filter(({ length }) => length === 1).length >= list.length - list.length / along, true);
});

test("the memory of a layout is within what is allowed, and more of it never costs more reading", () => {
  let before = Number.POSITIVE_INFINITY;
  for (const memory of [0.45, 0.6, 1, 2, 4, 16, 64]) {
    const layout = layOut(large, chunks, memory * GIB);
    assert.ok(layout.memory <= memory * GIB, `${layout.memory} of ${memory} GiB`);
    assert.ok(layout.work < layout.memory);
    assert.ok(layout.read <= before, `${layout.read} with ${memory} GiB, ${before} with less`);
    assert.ok(layout.read >= layout.least);
    before = layout.read;
  }
  assert.is(before, 4 * 64 * 160 * 320 * 488, "with memory for all of it, everything is read once");
});

test("what a layout says is read is what its blocks read, each chunk once for all blocks in turn that need it", () => {
  const problem = problemOf([40, 50, 30], [5, 7, 3]);
  const chunk = both([10, 7, 30]);
  const layout = { ...layOut(problem, chunk, GIB), shape: [10, 14, 30], run: 0, count: 4 * 4 };
  const signal = [40, 50, 30];
  let read = 0;
  let before = new Set<string>();
  for (const block of blocksOf(problem, layout)) {
    const along = block.read.map(({ start, size }, d) => {
      const { lo, w, count } = problem.axes[d] as (typeof problem.axes)[0];
      const end = Math.min(start + size, lo + count);
      assert.ok(w > 0);
      return [
        ...piecesByChunk({ start, size: end - start }, signal[d] as number, chunk.signal[d] as number, "zero").keys(),
      ];
    });
    const needed = new Set(
      along.reduce<string[]>((all, list) => all.flatMap((a) => list.map((b) => `${a},${b}`)), [""]),
    );
    read += [...needed].filter((key) => !before.has(key)).length;
    before = needed;
  }
  // 4 chunks along axis 0; along axis 1 blocks of 2 chunks read 3, 4, 4 and 3 of 8; 1 along axis 2.
  assert.is(read, 4 * (3 + 4 + 4 + 3));
});

test("memory for not even one chunk is refused, with what it would take", async () => {
  const { expected, actual } = await throwsHelixError(
    () => layOut(large, chunks, 2 ** 20),
    "out-of-memory",
    /a block must hold at least one chunk of the result, \(32, 40, 40, 61\).* takes \d+ MiB; memory is 1 MiB; allow more, or/,
  );
  assert.is(actual, 2 ** 20);
  assert.ok(layOut(large, chunks, expected as number));
});

test("a thousand times a thousand chunks are laid out quickly", () => {
  const started = performance.now();
  const problem = problemOf([10 ** 6, 10 ** 6], [100, 100]);
  const { count, shape } = layOut(problem, both([1000, 1000]), GIB);
  assert.ok(count > 1000);
  assert.ok(shape.every((n) => n % 1000 === 0));
  assert.ok(performance.now() - started < 2000);
});

test("pieces of chunks stand where the boundary puts them", () => {
  const stands = (boundary: Parameters<typeof piecesByChunk>[3], start: number, size: number) => {
    const found = new Array<number>(size).fill(-1);
    for (const [index, pieces] of piecesByChunk({ start, size }, 7, 3, boundary))
      for (const { from, step, at, size: length } of pieces)
        for (let k = 0; k < length; k++) {
          const inside = from + k * step;
          assert.ok(inside >= 0 && inside < 3);
          assert.is(found[at + k], -1);
          found[at + k] = index * 3 + inside;
        }
    return found;
  };
  assert.equal(stands("zero", -2, 11), [-1, -1, 0, 1, 2, 3, 4, 5, 6, -1, -1]);
  assert.equal(stands("constant", -2, 4), [-1, -1, 0, 1]);
  assert.equal(stands("edge", -2, 11), [0, 0, 0, 1, 2, 3, 4, 5, 6, 6, 6]);
  assert.equal(stands("wrap", -2, 11), [5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1]);
  assert.equal(stands("symmetric", -2, 11), [1, 0, 0, 1, 2, 3, 4, 5, 6, 6, 5]);
  assert.equal(stands("reflect", -2, 11), [2, 1, 0, 1, 2, 3, 4, 5, 6, 5, 4]);
  assert.equal(
    stands("wrap", -20, 16),
    Array.from({ length: 16 }, (_, k) => (((k - 20) % 7) + 7) % 7),
  );
});

test.run();
