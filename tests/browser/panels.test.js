// What the panels beside the editor show, one journey each.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accessible, button, focused, replaceText, tab, text, visitor } from "./visit.js";

const shared = visitor();
const { visit } = shared;
const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const METADATA = JSON.stringify({
  K8sVersionRKESystemImages: {
    "v1.30.5-rancher1-1": { etcd: "rancher/mirrored-coreos-etcd:v3.5.12", kubernetes: "rancher/hyperkube:v1.30.5-rancher1" },
  },
  RKEDefaultK8sVersions: { default: "v1.30.5-rancher1-1" },
});
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());

test("problems are filtered, copied and downloaded", () =>
  visit(
    "?example=urls",
    async (page) => {
      const problems = page.locator(".problems > li");
      const all = await problems.count();
      const filter = page.getByRole("group", { name: "Shown" }).getByRole("button").first();
      await filter.click();
      assert.equal(await filter.getAttribute("aria-pressed"), "false");
      assert.ok((await problems.count()) < all);
      await filter.click();
      await button(page, "Copy").click();
      await button(page, "as Markdown").click();
      await page.getByRole("status").filter({ hasText: "Copied the problems." }).waitFor();
      assert.match(await copied(page), /^- \*\*\w+\*\*, line \d+: /m);
      await button(page, "Copy").click();
      await button(page, "as a pull command").click();
      await page.getByRole("status").filter({ hasText: "Copied the command." }).waitFor();
      assert.equal(await copied(page), "pull check cluster.yml");
      await button(page, "Download").click();
      const [download] = await Promise.all([page.waitForEvent("download"), button(page, "as JSON").click()]);
      const report = JSON.parse(readFileSync(await download.path(), "utf8"));
      assert.equal(report.version, 1);
      assert.equal(report.files[0].findings.length, all);
      assert.doesNotMatch(JSON.stringify(report), /change-me/);
      await button(page, "Download").click();
      const [sarif] = await Promise.all([page.waitForEvent("download"), button(page, "as SARIF").click()]);
      assert.equal(JSON.parse(readFileSync(await sarif.path(), "utf8")).runs[0].results.length, all);
    },
    clipboard,
  ));

test("what is hidden is said, and shown again with another file", () =>
  visit("?example=urls", async (page) => {
    const problems = page.locator(".problems > li");
    const all = await problems.count();
    const filters = page.getByRole("group", { name: "Shown" }).getByRole("button");
    for (const filter of await filters.all()) await filter.click();
    assert.equal(await problems.count(), 0);
    await page.getByText(`${all} hidden.`).waitFor();
    await button(page, "Show all").click();
    assert.equal(await problems.count(), all);
    await filters.first().click();
    await button(page, "Examples").click();
    await button(page, /^Amazon ECR/).click();
    await page.locator(".problems > li").first().waitFor();
    assert.equal(await page.getByText(/hidden\.$/).count(), 0);
  }));

test("where rke stops comes first, and an error beside an accepted file is explained", () =>
  visit("", async (page) => {
    await replaceText(page, "nods: []\nnodes:\n- {address: a, user: u, role: [worker]}\n");
    const first = page.locator(".problems > li").first();
    await first.getByText("rke stops here").waitFor();
    assert.match(await first.innerText(), /etcd/);
    await replaceText(page, "nods: []\nnodes:\n- {address: a, user: u, role: [etcd, controlplane, worker]}\n");
    await page.getByText(/^rke v1\.6\.3 accepts this file(, but ignores 1 key)?\.$/).waitFor();
  }));

test("of a file that rke cannot read nothing looks like an answer", () =>
  visit("", async (page) => {
    await replaceText(page, "cluster_name: a\nnodes: [\n");
    for (const name of ["What RKE sees", "Images", "Registries", "Files", "Versions"]) {
      await tab(page, name).click();
      const panel = page.locator(".panel");
      await panel.getByText("It reads nothing of the file until").waitFor();
      assert.equal(await panel.locator("pre, table, svg").count(), 0, name);
      assert.doesNotMatch(await panel.innerText(), /counts as it is written|needed|anonymous/, name);
    }
    await button(page, /^line \d+$/).click();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "cluster.yml");
  }));

