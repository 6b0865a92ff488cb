// convolveZarr where things go wrong: an error that says what to do, or the right answer, and nothing lost.
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as zarr from "zarrita";
import { convolve } from "../../src/index.js";
import { type ConvolveZarrOptions, convolveZarr, FolderStore } from "../../src/zarr/index.js";
import { throwsHelixError } from "../throws.js";
import { contents, leastMemory, numbers, type Store, stored } from "./stored.js";

const test = suite("convolveZarr, faults");

const kernel = numbers([3, 3]);
const signal = numbers([30, 30]);
const options: ConvolveZarrOptions = { mode: "same" };
test.before(async () => {
  // One chunk of the result at a time, so that there are many blocks.
  options.memory = await leastMemory(await stored(signal, [8, 8]), kernel, options);
});

const run = async (input: zarr.Array<zarr.DataType, zarr.Readable>, output: zarr.Mutable, more: object = {}) =>
  convolveZarr(input, kernel, zarr.root(output), { ...options, ...more });

/** A store that does as it is told before each chunk of the result is set. */
class Troubled extends Map<string, Uint8Array> {
  chunks = 0;
  constructor(private readonly before: (chunks: number) => void) {
    super();
  }
  override set(key: string, bytes: Uint8Array): this {
    if (key.startsWith("/c/")) this.before(this.chunks++);
    return super.set(key, bytes);
  }
}

const sameStores = (a: Store, b: Store) => {
  const chunks = (store: Store) =>
    [...store].filter(([key]) => key.startsWith("/c/")).sort(([p], [q]) => (p < q ? -1 : 1));
  assert.equal(chunks(a).length > 0, true);
  assert.equal(chunks(a), chunks(b));
};

const whole = async () => {
  const output: Store = new Map();
  const input = await stored(signal, [8, 8]);
  const { blocks } = await run(input, output);
  return { input, output, blocks };
};

function full(): never {
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

test("a full disk is told, what is finished stays, and the same call goes on to the same bits", async () => {
  const { input, output: expected, blocks } = await whole();
  assert.ok(blocks > 4);
  let space = 5;
  const output = new Troubled((chunks) => (chunks >= space ? full() : undefined));
  await throwsHelixError(
    () => run(input, output),
    "store",
    /^chunk \/c\/.* cannot be written: ENOSPC: no space left on device, write; what is finished stays, so make room/,
  );
  space = Number.POSITIVE_INFINITY;
  const { computed } = await run(input, output);
  assert.ok(computed < blocks && computed > 0, `${computed} of ${blocks} blocks`);
  sameStores(output, expected);
});

test("what was interrupted goes on, and what is finished is not computed again", async () => {
  const { input, output: expected, blocks } = await whole();
  const stop = new AbortController();
  const output: Store = new Map();
  const interrupted = run(input, output, {
    abort: stop.signal,
    onProgress: (fraction: number) => fraction > 0.5 && stop.abort(new Error("enough")),
  });
  await interrupted.then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /enough|aborted/),
  );
  const { computed } = await run(input, output);
  assert.ok(computed > 0 && computed < blocks);
  sameStores(output, expected);
  assert.is((await run(input, output)).computed, 0);
});

test("a chunk that is torn, changed or gone is written again, and no other", async () => {
  const { input, output, blocks } = await whole();
  const expected = new Map(output);
  const first = output.get("/c/0/0") as Uint8Array;
  for (const damage of [
    () => output.set("/c/0/0", first.slice(0, 10)),
    () =>
      output.set(
        "/c/0/0",
        first.map((byte, i) => (i === 7 ? byte ^ 1 : byte)),
      ),
    () => output.delete("/c/0/0"),
  ]) {
    damage();
    const { computed } = await run(input, output);
    assert.ok(computed < blocks && computed > 0);
    sameStores(output, expected);
  }
});

test("shards do the whole, each its part, with the bits of a single run", async () => {
  const { input, output: expected, blocks } = await whole();
  const output: Store = new Map();
  const reports = [];
  for (const index of [2, 0, 1]) reports.push(await run(input, output, { shard: { index, count: 3 } }));
  assert.is(
    reports.reduce((sum, report) => sum + report.computed, 0),
    blocks,
  );
  sameStores(output, expected);
  for (const shard of [
    { index: 3, count: 3 },
    { index: -1, count: 2 },
    { index: 0.5, count: 2 },
  ])
    await throwsHelixError(() => run(input, new Map(), { shard }), "option", /shard must be \{ index, count \}/);
});

test("a corrupt chunk of the signal is told by its place, whatever its codec", async () => {
  for (const codecs of [[], [{ name: "zstd", configuration: { level: 1 } }]]) {
    const store: Store = new Map();
    const input = await stored(signal, [8, 8], { store, codecs });
    store.set("/c/1/2", (store.get("/c/1/2") as Uint8Array).slice(0, 40));
    const output: Store = new Map();
    await throwsHelixError(() => run(input, output), "format", /^chunk \(1, 2\) of \/ .*write it again/);
  }
});

test("a store that cannot be read is told", async () => {
  const store: Store = new Map();
  await stored(signal, [8, 8], { store });
  const broken = {
    get: async (key: string) => {
      if (key === "/c/1/1") throw new Error("EIO: i/o error, read");
      return store.get(key);
    },
  };
  const input = await zarr.open(broken as zarr.AsyncReadable, { kind: "array" });
  await throwsHelixError(() => run(input, new Map()), "store", /^chunk \(1, 1\) of \/ cannot be read: EIO: i\/o error/);
});

