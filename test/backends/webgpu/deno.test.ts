// The webgpu backend in Deno, on wgpu and lavapipe: a second compiler of WGSL and a second driver.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundlePrograms } from "../../../scripts/bundle.mjs";
import { equipment, isThere } from "./equipment.js";
import type { Report, Task } from "./program.js";

const test = suite("webgpu in Deno");

if (isThere("deno", "npm ci") && isThere("lavapipe", "apt-get install mesa-vulkan-drivers"))
  test("computes the case table, and problems of many workgroups, by every plan", async () => {
    await bundlePrograms(["test/backends/webgpu/denoProgram.ts"], "build/programs");
    const task: Task = {
      every: 1,
      large: [
        [[200_000], [3000]],
        [
          [300, 400],
          [21, 30],
        ],
        [
          [12, 13, 30, 31],
          [3, 4, 5, 6],
        ],
      ],
    };
    const { stdout } = await promisify(execFile)(
      equipment.deno as string,
      ["run", "--allow-all", "build/programs/test/backends/webgpu/denoProgram.js", JSON.stringify(task)],
      { env: { ...process.env, VK_DRIVER_FILES: equipment.lavapipe as string }, maxBuffer: 2 ** 24 },
    );
    const report = JSON.parse(stdout.trim().split("\n").at(-1) as string) as Report;
    assert.equal(report.failures, []);
    assert.match(report.adapter, /llvmpipe/);
    assert.ok(report.plans > 120, `only ${report.plans} plans`);
    assert.ok(Object.keys(report.errors).length >= 10);
    for (const [what, error] of Object.entries(report.errors)) assert.ok(error <= 5e-7, `${what}: error ${error}`);
    assert.ok(report.untouched);
  });

test.run();
