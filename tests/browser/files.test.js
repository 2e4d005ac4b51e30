// Files that are opened and saved.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { button, text, visitor } from "./visit.js";

const { visit } = visitor();
const status = (page, hasText) => page.getByRole("status").filter({ hasText });

async function pick(page, name, buffer) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button(page, "Open").click()]);
  await chooser.setFiles({ name, mimeType: "text/yaml", buffer });
}

test("a file with CRLF and a byte order mark differs by its fix alone once it is saved", () =>
  visit("", async (page) => {
    const file = "\ufeffnodes:\r\n- {address: 10.0.0.1, user: u, role: [controlplane, etcd, Worker]}\r\n# kept\r\n";
    await pick(page, "mine.yml", Buffer.from(file));
    await status(page, "Opened mine.yml.").waitFor();
    await button(page, "Fix all").click();
    await button(page, "Apply").click();
    await page.waitForFunction(() => document.querySelector(".cm-content").textContent.includes("worker"));
    const [saved] = await Promise.all([page.waitForEvent("download"), button(page, "Save").click()]);
    assert.equal(readFileSync(await saved.path(), "utf8"), file.replace("Worker", "worker"));
  }));

test("what is no text is refused by name, and the text stays", () =>
  visit("", async (page) => {
    const before = await text(page);
    await pick(page, "logo.png", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
    await status(page, "logo.png is binary, not text").waitFor();
    await pick(page, "old.yml", Buffer.from("# caf\xe9\nnodes: []\n", "latin1"));
    await status(page, /old\.yml is not UTF-8: byte 0xE9 in line 1\..*Latin-1/).waitFor();
    assert.equal(await text(page), before);
    await pick(page, "wide.yml", Buffer.from("\ufeffnodes: []\n", "utf16le"));
    await status(page, "Opened wide.yml.").waitFor();
    assert.equal(await text(page), "nodes: []\n");
  }));
