// The element and the JavaScript package, each in a page of its own from another origin.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, site } from "./browser.js";

let browser;
let server;
let host;
let body = "";

before(async () => {
  browser = await launch();
  server = await site("/drydock/");
  host = createServer((request, response) => {
    response.writeHead(request.url === "/" ? 200 : 404, { "content-type": "text/html" });
    response.end(request.url === "/" ? `<!doctype html><title>host</title>${body}` : "");
  });
  await new Promise((resolve) => host.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  host.close();
  server.close();
  await browser.close();
});

/** A page of another origin; `reports` holds what its elements fired. */
async function visit(html, steps) {
  body = html;
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.reports = [];
    addEventListener("drydock-change", (event) => globalThis.reports.push(event.detail));
  });
  try {
    await page.goto(`http://127.0.0.1:${host.address().port}/`);
    await steps(page, page.frameLocator("drydock-playground iframe"));
  } finally {
    await context.close();
  }
}

const element = (attributes, inside = "") =>
  `<script type="module" src="${server.url}embed.js"></script><drydock-playground ${attributes}>${inside}</drydock-playground>`;
const reports = (page) => page.evaluate(() => globalThis.reports);
const editor = (frame) => frame.getByRole("textbox", { name: "cluster.yml" });
const SCHEME = `<script type="text/yaml">
    private_registries:
      - url: https://registry.example.com
        is_default: true
        user: me
        password: canary-in-the-text
  </script>`;

test("the text inside is checked, and the host hears of it without the secrets", async () => {
  await visit(element('tab="problems" height="480"', SCHEME), async (page, frame) => {
    await frame.getByRole("button", { name: /^Error, line 2: / }).waitFor();
    const height = await page.locator("drydock-playground").evaluate((it) => it.getBoundingClientRect().height);
    assert.equal(Math.round(height), 480);
    const first = await reports(page);
    assert.equal(first.length, 1, "nothing is told about a text that is not the host's");
    const codes = first[0].files[0].findings.map((finding) => finding.code);
    assert.ok(codes.includes("D201"), codes.join(" "));
    assert.ok(!JSON.stringify(first).includes("canary"));

    await editor(frame).press("Control+End");
    await page.keyboard.type("nonsense: 1\n");
    await page.waitForFunction(() => globalThis.reports.at(-1).files[0].findings.some((it) => it.code === "D101"));
    await page.locator("drydock-playground").evaluate((it) => (it.text = "nodes: [\n"));
    await page.waitForFunction(() => globalThis.reports.at(-1).files[0].rke.stage === "parse");
  });
});

test("a pre is text too, and attributes choose example, panel and theme", async () => {
  await visit(element("", "<pre>kubernetes_version: nonsense\n</pre>"), async (page) => {
    await page.waitForFunction(() => globalThis.reports.at(-1)?.files[0].findings.some((it) => it.code === "D401"));
  });
  await visit(element('example="ecr" tab="images" theme="dark"'), async (page, frame) => {
    await page.waitForFunction(() => globalThis.reports.at(-1)?.files[0].findings.some((it) => it.code === "D301"));
    assert.equal(await frame.getByRole("tab", { name: "Images" }).getAttribute("aria-selected"), "true");
    assert.equal(await frame.locator("html").getAttribute("data-theme"), "dark");
  });
});

test("a read-only text stays as it is", async () => {
  await visit(element("readonly", SCHEME), async (page, frame) => {
    await frame.getByRole("button", { name: /^Error, line 2: / }).waitFor();
    const text = () => frame.locator(".cm-content").innerText();
    const before = await text();
    await editor(frame).press("Control+End");
    await page.keyboard.type("x");
    await frame.getByRole("button", { name: "Fix all" }).click();
    await frame.getByText("This text cannot be changed here.").waitFor();
    assert.equal(await text(), before);
  });
});

test("nobody but the host is listened to", async () => {
  await visit("<iframe></iframe>", async (page) => {
    // Opened for another origin than the one that frames it.
    const url = `${server.url}?embed=${encodeURIComponent("https://host.example")}`;
    const heard = await page.evaluate(async (url) => {
      const told = [];
      addEventListener("message", (event) => told.push(event.data));
      const frame = document.querySelector("iframe");
      frame.src = url;
      await new Promise((resolve) => frame.addEventListener("load", resolve));
      await new Promise((resolve) => setTimeout(resolve, 3000));
      frame.contentWindow.postMessage({ type: "drydock-text", text: "intruder: 1" }, "*");
      await new Promise((resolve) => setTimeout(resolve, 500));
      return told;
    }, url);
    assert.deepEqual(heard, []);
    const text = await page.frameLocator("iframe").locator(".cm-content").innerText();
    assert.ok(!text.includes("intruder"));
  });
});

