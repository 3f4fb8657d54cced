// Details of one server, and its actions.

import { act, authorized, lastServer } from './api.js';
import { byId, make, setAttribute, setText } from './dom.js';
import { age, clock, count, errorShare, left, millis, percent, rate } from './format.js';
import { model } from './model.js';
import { label, meaning } from './states.js';

/** Interval between requests for details that frames do not have. */
const restMs = 1000;

let opener = null;
let details = null;
let lookedAt = -Infinity;
let changed = () => {};

/** @param whenChanged Called when the selection changes. */
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

/** Opens the details of a server, or closes them and restores the focus. */
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
    : server.state === 'ejected' ? ` It gets a trial request in ${left(server.left)}.`
    : ` It is removed within ${left(server.left)}.`;
  setText(byId('chosen-text'), `${server.url} · ${label(server.state)}: ${meaning(server.state)}.${time} ${percent(server.share)} of the requests, ${rate(server.rate)} requests/s, `
    + `${count(server.requests)} in total; ${server.inFlight} in flight${server.max ? ` of ${server.max}` : ''}${server.p99 < 0 ? '' : `; p99 latency ${millis(server.p99)}`}.`);
  look(server);
  facts(server);
  setText(byId('chosen-drain'), server.drain ? 'Undrain' : 'Drain');
  setAttribute(byId('weight'), 'aria-label', `Weight of ${server.name}`);
  for (const control of document.querySelectorAll('#chosen .acts button, #weight')) control.disabled = server.state === 'leaving';
}

/** Frames have no probe results and no failure reasons: they would have to be sent for all servers. */
async function look(server) {
  if (performance.now() - lookedAt < restMs) return;
  lookedAt = performance.now();
  try {
    const response = await authorized(`api/v1/servers/${encodeURIComponent(server.id)}`);
    if (response.status === 200 && model.chosen === server) details = await response.json();
  } catch {
    // The next request may succeed.
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
      + (lastProbe.good ? '' : lastProbe.goodAt ? `; last success at ${clock(lastProbe.goodAt)}` : '; no success yet')],
    ['Responses', Object.entries(responses).filter(([, some]) => some).map(([name, some]) => `${name} ${count(some)}`).join(' · ') || 'none'],
    ['Failures', failures.join(' · ') || 'none'],
    ['Error rate (1 min)', errorShare(server.errorShare)],
  ].filter(([, text]) => text);
  const list = byId('chosen-facts');
  if (list.children.length !== 2 * rows.length) list.replaceChildren(...rows.flatMap(() => [make('dt'), make('dd')]));
  rows.flat().forEach((text, i) => setText(list.children[i], text));
}

export function drain(id) {
  const server = model.servers.find((one) => one.id === id);
  if (server.drain) return change(server, `${server.name} accepts new sessions again.`, 'POST', '/undrain');
  return change(server, `${server.name} is draining: no new sessions.`, 'POST', '/drain', { title: `Drain ${server.name}?`, verb: 'Drain' });
}

function weigh(server, weight) {
  return change(server, `${server.name} has weight ${weight}.`, 'PUT', '/weight', { title: `Set the weight of ${server.name} to ${weight}?`, verb: 'Set' }, { weight });
}

async function remove(server) {
  const question = { title: `Remove ${server.name}?`, verb: 'Remove' };
  const text = `It accepts no new sessions, finishes its requests${server.inFlight ? ` (${server.inFlight} in flight)` : ''}, and is then removed.`;
  if (await isSure(question, text)) await change(server, `${server.name} is leaving.`, 'DELETE', '', question);
}

/** Makes a change. A change that would leave no server accepting requests needs a confirmation. */
async function change(server, done, method, path, question, body) {
  const at = encodeURIComponent(server.name) + path;
  let problem = await act(method, at, body);
  if (problem?.type === lastServer && (await isSure(question, `${server.name} is the last server that accepts requests: without it clients receive 503.`))) {
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

function say(done, problem) {
  const notice = byId('notice');
  setText(notice, problem ? `Failed: ${problem}.` : done);
  setAttribute(notice, 'class', problem ? 'notice is-bad' : 'notice');
}
