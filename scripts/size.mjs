// npm run size: what a runtime loads, compressed as servers send it. By default every WebAssembly build is in the package's one piece of
// code, so that nothing need be fetched, found or awaited; what computes on a GPU is loaded where there is one.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const folder = "build/js";
const KB = 1024;

/** A built module and all that it imports at once. */
function loadedBy(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const code = readFileSync(join(folder, file), "utf8");
  for (const [, path] of code.matchAll(/(?:from|import)"(\.[^"]+)"/g)) loadedBy(join(dirname(file), path), found);
  return found;
}

/** What it may import later. */
const loadedLaterBy = (files) =>
  new Set(
    [...files].flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(/import\("(\.[^"]+)"\)/g)].map(([, path]) =>
        join(dirname(file), path),
      ),
    ),
  );

const compressed = (files, compress) =>
  [...files].reduce((sum, file) => sum + compress(readFileSync(join(folder, file))).length, 0);

/** What each way to use the package loads, and what it may. Bytes. */
export function weigh() {
  const whole = loadedBy("index.js");
  const later = [...loadedLaterBy(whole)].flatMap((file) => [...loadedBy(file)]).filter((file) => !whole.has(file));
  return [
    { name: 'import "helixconv"', files: whole, budget: 80 * KB },
    { name: "later, where there is a GPU", files: new Set(later), budget: 20 * KB },
  ].map(({ name, files, budget }) => ({
    name,
    gzip: compressed(files, (bytes) => gzipSync(bytes, { level: 9 })),
    brotli: compressed(files, brotliCompressSync),
    budget,
  }));
}

/** `import { convolve } from "helixconv"` in a bundle that leaves out what is not used. */
async function bundled() {
  const stdin = { contents: 'export { convolve } from "./index.js"', resolveDir: folder };
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    outdir: "out",
    write: false,
    logLevel: "error",
  });
  const entry = outputFiles.find(({ path }) => path.endsWith("stdin.js"));
  return gzipSync(entry.contents, { level: 9 }).length;
}

if (import.meta.filename === process.argv[1]) {
  for (const { name, gzip, brotli, budget } of weigh())
    console.log(
      `${name}: ${(gzip / KB).toFixed(1)} KB gzip, ${(brotli / KB).toFixed(1)} KB brotli; budget ${budget / KB} KB`,
    );
  console.log(`a bundle of convolve alone: ${((await bundled()) / KB).toFixed(1)} KB gzip`);
}
