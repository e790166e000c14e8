"use strict";
// The page of the sandbox: polls the state each second and shows what changed.

const $ = (id) => document.getElementById(id);
const api = "/sandbox/api/";
const pictures = ["image/png", "image/jpeg", "image/gif"];
const seen = new Map(); // last message id read, by place
const tints = ["#4c7f9e", "#8a6fa8", "#5d8a5a", "#b07a3e", "#a75d6d", "#3f8580"];
const refusals = [ // the control API speaks English, the page Russian
  [/TOPIC_CLOSED/, "Тема закрыта: писать в неё может только администратор"],
  [/has blocked the bot/, "Бот заблокирован: сначала разблокируйте его"],
  [/may not manage topics/, "У этого участника нет права управлять темами"],
  [/has not started the bot.*/, "Сначала нужно запустить бота"],
  [/not in the group/, "Этого человека нет в группе"],
  [/the group has moved/, "Группа переехала, пишите в новую"],
  [/the mail did not go: /, "Письмо не ушло: "],
];
let state = null;
let place = readPlace();
let answering = null;
let shownMessages = [];
let openMails = new Set();
let letterThread = {};

function el(tag, traits = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "html") node.innerHTML = value; // written by the server, all text escaped
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

async function ask(path, body, method) {
  const form = body instanceof FormData;
  const answer = await fetch(api + path, body === undefined ? { method: method || "GET" } : {
    method: "POST",
    headers: form ? {} : { "Content-Type": "application/json" },
    body: form ? body : JSON.stringify(body),
  });
  const result = await answer.json();
  if (!answer.ok) throw new Error(refusals.reduce((text, [found, words]) => text.replace(found, words), result.error));
  return result;
}

function toast(text, bad = false) {
  const box = $("toast");
  box.textContent = text;
  box.className = bad ? "toast bad" : "toast";
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, 5000);
}

async function attempt(deed) {
  try {
    await deed();
    await refresh();
  } catch (error) {
    toast(error.message, true);
  }
}

// ---- where we are -------------------------------------------------------

function readPlace() {
  const [chat, thread] = location.hash.slice(1).split("/").map(Number);
  return chat ? { chat, thread: thread || 0 } : null;
}

function go(chat, thread) {
  location.hash = `${chat}/${thread}`;
  document.body.dataset.view = "talk";
}

// Where there is room, talk and one of mail and bus are seen together.
function look(view) {
  document.body.dataset.view = view;
  if (view === "mail" || view === "bus") document.body.dataset.side = view;
  if (state) attempt(showBus);
}

const keyOf = (chat, thread) => `${chat}/${thread}`;
const findChat = (id) => state.chats.find((chat) => chat.id === id);
const findTopic = (chat, id) => chat?.topics.find((topic) => topic.id === id);
const findUser = (id) => (id === state.bot.id ? state.bot : state.users.find((user) => user.id === id));
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
const day = (seconds) => new Date(seconds * 1000).toLocaleDateString("ru", { day: "numeric", month: "long" });
const size = (bytes) => bytes < 1000 ? `${bytes} Б` : bytes < 1e6 ? `${Math.round(bytes / 1e3)} КБ` : `${(bytes / 1e6).toFixed(1)} МБ`;

// ---- the list of chats and topics ---------------------------------------

function chatButton(chat, thread, traits) {
  const current = place && place.chat === chat && place.thread === thread;
  const fresh = !current && traits.last_id > (seen.get(keyOf(chat, thread)) || 0) && traits.count > 0;
  return el("button", {
    class: traits.closed ? "chat closed" : "chat", "aria-current": String(Boolean(current)),
    onclick: () => go(chat, thread),
  },
  el("span", { class: "icon", "aria-hidden": "true", "data-tint": Math.abs(chat + thread) % tints.length }, traits.icon),
  el("span", { class: "name" }, traits.name),
  el("span", { class: "last" }, traits.last_text || (traits.closed ? "тема закрыта" : "нет сообщений")),
  el("time", {}, traits.last_at ? clock(traits.last_at) : "", fresh ? el("span", { class: "dot", title: "новое" }) : ""));
}

