// Formats numbers and times.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const none = '–';

export const count = (n) => whole.format(n);

/** Requests per second. */
export const rate = (n) => (n > 0 && n < 10 ? tenth.format(n) : whole.format(n));

/** A share, 0 to 1. */
export const percent = (share) => (share > 0 && share < 0.0995 ? `${tenth.format(share * 100)} %` : `${whole.format(share * 100)} %`);

/** An error rate, with a resolution of 1 in 10,000; below 0 if no request finished. */
export function errorShare(share) {
  if (share < 0) return none;
  if (share === 0) return '0 %';
  return share < 0.01 ? `${Math.max(0.01, share * 100).toFixed(2)} %` : `${tenth.format(share * 100)} %`;
}

/** Milliseconds; below 0 without values. */
export function millis(ms) {
  if (ms < 0) return none;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Remaining time. */
export function left(ms) {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** Elapsed time. */
export function age(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

export const clock = (at) => new Date(at).toLocaleTimeString('en-GB');

export const short = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
