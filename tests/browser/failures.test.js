// What cannot be loaded is told, can be tried again, and never takes the text box away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, button, editor, tab, text, visitor } from "./visit.js";

const shared = visitor();

/** The page without the files that match, until `mend` is called. */
async function without(files, steps, query = "", options = {}) {
  const context = await shared.browser.newContext(options);
  const page = await context.newPage();
  await page.route(files, (route) => route.abort());
  await page.goto(`${shared.server.url}${query}`, { waitUntil: "domcontentloaded" });
  try {
    await steps(page, () => page.unroute(files));
  } finally {
    await context.close();
  }
}

for (const files of ["**/*_bg.wasm", /\/drydock-[0-9a-f]+\.js(\?|$)/]) {
  test(`without the program the page says so, keeps what is typed, and tries again: ${files}`, () =>
    without(files, async (page, mend) => {
      const alert = page.getByRole("alert").filter({ hasText: "could not be loaded" });
      await alert.waitFor();
      await editor(page).fill("nods: []\n");
      await accessible(page);
      await button(page, "Try again").click();
      await alert.waitFor();
      await mend();
      await button(page, "Try again").click();
      await button(page, /line 1: .*nods/).waitFor();
      assert.equal(await text(page), "nods: []\n");
    }));
}

test("without the second module its panels say so and try again", () =>
  without("**/*_later.wasm", async (page, mend) => {
    await tab(page, "Files").click();
    await page.locator(".panel").getByText("could not be loaded").waitFor();
    await accessible(page);
    await mend();
    await button(page, "Try again").click();
    await page.getByRole("heading", { name: "ecr.yml" }).waitFor();
  }));

test("without the code editor it is told, and the plain text box gives way to it later", () =>
  without("**/editor.js*", async (page, mend) => {
    await page.getByRole("status").filter({ hasText: "The code editor could not be loaded" }).waitFor();
    const area = page.locator("textarea.plain");
    await area.fill("nods: []\n");
    await button(page, /line 1: .*nods/).waitFor();
    assert.equal(await button(page, "Plain text").count(), 0);
    await page.keyboard.press("F8");
    assert.equal(await area.evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd)), "nods");
    await button(page, "Code editor").click();
    await page.getByRole("status").filter({ hasText: "The code editor could not be loaded" }).waitFor();
    await area.waitFor();
    await mend();
    await button(page, "Code editor").click();
    await page.locator(".cm-content").waitFor();
    assert.equal(await text(page), "nods: []\n");
    await page.locator(".cm-lintRange").first().waitFor();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  }));
