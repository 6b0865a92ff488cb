// The webgpu backend in a browser, headless Chromium with its software driver, as an ES module that a page imports.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundlePages } from "../../../scripts/bundle.mjs";
import { equipment, isThere } from "./equipment.js";
import type { Report, Task } from "./program.js";

const test = suite("webgpu in Chromium");

/** The module, as the page asks for it. */
const PROGRAM = "/test/backends/webgpu/program.js";

if (isThere("chromium", "apt-get install chromium"))
  test("computes a part of the case table, and problems of several workgroups, by every plan", async () => {
    await bundlePages(["test/backends/webgpu/program.ts"], "build/pages");
    const server = createServer((request, response) => {
      const isProgram = request.url === PROGRAM;
      response.setHeader("content-type", isProgram ? "text/javascript" : "text/html");
      response.end(isProgram ? readFileSync(`build/pages${PROGRAM}`) : "<!doctype html><title>webgpu</title>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const browser = await chromium.launch({
      executablePath: equipment.chromium as string,
      args: ["--no-sandbox", "--enable-unsafe-webgpu"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const task: Task = { every: 6, large: [[[9000], [300]]] };
      // Text, so that no bundler looks at the import.
      const report = await page.evaluate<Report>(
        `import("${PROGRAM}").then(({ runProgram }) => runProgram(${JSON.stringify(task)}))`,
      );
      assert.equal(report.failures, []);
      assert.match(report.adapter, /computes in software/);
      assert.ok(report.plans > 20, `only ${report.plans} plans`);
      for (const [what, error] of Object.entries(report.errors)) assert.ok(error <= 5e-7, `${what}: error ${error}`);
      assert.ok(report.untouched);
    } finally {
      await browser.close();
      server.close();
    }
  });

test.run();
