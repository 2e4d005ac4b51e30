// The docs: readable without a script, in both themes, and every example a playground at the press of a button.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, site } from "./browser.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
let server;
before(async () => {
  browser = await launch();
  server = await site("/some/where/");
});
after(async () => {
  server.close();
  await browser.close();
});

/** Runs `steps` on a page of the docs, and lets no error of the page or its policy pass. */
async function visit(path, steps, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    await page.goto(`${server.url}docs/${path}`);
    await steps(page);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

for (const path of ["index.html", "ecr.html", "rules/D301.html", "keys/services.html"]) {
  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["320 px", { viewport: { width: 320, height: 640 } }],
  ]) {
    test(`axe finds nothing: ${path}, ${name}`, () =>
      visit(
        path,
        async (page) => {
          await page.evaluate(AXE);
          const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
          const { violations } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), tags);
          assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(" ")}`), []);
          const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(sideways <= 0, "the page scrolls sideways");
        },
        options,
      ));
  }
}

test("without scripts a page says everything, findings of its examples included", () =>
  visit(
    "ecr.html",
    async (page) => {
      assert.match(await page.title(), /^Amazon ECR/);
      const found = page.locator(".findings li").filter({ hasText: "D301" }).first();
      assert.match(await found.innerText(), /^D301 error, line 7: .*ecrCredentialPlugin/);
      await found.getByRole("link").click();
      assert.match(page.url(), /\/some\/where\/docs\/rules\/D301\.html$/);
      assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /D301/);
      await page.getByRole("navigation", { name: "Contents" }).getByRole("link", { name: "Amazon ECR" }).click();
      assert.match(await page.title(), /^Amazon ECR/);
    },
    { javaScriptEnabled: false },
  ));

test("an example opens as a playground with its own text", () =>
  visit("ecr.html", async (page) => {
    await page.getByRole("button", { name: "Try it here" }).first().click();
    const frame = page.frameLocator("drydock-playground iframe");
    assert.ok(await frame.getByRole("textbox", { name: "cluster.yml" }).isVisible());
    await frame.getByRole("button", { name: /^Error, line 7: .*ecrCredentialPlugin/ }).waitFor();
    assert.equal(await frame.locator("header").isVisible(), false);
  }));

test("an example's link opens the whole playground with its text", () =>
  visit("ecr.html", async (page) => {
    await page.getByRole("link", { name: "Open in the playground" }).first().click();
    await page.getByRole("button", { name: /^Error, line 7: .*ecrCredentialPlugin/ }).waitFor();
  }));

test("the playground leads to the docs and back", () =>
  visit("../index.html", async (page) => {
    await page.getByRole("link", { name: "Docs", exact: true }).click();
    assert.match(page.url(), /\/docs\/index\.html$/);
    await page.getByRole("link", { name: "Playground", exact: true }).click();
    await page.getByRole("textbox", { name: "cluster.yml" }).waitFor();
  }));
