// Pages in real browsers: a server of a project's files, and browsers that open a page of it, which sends back what it has found.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "../../scripts/drivers.mjs";
import type { Found } from "./expected.js";

export type BrowserName = "Chromium" | "Firefox" | "WebKitGTK";

interface Browser {
  program: string | undefined;
  install: string;
  /** Its arguments, for a page and an empty folder for all that it keeps. */
  open(url: string, profile: string): string[];
}

const firstOf = (...paths: string[]) => paths.find(existsSync);

const browsers: Record<BrowserName, Browser> = {
  Chromium: {
    program: chromium(),
    install: "apt-get install chromium",
    open: (url, profile) => ["--headless", "--no-sandbox", "--no-first-run", `--user-data-dir=${profile}`, url],
  },
  Firefox: {
    program: firstOf("/usr/bin/firefox-esr", "/usr/bin/firefox"),
    install: "apt-get install firefox-esr",
    open: (url, profile) => ["--headless", "--no-remote", "--profile", profile, url],
  },
  WebKitGTK: {
    program: firstOf("/usr/bin/xvfb-run"),
    install: "apt-get install webkit2gtk-driver xvfb xauth",
    open: (url) => ["--auto-servernum", firstOf(...miniBrowsers) ?? "MiniBrowser", "--private", url],
  },
};

const miniBrowsers = ["4.1", "4.0"].map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`);

/** Whether a browser is there; if not it says so, or on CI throws. */
export function isThere(name: BrowserName): boolean {
  const { program, install } = browsers[name];
  if (program !== undefined && (name !== "WebKitGTK" || firstOf(...miniBrowsers))) return true;
  const message = `NOT TESTED: ${name}, which is not installed. To install it: ${install}`;
  if (process.env.CI) throw new Error(message);
  console.error(`\n!!! ${message}\n`);
  return false;
}

/** What a page of a folder needs to have threads. */
export const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const types: Record<string, string> = { ".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html" };
const TIMEOUT = 60_000;

/** Opens index.html of a folder in a browser; resolves to what the page posts to /found, and rejects with its error. */
export async function openPage(name: BrowserName, folder: string, headers: Record<string, string>): Promise<Found> {
  let settle: (text: string) => void = () => {};
  const posted = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const server = createServer((request, response) => {
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    const path = join(folder, new URL(request.url ?? "/", "http://page").pathname.replace(/\/$/, "/index.html"));
    if (request.method === "POST") {
      let text = "";
      request.on("data", (chunk) => {
        text += chunk;
      });
      request.on("end", () => settle(text));
      response.end();
    } else if (existsSync(path)) {
      response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
      response.end(readFileSync(path));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { program, open } = browsers[name];
  const profile = mkdtempSync(join(tmpdir(), "helixconv-profile-"));
  if (name === "Firefox")
    writeFileSync(join(profile, "user.js"), 'user_pref("browser.shell.checkDefaultBrowser", false);');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  // A group of its own, as browsers are several processes.
  const browser = spawn(program as string, open(url, profile), { detached: true, stdio: "ignore" });
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} found nothing within ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  try {
    const { error, ...found } = JSON.parse(await Promise.race([posted, patience]));
    if (error !== undefined) throw new Error(`in ${name}: ${error}`);
    return found as Found;
  } finally {
    clearTimeout(timer);
    const closed = new Promise((resolve) => browser.once("exit", resolve));
    process.kill(-(browser.pid as number), "SIGKILL");
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
