// How TypeScript becomes JavaScript here: one set of esbuild options for the library, tests, demo and benchmarks.
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/**
 * A compiled module becomes a string of hexadecimal digits in the code, so that no user has to find a file, nor an engine to wait for one. Base64,
 * shorter as it is, takes 1.6 times as much once compressed on its way: 28 KB for the six modules, where this takes 18.
 */
const wasm = {
  name: "wasm",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ contents: readFileSync(path).toString("hex"), loader: "text" })),
};

const options = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  plugins: [wasm],
  loader: { ".wgsl": "text" },
  // src/version.ts
  define: { HELIXCONV_VERSION: JSON.stringify(version) },
  sourcemap: true,
  logLevel: "warning",
};

/** The modules that the package exports, in TypeScript. */
export const entryPoints = [
  "src/index.ts",
  "src/webgpu.ts",
  "src/filter/index.ts",
  "src/io/npy.ts",
  "src/tfjs/index.ts",
  "src/zarr/index.ts",
];

/** The library and its command line, with nothing left to install; TensorFlow.js and zarrita are their users' own. And the script of threads, in one piece. */
export const bundleLibrary = async () => {
  const library = { ...options, minify: true, outbase: "src", outdir: "build/js" };
  await build({
    ...library,
    entryPoints: [...entryPoints, "src/cli/main.ts"],
    external: ["@tensorflow/*", "zarrita"],
  });
  await build({ ...library, entryPoints: ["src/worker.ts"], splitting: false, format: "iife" });
};

/** Programs that run in this checkout; packages, this one included, are found in node_modules and package.json. */
export const bundlePrograms = (entryPoints, outdir) =>
  build({ ...options, entryPoints, outbase: ".", outdir, packages: "external" });

/** Programs that run in a browser, each with everything in it. */
export const bundlePages = (entryPoints, outdir) =>
  build({ ...options, entryPoints, outbase: ".", outdir, platform: "browser", splitting: false });

/**
 * Those test suites that need no module of Node's, for a page of `outdir`, and uvu.js; the suites' paths there. A browser has none of
 * them, so whoever imports one is left out.
 */
export async function bundleSuites(files, outdir) {
  const settings = { ...options, bundle: true, platform: "browser", sourcemap: "inline", outbase: ".", outdir };
  const external = [...builtinModules, "node:*", "playwright-core", "esbuild"];
  const { metafile } = await build({ ...settings, entryPoints: files, external, metafile: true, write: false });
  const needsNode = (path, seen = new Set()) => {
    if (seen.has(path)) return false;
    seen.add(path);
    const { imports } = metafile.inputs[path];
    return imports.some((each) => (each.external ? true : needsNode(each.path, seen)));
  };
  const suites = files.filter((file) => !needsNode(file));
  const named = suites.map((file) => ({ in: file, out: file.replace(/\.ts$/, "") }));
  await build({ ...settings, entryPoints: [...named, { in: "uvu", out: "uvu" }] });
  return suites.map((file) => file.replace(/\.ts$/, ".js"));
}
