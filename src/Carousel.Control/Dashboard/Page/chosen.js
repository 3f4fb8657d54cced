// What is known of one server, and what can be done about it.

import { act, lastServer } from './api.js';
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

export function drain(id) {
  const server = model.servers.find((one) => one.id === id);
  if (server.drain) return change(server, `${server.name} takes visitors again.`, 'POST', '/undrain');
  return change(server, `${server.name} takes no new visitors.`, 'POST', '/drain', { title: `Drain ${server.name}?`, verb: 'Drain' });
}

function weigh(server, weight) {
  return change(server, `${server.name} has weight ${weight}.`, 'PUT', '/weight', { title: `Give ${server.name} weight ${weight}?`, verb: 'Set' }, { weight });
}

async function remove(server) {
  const question = { title: `Remove ${server.name}?`, verb: 'Remove' };
  const text = `It takes no new visitors, finishes what it has${server.inFlight ? ` (${server.inFlight} in flight)` : ''}, and is gone then.`;
  if (await isSure(question, text)) await change(server, `${server.name} is leaving.`, 'DELETE', '', question);
}

/** Makes a change. One after which no server takes requests is made only if people are sure. */
async function change(server, done, method, path, question, body) {
  const at = encodeURIComponent(server.name) + path;
  let problem = await act(method, at, body);
  if (problem?.type === lastServer && (await isSure(question, `${server.name} is the last server that takes requests: without it clients get 503.`))) {
    problem = await act(method, `${at}?force=true`, body);
  }
  say(done, problem?.detail);
}

async function isSure(question, text) {
  const dialog = byId('sure-dialog');
  setText(byId('sure-title'), question.title);
  setText(byId('sure-text'), text);
  setText(byId('sure-yes'), question.verb);
  dialog.returnValue = '';
  dialog.showModal();
  await new Promise((closed) => { dialog.onclose = closed; });
  return dialog.returnValue === 'yes';
}

function say(done, complaint) {
  const notice = byId('notice');
  setText(notice, complaint ? `Not done: ${complaint}.` : done);
  setAttribute(notice, 'class', complaint ? 'notice is-bad' : 'notice');
}
