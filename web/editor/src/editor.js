// The CodeMirror edge: everything the page may ask of its editor, as plain functions on one global.
// Offsets are UTF-16 code units of a text whose line breaks are "\n", as CodeMirror counts them.
import { autocompletion, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, undo as undoLast } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter, nextDiagnostic, previousDiagnostic, setDiagnostics as lint } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import {
  activateHover,
  closeHoverTooltips,
  Decoration,
  drawSelection,
  EditorView,
  hasHoverTooltips,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  MatchDecorator,
  placeholder,
  ViewPlugin,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import "./crash.js";
import { theme } from "./theme.js";

const shade = new Compartment();
// Whom to ask for a fix chosen beside a finding.
const asked = new WeakMap();

// Colours are the page's variables, so that one rule in style.css changes both.
const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--syntax-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--syntax-comment)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.meta, tags.labelName, tags.typeName], color: "var(--syntax-meta)" },
  { tag: tags.invalid, color: "var(--error)" },
]);

/** An element with text: nothing of the file is ever read as markup. */
function element(name, className, text) {
  const it = document.createElement(name);
  it.className = className;
  it.textContent = text;
  return it;
}

/** An element with text in which words between backticks are code. */
function prose(name, text) {
  const it = element(name, "", "");
  it.append(...text.split("`").map((part, nth) => (nth % 2 ? element("code", "", part) : part)));
  return it;
}

/** What the key under the pointer or at the caret means. */
function meaning(tell) {
  const toldAt = (view, at) => tell(view.state.doc.toString(), at);
  const tooltip = hoverTooltip((view, at) => {
    const told = toldAt(view, at);
    if (!told) return null;
    const dom = element("div", "cm-meaning", "");
    dom.append(element("strong", "", told.title), ...told.lines.map((line) => prose("p", line)));
    return { pos: told.from, end: told.to, above: true, create: () => ({ dom }) };
  });
  const atCaret = (view) => {
    const { head } = view.state.selection.main;
    const line = view.state.doc.lineAt(head);
    // In front of a key it is that key's turn, not the one it stands under.
    const at = Math.max(head, line.from + line.text.search(/[^\s-]|$/));
    const told = toldAt(view, at);
    activateHover(view, at, 1, { tooltip, until: (change) => change.docChanged || change.selection });
    const words = told ? [told.title, ...told.lines].join(". ") : "Nothing is known about this place.";
    view.dispatch({ effects: EditorView.announce.of(words) });
    return true;
  };
  const close = (view) => {
    const open = hasHoverTooltips(view.state);
    if (open) view.dispatch({ effects: closeHoverTooltips });
    return open;
  };
  // First, or another meaning of Escape would come before it.
  const keys = keymap.of([
    { key: "Ctrl-Shift-Space", run: atCaret },
    { key: "Escape", run: close },
  ]);
  return [tooltip, Prec.high(keys)];
}

/** Keys and values that may stand at the caret. */
function completion(offers) {
  const source = ({ state, pos, explicit }) => {
    const options = offers(state.doc.toString(), pos);
    if (options.length === 0) return null;
    const from = Math.min(...options.map((it) => it.from));
    // An empty place asks for nothing by itself.
    if (from === pos && !explicit) return null;
    const apply = (view, from, to, insert) => {
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length }, userEvent: "input.complete" });
      // What stands before a value or a block is half an answer.
      if (/\s$/.test(insert)) startCompletion(view);
    };
    return {
      from,
      options: options.map(({ label, to: end, text, detail, info }) => ({
        label,
        detail,
        info: info ? () => prose("span", info) : undefined,
        // The rest of the word goes as well, however much was typed meanwhile.
        apply: (view, _, from, to) => apply(view, from, to + end - pos, text),
      })),
      validFor: /^[\w-]*$/,
    };
  };
  // The order of the offers is meant: newest versions first.
  return autocompletion({ override: [source], icons: false, compareCompletions: () => 0 });
}

