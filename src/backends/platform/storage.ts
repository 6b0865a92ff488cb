// Small texts that are remembered from process to process: files in the user's cache folder in Node and what is compatible with it, local
// storage in a page. What cannot be kept, or read, is as if it had never been: nothing here throws.
//
// A file is replaced as a whole, so that of two processes that write at the same time one wins, and none reads half a text.
import { builtin, environment, hasBuiltins } from "./process.js";

/** The text of a name, if there is one. */
export function recall(name: string): string | undefined {
  try {
    const folder = cacheFolder();
    if (folder !== undefined) return builtin("node:fs")?.readFileSync(`${folder}/${name}`, "utf8");
    return localStorageOf()?.getItem(keyOf(name)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a text under a name of letters, digits, "-" and "."; tells whether it could. */
export function remember(name: string, text: string): boolean {
  try {
    const folder = cacheFolder();
    if (folder === undefined) {
      localStorageOf()?.setItem(keyOf(name), text);
      return localStorageOf() !== undefined;
    }
    const fs = builtin("node:fs");
    if (!fs) return false;
    // The cache folder and this library's in it, but no home for them: a folder that is not there is meant not to be.
    for (const each of [dirname(folder), folder]) if (!fs.existsSync(each)) fs.mkdirSync(each, { mode: 0o700 });
    const temporary = `${folder}/${name}.${Math.random().toString(36).slice(2)}.tmp`;
    try {
      fs.writeFileSync(temporary, text, { flag: "wx" });
      fs.renameSync(temporary, `${folder}/${name}`);
    } catch (error) {
      fs.rmSync(temporary, { force: true });
      throw error;
    }
    return true;
  } catch {
    return false;
  }
}

/** Where texts are kept, for people. */
export function whereKept(): string {
  if (hasBuiltins()) return cacheFolder() ?? "nowhere: there is no home folder";
  return localStorageOf() ? "local storage" : "nowhere: there is no storage here";
}

/** By the XDG base directory specification, and what Windows has in its place; undefined where there is no file system, or no home. */
function cacheFolder(): string | undefined {
  const base = environment("XDG_CACHE_HOME") || environment("LOCALAPPDATA");
  if (base) return `${base}/helixconv`;
  const home = builtin("node:os")?.homedir();
  return home ? `${home}/.cache/helixconv` : undefined;
}

const dirname = (folder: string): string => folder.slice(0, folder.lastIndexOf("/"));

const keyOf = (name: string): string => `helixconv ${name}`;

/** Asking for it may be an error by itself, where a page may not store anything. */
function localStorageOf(): Storage | undefined {
  return hasBuiltins() ? undefined : (globalThis as { localStorage?: Storage }).localStorage;
}
