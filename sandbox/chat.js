"use strict";
const $ = id => document.getElementById(id), log = $("log"), say = $("say");
let toastEnds;

function toast(text) {
  if (!text) return;
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { $("toast").hidden = true; }, 3000);
}

async function post(path, fields) {
  const res = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  if (!res.ok) toast(await res.text());
}

const bottom = () => { log.scrollTop = log.scrollHeight; };

// Live times: the countdown that Telegram draws by itself inside <tg-time format="r">.
function times() {
  for (const t of log.querySelectorAll("time[data-format=r]")) {
    const s = Math.round(t.dataset.unix - Date.now() / 1000), a = Math.abs(s);
    const [n, unit] = a < 90 ? [s, "second"] : a < 5400 ? [s / 60, "minute"] : [s / 3600, "hour"];
    t.textContent = new Intl.RelativeTimeFormat(undefined).format(Math.round(n), unit);
  }
}

let shown = {}, looking = false, again = false, lastToast = "";
async function look() {
  if (looking) { again = true; return; }
  looking = true;
  try { show(await (await fetch("/part")).text()); } catch { /* the sandbox is gone; EventSource tries on */ }
  looking = false;
  if (again) { again = false; look(); }
}

function show(parts) {
  const doc = new DOMParser().parseFromString(parts, "text/html");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  for (const part of doc.querySelectorAll("[data-part]")) {
    const name = part.dataset.part, html = part.innerHTML;
    if (name === "toast") { if (html !== lastToast) toast(part.textContent); lastToast = html; continue; }
    if (shown[name] === html) continue;
    shown[name] = html;
    $(name).innerHTML = html;
    if (name === "log" && atEnd) { bottom(); for (const i of log.querySelectorAll("img")) i.onload = bottom; }
  }
  times();
}

addEventListener("click", e => {
  const b = e.target.closest("button, a.key, code"), d = b && b.dataset;
  if (!b) return;
  if (d.copy || b.tagName === "CODE") { navigator.clipboard.writeText(d.copy || b.textContent); toast("Copied " + (d.copy || b.textContent)); }
  else if (d.say) post("/send", { text: d.say });
  else if (d.button) post("/press", { message: d.message, button: d.button });
  else if (d.link) {
    const m = d.link.match(/^https:\/\/t\.me\/\w+\?start=([\w-]+)$/);
    if (m) { e.preventDefault(); post("/send", { text: "/start " + m[1] }); }
  } else if (d.do) {
    const sum = d.do === "other" ? prompt("Which sum, so'm?", d.sum) : "";
    if (sum !== null) post("/payfer", { do: d.do, order: d.order, sum });
  }
});

say.addEventListener("submit", e => {
  e.preventDefault();
  post("/send", { text: say.text.value });
  say.text.value = "";
  bottom();
});

setInterval(times, 1000);
bottom();
new EventSource("/changes").onmessage = look;
