// Numbers and times as people read them.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const none = '–';

export const count = (n) => whole.format(n);

/** Requests a second. */
export const rate = (n) => (n > 0 && n < 10 ? tenth.format(n) : whole.format(n));

/** A share, 0 to 1. */
export const percent = (share) => (share > 0 && share < 0.0995 ? `${tenth.format(share * 100)} %` : `${whole.format(share * 100)} %`);

/** A share of errors, where one of ten thousand matters; below 0 nothing ended. */
export function errorShare(share) {
  if (share < 0) return none;
  if (share === 0) return '0 %';
  return share < 0.01 ? `${Math.max(0.01, share * 100).toFixed(2)} %` : `${tenth.format(share * 100)} %`;
}

/** Milliseconds; below 0 there were none. */
export function millis(ms) {
  if (ms < 0) return none;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** How long something still takes. */
export function left(ms) {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** For how long something has been so. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

export const clock = (at) => new Date(at).toLocaleTimeString('en-GB');

export const short = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
