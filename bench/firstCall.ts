// npm run bench:first-call: what the first call costs on a machine that knows nothing yet: (64,64) * (3,3) in fresh processes of the published library, each
// with an empty cache folder. The wall time of import and first call, beyond that of the tenth call; medians.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { quartiles } from "./interleave.js";

const PROCESSES = 21;

/** Calls that are timed: one by one, the import first. */
const program = `
  const marks = [performance.now()];
  const { convolve } = await import(${JSON.stringify(pathToFileURL(resolve("build/js/index.js")).href)});
  marks.push(performance.now());
  const array = (...shape) => ({ data: new Float32Array(shape[0] * shape[1]).fill(1), shape });
  const [signal, kernel] = [array(64, 64), array(3, 3)];
  for (let call = 0; call < 10; call++) {
    await convolve(signal, kernel);
    marks.push(performance.now());
  }
  console.log(JSON.stringify(marks.slice(1).map((mark, k) => mark - marks[k])));`;

/** ms of the import and of ten calls. */
function timesInFreshProcess(): number[] {
  const cache = mkdtempSync(join(tmpdir(), "helixconv-first-"));
  try {
    const env = { ...process.env, HELIXCONV_CALIBRATION: "", XDG_CACHE_HOME: cache };
    const text = execFileSync(process.execPath, ["--input-type=module", "-e", program], { env, encoding: "utf8" });
    if (existsSync(join(cache, "helixconv")))
      throw new Error(`a small call must not measure the machine; it left ${readdirSync(join(cache, "helixconv"))}`);
    return JSON.parse(text) as number[];
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

const runs = Array.from({ length: PROCESSES }, timesInFreshProcess);
const show = (title: string, of: (times: number[]) => number) => {
  const { median, lower, upper } = quartiles(runs.map(of));
  console.log(`${title.padEnd(44)} ${median.toFixed(2)} ms, half of them ${lower.toFixed(2)} to ${upper.toFixed(2)}`);
};
const at = (times: number[], k: number) => times[k] as number;
show("import", (times) => at(times, 0));
show("first call", (times) => at(times, 1));
show("tenth call", (times) => at(times, 10));
show("import and first call, beyond the tenth call", (times) => at(times, 0) + at(times, 1) - at(times, 10));
