// The REST API. A token is asked for only when an answer says that one is needed, and forgotten with the tab.

import { byId, setText } from './dom.js';

const key = 'carousel-admin-token';
let asking = null;

/** A request with the token, if there is one; asks for it, once for all who need it, when the answer is 401. */
export async function authorized(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(key);
    const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(path, { ...options, headers, cache: 'no-store' });
    if (answer.status !== 401) return answer;
    if (sessionStorage.getItem(key) === token && !(await ask(token !== null))) return answer;
  }
}

/** The type of the problem that a change is which `?force=true` makes all the same. */
export const lastServer = 'urn:carousel:last-server';

/** What an action came to: null if it is done, else `detail` for people and the problem's `type`. */
export async function act(method, path, body) {
  try {
    const answer = await authorized(`api/v1/servers/${path}`, {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    return answer.ok ? null : await complaint(answer);
  } catch {
    return { detail: 'the balancer does not answer' };
  }
}

async function complaint(answer) {
  if (answer.status === 401) return { detail: 'it needs a token' };
  try {
    const problem = await answer.json();
    return { type: problem.type, detail: problem.detail ?? problem.title ?? `status ${answer.status}` };
  } catch {
    return { detail: `status ${answer.status}` };
  }
}

function ask(wasWrong) {
  asking ??= new Promise((done) => {
    const dialog = byId('token-dialog');
    const field = byId('token');
    setText(byId('token-title'), wasWrong ? 'That is not the token' : 'A token is needed');
    field.value = '';
    const end = (token) => {
      asking = null;
      if (token) sessionStorage.setItem(key, token);
      done(Boolean(token));
    };
    byId('token-form').onsubmit = () => end(field.value);
    byId('token-cancel').onclick = () => dialog.close();
    dialog.onclose = () => asking && end(null);
    dialog.showModal();
    field.focus();
  });
  return asking;
}
