// Links, the guided start, and what is kept.

import assert from "node:assert/strict";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { test } from "node:test";
import { LOOKS, accessible, button, editor, focused, replaceText, text, visitor } from "./visit.js";

const shared = visitor();
const { visit } = shared;
const CANARY = "private_registries:\n- url: registry.example.com\n  user: u\n  pasword: canary-7f3a\nbroken: [\n";

test("a link shows what it carries, holds no secret, and opens elsewhere", () =>
  visit(
    "",
    async (page, requests) => {
      const loaded = requests.length;
      await replaceText(page, CANARY);
      await button(page, "Share").click();
      const dialog = page.getByRole("dialog", { name: "Share a link" });
      await dialog.getByText("1 secret is replaced by ***.").waitFor();
      const link = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
      assert.ok(link.startsWith(`${shared.server.url}#v1=`), link);
      assert.doesNotMatch(await dialog.innerText(), /canary/);
      await button(page, "Copy link").click();
      await page.getByRole("status").filter({ hasText: "Copied the link." }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
      assert.equal(page.url(), shared.server.url);
      assert.deepEqual(requests.slice(loaded), []);
      await visit(link.slice(shared.server.url.length), async (other) => {
        await other.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("registry.example.com"));
        assert.equal(await text(other), CANARY.replace("canary-7f3a", "'***'"));
        assert.equal(other.url(), shared.server.url, "the text leaves the address");
      });
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  ));

test("with stand-ins neither the preview nor the link holds an address or a name", () =>
  visit("", async (page) => {
    await replaceText(page, "# canary-host, at 10.20.30.40\nnodes:\n- {address: 10.20.30.40, hostname_override: canary-host}\n");
    await button(page, "Share").click();
    const dialog = page.getByRole("dialog", { name: "Share a link" });
    const box = dialog.getByRole("checkbox", { name: "also replace addresses and names" });
    assert.ok(!(await box.isChecked()));
    await dialog.getByText("Addresses and names stay.").waitFor();
    await box.check();
    await dialog.getByText("2 addresses and names have stand-ins, in 4 places.").waitFor();
    const link = dialog.getByRole("textbox", { name: "Link" });
    await link.waitFor();
    assert.doesNotMatch(await dialog.innerText(), /canary|10\.20/);
    const shownText = await dialog.getByRole("region", { name: "Text of the link" }).innerText();
    const packed = (await link.inputValue()).split("#v1=")[1];
    assert.equal(inflateRawSync(Buffer.from(packed, "base64url")).toString(), shownText);
    assert.match(shownText, /^# node-1\.example, at 192\.0\.2\.1\n/);
    // A choice for this link only.
    await page.keyboard.press("Escape");
    await button(page, "Share").click();
    assert.ok(!(await box.isChecked()));
  }));

test("links of version 1 open for ever, and one that cannot be read says so", async () => {
  // The form is fixed: base64url of the deflated text.
  const old = `#v1=${deflateRawSync("nodes: []\n# kept\n").toString("base64url")}`;
  await visit(old, async (page) => {
    await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("# kept"));
  });
  const told = (broken) => (/^#v1=/.test(broken) ? "This link holds no text" : "made by a newer Drydock");
  for (const broken of ["#v1=!!", "#v1=abcd", `#v1=${"A".repeat(9000)}`, "#v2=abcd", "#v9=abcd"]) {
    await visit(broken, async (page) => {
      await page.getByRole("status").filter({ hasText: told(broken) }).waitFor();
      // An example would be taken for the text of the link.
      assert.equal(await text(page), "");
      assert.equal(page.url(), shared.server.url);
      await replaceText(page, "nodes: []\n");
      await page.evaluate((fragment) => (location.hash = fragment), broken);
      await page.waitForFunction(() => location.hash === "");
      assert.equal(await text(page), "nodes: []\n");
    });
  }
});

test("the guided start writes a file that rke accepts", () =>
  visit("", async (page) => {
    await button(page, "Examples").click();
    await button(page, /^Start from nothing/).click();
    const dialog = page.getByRole("dialog", { name: "Start from nothing" });
    await dialog.getByRole("combobox", { name: "Where do the images come from?" }).selectOption("ecr");
    await dialog.getByRole("combobox", { name: /EC2 instances/ }).selectOption("no");
    await dialog.getByRole("textbox", { name: /^Addresses/ }).fill("10.1.1.1");
    await dialog.getByRole("textbox", { name: /^Addresses/ }).blur();
    await accessible(page);
    await dialog.getByText("No problems in this file.").waitFor({ state: "hidden" });
    await dialog.getByRole("combobox", { name: /^Are all system images/ }).selectOption("no");
    await dialog.getByText("No problems in this file.").waitFor();
    await button(page, "Write the file").click();
    await page.getByText("rke v1.6.3 accepts this file.").waitFor();
    assert.match(await text(page), /ecr_credential_plugin:\n {6}aws_access_key_id: CHANGE_ME/);
    assert.match(await text(page), /image-credential-provider-config: /);
    // What is left to write is selected: typing goes on there.
    assert.equal(await focused(page), "cluster.yml");
    await page.keyboard.type("AKIAIOSFODNN7EXAMPLE");
    assert.match(await text(page), /aws_access_key_id: AKIAIOSFODNN7EXAMPLE\n {6}aws_secret_access_key: CHANGE_ME/);
  }));

test("the guided start takes the address of a registry as people write it, and says so", () =>
  visit("", async (page) => {
    await button(page, "Examples").click();
    await button(page, /^Start from nothing/).click();
    const dialog = page.getByRole("dialog", { name: "Start from nothing" });
    const url = dialog.getByRole("textbox", { name: /^Registry, as/ });
    await url.fill("https://reg.example.com/");
    await url.blur();
    await dialog.getByText(/^Written as reg\.example\.com: /).waitFor();
    await dialog.getByText("No problems in this file.").waitFor();
    await accessible(page);
  }));

test("an empty editor invites to paste", () =>
  visit("", async (page) => {
    await editor(page).click();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.locator(".cm-placeholder").getByText(/^Paste a cluster\.yml/).waitFor();
  }));

for (const [name, options] of LOOKS) {
  test(`axe finds nothing in the dialogs and menus: ${name}`, () =>
    visit(
      "?tab=problems",
      async (page) => {
        await button(page, "Examples").click();
        await accessible(page);
        await page.keyboard.press("Escape");
        await button(page, "Fix all").click();
        await accessible(page);
        await page.keyboard.press("Escape");
        await button(page, "Share").click();
        await page.getByRole("checkbox", { name: "also replace addresses and names" }).check();
        await page.getByRole("textbox", { name: "Link" }).waitFor();
        await accessible(page);
      },
      options,
    ));
}
