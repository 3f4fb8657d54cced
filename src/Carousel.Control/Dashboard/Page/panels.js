// Figures, failures, sessions and events.

import { byId, draw, make, setAttribute, setText } from './dom.js';
import { clock, count, errorShare, millis, none, rate } from './format.js';

export function figures(frame, servers) {
  const { failed, errorShare: share } = frame.second;
  const errors = frame.second.responses[5] + failed;
  setText(byId('rate'), rate(frame.rate));
  setText(byId('hub-rate'), rate(frame.rate));
  setText(byId('in-flight'), count(servers.reduce((sum, server) => sum + server.inFlight, 0)));
  setText(byId('p50'), millis(frame.second.p50));
  setText(byId('p99'), millis(frame.second.p99));
  setText(byId('connections'), count(frame.connections));
  setText(byId('requests'), count(frame.requests));
  setText(byId('error-rate'), errorShare(share));
  setAttribute(byId('error-rate'), 'class', share > 0 ? 'some-failed' : '');
  setText(byId('errors'), count(errors));
  setAttribute(byId('errors').parentElement, 'title', `${count(frame.second.responses[5])} responses with 5xx, ${count(failed)} failed requests`);
}

/** By status class, of the current servers. */
export function responses(frame) {
  const all = frame.second.responses.reduce((sum, one) => sum + one, 0);
  const parts = [1, 2, 3, 4, 5].filter((i) => frame.second.responses[i]).map((i) => `${i}xx ${count(frame.second.responses[i])}`);
  setText(byId('responses'), all ? `Responses: ${parts.join(' · ')}` : '');
}

export function reasons(frame) {
  const some = [...frame.second.reasons].sort((a, b) => b.requests - a.requests || b.attempts - a.attempts);
  byId('reasons').hidden = some.length === 0;
  byId('reasons-none').hidden = some.length !== 0;
  const body = byId('reason-rows');
  while (body.children.length > some.length) body.lastChild.remove();
  while (body.children.length < some.length) {
    body.append(make('tr', {}, make('td', {}, make('code'), make('span')), make('td', { 'class': 'number' }), make('td', { 'class': 'number' })));
  }
  some.forEach((one, i) => {
    const [name, requests, attempts] = body.children[i].children;
    setAttribute(body.children[i], 'data-reason', one.reason);
    setText(name.firstChild, one.reason);
    setText(name.lastChild, one.sentence);
    setText(requests, count(one.requests));
    setText(attempts, count(one.attempts));
  });
}

const kinds = [['minted', 'New sessions'], ['returned', 'Requests with a valid cookie'], ['moved', 'Sessions moved'], ['stateless', 'Stateless requests']];
let before = null;

/** Rates are over the last ten seconds. */
export function sessions(frame) {
  const now = frame.sessions;
  byId('sessions-off').hidden = Boolean(now);
  const list = byId('sessions');
  list.hidden = !now;
  if (!now) return;
  if (!list.firstChild) {
    for (const [kind, title] of kinds) list.append(make('dt', {}, title), make('dd', { 'data-session': kind }), make('dd'));
    list.append(make('dt', {}, 'Store'), make('dd', { 'data-session': 'store' }), make('dd'));
  }
  if (!before || frame.at - before.at > 10000) before = { at: frame.at, was: before?.now ?? now, now };
  const seconds = Math.max(1, (frame.at - before.at) / 1000 + (before.was === before.now ? 0 : 10));
  kinds.forEach(([kind], i) => {
    setText(list.children[3 * i + 1], count(now[kind]));
    setText(list.children[3 * i + 2], `${rate(Math.max(0, now[kind] - before.was[kind]) / seconds)}/s`);
  });
  const store = list.children[3 * kinds.length + 1];
  setText(store, now.store === 'none' ? none : now.store);
  setAttribute(store, 'class', ['unreachable', 'refusing'].includes(now.store) ? 'store-bad' : '');
}

const mostEvents = 200;
const signs = { good: 'up', info: 'standby', warning: 'suspect', error: 'down' };
let newest = 0;

export function takeEvents(events) {
  const list = byId('events');
  // Screen readers announce new events, not the initial list.
  setAttribute(list, 'aria-live', list.children.length ? 'polite' : 'off');
  for (const one of events) {
    // After a restart of the balancer, numbers start again.
    if (one.number <= newest && events.length !== 0 && one === events[0]) list.replaceChildren();
    newest = one.number;
    const sign = draw('svg', { 'class': `glyph l-${one.level}`, role: 'img', 'aria-label': one.level }, draw('use', { href: `#g-${signs[one.level]}` }));
    const what = one.server ? [make('strong', {}, one.server), ` ${one.text}`] : [one.text];
    list.prepend(make('li', {}, make('time', { datetime: new Date(one.at).toISOString() }, clock(one.at)), sign, make('span', { 'class': 'what' }, ...what)));
  }
  while (list.children.length > mostEvents) list.lastChild.remove();
  byId('events-none').hidden = list.children.length !== 0;
}
