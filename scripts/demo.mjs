// npm run demo: the page of demo/page, built by Vite and served with the headers that threads need, at PORT, or 4173, or the next port that
// is free.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const config = {
  configFile: false,
  root: "demo/page",
  // Relative, so that any static server can have the folder at any address.
  base: "./",
  logLevel: "warn",
  worker: { format: "es" },
  build: {
    outDir: resolve("build/page"),
    emptyOutDir: true,
    target: "es2022",
    // Browsers that have light-dark().
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
  },
};

/** Writes the page into build/page; it imports helixconv as any user does, so that must have been built. */
export const buildPage = () => build(config);

/** Serves build/page; `isolated`: with the headers COOP and COEP. Gives its address, and what ends it. */
export async function servePage({ port = 4173, isolated = true } = {}) {
  const headers = isolated
    ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
    : {};
  const server = await preview({ ...config, preview: { host: "127.0.0.1", port, headers } });
  return { address: server.resolvedUrls.local[0], close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage();
  const { address } = await servePage({ port: Number(process.env.PORT ?? 4173) });
  console.log(`The page is at ${address}, until Ctrl+C`);
}
