// Names and descriptions of the server states, in the order of the legend.

const table = {
  'up': ['up', 'receives its share of requests'],
  'slow-start': ['slow start', 'recovered or new, ramping up to its share'],
  'standby': ['standby', 'backup, not needed'],
  'full': ['full', 'at its limit of requests in flight'],
  'closed': ['closed', 'weight 0: receives only requests of its own sessions'],
  'suspect': ['no response', 'no response for a long time; used only if no other server is available'],
  'draining': ['draining', 'accepts no new sessions'],
  'leaving': ['leaving', 'no longer listed, finishing its requests'],
  'on-trial': ['on trial', 'ejected before; one request, or a probe, tests whether it has recovered'],
  'ejected': ['ejected', 'requests failed: receives none until its ejection time is over'],
  'down': ['down', 'probes fail'],
  'unresolved': ['no address', 'its name does not resolve'],
  'probing': ['probing', 'new: its first probe is in progress'],
};

export const states = Object.keys(table);
export const label = (state) => table[state]?.[0] ?? state;
export const meaning = (state) => table[state]?.[1] ?? '';

/** States of a failing server. */
export const isFailing = (state) => ['down', 'unresolved', 'ejected', 'on-trial', 'suspect'].includes(state);

/** States in which a server receives no requests except those of its own sessions. */
export const isOff = (state) => ['down', 'unresolved', 'ejected', 'draining', 'leaving', 'closed', 'standby', 'probing'].includes(state);
