// Runs every test/**/*.test.ts with uvu, and closes with the line "N passed, N failed, N skipped" that CI reads. Arguments are
// patterns of file names to run; without any, all run but those of the installed package (npm run test:install).
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { bundlePrograms } from "../scripts/bundle.mjs";
import { swiftShader } from "../scripts/drivers.mjs";

const given = process.argv.slice(2);
const patterns = (given.length > 0 ? given : ["^(?!install/)"]).map((pattern) => new RegExp(pattern));
const files = readdirSync("test", { recursive: true })
  .filter(
    (file) =>
      file.endsWith(".test.ts") && !file.includes("node_modules") && patterns.some((pattern) => pattern.test(file)),
  )
  .map((file) => `test/${file}`);

rmSync("build/test", { recursive: true, force: true });
await bundlePrograms(files, "build");

const uvu = createRequire(import.meta.url)
  .resolve("uvu")
  .replace(/dist.*/, "bin.js");
const child = spawn(process.execPath, ["--enable-source-maps", uvu, "build/test", "\\.test\\.js$"], {
  stdio: ["ignore", "pipe", "inherit"],
  // The GPU of this test run, unless the environment names another: a driver that computes in software, and is always the same. And what a test
  // sees chosen does not depend on what machines were measured to do before.
  env: { VK_DRIVER_FILES: swiftShader() ?? "", ...process.env, HELIXCONV_CALIBRATION: "off" },
});
let output = "";
child.stdout.on("data", (chunk) => {
  process.stdout.write(chunk);
  output += chunk;
});
const status = await new Promise((resolve) => child.on("close", resolve));
const count = (label) => Number(output.match(new RegExp(`${label}:\\D*(\\d+)`))?.[1] ?? 0);
const [total, passed, skipped] = [count("Total"), count("Passed"), count("Skipped")];
const failed = Math.max(total - passed, status === 0 && total > 0 ? 0 : 1);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 ? 1 : 0);
