// The dashboard, a single live page. feed.js receives the data; each frame is rendered at most once, and none while the page is hidden.

import * as chosen from './chosen.js';
import { Crowd } from './crowd.js';
import { byId, glyph, make, setAttribute, setText } from './dom.js';
import { follow } from './feed.js';
import { count } from './format.js';
import { Heat } from './heat.js';
import { model, takeFrame, takePool } from './model.js';
import { figures, reasons, responses, sessions, takeEvents } from './panels.js';
import { Ring } from './ring.js';
import { label, states } from './states.js';
import { Table } from './table.js';
import { Rotation } from './rotation.js';

/** Maximum number of nodes on the ring. */
const mostNodes = 60;
/** How long the stream may be silent before the page reports it. */
const silenceMs = 3000;

const ring = new Ring(chosen.choose);
const crowd = new Crowd(chosen.choose);
const table = new Table(chosen.choose, chosen.drain);
const heat = new Heat();
const rotation = new Rotation();
let isDue = false;
let lastFrameAt = -Infinity;

chosen.begin(render);

function render() {
  isDue = false;
  const { frame, servers } = model;
  if (!frame) return;
  const isFew = servers.length <= mostNodes;
  setAttribute(byId('ring-few'), 'visibility', isFew ? 'visible' : 'hidden');
  byId('ring-many').hidden = isFew;
  (isFew ? ring : crowd).render(servers, model.chosen);
  figures(frame, servers);
  legend(servers);
  table.render(servers, model.chosen);
  chosen.render();
  heat.render(frame);
  responses(frame);
  reasons(frame);
  sessions(frame);
}

function legend(servers) {
  const present = states.map((state) => [state, servers.filter((server) => server.state === state).length]).filter(([, some]) => some);
  setText(byId('ring-summary'), `${count(servers.length)} ${servers.length === 1 ? 'server' : 'servers'}: ${present.map(([state, some]) => `${count(some)} ${label(state)}`).join(', ')}`);
  const bad = servers.filter((server) => ['down', 'unresolved', 'ejected'].includes(server.state)).length;
  document.title = bad ? `${count(bad)} down · Carousel` : 'Carousel';
  const list = byId('legend');
  const key = present.map(([state]) => state).join(' ');
  if (list.dataset.key !== key) {
    list.dataset.key = key;
    list.replaceChildren(...present.map(([state]) => make('li', {}, glyph(state), label(state))));
  }
}

function take(name, data) {
  if (name === 'pool') {
    takePool(data);
    setText(byId('product'), data.product);
  } else if (name === 'events') {
    takeEvents(data);
  } else if (name === 'frame' && takeFrame(data)) {
    lastFrameAt = performance.now();
    document.documentElement.dataset.frame = data.number;
    heat.take(data, model.pool.bands);
    rotation.takeRate(data.rate);
    if (!isDue) {
      isDue = true;
      requestAnimationFrame(render);
    }
  }
}

function report(link) {
  const element = byId('link');
  setAttribute(element, 'data-link', link);
  setText(element, { live: 'Live', lost: 'Disconnected, retrying', locked: 'Token required: reload the page to enter it' }[link]);
  if (link === 'live') return;
  rotation.stop();
  heat.clear();
}

setInterval(() => {
  if (byId('link').dataset.link === 'live' && performance.now() - lastFrameAt > silenceMs) setText(byId('link'), 'Live, but no data');
  else if (byId('link').dataset.link === 'live') setText(byId('link'), 'Live');
}, 1000);

matchMedia('(prefers-color-scheme: dark)').onchange = render;
window.onresize = render;
follow(take, report);
