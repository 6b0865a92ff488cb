// Compiles every target of asconfig.json, two at a time.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const asc = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
const targets = Object.keys(JSON.parse(readFileSync("asconfig.json", "utf8")).targets);

async function worker() {
  for (let target = targets.shift(); target; target = targets.shift()) {
    const child = spawn(process.execPath, [asc, "--target", target, "--transform", "./assembly/registers.mjs"], {
      stdio: "inherit",
    });
    const status = await new Promise((resolve) => child.on("exit", resolve));
    if (status !== 0) process.exit(1);
  }
}

await Promise.all([worker(), worker()]);
