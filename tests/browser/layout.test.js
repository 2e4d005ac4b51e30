// How the page stands: nothing is cut, nothing jumps, and what matters is in sight.
//
// Leaves a screenshot of every panel in target/screenshots/, to be looked at.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { button, replaceText, tab, visitor } from "./visit.js";

const shared = visitor();
const { visit } = shared;
const SHOTS = new URL("../../target/screenshots/", import.meta.url).pathname;
mkdirSync(SHOTS, { recursive: true });

const PHONE = { viewport: { width: 320, height: 640 } };
const LOOKS = [
  ["light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["dark", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }],
  ["320", PHONE],
];
for (const [look, options] of LOOKS) {
  for (const panel of ["problems", "sees", "images", "registries", "files", "versions", "explain"]) {
    test(`a screenshot of ${panel}, ${look}`, () =>
      visit(
        `?example=ecr&tab=${panel}`,
        async (page) => {
          const selected = page.getByRole("tab", { selected: true, includeHidden: true });
          assert.equal(await selected.getAttribute("id"), `tab-${panel}`);
          await page.screenshot({ path: `${SHOTS}${panel}-${look}.png`, fullPage: true });
        },
        options,
      ));
  }
}

/** What is wider than its place, or lies outside of the window. */
const cut = (page, selector) =>
  page.locator(selector).evaluateAll((all) =>
    all
      .filter((it) => it.checkVisibility())
      .filter((it) => it.getBoundingClientRect().right > innerWidth || it.scrollWidth > it.clientWidth + 1)
      .map((it) => it.textContent),
  );
const bottom = async (page, selector) => {
  const box = await page.locator(selector).first().boundingBox();
  return box.y + box.height;
};

test("at 320 px the text or the findings begin within the first quarter of the screen", () =>
  visit(
    "?example=ecr",
    async (page) => {
      assert.ok((await page.locator(".cm-content").boundingBox()).y < 160);
      assert.deepEqual(await cut(page, "header button"), []);
      const names = await page.locator("header h1, header .tools > *").evaluateAll((all) =>
        all.filter((it) => it.checkVisibility()).map((it) => it.getBoundingClientRect()).map(({ left, right, top }) => ({ left, right, top })),
      );
      for (const [nth, box] of names.slice(1).entries()) assert.ok(box.left >= names[nth].right, "one lies on the other");
      await button(page, "Problems (1)").click();
      assert.ok((await page.locator(".problem").boundingBox()).y < 260);
      await button(page, "Output").click();
      const tabs = await page.locator(".tabs").boundingBox();
      assert.ok(tabs.height <= 60, "one row");
      await button(page, "Settings").click();
      await page.getByRole("combobox", { name: "Release of rke" }).waitFor();
      assert.deepEqual(await cut(page, ".settings select, .settings button"), []);
    },
    PHONE,
  ));

test("zoomed to 400 % the first screen holds the text", () =>
  visit(
    "?example=ecr",
    async (page) => assert.ok((await page.locator(".cm-line").nth(3).boundingBox()).y < 256 - 20),
    { viewport: { width: 320, height: 256 } },
  ));

test("a tab that the address asks for is in sight in its row", () =>
  visit(
    "?tab=explain",
    async (page) => {
      const box = await tab(page, "Explain an error").boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 321, JSON.stringify(box));
    },
    PHONE,
  ));

for (const width of [320, 360, 768, 1440]) {
  test(`the dialog of the guided start is not cut at ${width} px`, () =>
    visit(
      "",
      async (page) => {
        await button(page, "Examples").click();
        await button(page, /^Start from nothing/).click();
        await page.getByRole("dialog").waitFor();
        assert.deepEqual(await cut(page, "dialog, dialog .questions"), []);
      },
      { viewport: { width, height: 800 } },
    ));
}

for (const [name, options] of [
  ["320 px", PHONE],
  ["1440 px", { viewport: { width: 1440, height: 900 } }],
]) {
  test(`nothing jumps while the page starts: ${name}`, async () => {
    const context = await shared.browser.newContext(options);
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.shifted = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.shifted += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(`${shared.server.url}?example=ecr`);
    await page.locator("#dialog").waitFor({ state: "attached" });
    await page.waitForTimeout(300);
    const shifted = await page.evaluate(() => globalThis.shifted);
    assert.ok(shifted < 0.01, `shifted by ${shifted}`);
    await context.close();
  });
}

