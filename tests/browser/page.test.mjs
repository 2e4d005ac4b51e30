// The page as people use it: by the names that a screen reader and a keyboard rely on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { oneFile, open } from "./browser.js";
import { LOOKS, accessible, button, editor, focused, replaceText, tab, text, visitor } from "./visit.js";

const ECR_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

const shared = visitor();
const { visit } = shared;
const comments = (yaml) => yaml.match(/#.*/g);

/** The manual's example, from the finding to the snippets. */
async function journey(page) {
  const finding = button(page, /^Error, line 16: .*ecrCredentialPlugin/);
  await finding.waitFor({ timeout: 1000 });
  assert.equal(await page.locator(".cm-lintRange-error").innerText(), "ecrCredentialPlugin");

  await finding.click();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "cluster.yml");
  assert.equal(await page.evaluate(() => getSelection().toString()), "ecrCredentialPlugin");

  const before = await text(page);
  await page.getByRole("listitem").filter({ has: finding }).getByRole("button", { name: "Fix", exact: true }).first().click();
  await finding.waitFor({ state: "detached" });
  assert.equal(await focused(page), "problem-0");
  const fixed = await text(page);
  assert.match(fixed, /^ {4}ecr_credential_plugin:$/m);
  assert.deepEqual(comments(fixed), comments(before));
  await editor(page).press("Control+Z");
  await finding.waitFor();
  assert.equal(await text(page), before);
  await button(page, "Fix all").click();
  await page.getByRole("dialog").getByRole("button", { name: "Apply" }).click();
  await finding.waitFor({ state: "detached" });
  assert.equal(await focused(page), "problem-0");

  await tab(page, "Images").click();
  const images = page.getByRole("table", { name: "System images" });
  const kubernetes = images.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "kubernetes", exact: true }) });
  assert.deepEqual(await kubernetes.getByRole("cell").allInnerTexts(), [
    `${ECR_HOST}/rancher/hyperkube:v1.30.5-rancher1`,
    "default registry",
    "ECR token, eu-central-1",
    "yes: every node",
  ]);
  const needed = await images.getByRole("row").count();
  await page.getByRole("checkbox", { name: "only what this cluster needs" }).uncheck();
  const all = await images.getByRole("row").count();
  assert.ok(needed > 10 && needed < all, `${needed} of ${all} rows`);
  await page.getByText(`${needed - 1} of the ${all - 1} images of v1.30.5-rancher1-1 are needed here.`).waitFor();

  await tab(page, "Registries").click();
  const entry = page.getByRole("table", { name: "Private registries" }).getByRole("row").filter({ hasText: ECR_HOST }).first();
  assert.match(await entry.innerText(), /ECR token, by the AWS keys in the file/);

  await tab(page, "Files").click();
  const expected = new Map([
    ["ecr.yml", /^ {2}ecr_credential_plugin:$/m],
    ["images.txt", /rancher\/hyperkube:v1\.30\.5-rancher1$/m],
    ["mirror.sh", new RegExp(`${ECR_HOST}/rancher/hyperkube|${ECR_HOST}`)],
  ]);
  for (const file of await page.getByRole("list", { name: "Files" }).getByRole("button").all()) {
    await file.click();
    const name = await page.getByRole("heading", { level: 2 }).innerText();
    const content = await page.locator(".panel pre").innerText();
    assert.match(content, expected.get(name) ?? /./, name);
    assert.doesNotMatch(content, /EXAMPLEKEY/, "no secret leaves the file");
    // Of a page's downloads Chromium drops what comes after ten within a second.
    await page.waitForTimeout(120);
    const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Download").click()]);
    assert.equal(download.suggestedFilename(), name);
    assert.equal(readFileSync(await download.path(), "utf8").trim(), content.trim());
    expected.delete(name);
  }
  assert.deepEqual([...expected.keys()], []);
  // The manual's conditions decide: instances whose profile may pull need no key.
  await button(page, "ECR in cluster.yml").click();
  for (const question of [/EC2 instances/, /have an instance profile/, /allow pulling from ECR/]) {
    await page.getByRole("combobox", { name: question }).selectOption("yes");
  }
  assert.match(await page.locator(".panel pre").innerText(), /^ {2}ecr_credential_plugin: \{\}$/m);
}

test("the manual's example: finding, fix, images, registries, files", () => visit("", journey));

