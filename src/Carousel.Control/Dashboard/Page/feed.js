// Follows /api/v1/events/stream, with fetch because EventSource can't send a token.

import { authorized } from './api.js';

const longestPause = 5000;

/**
 * Passes every event to `take(name, data)` and the connection's state to `report('live' | 'lost' | 'locked')`. Reconnects unless a token is required.
 */
export async function follow(take, report) {
  for (let pause = 250; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      const response = await authorized('api/v1/events/stream', { headers: { Accept: 'text/event-stream' } });
      if (response.status === 401) {
        // The user gave no token: do not prompt again.
        report('locked');
        return;
      }
      if (response.ok) {
        report('live');
        pause = 250;
        await read(response.body, take);
      }
    } catch {
      // Retry below.
    }
    report('lost');
    await new Promise((done) => setTimeout(done, pause));
  }
}

async function read(body, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      dispatch(text.slice(0, end), take);
      text = text.slice(end + 2);
    }
  }
}

function dispatch(block, take) {
  let name = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  if (data) take(name, JSON.parse(data));
}
