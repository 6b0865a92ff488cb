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

/** Those that need a GPU run in suites of their own; growth is a matter of time; and team takes more memories than a browser has room for. */
const elsewhere = /^install|webgpu|growth|team|node_modules/;

if (isThere("chromium", "apt-get install chromium"))
  test("every suite that needs nothing of Node's passes in a page, with threads", async () => {
    const files = readdirSync("test", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts") && !elsewhere.test(file))
      .map((file) => `test/${file}`);
    const suites = await bundleSuites(files, FOLDER);
    assert.ok(suites.length >= 25, `only ${suites.length} suites run in browsers`);
    writeFileSync(`${FOLDER}/index.html`, pageOf(suites));
    const { url, close } = await serve(FOLDER, isolated);
    const browser = await chromium.launch({ executablePath: equipment.chromium as string, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const lines: string[] = [];
      page.on("console", (message) => void lines.push(message.text()));
      page.on("pageerror", (error) => void lines.push(`FAIL ${error.stack}`));
      await page.goto(url);
      await page.waitForFunction("globalThis.finished", undefined, { timeout: 0 });
      const output = lines.join("\n");
      const count = (label: string) => Number(output.match(new RegExp(`${label}:\\D*?(\\d+)`))?.[1]);
      const failures = lines.filter((line) => line.includes("FAIL"));
      if (failures.length > 0) throw new Error(`in Chromium:\n${failures.join("\n")}`);
      assert.is(count("Passed"), count("Total"));
      assert.ok(count("Passed") > 300, `only ${count("Passed")} tests`);
      console.log(`\n  in Chromium: ${suites.length} suites, ${count("Passed")} of ${count("Total")} tests passed`);
    } finally {
      await browser.close();
      close();
    }
  });

/** uvu collects the suites and runs them one after the other. */
const pageOf = (suites: string[]): string => `<!doctype html>
<meta charset="utf-8">
<title>suites</title>
<script>globalThis.UVU_DEFER = 1;</script>
<script type="module">
const { exec } = await import("./uvu.js");
UVU_QUEUE.length = 0;
for (const file of ${JSON.stringify(suites)}) {
  globalThis.UVU_INDEX = UVU_QUEUE.push([file]) - 1;
  await import("./" + file);
}
await exec();
globalThis.finished = true;
</script>
`;

test.run();