test("the one file does the same from disk, with the network off and without a request", async () => {
  const { page, context, requests, errors } = await open(shared.browser, oneFile, { offline: true });
  await journey(page);
  assert.deepEqual(errors, []);
  assert.deepEqual(requests.filter((url) => !/^(data|blob):/.test(url)), [oneFile]);
  await context.close();
});

test("a secret in the text stays in the text", () =>
  visit("", async (page, requests) => {
    const loaded = requests.length;
    await replaceText(page, "private_registries:\n- url: registry.example.com\n  user: u\n  password: canary-7f3a\n");
    for (const name of ["What RKE sees", "Images", "Registries", "Files", "Versions", "Explain an error", "Problems"]) {
      await tab(page, name).click();
      assert.doesNotMatch(await page.locator(".panel").innerText(), /canary/, name);
    }
    assert.deepEqual(requests.slice(loaded), []);
    assert.doesNotMatch(page.url(), /canary/);
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
  }));

test("findings follow the typing in the next frame, the spoken count waits", () =>
  visit("", async (page) => {
    await replaceText(page, "# 😀\nnods: []\n");
    const frames = await page.evaluate(async () => {
      for (let frame = 0; frame < 60; frame += 1) {
        if (document.querySelector(".cm-lintRange")?.textContent === "nods") return frame;
        await new Promise(requestAnimationFrame);
      }
      return Infinity;
    });
    assert.ok(frames <= 2, `${frames} frames`);
    assert.equal(await page.getByRole("status").count(), 1);
    await page.waitForFunction(() => /error|warning/.test(document.querySelector("[role=status]").textContent));
  }));

test("settings come from the address, and the version from the menu", () =>
  visit("?example=default&tab=images&theme=dark", async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.equal(await tab(page, "Images").getAttribute("aria-selected"), "true");
    const table = page.getByRole("table", { name: "System images" });
    await table.getByText("registry.example.com:5000/rke/rancher/hyperkube:v1.30.5-rancher1").waitFor();
    await page.getByRole("combobox", { name: "Kubernetes version" }).selectOption("v1.28.14-rancher1-1");
    await table.getByText("registry.example.com:5000/rke/rancher/hyperkube:v1.28.14-rancher1").waitFor();
    await button(page, "Light theme").click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  }));

test("versions of the address that are not known are told, and the menus show what answers", () =>
  visit("?rke=v9.9.9&kubernetes=bogus", async (page) => {
    await page.getByRole("status").filter({ hasText: /rke v9\.9\.9 is not known here: v1\.6\.3 answers\. Kubernetes bogus/ }).waitFor();
    const shown = (name) => page.getByRole("combobox", { name }).evaluate((it) => it.selectedOptions[0].textContent);
    assert.equal(await shown("Release of rke"), "v1.6.3");
    assert.match(await shown("Kubernetes version"), /\(file\)$/);
    assert.equal(await page.locator(".problems").getByText("bogus").count(), 0);
    // Nor does a release keep a version that it does not know.
    await page.getByRole("combobox", { name: "Kubernetes version" }).selectOption("v1.30.5-rancher1-1");
    await page.getByRole("combobox", { name: "Release of rke" }).selectOption("v1.3.0");
    await page.getByRole("status").filter({ hasText: "Kubernetes v1.30.5-rancher1-1 is not known to rke v1.3.0" }).waitFor();
    assert.match(await shown("Kubernetes version"), /\(file\)$/);
  }));

test("the time of a check is shown from the second check on", () =>
  visit("", async (page) => {
    await button(page, /^Error, line 16: /).waitFor();
    assert.doesNotMatch(await page.locator(".bar").innerText(), /\bms\b/);
    await replaceText(page, "nodes: []\n");
    await page.locator(".bar").getByText(/^in .* ms$/).waitFor();
  }));

test("the theme is remembered, and the system's is nothing to remember", () =>
  visit(
    "",
    async (page) => {
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      const kept = () => page.evaluate(() => Object.entries(localStorage));
      await button(page, "Dark theme").click();
      assert.deepEqual(await kept(), [["drydock.theme", "dark"]]);
      await page.reload();
      await button(page, "Light theme").waitFor();
      assert.equal(await theme(), "dark");
      await button(page, "How to check").click();
      await page.getByText("but for the choice of theme and of the plain text editor").waitFor();
      await button(page, "Close").click();
      await button(page, "Light theme").click();
      assert.equal(await theme(), "light");
      assert.deepEqual(await kept(), []);
    },
    { colorScheme: "light" },
  ));

