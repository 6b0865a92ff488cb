// npm run bench:gpu-rivals [W3 …]: helixconv's webgpu backend and the best rivals of npm on the same adapter, lavapipe in Deno, which computes
// in software: the ratios compare algorithms, and say nothing about GPUs. Each contestant has a process and 60 s; the rivals' best path counts.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { bundlePrograms } from "../../scripts/bundle.mjs";
import { deno, lavapipe } from "../../scripts/drivers.mjs";
import { select } from "../selection.js";

const { workloads } = select(process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["W2", "W3", "W6", "W7"], []);
const libraries = ["helixconv", "tfjs direct", "jax-js direct", "jax-js fft"];
const [program, driver] = [deno(), lavapipe()];
if (!program || !driver) throw new Error("needs npm ci, and apt-get install mesa-vulkan-drivers");
await bundlePrograms(["bench/gpuRivals/contestant.ts"], "build/programs");

for (const { name, what, signal, kernel } of workloads) {
  console.log(`\n${name} ${what}: (${signal}) * (${kernel})`);
  let ours = Number.NaN;
  for (const library of libraries) {
    try {
      const { stdout } = await promisify(execFile)(
        program,
        ["run", "--allow-all", "build/programs/bench/gpuRivals/contestant.js", library, name],
        {
          timeout: 60_000,
          killSignal: "SIGKILL",
          env: { ...process.env, VK_DRIVER_FILES: driver },
          maxBuffer: 2 ** 24,
        },
      );
      const { times, samples } = JSON.parse(stdout.trim().split("\n").at(-1) as string) as {
        times: number[];
        samples: number[];
      };
      const median = times[times.length >> 1] as number;
      if (library === "helixconv") ours = median;
      const few = samples.map((sample) => sample.toPrecision(5)).join(" ");
      console.log(
        `  ${(median / ours).toFixed(2).padStart(7)}x  ${library.padEnd(14)} ${median.toFixed(1).padStart(9)} ms of ${times.length} calls; ${few}`,
      );
    } catch (error) {
      const { killed, stderr = "", message } = error as { killed?: boolean; stderr?: string; message: string };
      const lines = stderr.split("\n").filter((line) => /rror/.test(line));
      console.log(
        `           ${library.padEnd(14)} ${killed ? "not within 60 s" : `failed: ${(lines[0] ?? message).slice(0, 160)}`}`,
      );
    }
  }
}
