// Follows /api/v1/events/stream. By fetch, not by EventSource, which can send no token.

import { authorized } from './api.js';

const longestPause = 5000;

/**
 * Hands every event to `take(name, data)`, and how the connection is to `tell('live' | 'lost' | 'locked')`. Comes back by itself, unless a token is needed.
 */
export async function follow(take, tell) {
  for (let pause = 250; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      const answer = await authorized('api/v1/events/stream', { headers: { Accept: 'text/event-stream' } });
      if (answer.status === 401) {
        // Nobody gave a token: to ask again and again would be a nuisance.
        tell('locked');
        return;
      }
      if (answer.ok) {
        tell('live');
        pause = 250;
        await read(answer.body, take);
      }
    } catch {
      // It ends the way it ends: the next try tells more.
    }
    tell('lost');
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
