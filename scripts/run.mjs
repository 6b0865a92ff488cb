// node scripts/run.mjs FILE.ts [arguments]: bundles a program and runs it.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundlePrograms } from "./bundle.mjs";

// Programs here time things: by the default rates, with nothing measured in between, unless the caller says otherwise.
process.env.HELIXCONV_CALIBRATION ??= "off";
const [file] = process.argv.splice(2, 1);
await bundlePrograms([file], "build/programs");
process.setSourceMapsEnabled(true);
await import(pathToFileURL(resolve("build/programs", file.replace(/\.ts$/, ".js"))).href);
