// The REST API. The token is requested only after a 401 response, and kept until the tab is closed.

import { byId, setText } from './dom.js';

const key = 'carousel-admin-token';
let asking = null;

/** Sends a request with the token, if there is one. After a 401 response, prompts for it once for all pending requests. */
export async function authorized(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(key);
    const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const response = await fetch(path, { ...options, headers, cache: 'no-store' });
    if (response.status !== 401) return response;
    if (sessionStorage.getItem(key) === token && !(await ask(token !== null))) return response;
  }
}

/** The problem type of a refused change that `?force=true` permits. */
export const lastServer = 'urn:carousel:last-server';

/** The result of an action: null on success, else the problem's `detail` and `type`. */
export async function act(method, path, body) {
  try {
    const response = await authorized(`api/v1/servers/${path}`, {
      method,
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    return response.ok ? null : await problemOf(response);
  } catch {
    return { detail: 'the balancer does not respond' };
  }
}

async function problemOf(response) {
  if (response.status === 401) return { detail: 'a token is required' };
  try {
    const problem = await response.json();
    return { type: problem.type, detail: problem.detail ?? problem.title ?? `status ${response.status}` };
  } catch {
    return { detail: `status ${response.status}` };
  }
}

function ask(wasWrong) {
  asking ??= new Promise((done) => {
    const dialog = byId('token-dialog');
    const field = byId('token');
    setText(byId('token-title'), wasWrong ? 'Wrong token' : 'Token required');
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
