import { rmSync } from "node:fs";
import { bundleLibrary } from "./bundle.mjs";

rmSync("build/js", { recursive: true, force: true });
await bundleLibrary();
