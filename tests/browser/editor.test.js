// The editor: what it tells, offers and fixes, and the plain one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOKS, accessible, button, editor, focused, replaceText, tab, text, visitor } from "./visit.js";

const { visit } = visitor();

test("typing over what is selected asks the policy for nothing", () =>
  visit("", async (page) => {
    await page.getByText("kubernetes_version").first().dblclick();
    await page.keyboard.type("x");
    assert.match(await text(page), /^x: v1\.30/m);
    await page.keyboard.press("Control+Z");
    assert.match(await text(page), /^kubernetes_version: v1\.30/m);
  }));

test("a key says what it means under the pointer, and the caret gets offers", () =>
  visit("", async (page) => {
    await page.getByText("is_default").first().hover();
    await page.locator(".cm-meaning").getByText("is_default: true or false").waitFor();
    await replaceText(page, "network:\n  ");
    await page.keyboard.type("plu");
    const offer = page.getByRole("option", { name: /^plugin/ });
    await offer.waitFor();
    // An offer that has just appeared under the fingers is not taken.
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    assert.match(await text(page), /^ {2}plugin: ?$/m);
    // What may stand there opens by itself.
    await page.getByRole("option", { name: /^calico/ }).waitFor();
  }));

/** Types `before`, leaves the caret before `behind`, types `word` and takes the first offer of this name. */
async function complete(page, before, behind, word, label) {
  await replaceText(page, before + behind);
  for (const _ of behind) await page.keyboard.press("ArrowLeft");
  await page.keyboard.type(word);
  if (!word) await page.keyboard.press("Control+Space");
  await page.getByRole("option", { name: label }).first().waitFor();
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
}

test("a key keeps its colon, and between brackets there are offers as well", () =>
  visit("", async (page) => {
    await complete(page, "", ": ", "netw", /^network/);
    assert.equal(await text(page), "network: ");
    await complete(page, "network: {", "}", "plu", /^plugin/);
    assert.equal(await text(page), "network: {plugin: }");
    await page.getByRole("option", { name: /^canal/ }).waitFor();
    await page.keyboard.press("Escape");
    await complete(page, "nodes:\n- {address: a, role: [etcd, ", "]}", "w", /^worker/);
    assert.equal(await text(page), "nodes:\n- {address: a, role: [etcd, worker]}");
    await complete(page, "nodes:\n- role: [etcd,", "]", "", /^controlplane/);
    assert.equal(await page.getByRole("option", { name: /^etcd/ }).count(), 0);
    assert.equal(await text(page), "nodes:\n- role: [etcd,controlplane]");
    await complete(page, "network:\n  plugin: c", "nal", "an", /^canal/);
    assert.equal(await text(page), "network:\n  plugin: canal");
  }));

test("versions of Kubernetes are offered newest first", () =>
  visit("", async (page) => {
    await replaceText(page, "kubernetes_version: ");
    await page.keyboard.press("Control+Space");
    const options = page.getByRole("listbox", { name: "Completions" }).getByRole("option");
    await options.first().waitFor();
    const offered = await options.allInnerTexts();
    const numbers = offered.map((it) => it.match(/\d+/g).map(Number));
    const newest = numbers.toSorted((a, b) => b.map((part, at) => part - a[at]).find((it) => it) ?? 0);
    assert.ok(offered.length > 2);
    assert.deepEqual(numbers, newest);
  }));

test("Enter leads below a key and into an item, and the list goes on with a dash", () =>
  visit("", async (page) => {
    await replaceText(page, "services:\n  kubelet:");
    await page.keyboard.press("Enter");
    await page.keyboard.type("fail_swap_on: true");
    assert.equal(await text(page), "services:\n  kubelet:\n    fail_swap_on: true");
    await replaceText(page, "nodes:\n  - address: a");
    await page.keyboard.press("Enter");
    await page.keyboard.type("user: b");
    await page.keyboard.press("Enter");
    assert.equal(await text(page), "nodes:\n  - address: a\n    user: b\n    ");
    await complete(page, "nodes:\n  - address: a\n  ", "", "", /^-/);
    await complete(page, "nodes:\n  - address: a\n  - ", "", "po", /^port/);
    assert.equal(await text(page), "nodes:\n  - address: a\n  - port: ");
    // Anywhere else it is the line break it always was.
    await replaceText(page, "cluster_name: a");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    assert.equal(await text(page), "\ncluster_name: a");
  }));

