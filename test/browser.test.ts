// The suites of this folder in a browser: every one that needs nothing of Node's, on backends js, wasm and wasm with threads.
import { readdirSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundleSuites } from "../scripts/bundle.mjs";
import { equipment, isThere } from "./backends/webgpu/equipment.js";
import { isolated, serve } from "./server.js";

const test = suite("the suites in Chromium");
const FOLDER = "build/pages/suites";

/** Those that need a GPU run in suites of their own, as the page of demo/ does; growth is a matter of time; and team takes more memories than a browser has room for. */
const elsewhere = /^demo|^install|webgpu|growth|team|node_modules/;

if (isThere("chromium", "apt-get install chromium"))
  test("every suite that needs nothing of Node's passes in a page, with threads", async () => {
    const files = readdirSync("test", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts") && !elsewhere.test(file))
      .map((file) => `test/${file}`);
    const suites = await bundleSuites(files, FOLDER);
    assert.ok(suites.length >= 25, `only ${suites.length} suites run in browsers`);
    writeFileSync(`${FOLDER}/index.html`, html);
    const { url, close } = await serve(FOLDER, isolated);
    const browser = await chromium.launch({ executablePath: equipment.chromium as string, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      let lines: string[] = [];
      page.on("console", (message) => void lines.push(message.text()));
      page.on("pageerror", (error) => void lines.push(`FAIL ${error.stack}`));
      const [failures, counts] = [[] as string[], { Total: 0, Passed: 0 }];
      for (const path of suites) {
        lines = [];
        await page.goto(`${url}?${path}`);
        await page.waitForFunction("globalThis.finished", undefined, { timeout: 0 });
        failures.push(...lines.filter((line) => line.includes("FAIL")));
        for (const label of ["Total", "Passed"] as const)
          counts[label] += Number(lines.join("\n").match(new RegExp(`${label}:\\D*?(\\d+)`))?.[1]);
      }
      if (failures.length > 0) throw new Error(`in Chromium:\n${failures.join("\n")}`);
      assert.is(counts.Passed, counts.Total);
      assert.ok(counts.Passed > 300, `only ${counts.Passed} tests`);
      console.log(`\n  in Chromium: ${suites.length} suites, ${counts.Passed} of ${counts.Total} tests passed`);
    } finally {
      await browser.close();
      close();
    }
  });

/** Runs the suite that its query names; each in a page of its own, as memories are freed with it. */
const html = `<!doctype html>
<meta charset="utf-8">
<title>a suite</title>
<script>globalThis.UVU_DEFER = 1;</script>
<script type="module">
const { exec } = await import("./uvu.js");
const path = location.search.slice(1);
UVU_QUEUE.splice(0, Infinity, [path]);
await import("./" + path);
await exec();
globalThis.finished = true;
</script>
`;

test.run();
