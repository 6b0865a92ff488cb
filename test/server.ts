// A server of a folder's files, for pages of tests.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

export interface Served {
  url: string;
  close(): void;
}

/** What a page needs to have threads. */
export const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const types: Record<string, string> = { ".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html" };

/** Every answer has these headers; `posted` is told what a page posts, to whatever path. */
export async function serve(
  folder: string,
  headers: Record<string, string>,
  posted: (text: string) => void = () => {},
): Promise<Served> {
  const server = createServer(async (request, response) => {
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    const path = join(folder, new URL(request.url ?? "/", "http://page").pathname.replace(/\/$/, "/index.html"));
    if (request.method === "POST") {
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      posted(text);
      response.end();
    } else if (existsSync(path)) {
      response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
      response.end(readFileSync(path));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
