// Steps that tests of the page share: by the names that a screen reader and a keyboard rely on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { launch, open, site } from "./browser.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A browser and the site for one file of tests. Returns what opens a page and lets no error of it or its policy pass. */
export function visitor() {
  const shared = {};
  before(async () => {
    shared.browser = await launch();
    shared.server = await site();
  });
  after(async () => {
    shared.server.close();
    await shared.browser.close();
  });
  shared.visit = async (query, steps, options) => {
    const { page, context, requests, errors } = await open(shared.browser, `${shared.server.url}${query}`, options);
    try {
      await steps(page, requests);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  };
  return shared;
}

export const button = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });
export const tab = (page, name) => page.getByRole("tab", { name, exact: true });
export const editor = (page) => page.getByRole("textbox", { name: "cluster.yml" });
export const text = (page) => page.evaluate(() => document.querySelector(".cm-content").cmTile.view.state.doc.toString());
export const focused = (page) =>
  page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.id ?? "");

/** Types over all of the text. */
export async function replaceText(page, content) {
  await editor(page).click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(content);
}

/** Nothing that axe knows is wrong, and the page does not scroll sideways. */
export async function accessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), AXE_TAGS);
  assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(" ")}`), []);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(sideways, 0, "the page scrolls sideways");
}

/** Themes and widths in which every state must hold. */
export const LOOKS = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["320 px", { viewport: { width: 320, height: 640 } }],
  ["forced colours", { forcedColors: "active" }],
];
