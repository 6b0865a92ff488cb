// Every block of code in the README and the guides runs, as readers would paste it. A comment `<!-- before … -->` above a block has what it
// takes for granted. They run in this checkout, where the packages that they import are installed.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import { equipment, isThere } from "./backends/webgpu/equipment.js";

const test = suite("code in the documentation");
const FOLDER = "build/docs-test";

interface Block {
  line: number;
  code: string;
}

function blocksOf(markdown: string): Block[] {
  const pattern = /(?:<!-- before\n([\s\S]*?)-->\s*)?^```(\w*)\n([\s\S]*?)^```$/gm;
  return [...markdown.matchAll(pattern)].map(({ 1: before = "", 2: language, 3: code, index }) => {
    const line = markdown.slice(0, index).split("\n").length;
    if (language !== "js") throw new Error(`line ${line}: a block of "${language}", which no test runs`);
    return { line, code: `${before}${code}` };
  });
}

const files = ["README.md", ...readdirSync("docs").map((file) => `docs/${file}`)].filter((file) =>
  file.endsWith(".md"),
);
for (const file of files)
  for (const { line, code } of blocksOf(readFileSync(file, "utf8"))) {
    const needsGpu = code.includes("helixconv/webgpu");
    if (needsGpu && !isThere("dawnDriver", "apt-get install chromium")) continue;
    test(`${file}, line ${line}`, () => {
      mkdirSync(FOLDER, { recursive: true });
      const program = `${FOLDER}/${file.replace(/\W/g, "-")}-${line}.mjs`;
      writeFileSync(program, code);
      const gpu = needsGpu ? { HELIXCONV_SOFTWARE_GPU: "1", VK_DRIVER_FILES: equipment.dawnDriver } : {};
      execFileSync(process.execPath, [program], { stdio: "pipe", timeout: 60_000, env: { ...process.env, ...gpu } });
    });
  }

test.after(() => rmSync(FOLDER, { recursive: true, force: true }));
test.run();
