// Where the program crashes it can no longer say so itself. The text is safe: it lives in the editor.
addEventListener("error", ({ error }) => {
  if (!(error instanceof WebAssembly.RuntimeError) || document.getElementById("crash")) return;
  const note = document.createElement("p");
  note.id = "crash";
  note.setAttribute("role", "alert");
  note.textContent =
    "Drydock has crashed and no longer answers. The text in the editor is still there: copy it, then load the page again.";
  document.body.prepend(note);
});