test("an output that is the signal, or in it, is refused, and the signal is as it was", async () => {
  const store: Store = new Map();
  const input = await stored(signal, [8, 8], { store });
  const before = new Map(store);
  await throwsHelixError(() => run(input, store), "option", /the result must have a place apart from the signal's/);
  const inside = zarr.root(store).resolve("inside");
  await throwsHelixError(() => convolveZarr(input, kernel, inside, options), "option", /one lies in the other/);
  assert.equal(store, before);
});

test("an output that something else is at, or another convolution, is refused and left as it is", async () => {
  const input = await stored(signal, [8, 8]);
  const other: Store = new Map();
  await stored(numbers([5]), [2], { store: other });
  const before = new Map(other);
  await throwsHelixError(() => run(input, other), "option", /there is a zarr\.json without a recipe; choose another/);
  assert.equal(other, before);
  const output: Store = new Map();
  await run(input, output);
  const finished = new Map(output);
  for (const [more, name] of [
    [{ mode: "full" }, "mode"],
    [{ boundary: "wrap" }, "boundary"],
    [{ chunks: [4, 4] }, "chunks"],
  ] as const)
    await throwsHelixError(() => run(input, output, more), "option", new RegExp(`differs in ${name}`));
  await throwsHelixError(
    () => convolveZarr(input, numbers([3, 3]), zarr.root(output), options),
    "option",
    /differs in kernel/,
  );
  assert.equal(output, finished);
});

test("arrays that hold no numbers, and options that go with no blocks, are refused", async () => {
  const place = zarr.root(new Map());
  const bool = await zarr.create(place, { shape: [4], chunkShape: [2], dtype: "bool" });
  await throwsHelixError(
    () => convolveZarr(bool, numbers([2]), zarr.root(new Map())),
    "dtype",
    /holds bool; convert it/,
  );
  const input = await stored(signal, [8, 8]);
  const refuse = (more: object, message: RegExp) =>
    throwsHelixError(() => run(input, new Map(), more), "option", message);
  await refuse({ boundary: "helical" }, /"helical" winds the whole array/);
  await refuse({ boundary: "round" }, /boundary must be one of/);
  await refuse({ chunks: [4] }, /chunks must be a positive whole number for each of the 2 axes/);
  await refuse({ chunks: [4, 0] }, /chunks must be/);
  await refuse({ axes: [2] }, /axes must be different whole numbers/);
  await refuse({ mode: "all" }, /mode must be one of/);
  await refuse({ codecs: [{ name: "gzip", configuration: {} }] }, /gzip/);
  await throwsHelixError(() => convolveZarr(input, numbers([3]), zarr.root(new Map())), "shape", /kernel has rank 1/);
});

// --- folders

const home = fs.mkdtempSync(join(tmpdir(), "helixconv-zarr-"));
test.after(() => fs.rmSync(home, { recursive: true, force: true }));
const folder = (name: string) => new FolderStore(join(home, name));

test("folders hold signals and results, and a chunk is replaced as a whole", async () => {
  const input = await zarr.create(folder("x.zarr"), { shape: [30, 30], chunkShape: [8, 8], dtype: "float32" });
  await zarr.set(input, null, { data: signal.data as Float32Array<ArrayBuffer>, shape: [30, 30], stride: [30, 1] });
  const output = folder("y.zarr");
  await run(input, output);
  const expected = await convolve(signal, kernel, { mode: "same" });
  const { data } = await contents(output);
  for (const [i, value] of data.entries()) assert.ok(Math.abs(value - (expected.data[i] as number)) < 1e-5);
  const names = fs.readdirSync(join(home, "y.zarr"), { recursive: true }).map(String);
  assert.ok(names.includes(join("c", "0", "0")));
  assert.is(
    names.some((name) => name.endsWith(".tmp")),
    false,
  );
  await throwsHelixError(() => run(input, folder("x.zarr")), "option", /a place apart/);
});

test("of several that write a file first, one does", async () => {
  const store = folder("first");
  const text = (k: number) => new TextEncoder().encode(String(k));
  const won = await Promise.all(Array.from({ length: 8 }, (_, k) => store.setNew("/a/b", text(k))));
  assert.is(won.filter(Boolean).length, 1);
  assert.equal(await store.get("/a/b"), text(won.indexOf(true)));
});

test("parts of files are read, and keys do not lead out of the folder", async () => {
  const store = folder("parts");
  await store.set("/a", Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal(await store.getRange("/a", { offset: 1, length: 3 }), Uint8Array.of(2, 3, 4));
  assert.equal(await store.getRange("/a", { suffixLength: 2 }), Uint8Array.of(4, 5));
  assert.is(await store.get("/b"), undefined);
  assert.is(await store.get("/a/b"), undefined);
  await throwsHelixError(() => store.get("/../secret"), "store", /must stay within its folder/);
});

test("a folder that may not be written is told", async () => {
  const input = await stored(signal, [8, 8]);
  fs.writeFileSync(join(home, "file"), "");
  await throwsHelixError(() => run(input, folder("file/y.zarr")), "store", /cannot be written: E(NOTDIR|EXIST)/);
  if (process.getuid?.() === 0) return;
  fs.mkdirSync(join(home, "closed"), { mode: 0o500 });
  await throwsHelixError(() => run(input, folder("closed/y.zarr")), "store", /cannot be written: EACCES/);
});

test.run();
