// A project's page, built by the bundlers that people use, as they come. Each gives the folder to serve.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toolbox } from "./project.js";

export type Bundler = (project: string) => Promise<string>;

/** The page of every bundle but Vite's, which writes its own. */
const html =
  '<!doctype html><meta charset="utf-8"><title>helixconv</title><script type="module" src="./page.js"></script>';

function withPage(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), html);
  return folder;
}

export const bundlers: Record<string, Bundler> = {
  async Vite(project) {
    const { build } = await import(toolbox.resolve("vite"));
    writeFileSync(join(project, "index.html"), html);
    await build({ root: project, logLevel: "warn", configFile: false, worker: { format: "es" } });
    return join(project, "dist");
  },

  async webpack(project) {
    const webpack = toolbox("webpack");
    const output = join(project, "dist");
    const entry = { page: join(project, "page.js") };
    const compiler = webpack({ mode: "production", context: project, entry, output: { path: output } });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error: Error | null, stats: { hasErrors(): boolean; toString(): string }) =>
        error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve(),
      );
    });
    return withPage(output);
  },

  async esbuild(project) {
    const { build } = toolbox("esbuild");
    const entryPoints = [join(project, "page.js")];
    const outdir = join(project, "dist");
    await build({ entryPoints, bundle: true, minify: true, format: "esm", outdir, logLevel: "warning" });
    return withPage(outdir);
  },

  async Rollup(project) {
    const { rollup } = await import(toolbox.resolve("rollup"));
    const { nodeResolve } = toolbox("@rollup/plugin-node-resolve");
    const bundle = await rollup({ input: join(project, "page.js"), plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ dir: join(project, "dist"), format: "es" });
    return withPage(join(project, "dist"));
  },

  /** No bundler: the built files as they are, and an import map. */
  async "a plain script"(project) {
    const served = join(project, "dist");
    mkdirSync(served);
    const imports = { helixconv: "/helixconv/index.js" };
    const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
    cpSync(join(project, "node_modules/helixconv/build/js"), join(served, "helixconv"), { recursive: true });
    for (const file of ["page.js", "lines.js"]) cpSync(join(project, file), join(served, file));
    writeFileSync(join(served, "index.html"), html.replace("<script", `${map}<script`));
    return served;
  },
};
