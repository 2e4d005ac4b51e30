// Each example gets a button that puts a live playground in its place. Without scripts there is still the link.
import "../embed.js";

for (const example of document.querySelectorAll(".example")) {
  const code = example.querySelector("pre");
  const open = document.createElement("button");
  open.type = "button";
  open.textContent = "Try it here";
  open.addEventListener("click", () => {
    const playground = document.createElement("drydock-playground");
    playground.setAttribute("height", "440");
    const text = document.createElement("script");
    text.type = "text/yaml";
    text.textContent = code.textContent;
    playground.append(text);
    example.replaceChildren(playground);
  });
  example.querySelector(".open").prepend(open, " ");
}