for (const [width, aside] of [
  [420, false],
  [786, true],
]) {
  test(`in a frame of ${width} px text and problems are both in sight`, () =>
    visit(
      "?example=ecr&embed=http%3A%2F%2Fhost.example",
      async (page) => {
        const text = await page.locator(".cm-content").boundingBox();
        const finding = await page.locator(".problem .message").boundingBox();
        assert.ok(finding.y + finding.height < 560);
        assert.equal(finding.x > text.x + text.width / 2, aside);
        assert.ok((await bottom(page, ".answers")) > 550, "the frame is filled");
        assert.equal(await page.locator(".sides").isVisible(), false);
        const first = await tab(page, "Problems").boundingBox();
        assert.ok(first.x >= (await page.locator(".tabs").boundingBox()).x, "the chosen tab is whole");
        await page.screenshot({ path: `${SHOTS}frame-${width}.png` });
      },
      { viewport: { width, height: 560 } },
    ));
}

test("keys of images are not broken within a word", () =>
  visit(
    "?example=ecr&tab=versions",
    async (page) => {
      await page.getByRole("combobox", { name: /^From / }).selectOption("v1.28.14-rancher1-1");
      const table = page.getByRole("table", { name: "Images that change" });
      for (const key of ["etcd", "coredns", "metrics_server"]) {
        const box = await table.getByRole("rowheader", { name: key, exact: true }).boundingBox();
        const line = await table.getByRole("rowheader", { name: key, exact: true }).evaluate((it) => {
          const range = document.createRange();
          range.selectNodeContents(it);
          return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
        });
        assert.equal(line, 1, `${key}: ${JSON.stringify(box)}`);
      }
      for (const line of await page.locator(".needs li").allInnerTexts()) assert.doesNotMatch(line, /^[,:]/);
    },
    { viewport: { width: 1440, height: 900 } },
  ));

test("the controls of the search are large enough to hit", () =>
  visit("", async (page) => {
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+F");
    const panel = page.locator(".cm-search");
    for (const control of await panel.locator("button, .cm-textfield, label").all()) {
      const box = await control.boundingBox();
      assert.ok(box.height >= 24 && box.width >= 24, `${await control.innerText()}: ${JSON.stringify(box)}`);
    }
    const [close, label] = [await panel.locator("[name=close]").boundingBox(), await panel.locator("label").last().boundingBox()];
    assert.ok(close.x > label.x + label.width + 8 || close.y + close.height < label.y);
    await page.screenshot({ path: `${SHOTS}search.png` });
  }));

test("a file that hangs over the page is told where it may fall", () =>
  visit("", async (page) => {
    const drag = (type) =>
      page.evaluate((type) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["nodes: []\n"], "cluster.yml"));
        document.querySelector(".page").dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }, type);
    const over = () => page.evaluate(() => getComputedStyle(document.querySelector(".page"), "::after").content);
    await drag("dragover");
    assert.match(await over(), /Drop a cluster\.yml/);
    await drag("dragleave");
    assert.equal(await over(), "none");
    await drag("dragover");
    await drag("drop");
    assert.equal(await over(), "none");
  }));

test("on paper stand the text and the findings, and no controls", () =>
  visit("?example=ecr", async (page) => {
    await page.emulateMedia({ media: "print" });
    for (const selector of ["header", ".tabs", ".bar", ".tools", ".fix button"]) {
      assert.equal(await page.locator(selector).first().isVisible(), false, selector);
    }
    assert.ok(await page.locator(".cm-content").isVisible());
    assert.ok(await page.locator(".problem").isVisible());
  }));

test("the picture of registries takes the colours of a high contrast theme", () =>
  visit(
    "?tab=registries&example=urls",
    async (page) => {
      const [text, box] = await page.evaluate(() => [
        getComputedStyle(document.querySelector(".picture")).fill,
        getComputedStyle(document.querySelector(".picture rect")).fill,
      ]);
      const probe = await page.evaluate(() => {
        const it = document.createElement("div");
        it.style.setProperty("color", "CanvasText");
        it.style.setProperty("background-color", "Canvas");
        document.body.append(it);
        const { color, backgroundColor } = getComputedStyle(it);
        it.remove();
        return [color, backgroundColor];
      });
      assert.deepEqual([text, box], probe);
      await page.screenshot({ path: `${SHOTS}registries-forced-colours.png` });
    },
    { forcedColors: "active" },
  ));

test("an empty text offers the ways to begin", () =>
  visit("", async (page) => {
    await replaceText(page, "# nothing yet\n");
    for (const name of ["Problems", "What RKE sees", "Images"]) {
      await tab(page, name).click();
      await page.getByText("There is no cluster.yml here yet").waitFor();
      assert.doesNotMatch(await page.locator(".panel").innerText(), /etcd|No problems/);
    }
    await page.screenshot({ path: `${SHOTS}empty.png` });
    const panel = page.locator(".panel");
    await panel.getByRole("button", { name: "Examples" }).click();
    await page.locator("#examples").waitFor();
    await page.keyboard.press("Escape");
    await panel.getByRole("button", { name: "Start from nothing" }).click();
    await page.getByRole("dialog", { name: "Start from nothing" }).waitFor();
  }));
