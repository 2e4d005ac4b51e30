// The CodeMirror edge: everything the page may ask of its editor, as plain functions on one global.
// Offsets are UTF-16 code units of a text whose line breaks are "\n", as CodeMirror counts them.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics as lint } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { theme } from "./theme.js";

const shade = new Compartment();

// Colours are the page's variables, so that one rule in style.css changes both.
const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--syntax-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--syntax-comment)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.meta, tags.labelName, tags.typeName], color: "var(--syntax-meta)" },
  { tag: tags.invalid, color: "var(--error)" },
]);

/** Puts an editor into `parent`. `changed` is called after each change of the text. */
function create(parent, { text, label, describedBy, nonce, dark, changed }) {
  return new EditorView({
    parent,
    doc: text,
    extensions: [
      // CodeMirror writes a <style>; the page's policy admits it by this nonce.
      EditorView.cspNonce.of(nonce),
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      highlightSpecialChars(),
      bracketMatching(),
      yaml(),
      syntaxHighlighting(colours),
      EditorState.tabSize.of(2),
      // Tab stays unbound: it must leave the editor.
      keymap.of([
        { key: "F8", run: nextDiagnostic },
        { key: "Shift-F8", run: previousDiagnostic },
        ...defaultKeymap,
        ...historyKeymap,
        ...searchKeymap,
      ]),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy, tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed();
      }),
      theme,
      shade.of(EditorView.darkTheme.of(dark)),
    ],
  });
}

function text(view) {
  return view.state.doc.toString();
}

/** Replaces the whole text; one step to undo. */
function setText(view, insert) {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert },
    selection: { anchor: 0 },
    scrollIntoView: true,
  });
}

/** `list`: {from, to, severity: "error" | "warning" | "info", message}. */
function setDiagnostics(view, list) {
  const end = view.state.doc.length;
  const inside = list.map((d) => ({ ...d, from: Math.min(d.from, end), to: Math.min(d.to, end) }));
  view.dispatch(lint(view.state, inside));
}

/** Selects a range, scrolls to it and takes the focus. */
function reveal(view, from, to) {
  const end = view.state.doc.length;
  const selection = { anchor: Math.min(from, end), head: Math.min(to, end) };
  view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
  view.focus();
}

/** `changes`: {from, to, insert} in offsets of the present text; together one step to undo. */
function applyChanges(view, changes) {
  view.dispatch({ changes, userEvent: "input.fix", scrollIntoView: false });
}

function setTheme(view, dark) {
  view.dispatch({ effects: shade.reconfigure(EditorView.darkTheme.of(dark)) });
}

function focus(view) {
  view.focus();
}

function destroy(view) {
  view.destroy();
}

globalThis.DrydockEditor = { create, text, setText, setDiagnostics, reveal, applyChanges, setTheme, focus, destroy };
