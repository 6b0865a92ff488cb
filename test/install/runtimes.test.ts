// The packed package in every JavaScript runtime outside of browsers.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { check, type Found, threadsOf } from "./expected.js";
import { createProject, removeProjects, tool } from "./project.js";

const test = suite("installed, in runtimes");
test.after(removeProjects);

const main = 'import { run } from "./lines.js";\nconsole.log(JSON.stringify(await run()));\n';

const node = (version: string) => tool(`${version}/bin/node`);
const runtimes: Record<string, string[]> = {
  "Node 20": [node("node20"), "main.js"],
  "Node 22": [node("node22"), "main.js"],
  "Node 24": [node("node24"), "main.js"],
  "the newest Node": [node("node-newest"), "main.js"],
  Deno: [tool("@deno/linux-x64-glibc/deno"), "run", "--allow-all", "main.js"],
  // So its package calls the program, on Linux as well.
  Bun: [tool("bun/bin/bun.exe"), "main.js"],
};

for (const [name, [program, ...args]] of Object.entries(runtimes))
  test(`${name} computes right, with threads, and exits by itself`, () => {
    const found = run(program as string, args, createProject(name.replaceAll(" ", "-"), { "main.js": main }));
    check(found, name !== "Node 20");
    assert.match(threadsOf(found), /^\d+ threads$/);
  });

for (const version of ["node20", "node22", "node24", "node-newest"])
  test(`require("helixconv") works in ${version}, from CommonJS`, () => {
    const project = createProject(`commonjs-${version}`);
    const lines = readFileSync(join(project, "lines.js"), "utf8")
      .replace('import { backends, convolve } from "helixconv"', 'const { backends, convolve } = require("helixconv")')
      .replace("export async function run", "async function run");
    const program = `${lines}\nrun().then((found) => console.log(JSON.stringify(found)));\n`;
    check(run(node(version), ["--input-type=commonjs", "--eval", program], project), version !== "node20");
  });

test("the command line runs, as npx finds it", () => {
  const project = createProject("cli");
  const help = execFileSync(node("node20"), ["node_modules/.bin/helixconv", "--help"], {
    cwd: project,
    encoding: "utf8",
  });
  assert.match(help, /helixconv convolve/);
});

function run(program: string, args: string[], cwd: string): Found {
  return JSON.parse(execFileSync(program, args, { cwd, encoding: "utf8", timeout: 60_000 }));
}

test.run();
