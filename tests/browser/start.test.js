// The page starts, as a site and as one file, and asks for nothing but itself.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, oneFile, open, site } from "./browser.js";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("the site starts below any path and loads only its own files", async () => {
  const server = await site("/some/where/");
  try {
    const { page, context, requests, errors } = await open(browser, server.url);
    assert.match(await page.title(), /Drydock/);
    assert.match(await page.textContent("body"), /Drydock/);
    assert.deepEqual(errors, []);
    assert.deepEqual(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:")), []);
    await context.close();
  } finally {
    server.close();
  }
});

test("the one file starts from disk with the network off and asks for nothing", async () => {
  const { page, context, requests, errors } = await open(browser, oneFile, { offline: true });
  assert.match(await page.textContent("body"), /Drydock/);
  assert.deepEqual(errors, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith("data:")), [oneFile]);
  await context.close();
});

test("the policy lets the page send nothing away", async () => {
  const { page, context } = await open(browser, oneFile);
  const outcome = await page.evaluate(async () => {
    const blocked = new Promise((resolve) =>
      addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective)),
    );
    await fetch("http://127.0.0.1:9/").catch(() => {});
    return blocked;
  });
  assert.equal(outcome, "connect-src");
  await context.close();
});

test("the policy runs no script that was not built into the page", async () => {
  const { page, context } = await open(browser, oneFile);
  const ran = await page.evaluate(async () => {
    const blocked = new Promise((resolve) => addEventListener("securitypolicyviolation", resolve));
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = true";
    document.head.append(script);
    await blocked;
    return globalThis.ran === true;
  });
  assert.equal(ran, false);
  await context.close();
});
