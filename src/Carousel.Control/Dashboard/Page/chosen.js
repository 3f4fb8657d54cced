// What is known of one server, and what can be done about it.

import { act, authorized, lastServer } from './api.js';
import { byId, make, setAttribute, setText } from './dom.js';
import { age, clock, count, errorShare, left, millis, percent, rate } from './format.js';
import { model } from './model.js';
import { label, meaning } from './states.js';

/** Between two looks at what no frame has. */
const restMs = 1000;

let opener = null;
let details = null;
let lookedAt = -Infinity;
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
  details = null;
  lookedAt = -Infinity;
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
  look(server);
  facts(server);
  setText(byId('chosen-drain'), server.drain ? 'Undrain' : 'Drain');
  setAttribute(byId('weight'), 'aria-label', `Weight of ${server.name}`);
  for (const control of document.querySelectorAll('#chosen .acts button, #weight')) control.disabled = server.state === 'leaving';
}

/** Frames have nothing of the last probe, nor of reasons: they would be sent for all servers. */
async function look(server) {
  if (performance.now() - lookedAt < restMs) return;
  lookedAt = performance.now();
  try {
    const answer = await authorized(`api/v1/servers/${encodeURIComponent(server.id)}`);
    if (answer.status === 200 && model.chosen === server) details = await answer.json();
  } catch {
    // The next look tells more.
  }
}

function facts(server) {
  if (!details || details.id !== server.id) return byId('chosen-facts').replaceChildren();
  const { since, why, reason, lastProbe, responses, failuresByReason } = details;
  const failures = Object.entries(failuresByReason).map(([name, some]) => `${name} ${count(some)}`);
  const rows = [
    ['State', `${label(details.state)} for ${age(model.frame.at - Date.parse(since))}, since ${clock(since)}`],
    ['Why', why ? `${why}${reason ? ` (${reason})` : ''}` : null],
    ['Last probe', lastProbe && `${lastProbe.text}, in ${millis(lastProbe.tookMs)}, at ${clock(lastProbe.at)}`
      + (lastProbe.good ? '' : lastProbe.goodAt ? `; the last good one at ${clock(lastProbe.goodAt)}` : '; no good one yet')],
    ['Responses', Object.entries(responses).filter(([, some]) => some).map(([name, some]) => `${name} ${count(some)}`).join(' · ') || 'none'],
    ['Failures', failures.join(' · ') || 'none'],
    ['Errors, last minute', errorShare(server.errorShare)],
  ].filter(([, text]) => text);
  const list = byId('chosen-facts');
  if (list.children.length !== 2 * rows.length) list.replaceChildren(...rows.flatMap(() => [make('dt'), make('dd')]));
  rows.flat().forEach((text, i) => setText(list.children[i], text));
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
