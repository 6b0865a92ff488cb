// The script of a page's threads, for pages that may not start them from a blob: URL: helixconv/worker, given to useWorker.
import { work } from "./backends/wasm/thread.js";

work((receive) => addEventListener("message", ({ data }) => receive(data as never)));
