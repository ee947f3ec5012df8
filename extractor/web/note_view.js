// Shows notes with some words lit, and tells which words a person has selected.
// All text comes in by data and goes in as textContent: nothing of a note is ever read as HTML.

const codePoints = (text) => Array.from(text).length;

function build(box, notes) {
  box.replaceChildren(
    ...notes.map((note) => {
      const article = document.createElement("article");
      article.className = "ts note";
      const heading = document.createElement("h3");
      heading.textContent = note.heading;
      const text = document.createElement("div");
      text.className = "note-text";
      for (const piece of note.pieces) {
        const node = document.createElement(piece.css ? "mark" : "span");
        if (piece.css) node.className = piece.css;
        if (piece.title) node.title = piece.title;
        node.textContent = piece.text;
        text.append(node);
      }
      article.append(heading, text);
      return article;
    }),
  );
}

function placeOf(text, node, at) {
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(node, at);
  return codePoints(range.toString());
}

function selected(box) {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const texts = [...box.querySelectorAll(".note-text")];
  const note = texts.findIndex((text) => text.contains(range.startContainer) && text.contains(range.endContainer));
  if (note < 0) return null;
  const start = placeOf(texts[note], range.startContainer, range.startOffset);
  return { note, start, end: start + codePoints(range.toString()) };
}

// While words are to be marked, the caret can be moved through the note as through a text field; nothing can be typed.
function setMarking(box, on) {
  for (const text of box.querySelectorAll(".note-text")) {
    if (on) {
      text.setAttribute("contenteditable", "true");
      text.setAttribute("role", "textbox");
      text.setAttribute("aria-readonly", "true");
      text.setAttribute("aria-label", "Note: select the missed words, then press Enter");
    } else {
      for (const name of ["contenteditable", "role", "aria-readonly", "aria-label"]) text.removeAttribute(name);
    }
    text.spellcheck = false; // no browser may send the text anywhere to be checked
  }
  if (!on) return;
  const lit = box.querySelector("mark.lit");
  const text = lit ? lit.closest(".note-text") : box.querySelector(".note-text");
  if (!text) return;
  text.focus({ preventScroll: true });
  const range = document.createRange();
  range.setStart(lit ?? text, 0);
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
}

function focusOn(selector, tries = 20) {
  const field = document.querySelector(selector);
  if (field) field.focus();
  else if (tries) setTimeout(() => focusOn(selector, tries - 1), 50);
}

export default function ({ data, parentElement, setTriggerValue }) {
  let box = parentElement.querySelector(".review-notes");
  if (!box) {
    box = document.createElement("div");
    box.className = "review-notes";
    box.tabIndex = 0;
    box.translate = false;
    parentElement.append(box);
  }
  if (box.shown !== data.key) {
    build(box, data.notes);
    box.shown = data.key;
    box.marking = false;
    const lit = box.querySelector("mark.lit");
    box.scrollTop = 0;
    if (lit) {
      const [place, frame] = [lit.getBoundingClientRect(), box.getBoundingClientRect()];
      box.scrollTop = place.top - frame.top - frame.height / 3;
    }
  }
  if (box.marking !== data.marking) {
    setMarking(box, data.marking);
    box.marking = data.marking;
  }
  if (data.focus && box.focused !== data.focus) focusOn(data.focus.split(" ")[0] + " input");
  box.focused = data.focus;

  const take = () => {
    const words = selected(box);
    if (box.marking && words) setTriggerValue("selected", words);
  };
  const refuse = (event) => event.preventDefault();
  const onKey = (event) => {
    if (!box.marking || event.key !== "Enter") return;
    event.preventDefault();
    take();
  };
  const events = [
    ["keydown", onKey],
    ["mouseup", take],
    ["beforeinput", refuse],
    ["paste", refuse],
    ["drop", refuse],
  ];
  for (const [name, handler] of events) box.addEventListener(name, handler);
  return () => {
    for (const [name, handler] of events) box.removeEventListener(name, handler);
  };
}