test("the one file stores nothing, wherever it lies, and does not speak of it", async () => {
  for (const address of [oneFile, `${shared.server.url}drydock.html`]) {
    const { page, context, errors } = await open(shared.browser, address, { colorScheme: "light" });
    await button(page, "Dark theme").click();
    await button(page, "Plain text").click();
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await button(page, "How to check").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Nothing is stored.", { exact: true }).waitFor();
    assert.deepEqual(errors, []);
    await context.close();
  }
});

test("the ring of the focus goes around the whole editor", () =>
  visit("", async (page) => {
    await editor(page).focus();
    await page.locator(".cm-editor.cm-focused").waitFor();
    const [ring, box] = await page.evaluate(() => {
      const editor = document.querySelector(".cm-editor");
      const { width, height, borderTopWidth, position } = getComputedStyle(editor, "::after");
      return [{ width, height, borderTopWidth, position }, editor.getBoundingClientRect()];
    });
    assert.deepEqual([ring.position, ring.borderTopWidth], ["absolute", "2px"]);
    assert.ok(Math.abs(parseFloat(ring.height) + 4 - box.height) < 5, `${ring.height} of ${box.height}`);
  }));

test("examples, files and drops replace the text", () =>
  visit("", async (page) => {
    await button(page, "Examples").click();
    await button(page, /^Forms of a url/).click();
    await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("harbor.example.com"));
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button(page, "Open").click()]);
    await chooser.setFiles({ name: "mine.yml", mimeType: "text/yaml", buffer: Buffer.from("nodes:\r\n- address: picked\r\n") });
    await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("picked"));
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["nodes:\n- address: dropped\n"], "other.yml"));
      document.querySelector(".page").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    });
    await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("dropped"));
  }));

test("copying is announced", () =>
  visit(
    "?tab=images",
    async (page) => {
      await button(page, "Copy").click();
      await page.getByRole("status").filter({ hasText: /^Copied \d+ image names\.$/ }).waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, new RegExp(`^${ECR_HOST}/rancher/hyperkube:v1.30.5-rancher1$`, "m"));
      assert.doesNotMatch(copied, /\/$/m);
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  ));

test("the keyboard gets into the editor and out, and along the tabs", () =>
  visit("", async (page) => {
    await editor(page).focus();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Plain text");
    await tab(page, "Problems").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(page), "tab-sees");
    assert.equal(await tab(page, "What RKE sees").getAttribute("aria-selected"), "true");
    await page.keyboard.press("End");
    assert.equal(await focused(page), "tab-explain");
    for (let back = 0; back < 4; back += 1) await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "cluster.yml");
  }));

test("what is typed before the program arrives is kept, with its caret", async () => {
  const context = await shared.browser.newContext();
  const page = await context.newPage();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(shared.server.url, { waitUntil: "commit" });
  await editor(page).pressSequentially("nodes: []");
  await page.keyboard.press("Home");
  release();
  await page.waitForSelector(".cm-content");
  await page.keyboard.type("# mine ");
  assert.equal(await text(page), "# mine nodes: []");
  await context.close();
});

test("without the editor's script a plain text box does", async () => {
  const context = await shared.browser.newContext();
  const page = await context.newPage();
  await page.route("**/editor.js", (route) => route.abort());
  await page.goto(shared.server.url);
  const finding = button(page, /^Error, line 16: /);
  await finding.click();
  const area = page.locator("textarea");
  assert.equal(await area.getAttribute("aria-label"), "cluster.yml");
  assert.ok(await area.evaluate((it) => it === document.activeElement));
  await button(page, "Fix all").click();
  await button(page, "Apply").click();
  await finding.waitFor({ state: "detached" });
  assert.match(await area.inputValue(), /^ {4}ecr_credential_plugin:$/m);
  await context.close();
});

describe("accessibility", () => {
  for (const [name, options] of LOOKS) {
    for (const query of [
      "?tab=problems",
      "?tab=problems&example=default",
      "?tab=sees&example=nulls",
      "?tab=images",
      "?tab=registries&example=urls",
      "?tab=files",
      "?tab=versions",
      "?tab=explain",
      "?example=ecr",
      "#rule=D301",
      "#rules",
    ]) {
      test(`axe finds nothing: ${name}, ${query}`, () => visit(query, accessible, options));
    }
  }
});
