// Where a page's threads get their script from.
import { setScriptUrl } from "../backends/platform/workers.js";

/**
 * Makes the threads of a page start from a script at this address, from now on. It is the file that the package exports as `helixconv/worker`,
 * served from the page's own origin. Needed only where a Content-Security-Policy refuses workers from blob: URLs, which `backends()` tells.
 * Without effect in Node, Deno and Bun.
 *
 * @example
 * import workerUrl from "helixconv/worker?url"; // Vite
 * useWorker(workerUrl);
 */
export function useWorker(url: string | URL): void {
  setScriptUrl(url);
}
