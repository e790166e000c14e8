"use strict";
// The bus: its newest events, as they come.

const busEvents = new Map(); // nodes by event, for an event never changes
let busShown = null; // the stream last shown; events that come to it later are fresh

async function showBus() {
  $("no-bus").hidden = state.has_bus;
  if (document.body.dataset.side !== "bus") return;
  const stream = $("stream").value.trim();
  const events = await ask(`bus?stream=${encodeURIComponent(stream)}`);
  if (stream !== $("stream").value.trim()) return;
  const fresh = busShown === stream;
  busShown = stream;
  const nodes = events.map((one) => remembered(busEvents, `${one.event.id} ${one.stream} ${one.sequence}`, () => eventNode(one, fresh)));
  const shown = new Set(nodes);
  for (const [key, node] of busEvents) if (!shown.has(node)) busEvents.delete(key);
  $("event-count").textContent = nodes.length < 200 ? `событий: ${nodes.length}` : "последние 200";
  const none = stream ? `О «${stream}» событий не видно.` : "Событий пока нет: они появятся с первой заявкой.";
  settle($("events"), nodes.length || !state.has_bus ? nodes : [el("p", { class: "empty" }, none)]);
}

function eventNode(one, fresh) {
  const at = new Date(one.time);
  const today = at.toDateString() === new Date().toDateString();
  const time = isNaN(at) ? one.time : today ? at.toLocaleTimeString("ru") : when(at / 1000);
  const node = el("details", { class: fresh ? "sheet event fresh" : "sheet event" },
    el("summary", {},
      el("b", {}, one.stream),
      el("span", { class: "type", title: one.type }, one.type.replace(/^zayavka\.(ticket\.)?/, "").replace(/\.v\d+$/, "")),
      el("span", { class: "muted" }, `№ ${Number(one.sequence) || one.sequence}`),
      el("time", { class: "muted", title: one.time }, time)));
  node.style.borderLeftColor = tints[[...one.stream].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % tints.length];
  node.addEventListener("toggle", () => {
    if (node.children.length > 1) return;
    node.append(el("div", { class: "letter-body" }, el("pre", {}, JSON.stringify(one.event, null, 2)),
      $("stream").value.trim() === one.stream ? ""
        : el("button", { type: "button", onclick: () => showStream(one.stream) }, `Только ${one.stream}`)));
  });
  return node;
}

function showStream(stream) {
  $("stream").value = stream;
  look("bus");
}
