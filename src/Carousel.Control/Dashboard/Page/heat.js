// The heat map of two minutes of latency, one column per second, with a line of the request rate.

import { byId, colour, fit, setAttribute } from './dom.js';
import { millis, rate } from './format.js';

const seconds = 120;
const room = { left: 52, right: 64, top: 8, bottom: 20 };

export class Heat {
  #canvas = byId('heat');
  #columns = [];
  #bands = [];

  /** Adds the column of a second, once. */
  take(frame, bands) {
    this.#bands = bands;
    const last = this.#columns.at(-1);
    if (last?.number === frame.second.number) return false;
    this.#columns.push({ number: frame.second.number, counts: frame.second.heat, rate: frame.rate });
    if (this.#columns.length > seconds) this.#columns.shift();
    return true;
  }

  /** Clears the columns: data after a reconnect is not continuous with them. */
  clear() {
    this.#columns = [];
  }

  render(frame) {
    const { context, width, height } = fit(this.#canvas);
    const [inner, tall] = [width - room.left - room.right, height - room.top - room.bottom];
    const rows = this.#bands.length + 1;
    const [columnWidth, rowHeight] = [inner / seconds, tall / rows];
    const most = Math.max(1, ...this.#columns.flatMap((column) => column.counts));
    const left = (i) => room.left + inner - (this.#columns.length - i) * columnWidth;
    context.fillStyle = colour('--accent');
    this.#columns.forEach((column, i) => column.counts.forEach((count, row) => {
      if (count === 0) return;
      // Logarithmic scale: a single slow response among thousands must be visible.
      context.globalAlpha = 0.18 + (0.82 * Math.log1p(count)) / Math.log1p(most);
      context.fillRect(left(i), room.top + tall - (row + 1) * rowHeight, columnWidth - 0.5, rowHeight - 0.5);
    }));
    context.globalAlpha = 1;
    this.#axes(context, inner, tall, rowHeight, width);
    this.#line(context, left, columnWidth, tall, width);
    setAttribute(this.#canvas, 'aria-label',
      `The last two minutes: now ${rate(frame.rate)} requests/s, p50 latency ${millis(frame.second.p50)}, p99 latency ${millis(frame.second.p99)}.`);
  }

  #axes(context, inner, tall, rowHeight) {
    context.font = '11px system-ui, sans-serif';
    context.fillStyle = colour('--soft');
    context.strokeStyle = colour('--track');
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    this.#bands.forEach((band, i) => {
      if (i % 3 !== 2) return;
      const y = room.top + tall - (i + 1) * rowHeight;
      context.fillText(band < 1000 ? `${band} ms` : `${Math.round(band / 1000)} s`, room.left - 8, y);
      context.beginPath();
      context.moveTo(room.left, y);
      context.lineTo(room.left + inner, y);
      context.globalAlpha = 0.6;
      context.stroke();
      context.globalAlpha = 1;
    });
    context.textBaseline = 'alphabetic';
    for (const [ago, text] of [[120, '2 min ago'], [60, '1 min'], [0, 'now']]) {
      context.textAlign = ago === 120 ? 'left' : ago === 0 ? 'right' : 'center';
      context.fillText(text, room.left + inner * (1 - ago / 120), room.top + tall + 15);
    }
  }

  #line(context, left, columnWidth, tall, width) {
    const most = Math.max(1, ...this.#columns.map((column) => column.rate)) * 1.15;
    context.strokeStyle = colour('--ink');
    context.lineWidth = 1.5;
    context.beginPath();
    this.#columns.forEach((column, i) => context.lineTo(left(i) + columnWidth / 2, room.top + tall * (1 - column.rate / most)));
    context.stroke();
    context.fillStyle = colour('--ink');
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    const last = this.#columns.at(-1);
    if (last) context.fillText(`${rate(last.rate)}/s`, width - room.right + 6, room.top + tall * (1 - last.rate / most));
  }
}