function showChats() {
  const wanted = $("filter").value.trim().toLowerCase();
  const fits = (name) => name.toLowerCase().includes(wanted);
  const list = [];
  for (const chat of state.chats.filter((one) => one.kind !== "private")) {
    list.push(el("h3", {}, chat.title + (chat.migrated_to ? " (переехала)" : "")));
    const general = chat.forum ? "Общая тема" : chat.title;
    if (fits(general)) list.push(chatButton(chat.id, 0, { ...chat, name: general, icon: "#" }));
    for (const topic of chat.topics.filter((one) => !one.deleted && fits(one.name))) {
      const icon = state.icons[topic.icon_custom_emoji_id] || (topic.closed ? "✓" : topic.name.replace(/[#\s]/g, "")[0] || "#");
      list.push(chatButton(chat.id, topic.id, { ...topic, icon }));
    }
  }
  list.push(el("h3", {}, "Личные чаты с ботом"));
  for (const user of state.users.filter((one) => fits(one.name))) {
    const chat = findChat(user.id) || { count: 0, last_id: 0 };
    list.push(chatButton(user.id, 0, { ...chat, name: user.name, icon: user.name[0] }));
  }
  const top = $("chats").scrollTop;
  $("chats").replaceChildren(...list);
  for (const icon of $("chats").querySelectorAll(".icon")) icon.style.background = tints[icon.dataset.tint];
  $("chats").scrollTop = top;
}

// ---- the conversation ---------------------------------------------------

function serviceText(message) {
  const who = message.from.name;
  const [kind, value] = Object.entries(message.service)[0];
  return {
    forum_topic_created: () => `${who} создаёт тему «${value.name}»`,
    forum_topic_edited: () => value.name ? `${who} меняет название: «${value.name}»`
      : `${who} меняет значок темы на ${state.icons[value.icon_custom_emoji_id] || "обычный"}`,
    forum_topic_closed: () => `${who} закрывает тему`,
    forum_topic_reopened: () => `${who} открывает тему снова`,
    pinned_message: () => `${who} закрепляет сообщение`,
    migrate_to_chat_id: () => "Группа переехала",
    migrate_from_chat_id: () => "Группа переехала сюда",
  }[kind]?.() || kind;
}

function keyboard(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return "";
  return el("div", { class: "keys" }, ...rows.map((row) => el("div", {}, ...row.map((key) => key.url
    ? el("a", { href: key.url, target: "_blank", rel: "noreferrer" }, key.text)
    : el("button", { class: key.style || "", onclick: () => pressKey(message, key) }, key.text)))));
}

function pressKey(message, key) {
  return attempt(async () => {
    const result = await ask(`chats/${message.chat_id}/messages/${message.id}/press`,
      { user_id: Number($("author").value), data: key.callback_data });
    if (result.answer === null) toast("Бот не ответил на нажатие", true);
    else if (result.answer.text) toast(result.answer.text);
  });
}

function attachment(file) {
  if (!file) return "";
  if (file.kind === "photo") return el("img", { class: "photo", src: file.url, alt: file.name, loading: "lazy" });
  return el("a", { class: "file", href: file.url, download: file.name }, `📎 ${file.name}, ${size(file.size)}`);
}

function quoted(message) {
  const target = message.reply_to && shownMessages.find((one) => one.id === message.reply_to);
  if (!target) return "";
  return el("button", { class: "quote", onclick: () => $(`m${target.id}`)?.scrollIntoView({ block: "center" }) },
    `${target.from.name}: ${target.text || target.file?.name || "…"}`);
}

function messageNode(message) {
  if (message.service) return el("div", { class: "service", id: `m${message.id}` }, `${serviceText(message)}, ${clock(message.date)}`);
  const own = String(message.from.id) === $("author").value;
  const toggle = () => attempt(() => ask(`chats/${message.chat_id}/messages/${message.id}/react`, {
    user_id: Number($("author").value),
    emoji: message.reactions.some((one) => String(one.user_id) === $("author").value) ? [] : ["👍"],
  }));
  return el("article", { class: own ? "message own" : "message", id: `m${message.id}`, "data-id": message.id },
    el("div", { class: "bubble" },
      el("div", { class: "head" },
        el("b", {}, message.anonymous ? "Аноним" : message.from.name),
        message.from.is_bot ? el("span", { class: "muted" }, "бот") : "",
        message.pinned ? el("span", { title: "закреплено" }, "📌") : "",
        el("time", {}, (message.edited ? "изм. " : "") + clock(message.date))),
      quoted(message), attachment(message.file),
      message.text ? el("div", { class: "body", html: message.html }) : "",
      keyboard(message)),
    el("div", { class: "under" },
      ...message.reactions.map((one) => el("span", { class: "reaction", title: findUser(one.user_id)?.name || "" }, one.emoji)),
      el("button", { class: "plain", onclick: () => answer(message) }, "Ответить"),
      el("button", { class: "plain", onclick: toggle, "aria-label": "Отметить 👍" }, "👍"),
      own ? el("button", { class: "plain", onclick: () => change(message) }, "Изменить") : ""));
}

function change(message) {
  const text = prompt("Новый текст", message.text);
  if (text) attempt(() => ask(`chats/${message.chat_id}/messages/${message.id}`, { text }));
}

function answer(message) {
  answering = message ? message.id : null;
  $("answering").hidden = !message;
  if (message) {
    $("answering-text").textContent = `Ответ на: ${message.text || message.file?.name || ""}`;
    $("text").focus();
  }
}

async function showTalk() {
  const chat = place && findChat(place.chat);
  const user = place && findUser(place.chat);
  const topic = place && findTopic(chat, place.thread);
  const silent = user && !user.is_bot && !user.started;
  $("composer").hidden = !place || silent || !(chat || user);
  if (!place) return showEmpty("Выберите тему слева, чтобы ответить партнёру как специалист, или личный чат, чтобы написать боту как партнёр.");
  $("title").textContent = topic ? topic.name : chat?.forum ? `${chat.title}: общая тема` : chat?.title || user?.name || "?";
  $("subtitle").textContent = topic ? chat.title + (topic.closed ? ", закрыта" : "") : chat?.kind === "private" || user ? "личный чат с ботом" : "";
  showDeeds(chat, topic, user);
  showAuthors(chat, user);
  showAnonymous(chat);
  showMenu(user);
  const asked = keyOf(place.chat, place.thread);
  const messages = chat ? await ask(`chats/${chat.id}/messages?thread=${place.thread}`) : [];
  if (!place || asked !== keyOf(place.chat, place.thread)) return;
  shownMessages = messages.filter((message) => !message.deleted);
  if (silent) return showStart(user);
  if (!shownMessages.length) return showEmpty("Здесь пока пусто. Напишите первое сообщение.");
  seen.set(asked, shownMessages.at(-1).id);
  const box = $("messages");
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60 || box.dataset.place !== asked;
  const nodes = [];
  let last = "";
  for (const message of shownMessages) {
    if (day(message.date) !== last) nodes.push(el("div", { class: "day" }, last = day(message.date)));
    nodes.push(messageNode(message));
  }
  box.replaceChildren(...nodes);
  box.dataset.place = asked;
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function showEmpty(text) {
  $("messages").replaceChildren(el("p", { class: "empty" }, text));
}

function showStart(user) { // until then nobody can write to a bot, nor a bot to them
  showEmpty(`${user.name} ещё не открывал(а) этого бота.`);
  $("messages").append(el("button", { class: "start", onclick: () => start(user, "") }, "Запустить"));
}

const start = (user, payload) => attempt(async () => {
  await ask(`users/${user.id}/start`, { payload });
  go(user.id, 0);
});

function showDeeds(chat, topic, user) {
  const deeds = [];
  if (topic) {
    const action = topic.closed ? "reopen" : "close";
    deeds.push(el("button", {
      onclick: () => attempt(() => ask(`chats/${chat.id}/topics/${topic.id}`, { user_id: Number($("author").value), action })),
    }, topic.closed ? "Открыть тему" : "Закрыть тему"));
    const [number] = topic.name.match(/^[A-Z]+-\d+/) || [];
    if (number && state.has_bus) deeds.push(el("button", { onclick: () => showStream(number) }, "Шина"));
  } else if (user && !user.is_bot) {
    deeds.push(el("button", {
      onclick: () => attempt(() => ask(`users/${user.id}`, { blocked: !user.blocked })),
    }, user.blocked ? "Разблокировать бота" : "Заблокировать бота"));
  }
  $("deeds").replaceChildren(...deeds);
}

function showAuthors(chat, user) {
  const ids = chat && chat.kind !== "private" ? chat.members.map((member) => member.id) : user ? [user.id] : [];
  const select = $("author");
  const wanted = ids.join();
  if (select.dataset.ids === wanted) return;
  const before = select.value;
  select.replaceChildren(...ids.map((id) => el("option", { value: id }, findUser(id)?.name || id)));
  if (ids.includes(Number(before))) select.value = before;
  select.dataset.ids = wanted;
}

function showAnonymous(chat) {
  const author = Number($("author").value);
  $("anonymous").parentElement.hidden = !chat?.members.some((member) => member.id === author && member.admin);
}

function showMenu(user) { // as Telegram shows it beside what is being written
  const commands = user?.menu || [];
  const known = JSON.stringify([user?.id, commands]);
  if ($("menu").dataset.known === known) return;
  $("menu").dataset.known = known;
  $("menu").hidden = !commands.length;
  $("menu").open = false;
  $("commands").replaceChildren(...commands.map((one) => el("button", { type: "button", onclick: () => order(one.command) },
    el("b", {}, `/${one.command}`), el("span", { class: "muted" }, one.description))));
}

const order = (command) => attempt(async () => {
  $("menu").open = false;
  await ask(`chats/${place.chat}/messages`, { user_id: place.chat, text: `/${command}` });
});

async function send() {
  const text = $("text").value.trim();
  const files = [...$("files").files];
  if (!text && !files.length) return;
  const wish = { user_id: Number($("author").value), text };
  if (place.thread) wish.thread = place.thread;
  if (answering) wish.reply_to = answering;
  if ($("anonymous").checked && !$("anonymous").parentElement.hidden) wish.anonymous = true;
  let body = wish;
  if (files.length) {
    body = new FormData();
    if (files.every((file) => pictures.includes(file.type))) wish.kind = "photo";
    for (const [name, value] of Object.entries(wish)) body.append(name, value);
    files.forEach((file, place) => body.append(`file${place}`, file));
  }
  await ask(`chats/${place.chat}/messages`, body);
  $("text").value = "";
  $("files").value = "";
  $("file-name").textContent = "";
  grow();
  answer(null);
}

function grow() {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight + 2}px`;
}

// ---- mail ---------------------------------------------------------------

async function showMails() {
  const asked = person;
  const mails = await ask(`mails?person=${encodeURIComponent(asked)}`);
  if (asked !== person) return;
  $("mail-count").textContent = mails.length ? `писем: ${mails.length}` : "";
  $("compose").hidden = !state.can_mail;
  showOwners();
  settle($("mails"), mails.length ? mails.map((mail) => remembered(sheets, mail.key, () => mailNode(mail)))
    : [el("p", { class: "empty" }, "Служба ещё не отправляла писем. Напишите ей первое письмо, и ответ появится здесь.")]);
}

function mailNode(mail) {
  const sheet = el("details", { class: "sheet", "data-kind": mail.kind, open: openMails.has(mail.key) },
    el("summary", {},
      el("span", { class: "subject" }, mail.subject || "(без темы)"),
      el("span", { class: "muted" }, marks[mail.kind] ? el("span", { class: "mark" }, marks[mail.kind]) : "", wayOf(mail)),
      el("time", { class: "muted" }, when(mail.at)),
      el("span", { class: "muted snippet" }, mail.text.trim().slice(0, 120))));
  const fill = () => {
    if (sheet.children.length > 1) return;
    sheet.append(el("div", { class: "letter-body" },
      letterView(mail), chatLinks(mail),
      mail.files.length ? el("p", { class: "muted" }, `Вложения: ${mail.files.join(", ")}`) : "",
      el("div", { class: "row" }, ...replyButtons(mail)),
      sourceOf(mail)));
  };
  sheet.addEventListener("toggle", () => {
    if (sheet.open) { openMails.add(mail.key); fill(); } else openMails.delete(mail.key);
  });
  if (sheet.open) fill();
  return sheet;
}

// A link that binds an account opens in the Telegram of whom the reader plays.
function chatLinks(mail) {
  const found = mail.text.match(/t\.me\/(\w+)\?start=([\w-]+)/);
  if (!found || found[1] !== state.bot.username) return "";
  const staff = new Set(state.chats.flatMap((chat) => chat.members.map((member) => member.id)));
  return el("p", { class: "row" }, ...state.users.filter((user) => !user.is_bot && !staff.has(user.id)).map((user) =>
    el("button", { onclick: () => start(user, found[2]) }, `Открыть в Telegram: ${user.name}`)));
}

const bare = (text) => (text.match(/<([^<>]+)>/) || [null, text])[1].trim();

function reply(mail, cc) {
  const from = readerOf(mail);
  $("letter-from").value = from;
  $("letter-name").value = state.owners.find((owner) => owner.address === from)?.name || "";
  $("letter-to").value = deskOf(mail);
  $("letter-cc").value = cc.join(", ");
  $("letter-subject").value = /^re:/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`;
  letterThread = { in_reply_to: mail.message_id, references: mail.references };
  showLetter(true);
}

function showLetter(open) {
  $("letter").hidden = !open;
  if (!open) letterThread = {};
  if (open) $("letter-text").focus();
}

async function sendLetter() {
  await ask("mail", {
    sender: $("letter-from").value, name: $("letter-name").value, to: $("letter-to").value,
    cc: $("letter-cc").value.split(",").map((one) => one.trim()).filter(Boolean),
    subject: $("letter-subject").value, text: $("letter-text").value, ...letterThread,
  });
  for (const field of ["text", "subject", "cc"]) $(`letter-${field}`).value = "";
  showLetter(false);
  toast("Письмо принято почтовым сервером");
}

// ---- polling ------------------------------------------------------------

async function refresh() {
  const fresh = await ask(`state?since=${encodeURIComponent(state?.version || "")}`);
  if (!fresh.chats) return;
  const first = state === null;
  state = fresh;
  if (first) for (const chat of state.chats) {
    seen.set(keyOf(chat.id, 0), chat.last_id);
    for (const topic of chat.topics) seen.set(keyOf(chat.id, topic.id), topic.last_id);
  }
  await showAll();
}

async function showAll() {
  await showTalk();
  showChats();
  await showMails();
  await showBus();
}

async function poll() {
  try {
    await refresh();
    $("offline").hidden = true;
  } catch {
    $("offline").hidden = false;
  }
  setTimeout(poll, 1000);
}

window.addEventListener("hashchange", () => {
  place = readPlace();
  answer(null);
  attempt(showAll);
});
$("composer").addEventListener("submit", (event) => { event.preventDefault(); attempt(send); });
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); attempt(send); }
});
$("text").addEventListener("input", grow);
$("author").addEventListener("change", () => attempt(showTalk));
$("answering-off").addEventListener("click", () => answer(null));
$("files").addEventListener("change", () => {
  $("file-name").textContent = [...$("files").files].map((file) => file.name).join(", ");
});
$("filter").addEventListener("input", () => state && showChats());
$("compose").addEventListener("click", () => {
  $("letter-to").value = state.support_address;
  $("letter-cc").value = "";
  if (person) {
    $("letter-from").value = person;
    $("letter-name").value = state.owners.find((owner) => owner.address === person)?.name || "";
  }
  letterThread = {};
  showLetter($("letter").hidden);
});
$("letter").addEventListener("submit", (event) => { event.preventDefault(); attempt(sendLetter); });
$("letter-off").addEventListener("click", () => showLetter(false));
$("stream").addEventListener("input", () => state && attempt(showBus));
document.addEventListener("click", (event) => { if (!$("menu").contains(event.target)) $("menu").open = false; });
for (const tab of document.querySelectorAll("[data-view]:is(button)")) {
  tab.addEventListener("click", () => look(tab.dataset.view));
}
if (place) document.body.dataset.view = "talk";
poll();
