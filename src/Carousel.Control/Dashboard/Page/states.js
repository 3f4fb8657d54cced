// What the states of servers are called, and what they mean. The order is that of the legend.

const table = {
  'up': ['up', 'it gets its share'],
  'slow-start': ['slow start', 'it is back or new, and gets its share little by little'],
  'standby': ['standby', 'it is a backup that is not needed'],
  'full': ['full', 'it has as many requests as it may'],
  'closed': ['closed', 'it has weight 0: only visitors who belong to it come'],
  'suspect': ['owes answers', 'it has not answered for long, and is asked only if no other can be'],
  'draining': ['draining', 'it takes no new visitors'],
  'leaving': ['leaving', 'it is listed no more, and finishes what it has'],
  'on-trial': ['on trial', 'it was ejected, and one request finds out whether it is well'],
  'ejected': ['ejected', 'its requests failed: it gets none for a while'],
  'down': ['down', 'its probes fail'],
  'unresolved': ['no address', 'its name does not resolve'],
  'probing': ['probing', 'it is new: its first probe is not over'],
};

export const states = Object.keys(table);
export const label = (state) => table[state]?.[0] ?? state;
export const meaning = (state) => table[state]?.[1] ?? '';

/** States of a server that does not do what it should. */
export const isFailing = (state) => ['down', 'unresolved', 'ejected', 'on-trial', 'suspect'].includes(state);

/** States in which a server gets nobody who does not belong to it already. */
export const isOff = (state) => ['down', 'unresolved', 'ejected', 'draining', 'leaving', 'closed', 'standby', 'probing'].includes(state);
