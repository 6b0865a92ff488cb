// node scripts/run.mjs FILE.ts [arguments]: bundles a program and runs it.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundlePrograms } from "./bundle.mjs";

const [file] = process.argv.splice(2, 1);
await bundlePrograms([file], "build/programs");
process.setSourceMapsEnabled(true);
await import(pathToFileURL(resolve("build/programs", file.replace(/\.ts$/, ".js"))).href);
