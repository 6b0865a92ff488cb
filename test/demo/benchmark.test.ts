// The benchmark of the page: run to its end, cancelled, explained and copied.
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { choose, chromiumIsThere, keepPicture, textOf, Visitor } from "./browser.js";

const test = suite("the benchmark");

/** Float32, relative to |x| * |w|. */
const BOUND = 5e-7;

if (chromiumIsThere()) {
  const visitor = new Visitor();
  test.after(() => visitor.close());

  /** Opens the page, and leaves only these workloads ticked. */
  async function openWith(workloads: string[]): Promise<Page> {
    const page = await visitor.open({ permissions: ["clipboard-read", "clipboard-write"] });
    for (const name of ["W1", "W2", "W3", "W4", "W5"]) if (!workloads.includes(name)) await choose(page, name);
    return page;
  }

  test("runs to its end, with times and errors of every backend, a chart and a plan that is explained", async () => {
    const page = await openWith(["W5"]);
    await watchPauses(page);
    await page.click("#start");
    assert.ok(await page.isDisabled("#start"));
    await textOf(page, "#benchmark-status", /W5 on (wasm|js), [12] of 2/);
    assert.equal(await textOf(page, "#benchmark-status", /Done|failed/), "Done: 2 timings.");
    const copied = await copy(page);
    assert.equal(
      copied.timings.map(({ backend }) => backend),
      ["wasm", "js"],
    );
    const [wasm, js] = copied.timings as [Copied, Copied];
    for (const { error, median, quartiles } of [wasm, js]) {
      assert.ok(error > 0 && error <= BOUND, `error ${error}`);
      assert.ok(quartiles[0] <= median && median <= quartiles[1]);
    }
    assert.ok(js.median > 3 * wasm.median, "wasm is the faster");
    assert.equal(copied.backends.map(({ name }) => name).sort(), ["js", "wasm", "webgpu"]);
    assert.ok(copied.crossOriginIsolated);
    // The page never stood still for long while js computed, which it does for a second.
    const pause = await page.evaluate<number>("globalThis.longestPause");
    assert.ok(pause < js.median / 2, `the page stood still for ${pause} ms`);
    const cells = await page.locator('#timings tr[data-backend="wasm"]').textContent();
    assert.match(cells ?? "", /^W5 wasm(fft|direct|overlap-save)/);
    await page.locator("#chart svg").first().waitFor();
    const marks = await page.locator("#chart svg").first().textContent();
    assert.match(marks ?? "", /wasm [\d.]+ m?s/);
    assert.match(marks ?? "", /js [\d.]+ m?s/);
    await page.click('#timings tr[data-backend="wasm"] button');
    assert.match(await textOf(page, "#plan-title", /W5/), /^W5 on wasm: /);
    assert.match(await textOf(page, "#plan-reason", /./), /fastest with backend "wasm"/);
    assert.equal(await page.locator("#candidates .chosen").count(), 1);
    // All axes wound: 14·14·18·18·22 numbers are enough, and the textbook takes 16·16·20·20·24.
    assert.match((await page.textContent("#candidates tbody")) ?? "", /1,397,088\s*2,457,600/);
    await keepPicture(page, "#benchmark", "benchmark");
    await page.setViewportSize({ width: 390, height: 800 });
    await page.waitForFunction(() => (document.querySelector("#chart svg")?.clientWidth ?? 999) < 390);
    await keepPicture(page, "#benchmark", "phone-benchmark");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    await page.context().close();
  });

  test("stops in the middle of a call when it is cancelled, and runs again", async () => {
    const page = await openWith(["W2"]);
    await choose(page, "wasm");
    await page.click("#start");
    await textOf(page, "#benchmark-status", /W2 on js, 1 of 1/);
    // W2 on js takes seconds: it is at work now.
    const start = performance.now();
    await page.click("#cancel");
    assert.equal(await textOf(page, "#benchmark-status", /Cancelled|Done/), "Cancelled after 0 of 1 timings.");
    const took = performance.now() - start;
    assert.ok(took < 3000, `it took ${took} ms to stop`);
    assert.ok(await page.isDisabled("#cancel"));
    assert.ok(await page.isHidden("#results"));
    await choose(page, "js");
    await page.click("#start");
    assert.equal(await textOf(page, "#benchmark-status", /Choose|Done/), "Choose a workload and a backend.");
    await choose(page, "wasm");
    await page.click("#start");
    assert.equal(await textOf(page, "#benchmark-status", /Done/), "Done: 1 timings.");
    await page.context().close();
  });
}

interface Copied {
  backend: string;
  median: number;
  quartiles: [number, number];
  error: number;
}

/** What is on the clipboard after the button was pressed. */
async function copy(page: Page): Promise<{
  timings: Copied[];
  backends: { name: string }[];
  crossOriginIsolated: boolean;
}> {
  await page.click("#copy");
  await textOf(page, "#copied", /Copied/);
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
}

/** From now on the page keeps the longest time, ms, in which it did nothing that it was asked to do every 20 ms. */
const watchPauses = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const watch = globalThis as unknown as { longestPause: number };
    watch.longestPause = 0;
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      watch.longestPause = Math.max(watch.longestPause, now - last);
      last = now;
    }, 20);
  });

test.run();
