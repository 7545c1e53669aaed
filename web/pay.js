// The page is whole without this. What it adds: copying with one press, news without
// a reload, and a page that says by itself when the time is up, also without a network.
const root = document.documentElement;
root.className = 'js';

// Telegram tells its colours in the address. They are taken where they are truly
// light or truly dark: then our greens and reds can be read on them too.
const parts = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
const light = hex => {
  const [r, g, b] = parts(hex).map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const apart = (a, b) => {
  const [dark, bright] = [light(a), light(b)].sort((x, y) => x - y);
  return (bright + .05) / (dark + .05);
};
// readable moves a colour towards black or white until it can be read with another.
const readable = (hex, other) => {
  const end = light(other) > .18 ? 0 : 255;
  while (apart(hex, other) < 4.5) {
    hex = '#' + parts(hex).map(c => Math.round(c + (end - c) * .08 + Math.sign(end - c) * .5).toString(16).padStart(2, '0')).join('');
  }
  return hex;
};
const dress = () => {
  let theme;
  try {
    theme = JSON.parse(new URLSearchParams(location.hash.slice(1)).get('tgWebAppThemeParams'));
  } catch (e) { return }
  if (!theme) return;
  const colour = name => /^#[0-9a-f]{6}$/i.test(theme[name]) ? theme[name] : '';
  const card = colour('bg_color'), ink = colour('text_color'), back = colour('secondary_bg_color') || card;
  if (!card || !ink || Math.min(apart(card, ink), apart(back, ink)) < 7) return;
  const dark = Math.max(light(card), light(back)) < .06;
  if (!dark && Math.min(light(card), light(back)) < .8) return;
  root.classList.add(dark ? 'dark' : 'light');
  const dim = colour('hint_color'), go = colour('button_color'), ongo = colour('button_text_color');
  const set = (name, value) => root.style.setProperty(name, value);
  set('--card', card);
  set('--back', back);
  set('--box', back);
  set('--ink', ink);
  if (dim) set('--dim', readable(readable(dim, card), back));
  if (go && ongo) {
    set('--ongo', ongo);
    set('--go', readable(go, ongo));
  }
};

const start = () => {
  const say = document.getElementById('say');
  const main = () => document.querySelector('main');
  const address = location.pathname;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let hush, next, wait, under, ahead, fails = 0, warned = false;

  if (navigator.share) root.classList.add('canshare');
  // In the browser inside an app print() does nothing; those do not call themselves by these names, or add "wv".
  if (/Safari|Firefox/.test(navigator.userAgent) && !/; wv\)/.test(navigator.userAgent)) root.classList.add('canprint');
  for (const a of document.querySelectorAll('nav a')) a.hash = location.hash;

  // tell is for the ear; with show for the eye as well, for a while.
  const tell = (text, show) => {
    clearTimeout(hush);
    say.textContent = text;
    say.classList.toggle('on', !!show);
    if (show) hush = setTimeout(() => say.classList.remove('on'), 4000);
  };

  // copy falls back on selecting, where the clipboard is not ours to write to.
  const copy = button => {
    const text = button.dataset.copy;
    const copied = () => {
      button.classList.add('done');
      setTimeout(() => button.classList.remove('done'), 4000);
      tell(say.dataset.copied + ' ' + text, true);
    };
    const pick = () => {
      const box = button.closest('section'), all = box.querySelectorAll('.pick');
      box.classList.add('open');
      getSelection().selectAllChildren(all[all.length - 1]);
      let done = false;
      try { done = document.execCommand('copy') } catch (e) { done = false }
      done ? copied() : tell(say.dataset.picked, true);
    };
    navigator.clipboard ? navigator.clipboard.writeText(text).then(copied, pick) : pick();
  };

  addEventListener('click', e => {
    const button = e.target.closest('button');
    if (!button) return;
    if (button.dataset.copy) copy(button);
    else if (button.dataset.share) navigator.share({title: document.title, text: button.dataset.share, url: location.origin + address}).catch(() => {});
    else print();
  });

  // set takes the server's clock from the main part: the phone's may be wrong.
  const set = () => { ahead = main().dataset.now - Date.now() };

  // show puts another main part in the place of this one.
  const show = other => {
    main().replaceWith(other);
    set();
    warned = false;
    tell(other.querySelector('h1').textContent);
    scrollTo(0, 0);
    tick();
  };

  // tick counts the last two minutes; at their end the page says so, whoever can be reached.
  const tick = () => {
    clearTimeout(next);
    const now = main(), left = now.dataset.until - Date.now() - ahead;
    if (!(left > 0)) {
      const over = now.querySelector('template');
      if (left <= 0 && over) show(over.content.querySelector('main').cloneNode(true));
      return;
    }
    const step = calm ? 15000 : 1000, until = now.querySelector('.until');
    if (left <= 120000) {
      const s = Math.ceil(left / step) * step / 1000;
      until.querySelector('.left').hidden = false;
      until.querySelector('[role=timer]').textContent = Math.floor(s / 60) + ':' + String(s % 60).padStart(2, '0');
      if (!warned) tell(until.textContent);
      warned = true;
    }
    next = setTimeout(tick, left > 120000 ? Math.min(left - 120000, 3600000) : left % step || step);
  };

  const get = (url, signal, headers) => fetch(url, {signal, headers, cache: 'no-store', credentials: 'omit'});

  // fresh takes the page's main part as it is now.
  const fresh = signal => get(address + '?lang=' + root.lang, signal).then(r => r.ok ? r.text() : Promise.reject()).then(text => {
    const page = new DOMParser().parseFromString(text, 'text/html');
    document.title = page.title;
    show(page.querySelector('main'));
  });

  // ask asks whether anything is new, again and again: seldom while nobody looks,
  // and ever more seldom while nobody answers.
  const ask = () => {
    clearTimeout(wait);
    if (under) under.abort();
    const mine = under = new AbortController(), {version, ask: every} = main().dataset;
    if (+every === 0) return;
    const enough = setTimeout(() => mine.abort(), 10000);
    get(address + '/status', mine.signal, {'If-None-Match': '"' + version + '"'})
      .then(r => r.status === 304 ? {version} : r.ok ? r.json() : Promise.reject())
      .then(state => state.version === version || fresh(mine.signal))
      .then(() => 0, () => fails + 1)
      .then(failed => {
        clearTimeout(enough);
        if (mine !== under) return;
        fails = failed;
        root.classList.toggle('lost', fails > 1);
        wait = setTimeout(ask, main().dataset.ask * 1000 * (document.hidden ? 10 : 1) * Math.min(2 ** fails, 20));
      });
  };

  const wake = () => {
    if (document.hidden) return;
    tick();
    ask();
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('pageshow', e => { if (e.persisted) wake() });
  addEventListener('online', wake);
  set();
  tick();
  wait = setTimeout(ask, main().dataset.ask * 1000);
};

dress();
addEventListener('DOMContentLoaded', start);
