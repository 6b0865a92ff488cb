// The package itself: what it exports, what it weighs, what its declarations say.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { weigh } from "../../scripts/size.mjs";
import { createProject, removeProjects, tool, toolbox } from "./project.js";

const test = suite("the package");
test.after(removeProjects);

test("publint has nothing to say", async () => {
  const { publint } = await import(toolbox.resolve("publint"));
  const { messages } = await publint({ pkgDir: process.cwd(), strict: true });
  assert.equal(messages, []);
});

test("its types resolve wherever its code does: are the types wrong?", () => {
  const project = createProject("types-of-package");
  const packed = join(project, "..", readdirSync(join(project, "..")).find((file) => file.endsWith(".tgz")) as string);
  // CommonJS gets the same modules, by require(esm); the script of workers is no module.
  execFileSync(
    process.execPath,
    [tool("@arethetypeswrong/cli/dist/index.js"), packed, "--profile", "esm-only", "--exclude-entrypoints", "worker"],
    {
      encoding: "utf8",
    },
  );
});

test("what a runtime loads stays within its budget", () => {
  for (const { name, gzip, budget } of weigh()) assert.ok(gzip <= budget, `${name}: ${gzip} bytes, of ${budget}`);
});

test("no declaration needs the GPU types that many projects do not have", () => {
  const folder = "build/types";
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"));
  assert.ok(files.length >= 4);
  for (const file of files) assert.not.match(withoutComments(readFileSync(join(folder, file), "utf8")), /\bGPU[A-Z]/);
});

const SNAPSHOT = "test/install/publicApi.txt";

test(`the public API is what ${SNAPSHOT} says; HELIXCONV_UPDATE=1 writes it anew`, () => {
  const folder = "build/types";
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"));
  const api = files
    .sort()
    .map((file) => `// ${file}\n${withoutComments(readFileSync(join(folder, file), "utf8"))}`)
    .join("\n");
  if (process.env.HELIXCONV_UPDATE === "1") writeFileSync(SNAPSHOT, api);
  assert.fixture(api, readFileSync(SNAPSHOT, "utf8"));
});

function withoutComments(declarations: string): string {
  return declarations.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").replace(/^\s*\n/gm, "");
}

test.run();
