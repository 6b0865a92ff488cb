// How TypeScript becomes JavaScript here: one set of esbuild options for the library, tests, demo and benchmarks.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const options = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  // A compiled module becomes a base64 string in the code, and a shader its text, so that no user has to find a file.
  loader: { ".wasm": "base64", ".wgsl": "text" },
  // src/version.ts
  define: { HELIXCONV_VERSION: JSON.stringify(version) },
  sourcemap: true,
  logLevel: "warning",
};

/** The library and its command line, with nothing left to install; TensorFlow.js is its user's own. */
export const bundleLibrary = () =>
  build({
    ...options,
    entryPoints: ["src/index.ts", "src/webgpu.ts", "src/io/npy.ts", "src/tfjs/index.ts", "src/cli/main.ts"],
    external: ["@tensorflow/*"],
    outbase: "src",
    outdir: "build/js",
  });

/** Programs that run in this checkout; packages, this one included, are found in node_modules and package.json. */
export const bundlePrograms = (entryPoints, outdir) =>
  build({ ...options, entryPoints, outbase: ".", outdir, packages: "external" });

/** Programs that run in a browser, each with everything in it. */
export const bundlePages = (entryPoints, outdir) =>
  build({ ...options, entryPoints, outbase: ".", outdir, platform: "browser", splitting: false });
