// Fresh projects, in a folder of their own outside this checkout, into which the packed package is installed.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const sources = resolve("test/install");

/** Finds what test/install/package.json has installed. */
export const toolbox = createRequire(join(sources, "package.json"));

/** A program of the toolbox: `path` begins with its package. */
export const tool = (path: string): string => join(sources, "node_modules", path);

let template: string | undefined;
let folder: string | undefined;

/** A new project with files of its own beside lines.js; gives its folder. */
export function createProject(name: string, files: Record<string, string> = {}): string {
  folder ??= mkdtempSync(join(tmpdir(), "helixconv-"));
  template ??= installed(folder);
  const project = join(folder, name);
  cpSync(template, project, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text);
  return project;
}

/** Removes all projects. */
export function removeProjects(): void {
  if (folder) rmSync(folder, { recursive: true });
  folder = template = undefined;
}

/** The packed package, and a project that has it: nothing else, and no script of it is run. */
function installed(folder: string): string {
  const project = join(folder, "template");
  mkdirSync(project);
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { stdio: "pipe" });
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz")) as string;
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--offline"];
  execFileSync("npm", ["install", ...quietly, join(folder, tarball)], { cwd: project, stdio: "pipe" });
  cpSync(join(sources, "lines.js"), join(project, "lines.js"));
  return project;
}
