// The packed package in pages: built by every bundler, and in every browser.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isolated } from "../server.js";
import { type BrowserName, isThere, openPage } from "./browsers.js";
import { type Bundler, bundlers } from "./bundlers.js";
import { check, type Found, threadsOf } from "./expected.js";
import { createProject, removeProjects } from "./project.js";

const test = suite("installed, in pages");
test.after(removeProjects);

const post = "(found) => fetch('/found', { method: 'POST', body: JSON.stringify(found) })";
const send = `run().then(${post}, (error) => (${post})({ error: error.stack ?? String(error) }));\n`;
const page = `import { run } from "./lines.js";\n${send}`;
const inWorker = 'new Worker(new URL("./worker.js", import.meta.url), { type: "module" });\n';
/** Threads are refused, and then started from the script that useWorker names. */
const strict = `import { backends, useWorker } from "helixconv";
import { run as lines } from "./lines.js";
async function run() {
  await lines();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const refused = await backends();
  useWorker("/worker.js");
  return { ...(await lines()), refused };
}
${send}`;

/** Debian's has no SharedArrayBuffer, whatever the headers. */
const NONE_IN_WEBKIT = /^threads need SharedArrayBuffer/;

const built = new Map<string, Promise<string>>();

/** A project's page, built once. */
function serve(name: string, bundler: Bundler, files: Record<string, string>): Promise<string> {
  const folder = built.get(name) ?? bundler(createProject(name.replaceAll(" ", "-"), files));
  built.set(name, folder);
  return folder;
}

function inBrowser(browser: BrowserName, what: string, work: () => Promise<void>): void {
  if (isThere(browser)) test(`${browser}: ${what}`, work);
}

for (const [name, bundler] of Object.entries(bundlers)) {
  const browsers: BrowserName[] = name === "a plain script" ? ["Chromium", "Firefox", "WebKitGTK"] : ["Chromium"];
  for (const browser of browsers) {
    inBrowser(browser, `${name}, with COOP and COEP: threads`, async () => {
      const found = await openPage(browser, await serve(name, bundler, { "page.js": page }), isolated);
      check(found, browser !== "WebKitGTK");
      assert.match(threadsOf(found), browser === "WebKitGTK" ? NONE_IN_WEBKIT : /^\d+ threads$/);
    });
    inBrowser(browser, `${name}, without COOP and COEP: no threads, and why`, async () => {
      const found = await openPage(browser, await serve(name, bundler, { "page.js": page }), {});
      check(found, browser !== "WebKitGTK");
      assert.match(threadsOf(found), /^threads need .* headers COOP and COEP$/);
    });
  }
}

for (const name of ["Vite", "webpack"])
  inBrowser("Chromium", `in a worker of a page, built by ${name}: threads of its own`, async () => {
    const bundler = bundlers[name] as Bundler;
    const files = { "page.js": inWorker, "worker.js": page };
    const found = await openPage("Chromium", await serve(`${name} worker`, bundler, files), isolated);
    check(found);
    assert.match(threadsOf(found), /^\d+ threads$/);
  });

inBrowser(
  "Chromium",
  "under a strict Content-Security-Policy: threads from the address given to useWorker",
  async () => {
    const folder = await serve("strict", bundlers.esbuild as Bundler, { "page.js": strict });
    cpSync(join(folder, "../node_modules/helixconv/build/js/worker.js"), join(folder, "worker.js"));
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    const headers = { ...isolated, "Content-Security-Policy": policy };
    const found = (await openPage("Chromium", folder, headers)) as Found & { refused: Found["backends"] };
    check(found);
    assert.match(threadsOf({ ...found, backends: found.refused }), /^threads did not start.*useWorker$/);
    assert.match(threadsOf(found), /^\d+ threads$/);
  },
);

test.run();
