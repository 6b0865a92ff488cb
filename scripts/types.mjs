// The public types, in one file for each entry point: declarations as the compiler gives them, and of those what is public.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { entryPoints } from "./bundle.mjs";

const declarations = "build/declarations";
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { stdio: "inherit" });
if (status !== 0) process.exit(1);

const input = Object.fromEntries(
  entryPoints.map((path) => path.replace(/^src\/|\.ts$/g, "")).map((name) => [name, `${declarations}/${name}.d.ts`]),
);
const bundle = await rollup({ input, external: [/^@tensorflow\//, "zarrita"], plugins: [dts()] });
rmSync("build/types", { recursive: true, force: true });
await bundle.write({ dir: "build/types", chunkFileNames: ({ name }) => `${name.replace(/\.d$/, "")}.d.ts` });
rmSync(declarations, { recursive: true });
