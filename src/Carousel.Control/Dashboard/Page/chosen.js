// What is known of one server, and what can be done about it.

import { act } from './api.js';
import { byId, setAttribute, setText } from './dom.js';
import { count, left, millis, percent, rate } from './format.js';
import { model } from './model.js';
import { label, meaning } from './states.js';

let opener = null;
let changed = () => {};

/** @param whenChanged Called when another server is chosen, or none. */
export function begin(whenChanged) {
  changed = whenChanged;
  byId('chosen-close').onclick = () => choose(null);
  byId('chosen-drain').onclick = () => drain(model.chosen.id);
  byId('chosen-weight').onsubmit = (event) => {
    event.preventDefault();
    weigh(model.chosen, byId('weight').valueAsNumber);
  };
  byId('chosen-remove').onclick = () => remove(model.chosen);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && model.chosen && !document.querySelector('dialog[open]')) choose(null);
  });
}

/** Opens a server's part, or closes it: then whoever opened it has the focus again. */
export function choose(id) {
  if (!model.chosen) opener = document.activeElement;
  model.chosen = model.servers.find((server) => server.id === id) ?? null;
  if (model.chosen) byId('weight').value = model.chosen.weight;
  changed();
  (model.chosen ? byId('chosen-name') : opener)?.focus();
}

export function render() {
  const server = model.chosen;
  byId('chosen').hidden = !server;
  if (!server) return;
  setText(byId('chosen-name'), server.name);
  const time = server.left === null ? ''
    : server.state === 'ejected' ? ` It is tried again in ${left(server.left)}.`
    : ` It is gone in ${left(server.left)} at the latest.`;
  setText(byId('chosen-text'), `${server.url} · ${label(server.state)}: ${meaning(server.state)}.${time} ${percent(server.share)} of the requests, ${rate(server.rate)} a second, `
    + `${count(server.requests)} so far; ${server.inFlight} in flight${server.max ? ` of ${server.max}` : ''}${server.p99 < 0 ? '' : `; 99 % answered within ${millis(server.p99)}`}.`);
  setText(byId('chosen-drain'), server.drain ? 'Undrain' : 'Drain');
  setAttribute(byId('weight'), 'aria-label', `Weight of ${server.name}`);
  for (const control of document.querySelectorAll('#chosen .acts button, #weight')) control.disabled = server.state === 'leaving';
}

export async function drain(id) {
  const server = model.servers.find((one) => one.id === id);
  const verb = server.drain ? 'undrain' : 'drain';
  say(server.drain ? `${server.name} takes visitors again.` : `${server.name} takes no new visitors.`, await act('POST', `${encodeURIComponent(server.name)}/${verb}`));
}

async function weigh(server, weight) {
  say(`${server.name} has weight ${weight}.`, await act('PUT', `${encodeURIComponent(server.name)}/weight`, { weight }));
}

async function remove(server) {
  const dialog = byId('sure-dialog');
  setText(byId('sure-title'), `Remove ${server.name}?`);
  setText(byId('sure-text'), `It takes no new visitors, finishes what it has${server.inFlight ? ` (${server.inFlight} in flight)` : ''}, and is gone then.`);
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((closed) => { dialog.onclose = closed; });
  if (dialog.returnValue === 'yes') say(`${server.name} is leaving.`, await act('DELETE', encodeURIComponent(server.name)));
}

function say(done, complaint) {
  const notice = byId('notice');
  setText(notice, complaint ? `Not done: ${complaint}.` : done);
  setAttribute(notice, 'class', complaint ? 'notice is-bad' : 'notice');
}
