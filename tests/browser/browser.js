// What the browser tests share: a browser, the built page as a site and as one file.

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const DIST = process.env.DIST ?? new URL("../../dist", import.meta.url).pathname;
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Starts the browser that `cargo xtask test` found. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
}

/** Serves dist/ below a path of its own, as a project's pages are. Returns its address and how to end it. */
export async function site(base = "/drydock/") {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    if (!path.startsWith(base)) {
      response.writeHead(404).end();
      return;
    }
    const file = join(DIST, normalize(`/${path.slice(base.length) || "index.html"}`));
    // Module scripts of other pages, as embed.js, are read with permission only; hosts of static pages give it.
    const head = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "access-control-allow-origin": "*" };
    createReadStream(file)
      .on("open", () => response.writeHead(200, head))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}${base}`, close: () => server.close() };
}

/** Address of the page as one file on disk. */
export const oneFile = pathToFileURL(join(DIST, "drydock.html")).href;

/** Opens a page and records what it asks for and what goes wrong; `started` waits until the program runs. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests = [];
  const errors = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => errors.push(error.message));
  // A blocked script or style is reported here, too.
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.addInitScript(() => {
    globalThis.programStarted = new Promise((resolve) => addEventListener("TrunkApplicationStarted", resolve));
  });
  await page.goto(url);
  const started = page.evaluate(async () => void (await globalThis.programStarted));
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${url} did not start in 30 s: ${errors.join("; ")}`)), 30_000).unref();
  });
  await Promise.race([started, late]);
  // It comes with the second module.
  await page.locator("#dialog").waitFor({ state: "attached" });
  return { page, context, requests, errors };
}
