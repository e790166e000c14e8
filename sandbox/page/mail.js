"use strict";
// Mailboxes: whose mail is shown, and a letter as its reader sees it.

const marks = { acknowledgement: "подтверждение", notice: "уведомление", digest: "сводка", written: "письмо партнёра" };
const sheets = new Map(); // the open mailbox's letters, by key: a letter never changes
let person = ""; // whose mailbox is open; everybody's if empty

// Puts wanted nodes into a box; those already there stay as they are, open and loaded.
function settle(box, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...box.children]) if (!wanted.has(child)) child.remove();
  let next = box.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else box.insertBefore(node, next);
  }
}

function remembered(nodes, key, make) {
  if (!nodes.has(key)) nodes.set(key, make());
  return nodes.get(key);
}

function showOwners() {
  const known = JSON.stringify([person, state.mails, state.owners]);
  if ($("owners").dataset.known === known) return; // the focus stays where it is
  $("owners").dataset.known = known;
  const everybody = { address: "", name: "", count: state.mails };
  const top = $("owners").scrollTop;
  const focused = document.activeElement?.dataset?.owner;
  $("owners").replaceChildren(...[everybody, ...state.owners].map((owner) => el("button", {
    type: "button", class: "owner", title: owner.name, "data-owner": owner.address,
    "aria-pressed": String(owner.address === person), onclick: () => chooseOwner(owner.address),
  }, owner.address || "Все", el("span", { class: "muted" }, owner.count))));
  $("owners").hidden = !state.owners.length;
  $("owners").scrollTop = top;
  if (focused !== undefined) $("owners").querySelector(`[data-owner="${CSS.escape(focused)}"]`)?.focus();
}

function chooseOwner(address) {
  person = address;
  sheets.clear();
  $("mails").scrollTop = 0;
  attempt(showMails);
}

function when(seconds) {
  if (!seconds) return "";
  const old = new Date(seconds * 1000).toDateString() !== new Date().toDateString();
  return old ? `${day(seconds)}, ${clock(seconds)}` : clock(seconds);
}

function wayOf(mail) {
  const readers = Object.keys(mail.readers);
  if (mail.kind === "written") return `${readers[0]} → ${bare(mail.to)}`;
  return person ? mail.sender.replace(/<.*>/, "").trim() || mail.sender : `→ ${readers.join(", ") || mail.to}`;
}

// ---- a letter open ------------------------------------------------------

function letterView(mail) {
  const text = el("div", { class: "text" }, ...linked(mail.text));
  if (!mail.has_html) return text;
  const address = `${api}mails/${encodeURIComponent(mail.key)}/html`;
  const frame = el("iframe", { class: "looks", src: address, sandbox: true, title: `Письмо: ${mail.subject}` });
  const swap = el("button", { type: "button", class: "plain", onclick: () => {
    frame.hidden = text.hidden;
    text.hidden = !frame.hidden;
    swap.textContent = frame.hidden ? "С оформлением" : "Только текст";
  } }, "Только текст");
  text.hidden = true;
  return el("div", {}, frame, text, el("div", { class: "row" }, swap,
    el("a", { class: "file", href: address, target: "_blank" }, "во весь экран")));
}

function linked(text) {
  return text.trim().split(/(https?:\/\/[^\s<>"]+)/).map((piece, place) => place % 2
    ? el("a", { href: piece, target: "_blank", rel: "noreferrer" }, piece) : piece);
}

function sourceOf(mail) {
  return el("details", { class: "headers" }, el("summary", {}, "Заголовки и исходник"),
    el("dl", {}, ...mail.headers.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
    el("a", { class: "file", href: `${api}mails/${encodeURIComponent(mail.key)}`, target: "_blank" }, "исходник"));
}

// ---- answering ----------------------------------------------------------

const readerOf = (mail) => person || Object.keys(mail.readers)[0] || bare(mail.to);
const deskOf = (mail) => bare(mail.kind === "written" ? mail.to : mail.reply_to || mail.sender);

function colleagues(mail) {
  const apart = [readerOf(mail), deskOf(mail), state.support_address];
  if (mail.kind !== "written") apart.push(bare(mail.sender));
  const known = new Set(apart.map((address) => address.toLowerCase()));
  return mail.everybody.filter((address) => !known.has(address));
}

function replyButtons(mail) {
  const written = mail.kind === "written";
  if (!state.can_mail || written && readerOf(mail) === bare(mail.sender).toLowerCase()) return [];
  return [
    written ? "" : el("button", { type: "button", onclick: () => reply(mail, []) }, "Ответить"),
    colleagues(mail).length ? el("button", { type: "button", onclick: () => reply(mail, colleagues(mail)) }, "Ответить всем") : "",
  ];
}