/** Enter behind a key without a value leads below it, in an item of a list to the column of the item's keys. */
function newLine({ state, dispatch }) {
  const { empty, head } = state.selection.main;
  const line = state.doc.lineAt(head);
  const [, before, content] = /^( *(?:- +)*)(.*)$/.exec(line.text);
  const isItem = before.endsWith("- ");
  const opens = /^[^#]*:(\s+[|>][+-]?)?\s*(\s#.*)?$/.test(content);
  if (!empty || state.readOnly || !(opens || (isItem && content)) || state.sliceDoc(head, line.to).trim()) return false;
  const insert = state.lineBreak + " ".repeat(before.length + (opens ? 2 : 0));
  const changes = { from: head, to: line.to, insert };
  dispatch(state.update({ changes, selection: { anchor: head + insert.length }, scrollIntoView: true, userEvent: "input" }));
  return true;
}

// YAML forbids tabs where it counts columns, and nobody sees them.
const tabs = new MatchDecorator({ regexp: /\t/g, decoration: Decoration.mark({ class: "cm-tab-mark" }) });
const tabMarks = ViewPlugin.define(
  (view) => ({
    marks: tabs.createDeco(view),
    update(change) {
      this.marks = tabs.updateDeco(change, this.marks);
    },
  }),
  { decorations: ({ marks }) => marks },
);

// The gutter's tooltip would hide the lines that follow: like that of the text it goes above.
const gutterTooltipAbove = EditorState.transactionFilter.of((transaction) => {
  for (const { value } of transaction.effects) if (value?.create && value.above === false) value.above = true;
  return transaction;
});

// Typing over a selection, Chromium would keep the look of what was selected: it writes a style attribute, which the
// page's policy refuses and reports. So the text is put in here, as CodeMirror would read it back.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const plain = event.inputType === "insertText" && event.data && !event.isComposing;
    if (!plain || view.state.readOnly || view.state.selection.ranges.every((range) => range.empty)) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/**
 * Puts an editor into `parent`. `changed` is called after each change of the text; `fix(revision, finding, fix)` and
 * `fixHere(offset)` when a fix is asked for; `tell` and `offers` say what a key means and what may stand at a place.
 */
function create(parent, { text, label, describedBy, nonce, dark, readOnly, changed, fix, fixHere, tell, offers }) {
  const askForFix = (view) => {
    fixHere(view.state.selection.main.head);
    return true;
  };
  const view = new EditorView({
    parent,
    doc: text,
    extensions: [
      // CodeMirror writes a <style>; the page's policy admits it by this nonce.
      EditorView.cspNonce.of(nonce),
      lineNumbers(),
      lintGutter(),
      codeFolding(),
      foldGutter(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      highlightSpecialChars(),
      tabMarks,
      gutterTooltipAbove,
      bracketMatching(),
      placeholder("Paste a cluster.yml, or drop the file here."),
      yaml(),
      syntaxHighlighting(colours),
      meaning(tell),
      completion(offers),
      typedOver,
      EditorState.tabSize.of(2),
      EditorState.readOnly.of(readOnly),
      // Tab stays unbound: it must leave the editor.
      keymap.of([
        { key: "F8", run: nextDiagnostic },
        { key: "Shift-F8", run: previousDiagnostic },
        { key: "Mod-.", run: askForFix },
        { key: "Enter", run: newLine },
        ...completionKeymap,
        ...foldKeymap,
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
  asked.set(view, fix);
  return view;
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

/** What a button says. */
function title(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("`", "");
}

/** `list`: {from, to, severity: "error" | "warning" | "info", message, revision, fixes: titles}. */
function setDiagnostics(view, list) {
  const end = view.state.doc.length;
  const fix = asked.get(view);
  const inside = list.map(({ revision, fixes, ...d }, finding) => ({
    ...d,
    from: Math.min(d.from, end),
    to: Math.min(d.to, end),
    renderMessage: () => prose("span", d.message),
    actions: fixes.map((name, nth) => ({ name: title(name), apply: () => fix(revision, finding, nth) })),
  }));
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

/** Where the selection begins and ends. */
function selection(view) {
  const { from, to } = view.state.selection.main;
  return [from, to];
}

/** Takes back the last change; false where there is none. */
function undo(view) {
  return undoLast(view);
}

function destroy(view) {
  view.destroy();
}

globalThis.DrydockEditor = { create, text, setText, setDiagnostics, reveal, applyChanges, setTheme, focus, selection, undo, destroy };
