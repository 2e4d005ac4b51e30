// Fixes and what comes after: where the focus goes, how one is undone, how long a message stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, button, editor, focused, replaceText, tab, text, visitor } from "./visit.js";

const { visit } = visitor();
const status = (page) => page.getByRole("status");
const fixed = (page) => page.waitForFunction(() => !document.querySelector(".cm-lintRange-error"));
const broken = (page) => page.locator(".cm-lintRange-error").first().waitFor();
/** Two findings, each with a fix that is safe. */
const TWO = `nodes:
- {address: 10.0.0.1, user: u, role: [controlplane, etcd, worker]}
- {address: 10.0.0.2, user: u, role: [Worker]}
- {address: 10.0.0.3, user: u, role: [Worker]}
`;

test("a fix from the editor leaves the caret there, and Ctrl+Z takes it back", () =>
  visit("", async (page) => {
    await editor(page).focus();
    await page.keyboard.press("F8");
    await page.keyboard.press("Control+.");
    await fixed(page);
    assert.equal(await focused(page), "cluster.yml");
    await status(page).filter({ hasText: /^Done: .* Ctrl\+Z undoes it\.$/ }).waitFor();
    await page.keyboard.press("Control+Z");
    await broken(page);
    assert.match(await text(page), /ecrCredentialPlugin:/);
  }));

test("after a Fix button the next finding has the focus, and Ctrl+Z undoes from there", () =>
  visit("", async (page) => {
    await replaceText(page, TWO);
    const fix = button(page, "Fix");
    await button(page, /^Error, line 3: /).waitFor();
    const rows = await page.locator(".problems > li").count();
    assert.ok((await fix.count()) > 1, "two fixes to choose from");
    const before = await text(page);
    await fix.first().click();
    await page.waitForFunction((rows) => document.querySelectorAll(".problems > li").length < rows, rows);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^Error, line 4: /);
    await page.keyboard.press("Control+Z");
    await page.waitForFunction((rows) => document.querySelectorAll(".problems > li").length === rows, rows);
    assert.equal(await text(page), before);
    await status(page).filter({ hasText: "Undone." }).waitFor();
  }));

test("after Apply in Fix all, too", () =>
  visit("", async (page) => {
    const before = await text(page);
    await button(page, "Fix all").click();
    await button(page, "Apply").click();
    await fixed(page);
    assert.match(await focused(page), /^(panel|problem-\d+)$/);
    await page.keyboard.press("Control+Z");
    await broken(page);
    assert.equal(await text(page), before);
  }));

test("Ctrl+Z in a box of its own is the box's", () =>
  visit("?tab=explain", async (page) => {
    await replaceText(page, "nodes: []\n");
    const log = page.getByRole("textbox", { name: /^Paste what rke/ });
    await log.pressSequentially("abc");
    await page.keyboard.press("Control+Z");
    assert.notEqual(await log.inputValue(), "abc");
    assert.equal(await text(page), "nodes: []\n");
  }));

test("F8 leads to the problems from everywhere but a dialog", () =>
  visit("", async (page) => {
    await tab(page, "Problems").focus();
    await page.keyboard.press("F8");
    assert.equal(await focused(page), "cluster.yml");
    assert.equal(await page.evaluate(() => getSelection().toString()), "ecrCredentialPlugin");
    await tab(page, "Problems").focus();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Shift+F8").waitFor();
    await page.keyboard.press("F8");
    assert.equal(await dialog.isVisible(), true);
    assert.notEqual(await focused(page), "cluster.yml");
  }));

test("the plain text box goes from problem to problem and undoes a fix", () =>
  visit("", async (page) => {
    await replaceText(page, TWO);
    await button(page, "Plain text").click();
    const area = page.locator("textarea.plain");
    await area.focus();
    const selected = () => area.evaluate((it) => `${it.selectionStart}: ${it.value.slice(it.selectionStart, it.selectionEnd)}`);
    await page.keyboard.press("F8");
    const first = await selected();
    assert.match(first, /: Worker$/);
    await page.keyboard.press("F8");
    assert.notEqual(await selected(), first);
    await page.keyboard.press("Shift+F8");
    assert.equal(await selected(), first);

    await button(page, "Fix all").click();
    await button(page, "Apply").click();
    await page.waitForFunction((before) => document.querySelector("textarea.plain").value !== before, TWO);
    assert.match(await focused(page), /^(panel|problem-\d+)$/);
    await page.keyboard.press("Control+Z");
    await page.waitForFunction((before) => document.querySelector("textarea.plain").value === before, TWO);
  }));

test("where the page is narrow a fix in the plain text box can be undone, too", () =>
  visit(
    "",
    async (page) => {
      await button(page, "Plain text").click();
      await button(page, "Problems (1)").click();
      const area = page.locator("textarea.plain");
      const before = await area.inputValue();
      await button(page, "Fix").first().click();
      await page.waitForFunction((before) => document.querySelector("textarea.plain").value !== before, before);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.side), "answers");
      await page.keyboard.press("Control+Z");
      await page.waitForFunction((before) => document.querySelector("textarea.plain").value === before, before);
    },
    { viewport: { width: 320, height: 640 } },
  ));

test("the message of a fix carries the undo, and stays while the focus is on it", () =>
  visit(
    "",
    async (page) => {
      await button(page, "Problems (1)").click();
      await button(page, "Fix").first().click();
      const undo = button(page, "Undo");
      assert.ok((await undo.boundingBox()).height < 40, "on one line");
      await undo.focus();
      await accessible(page);
      await page.waitForTimeout(6000);
      await page.keyboard.press("Enter");
      await button(page, /^Error, line 16: /).waitFor();
      assert.equal(await focused(page), "panel");
      assert.equal(await undo.count(), 0);
      await status(page).filter({ hasText: "Undone." }).waitFor();
    },
    { viewport: { width: 320, height: 640 } },
  ));

test("a message stays its time, then the count is spoken", () =>
  visit("#v1=abcd", async (page) => {
    const message = status(page).filter({ hasText: "This link holds no text" });
    await message.waitFor();
    await page.waitForTimeout(4000);
    assert.ok(await message.isVisible(), "gone before its time");
    await status(page).filter({ hasText: /^(\d+ |No )/ }).waitFor({ state: "attached" });
  }));
