// <drydock-playground example theme height tab readonly>: the playground as an element of any page.
//
// Its text comes from a child <script type="text/yaml"> or <pre>, else from `example`. It fires `drydock-change`
// with the report (the same object as `pull check --format json`, secrets masked) as `event.detail` whenever the text was
// checked. `element.text = …` gives it another text. The text goes to the playground's own frame and nowhere else.

const PAGE = new URL("index.html", import.meta.url);
const HEIGHT = 560;

class DrydockPlayground extends HTMLElement {
  static observedAttributes = ["height"];
  #frame;
  #port;
  #text;

  connectedCallback() {
    if (this.#frame) return;
    // While a page is parsed the children come after this call.
    if (document.readyState === "loading") {
      addEventListener("DOMContentLoaded", () => this.isConnected && this.#start(), { once: true });
    } else {
      this.#start();
    }
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    this.#frame?.remove();
    this.#frame = undefined;
    this.#port = undefined;
  }

  attributeChangedCallback() {
    if (this.#frame) this.#frame.style.height = this.#height();
  }

  /** Another text for the editor. */
  set text(text) {
    this.#text = String(text);
    this.#send();
  }

  #height() {
    const height = this.getAttribute("height") ?? "";
    return `${/^\d+(px)?$/.test(height) ? Number.parseInt(height, 10) : HEIGHT}px`;
  }

  #start() {
    if (this.#frame) return;
    this.#text ??= childText(this);
    const url = new URL(PAGE);
    url.searchParams.set("embed", location.origin);
    for (const name of ["example", "theme", "tab"]) {
      if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name));
    }
    if (this.hasAttribute("readonly")) url.searchParams.set("readonly", "");

    this.#frame = document.createElement("iframe");
    this.#frame.title = this.getAttribute("title") ?? "Drydock playground";
    // Properties, not a style attribute: a host's policy may forbid the latter.
    Object.assign(this.#frame.style, { display: "block", width: "100%", border: "0", height: this.#height() });
    this.#frame.allow = "clipboard-write";
    addEventListener("message", this.#hear);
    this.#frame.src = url.href;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.append(this.#frame);
  }

  #hear = ({ origin, source, data }) => {
    if (origin !== PAGE.origin || !this.#frame || source !== this.#frame.contentWindow) return;
    if (data?.type === "drydock-ready") {
      this.#port = source;
      this.#send();
    } else if (data?.type === "drydock-change" && !(data.opening && this.#text !== undefined)) {
      // Not about what the page opened with, where it is to hold a text of ours.
      this.dispatchEvent(new CustomEvent("drydock-change", { detail: data.report, bubbles: true }));
    }
  };

  #send() {
    if (this.#port && this.#text !== undefined) {
      this.#port.postMessage({ type: "drydock-text", text: this.#text }, PAGE.origin);
    }
  }
}

/** Without the line break after the tag and the indentation that all lines share. */
function childText(element) {
  const child = element.querySelector(":scope > script[type='text/yaml'], :scope > pre");
  if (!child) return undefined;
  const lines = child.textContent.replace(/^\s*\n/, "").trimEnd().split("\n");
  const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/));
  const shared = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  return `${lines.map((line) => line.slice(Math.min(shared, line.length))).join("\n")}\n`;
}

customElements.define("drydock-playground", DrydockPlayground);
