// Rivals are installed in bench/node_modules, from a lock of their own, and found from bench/package.json: programs run from the
// repository's root, and their bundles lie elsewhere. They have no types here, so that the type checker needs none of them.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const manifest = resolve("bench/package.json");
const bench = createRequire(manifest);

/** A package's CommonJS module, or undefined if it is not installed. */
export function requireRival<T>(name: string): T | undefined {
  return isInstalled(name) ? (bench(name) as T) : undefined;
}

/** A package's ES module, or undefined if it is not installed. */
export async function importRival<T>(name: string): Promise<T | undefined> {
  return isInstalled(name) ? ((await import(pathToFileURL(bench.resolve(name)).href)) as T) : undefined;
}

/** The packages of bench/package.json, and their versions. */
export function rivalVersions(): Record<string, string> {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { dependencies: Record<string, string> }).dependencies;
}

export const missingRivals = (): string[] => Object.keys(rivalVersions()).filter((name) => !isInstalled(name));

const isInstalled = (name: string): boolean =>
  Object.keys(rivalVersions()).some(
    (known) => name.startsWith(known) && existsSync(resolve("bench/node_modules", known)),
  );
