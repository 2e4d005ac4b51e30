// Where the program crashes it can no longer say so itself. The text is safe: it lives in the editor.

const TOLD =
  "Drydock has crashed and no longer answers. The text in the editor is still there: copy it, then load the page again.";

/** What a maintainer needs, without a word of the text: messages of a panic quote it, places in the program do not. */
function report(error) {
  const [version, ...codes] = (document.documentElement.dataset.known ?? "unknown").split(" ");
  const places = (error.stack ?? "").match(/wasm-function\[\d+\]:0x[0-9a-f]+/g) ?? [];
  return [
    `drydock: ${version}`,
    `browser: ${navigator.userAgent}`,
    `error: ${error.message}`,
    `at: ${places.slice(0, 12).join(" ") || "unknown"}`,
    `findings: ${[...new Set(codes)].join(" ") || "none"}`,
  ].join("\n");
}

addEventListener("error", ({ error }) => {
  if (!(error instanceof WebAssembly.RuntimeError) || document.getElementById("crash")) return;
  const note = document.createElement("div");
  note.id = "crash";
  note.setAttribute("role", "alert");
  const told = document.createElement("p");
  told.textContent = TOLD;
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = "Copy a report";
  copy.addEventListener("click", async () => {
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    shown.textContent = report(error);
    try {
      await navigator.clipboard.writeText(shown.textContent);
      copy.textContent = "Copied";
    } catch {
      // Not allowed here: it stands there to be selected.
      copy.textContent = "Select and copy this report";
    }
    note.querySelector("pre")?.remove();
    note.append(shown);
  });
  note.append(told, copy);
  document.body.prepend(note);
});