test("a tab can be seen, and a finding at the gutter leaves the lines below it readable", () =>
  visit("", async (page) => {
    await replaceText(page, "cluster_name: a\n\n\n\n\n\n\n\n\n\nnodes:\n\t- address: a\n");
    await page.waitForFunction(() => getComputedStyle(document.querySelector(".cm-tab-mark"), "::before").content === '"→"');
    await replaceText(page, `${"\n".repeat(10)}private_registries:\n- url: a.com\n  username: b\n  password: c\n`);
    const { y } = await page.locator(".cm-line", { hasText: "username" }).boundingBox();
    const { x } = await page.locator(".cm-gutter-lint .cm-lint-marker").first().boundingBox();
    await page.mouse.move(x + 5, y + 10);
    const tooltip = page.locator(".cm-tooltip-lint");
    await tooltip.locator("code", { hasText: /^username$/ }).waitFor();
    assert.doesNotMatch(await tooltip.innerText(), /`/);
    const box = await tooltip.boundingBox();
    assert.ok(box.y + box.height <= y + 10, "above its line");
    await tooltip.getByRole("button", { name: "Rename to user" }).click();
    await page.waitForFunction(() => !document.querySelector(".cm-content").textContent.includes("username"));
  }));

test("a key says what it means at the caret, aloud too, until Escape", () =>
  visit("", async (page) => {
    await replaceText(page, "services:\n  etcd:\n    snapshot: true\n");
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Control+Shift+Space");
    const meaning = page.locator(".cm-meaning");
    await meaning.getByText(/^services: /).waitFor();
    const announced = page.locator(".cm-announced");
    assert.match(await announced.innerText(), /^services: .+\. ./);
    assert.equal(await announced.getAttribute("aria-live"), "polite");
    await accessible(page);
    await page.keyboard.press("Escape");
    await meaning.waitFor({ state: "detached" });
    assert.equal(await focused(page), "cluster.yml");
    // From the start of its line as well; it goes with the caret, and says where there is nothing to say.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Control+Shift+Space");
    await meaning.getByText(/^etcd: /).waitFor();
    await page.keyboard.press("Control+End");
    await meaning.waitFor({ state: "detached" });
    await page.keyboard.press("Control+Shift+Space");
    await announced.filter({ hasText: "Nothing is known about this place." }).waitFor();
    assert.equal(await meaning.count(), 0);
  }));

test("the fix at the caret is one key away, and one step back", () =>
  visit("", async (page) => {
    await editor(page).focus();
    await page.keyboard.press("F8");
    await page.keyboard.press("Control+.");
    await page.waitForFunction(() => !document.querySelector(".cm-lintRange-error"));
    assert.match(await text(page), /^ {4}ecr_credential_plugin:/m);
    await page.keyboard.press("Control+Z");
    assert.match(await text(page), /ecrCredentialPlugin:/);
  }));

test("Fix all shows what it would do, and Escape changes nothing and gives the focus back", () =>
  visit("", async (page) => {
    const before = await text(page);
    await button(page, "Fix all").click();
    const dialog = page.getByRole("dialog", { name: /^Fix all: \d+ fix/ });
    assert.match(await dialog.locator("del").first().innerText(), /^- .*ecrCredentialPlugin:/);
    assert.match(await dialog.locator("ins").first().innerText(), /^\+ .*ecr_credential_plugin:/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Fix all");
    assert.equal(await text(page), before);
  }));

test("a doubtful fix is shown before it is made", () =>
  visit("", async (page) => {
    await replaceText(page, "cluster_name: a\ncluster_name: b\n");
    const doubtful = page.getByRole("listitem").filter({ hasText: "remove the first, which has no effect" }).last();
    await doubtful.getByRole("button", { name: "Fix", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: /^Remove the first/ });
    assert.equal(await dialog.locator("del").innerText(), "- cluster_name: a\n");
    await button(page, "Apply").click();
    await dialog.waitFor({ state: "hidden" });
    await page.waitForFunction(() => !document.querySelector(".cm-content").textContent.includes(": a"));
    assert.equal(await text(page), "cluster_name: b\n");
  }));

test("the plain text box is remembered, and nothing else", () =>
  visit("", async (page) => {
    await replaceText(page, "nodes: []\n");
    await button(page, "Plain text").click();
    const area = page.locator("textarea.plain");
    assert.equal(await area.inputValue(), "nodes: []\n");
    await area.fill("nods: []\n");
    await button(page, /ine 1: .*nods/).click();
    assert.ok(await area.evaluate((it) => it === document.activeElement));
    assert.deepEqual(await page.evaluate(() => Object.entries(localStorage)), [["drydock.plain", "1"]]);
    page.on("dialog", (dialog) => dialog.accept());
    await page.reload();
    await area.waitFor();
    await button(page, "Code editor").click();
    await page.locator(".cm-content").waitFor();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
  }));

test("Ctrl+S saves the file, and ? lists the keys", () =>
  visit("", async (page) => {
    await editor(page).focus();
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Control+S")]);
    assert.equal(download.suggestedFilename(), "cluster.yml");
    await tab(page, "Problems").focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Shift+F8").waitFor();
    await accessible(page);
    await button(page, "Close").click();
    assert.equal(await focused(page), "tab-problems");
  }));

test("where the page is narrow the problems are one button away, and a jump leads back", () =>
  visit(
    "",
    async (page) => {
      await button(page, "Problems (1)").click();
      const finding = button(page, /^Error, line 16: /);
      assert.ok((await finding.boundingBox()).y < 640, "in sight without scrolling");
      await finding.click();
      assert.equal(await focused(page), "cluster.yml");
      assert.equal(await page.evaluate(() => getSelection().toString()), "ecrCredentialPlugin");
      await button(page, "Output").click();
      assert.equal(await tab(page, "What RKE sees").getAttribute("aria-selected"), "true");
    },
    { viewport: { width: 320, height: 640 } },
  ));

test("a crash is told, and the text stays", () =>
  visit("", async (page) => {
    await page.evaluate(() =>
      dispatchEvent(new ErrorEvent("error", { error: new WebAssembly.RuntimeError("unreachable") })),
    );
    const note = page.getByRole("alert").filter({ hasText: "still there" });
    await note.waitFor();
    assert.match(await text(page), /ecrCredentialPlugin/);
    await accessible(page);
    await note.getByRole("button", { name: "Copy a report" }).click();
    // Where the clipboard is closed it stands there to be selected.
    const report = await note.locator("pre").innerText();
    assert.match(report, /^drydock: \d+\.\d+\.\d+\nbrowser: .*Chrom.*\nerror: unreachable\nat: unknown\nfindings: D\d+/);
    assert.doesNotMatch(report, /ecrCredentialPlugin|amazonaws/);
    await accessible(page);
  }));

for (const [name, options] of LOOKS.slice(0, 3)) {
  test(`axe finds nothing in the plain text box and in the offers: ${name}`, () =>
    visit(
      "",
      async (page) => {
        await editor(page).focus();
        await page.keyboard.press("Control+End");
        await page.keyboard.type("netw");
        await page.getByRole("listbox", { name: "Completions" }).getByRole("option").first().waitFor();
        await accessible(page);
        await page.keyboard.press("Escape");
        await button(page, "Plain text").click();
        await accessible(page);
      },
      options,
    ));
}
