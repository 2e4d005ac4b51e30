// The page as people use it: by the names that a screen reader and a keyboard rely on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch, oneFile, open, site } from "./browser.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ECR_HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

let browser;
let server;
before(async () => {
  browser = await launch();
  server = await site();
});
after(async () => {
  server.close();
  await browser.close();
});

/** Runs `steps` on a page of its own, and lets no error of the page or its policy pass. */
async function visit(query, steps, options) {
  const { page, context, requests, errors } = await open(browser, `${server.url}${query}`, options);
  try {
    await steps(page, requests);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

const button = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });
const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const editor = (page) => page.getByRole("textbox", { name: "cluster.yml" });
const text = (page) => page.evaluate(() => document.querySelector(".cm-content").cmTile.view.state.doc.toString());
const comments = (yaml) => yaml.match(/#.*/g);

async function replaceText(page, content) {
  await editor(page).click();
  await page.keyboard.press("Control+A");
  // Over a selection Chromium itself would write a style attribute for a moment, which the policy refuses.
  await page.keyboard.press("Backspace");
  await page.keyboard.insertText(content);
}

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
  assert.equal(await page.evaluate(() => document.activeElement.id), "panel");
  const fixed = await text(page);
  assert.match(fixed, /^ {4}ecr_credential_plugin:$/m);
  assert.deepEqual(comments(fixed), comments(before));
  await editor(page).press("Control+Z");
  await finding.waitFor();
  assert.equal(await text(page), before);
  await button(page, "Fix all").click();
  await finding.waitFor({ state: "detached" });

  await tab(page, "Images").click();
  const images = page.getByRole("table", { name: "System images" });
  const kubernetes = images.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "kubernetes", exact: true }) });
  assert.deepEqual(await kubernetes.getByRole("cell").allInnerTexts(), [
    `${ECR_HOST}/rancher/hyperkube:v1.30.5-rancher1`,
    "default registry",
    "ECR token, eu-central-1",
    "yes: every node",
  ]);
  const all = await images.getByRole("row").count();
  await page.getByRole("checkbox", { name: "only what this cluster needs" }).check();
  const needed = await images.getByRole("row").count();
  assert.ok(needed > 10 && needed < all, `${needed} of ${all} rows`);

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
  const { page, context, requests, errors } = await open(browser, oneFile, { offline: true });
  await journey(page);
  assert.deepEqual(errors, []);
  assert.deepEqual(requests.filter((url) => !/^(data|blob):/.test(url)), [oneFile]);
  await context.close();
});

test("a secret in the text stays in the text", () =>
  visit("", async (page, requests) => {
    const loaded = requests.length;
    await replaceText(page, "private_registries:\n- url: registry.example.com\n  user: u\n  password: canary-7f3a\n");
    for (const name of ["Images", "Registries", "Files", "Problems"]) {
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
    assert.equal(await page.evaluate(() => document.activeElement.id), "tab-problems");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.id), "tab-images");
    assert.equal(await tab(page, "Images").getAttribute("aria-selected"), "true");
    await page.keyboard.press("Shift+Tab");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "cluster.yml");
  }));

test("what is typed before the program arrives is kept, with its caret", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(server.url, { waitUntil: "commit" });
  await editor(page).pressSequentially("nodes: []");
  await page.keyboard.press("Home");
  release();
  await page.waitForSelector(".cm-content");
  await page.keyboard.type("# mine ");
  assert.equal(await text(page), "# mine nodes: []");
  await context.close();
});

test("without the editor's script a plain text box does", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/editor.js", (route) => route.abort());
  await page.goto(server.url);
  const finding = button(page, /^Error, line 16: /);
  await finding.click();
  const area = page.locator("textarea");
  assert.equal(await area.getAttribute("aria-label"), "cluster.yml");
  assert.ok(await area.evaluate((it) => it === document.activeElement));
  await button(page, "Fix all").click();
  await finding.waitFor({ state: "detached" });
  assert.match(await area.inputValue(), /^ {4}ecr_credential_plugin:$/m);
  await context.close();
});

describe("accessibility", () => {
  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["320 px", { viewport: { width: 320, height: 640 } }],
    ["forced colours", { forcedColors: "active" }],
  ]) {
    for (const query of ["?tab=problems", "?tab=problems&example=default", "?tab=images", "?tab=registries", "?tab=files"]) {
      test(`axe finds nothing: ${name}, ${query}`, () =>
        visit(
          query,
          async (page) => {
            await page.evaluate(AXE);
            const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
            const { violations } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), tags);
            assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(" ")}`), []);
            const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.equal(sideways, 0, "the page scrolls sideways");
          },
          options,
        ));
    }
  }
});
