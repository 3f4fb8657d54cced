// The current state: the pool's configuration merged with the last frame, by server.

export const model = {
  servers: [],
  frame: null,
  pool: null,
  chosen: null,
};

export function takePool(pool) {
  const known = new Map(model.servers.map((server) => [server.id, server]));
  model.pool = pool;
  model.servers = pool.servers.map((facts, place) => Object.assign(
    known.get(facts.id) ?? { state: 'down', inFlight: 0, requests: 0, rate: 0, p99: -1, left: null, share: 0, status4xx: 0, status5xx: 0, failed: 0, errorShare: -1, since: null, why: null },
    { max: null, ...facts, place },
  ));
  if (model.chosen && !model.servers.includes(model.chosen)) model.chosen = null;
}

/** False if the frame belongs to another version of the pool. */
export function takeFrame(frame) {
  if (model.pool?.version !== frame.pool) return false;
  const { state, inFlight, requests, rate, p99, left, status4xx, status5xx, failed, errorShare, since, why } = frame.servers;
  let all = 0;
  for (const each of rate) all += each;
  model.servers.forEach((server, i) => {
    server.state = model.pool.states[state.charCodeAt(i) - 97];
    server.inFlight = inFlight[i];
    server.requests = requests[i];
    server.rate = rate[i];
    server.p99 = p99[i];
    server.left = left[i] ?? null;
    server.status4xx = status4xx[i];
    server.status5xx = status5xx[i];
    server.failed = failed[i];
    server.errorShare = errorShare[i];
    server.since = since[i] ?? null;
    server.why = why[i] ?? null;
    server.share = all > 0 ? rate[i] / all : 0;
  });
  model.frame = frame;
  return true;
}