test("only metadata of rke takes the place of the built-in one, and the file is named", () =>
  visit("?tab=versions", async (page) => {
    const before = await text(page);
    await page.getByText("Answers are of rke v1.6.3, metadata of 2024-10-04.").waitFor();
    const choose = async (name, content) => {
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button(page, "Newer data.json").click()]);
      await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
    };
    for (const other of ['{"foo":1}', "nodes: []", "{"]) {
      await choose("other.json", other);
      await page.getByRole("status").filter({ hasText: /^other\.json is no data\.json/ }).waitFor();
      assert.equal(await text(page), before);
    }
    await choose("data.json", METADATA);
    await page.getByText(/^Answers are of rke v1\.6\.3, metadata of data\.json, a file of \d{4}-\d\d-\d\d\.$/).waitFor();
    assert.equal(await text(page), before);
    await button(page, "Keys").click();
    await page.getByRole("dialog").getByText(/metadata of data\.json, a file of \d{4}/).waitFor();
  }));

test("a finding leads to the page of its rule, and that to the editor and back", () =>
  visit("", async (page) => {
    await page.getByRole("link", { name: "D301" }).click();
    await page.getByRole("heading", { name: /D301 ecr-key-ignored/ }).waitFor();
    assert.match(page.url(), /#rule=D301$/);
    await button(page, "Open in the editor").first().click();
    assert.match(await text(page), /ecrCredentialPlugin: # as the manual has it/);
    // Its findings, not the page of the rule in front of them.
    await button(page, /^Error, line \d+: .*ecrCredentialPlugin/).waitFor();
    assert.equal(await focused(page), "panel");
    await page.getByRole("link", { name: "D301" }).click();
    await page.getByRole("link", { name: "All rules" }).click();
    await page.locator(".rules a").first().waitFor();
    assert.ok((await page.locator(".rules a").count()) > 70);
    await page.goBack();
    await page.getByRole("heading", { name: /D301/ }).waitFor();
    await tab(page, "Images").click();
    assert.doesNotMatch(page.url(), /#/);
  }));

test("what rke sees: dropped keys are struck out, nulls and defaults are told, secrets hidden", () =>
  visit("?tab=sees", async (page) => {
    const own = page.getByRole("region", { name: /^Your file/ });
    assert.match(await own.locator("del").first().innerText(), /^ecrCredentialPlugin:/);
    await own.getByText("dropped without a word").first().waitFor();
    assert.doesNotMatch(await page.locator(".panel").innerText(), /EXAMPLEKEY/);
    const filled = page.getByRole("region", { name: "The file with its defaults" });
    assert.ok((await filled.locator("ins").count()) > 10);
    await replaceText(page, "kubernetes_version: 1.2\n");
    await button(page, "rke stops here").click();
    assert.equal(await page.evaluate(() => getSelection().toString()), "1.2");
  }));

test("the problems do not wait for the second module, what needs it does", async () => {
  const context = await shared.browser.newContext();
  const page = await context.newPage();
  await page.route("**/*_later.wasm", (route) => route.abort());
  await page.goto(`${shared.server.url}?example=ecr`);
  await button(page, /^Error, line 16: /).waitFor();
  await button(page, "Fix all").click();
  await page.getByRole("status").filter({ hasText: "could not be loaded" }).waitFor();
  await page.unroute("**/*_later.wasm");
  await tab(page, "Files").click();
  await page.getByRole("dialog", { name: /^Fix all: / }).waitFor();
  await context.close();
});

test("images are searched by name and key, and what is listed is copied", () =>
  visit(
    "?tab=images",
    async (page) => {
      const rows = page.getByRole("table", { name: "System images" }).getByRole("row");
      const all = await rows.count();
      await page.getByRole("textbox", { name: "Search" }).fill("coredns");
      const found = await rows.count();
      assert.ok(found > 1 && found < all, `${found} of ${all} rows`);
      await button(page, "Copy").click();
      await page.getByRole("status").filter({ hasText: /^Copied \d+ image names\.$/ }).waitFor();
      assert.match(await copied(page), /^\S+\/rancher\/mirrored-coredns-coredns:\S+$/m);
      assert.ok((await copied(page)).trim().split("\n").length <= found - 1);
    },
    clipboard,
  ));

test("files: those that do not apply say why, and a change is marked in the preview", () =>
  visit("?tab=files&example=clean", async (page) => {
    await page.getByText(/^\d+ not for this file$/).click();
    assert.ok((await page.locator(".others li").count()) > 3);
    for (const reason of await page.locator(".others .quiet").allInnerTexts()) assert.ok(reason.length > 10);
    await accessible(page);
    await button(page, "Image list").click();
    assert.equal(await page.locator(".file mark").count(), 0);
    await page.getByRole("combobox", { name: /Images of this cluster/ }).selectOption("version");
    await page.locator(".file mark").first().waitFor();
  }));

test("registries are drawn as the table says", () =>
  visit("?tab=registries&example=urls", async (page) => {
    const picture = page.getByRole("img", { name: /as in the table below/ });
    const rows = await page.getByRole("table", { name: "Private registries" }).getByRole("rowheader").count();
    assert.ok((await picture.locator("g").count()) >= rows - 1);
  }));

test("a move to another version shows images and what breaks", () =>
  visit("?tab=versions", async (page) => {
    const target = page.getByRole("combobox", { name: /^From v1\.30\.5-rancher1-1 to/ });
    await target.selectOption("v1.23.16-rancher2-1");
    await page.getByRole("table", { name: "Images that change" }).getByText("hyperkube:v1.23.16-rancher2").waitFor();
    assert.ok((await page.getByRole("list", { name: "What changes" }).getByRole("listitem").count()) > 0);
    await accessible(page);
    await button(page, "What a move to RKE2 loses").click();
    await page.getByRole("heading", { name: "migration.md" }).waitFor();
  }));

test("an error is put down to its line in the file", () =>
  visit("?tab=explain", async (page) => {
    await button(page, "Example").click();
    const causes = page.getByRole("list", { name: "In this file" });
    await causes.getByRole("button", { name: /^line/ }).first().click();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "cluster.yml");
    await accessible(page);
    await page.getByRole("textbox", { name: /^Paste what rke/ }).fill("nothing of interest");
    await page.getByText(/^Nothing known in these lines/).waitFor();
    await button(page, "Example").click();
    await causes.getByRole("button", { name: "Fix", exact: true }).first().click();
    await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("ecr_credential_plugin"));
    await page.getByRole("textbox", { name: /^Paste what rke/ }).fill("x509: certificate signed by unknown authority");
    await button(page, "pull generate ca-placement").click();
    assert.equal(await tab(page, "Files").getAttribute("aria-selected"), "true");
  }));

test("a large file is shown in part, with the rest at hand", () =>
  visit("", async (page) => {
    const nodes = Array.from({ length: 2000 }, (_, n) => `  - {address: a${n}, role: [worker], usr: x}\n`).join("");
    await replaceText(page, `nodes:\n${nodes}`);
    const problems = page.locator(".problems > li");
    await page.getByText(/more are not shown\. The editor marks the first 500 of \d+\./).waitFor();
    assert.equal(await problems.count(), 200);
    await button(page, "Show more").click();
    assert.equal(await problems.count(), 400);
    await tab(page, "What RKE sees").click();
    await page.getByText(/^\d+ more lines are not shown\.$/).first().waitFor();
    const own = page.getByRole("region", { name: /^Your file/ });
    assert.equal((await own.innerText()).trim().split("\n").length, 1000);
    await button(page, "Show more").first().click();
    assert.equal((await own.innerText()).trim().split("\n").length, 2000);
  }));

test("the release of rke decides which versions there are", () =>
  visit("", async (page) => {
    const releases = page.getByRole("combobox", { name: "Release of rke" });
    const other = await releases.locator("option").nth(12).getAttribute("value");
    await releases.selectOption(other);
    await page.getByText(`rke ${other} `, { exact: false }).first().waitFor();
  }));