test("the package does in a page what its types say", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    // The package is served from its own origin: module scripts are not read across origins without permission.
    await page.goto(`${server.url}js/package.json`);
    const answers = await page.evaluate(async (url) => {
      const drydock = await import(url);
      await drydock.init();
      const text = [
        "kubernetes_version: v1.30.5-rancher1-1",
        "nodes: [{address: 1.1.1.1, user: u, role: [controlplane, etcd, worker]}]",
        "private_registries:",
        "- url: 123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        "  is_default: true",
        "  ecrCredentialPlugin: {aws_access_key_id: AKIAIOSFODNN7EXAMPLE, aws_secret_access_key: canary-secret}",
      ].join("\n");
      const thrown = (work) => {
        try {
          work();
        } catch (error) {
          return error.message;
        }
      };
      return {
        names: Object.keys(drydock).sort(),
        report: drydock.check(text, { path: "mine.yml" }),
        linked: drydock.check(text, { docs: "https://docs.example/" }).files[0].findings.map((it) => it.url),
        all: drydock.fix(text),
        none: drydock.fix(text, ["D201"]),
        one: drydock.fix(text, ["ecr-key-ignored"]),
        explained: drydock.explain(text),
        images: drydock.images(text),
        every: drydock.images(text, { all: true }).length,
        older: drydock.check(text, { kubernetes_version: "v1.26.15-rancher1-1" }).files[0].rke.kubernetes_version,
        policy: drydock.generate("ecr-policy-pull", text),
        generators: drydock.artifacts(),
        redacted: drydock.redact(text),
        versions: drydock.versions(),
        unknown: thrown(() => drydock.generate("nothing", text)),
        answer: thrown(() => drydock.generate("images", text, { colour: "red" })),
        option: thrown(() => drydock.check(text, { rkee: "v1.6.3" })),
      };
    }, `${server.url}js/index.js`);

    for (const name of ["init", "check", "fix", "explain", "images", "generate", "artifacts", "redact", "versions"]) {
      assert.ok(answers.names.includes(name), `${name} is missing`);
    }
    const [file] = answers.report.files;
    assert.equal(file.path, "mine.yml");
    const finding = file.findings.find((it) => it.code === "D301");
    assert.equal(finding.start.line, 6);
    assert.equal(finding.url, null);
    assert.ok(answers.linked.includes("https://docs.example/rules/D301.html"));
    assert.equal(finding.help === undefined, false);
    assert.match(answers.all.text, /ecr_credential_plugin: \{/);
    assert.ok(answers.all.count >= 1);
    assert.equal(answers.none.count, 0);
    assert.equal(answers.one.count, 1);
    assert.equal(answers.explained.outcome, "ok");
    assert.equal(answers.explained.path, "cluster.yml");
    assert.match(answers.explained.system_images.etcd.image, /amazonaws\.com\/rancher\/mirrored-coreos-etcd:/);
    assert.ok(answers.images.length > 8 && answers.every > answers.images.length);
    assert.equal(answers.older, "v1.26.15-rancher1-1");
    assert.equal(answers.policy.file.endsWith(".json"), true);
    assert.ok(JSON.parse(answers.policy.text).Statement.length > 0);
    assert.ok(answers.generators.some((it) => it.id === "ecr" && it.questions.some((asked) => asked.key === "ec2")));
    assert.ok(!answers.redacted.includes("canary"));
    assert.equal(answers.versions.rke, "v1.6.3");
    assert.ok(answers.versions.kubernetes.includes("v1.30.5-rancher1-1"));
    assert.match(answers.unknown, /nothing called `nothing`/);
    assert.match(answers.answer, /no question is called `colour`/);
    assert.match(answers.option, /no option is called `rkee`/);
    const given = { ...answers, all: null, none: null, one: null };
    assert.ok(!JSON.stringify(given).includes("canary"), "a secret is given back");
  } finally {
    await context.close();
  }
});
