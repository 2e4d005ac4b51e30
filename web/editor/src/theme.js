import { EditorView } from "@codemirror/view";

// Shape as well as colour tells the severities apart: disc, triangle, square.
const marker = (colour, shape) => ({
  content: "normal",
  width: "10px",
  height: "10px",
  margin: "5px 0 0 2px",
  backgroundColor: colour,
  forcedColorAdjust: "none",
  clipPath: shape,
});

const squiggle = (colour) => ({
  backgroundImage: "none",
  paddingBottom: "0",
  textDecoration: `underline wavy ${colour} 1.5px`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "3px",
});

export const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 8px 0 4px" },
  "&.cm-focused .cm-cursor, .cm-cursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 8px", minWidth: "28px" },
  ".cm-gutter-lint": { width: "16px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  ".cm-activeLineGutter": { color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)" },
  ".cm-lintRange-error": squiggle("var(--error)"),
  ".cm-lintRange-warning": squiggle("var(--warning)"),
  ".cm-lintRange-info": squiggle("var(--note)"),
  ".cm-lintRange-active": { backgroundColor: "var(--selection)" },
  ".cm-lint-marker-error": marker("var(--error)", "circle(50%)"),
  ".cm-lint-marker-warning": marker("var(--warning)", "polygon(50% 0, 100% 100%, 0 100%)"),
  ".cm-lint-marker-info": marker("var(--note)", "inset(1px)"),
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--border)",
    borderRadius: "4px",
    maxWidth: "min(480px, 90vw)",
  },
  ".cm-diagnostic": { padding: "8px", fontFamily: "var(--sans)" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--error)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warning)" },
  ".cm-diagnostic-info": { borderLeft: "3px solid var(--note)" },
  ".cm-panels": { color: "var(--text)", backgroundColor: "var(--raised)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--border)" },
  ".cm-panel.cm-search, .cm-panel.cm-search label": { fontFamily: "var(--sans)", fontSize: "13px" },
  ".cm-textfield": { backgroundColor: "var(--surface)", border: "1px solid var(--control)", fontSize: "13px" },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--control)",
    fontSize: "13px",
  },
});
