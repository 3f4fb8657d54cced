// The ring for more servers than nodes fit: one ray per server with a length according to its share, in the colour of its state.

import { byId, colour, fit, setAttribute, setText } from './dom.js';
import { millis, percent } from './format.js';
import { isOff, label } from './states.js';

const colours = {
  'up': '--good', 'slow-start': '--calm', 'standby': '--idle', 'closed': '--idle', 'probing': '--idle', 'full': '--busy', 'suspect': '--busy',
  'draining': '--leave', 'leaving': '--leave', 'ejected': '--bad', 'on-trial': '--bad', 'down': '--bad', 'unresolved': '--bad',
};

export class Crowd {
  #canvas = byId('ring-many');
  #tip = byId('ring-tip');
  #servers = [];

  constructor(choose) {
    this.#canvas.onmousemove = (event) => this.#point(this.#at(event), event);
    this.#canvas.onmouseleave = () => { this.#tip.hidden = true; };
    this.#canvas.onclick = (event) => {
      const server = this.#at(event);
      if (server) choose(server.id);
    };
  }

  render(servers, chosen) {
    this.#servers = servers;
    this.#canvas.parentElement.classList.remove('is-dense');
    const { context, width, height } = fit(this.#canvas);
    const unit = height / 688;
    const most = Math.max(1e-9, ...servers.map((server) => server.share));
    context.translate(width / 2, height / 2);
    const step = (2 * Math.PI) / servers.length;
    const byState = Map.groupBy(servers, (server) => server.state);
    for (const [state, some] of byState) {
      context.fillStyle = colour(colours[state] ?? '--idle');
      context.beginPath();
      for (const server of some) {
        // A server in rotation without requests is a stub; one out of rotation is a mark inside the rim, where no ray covers it.
        if (isOff(state)) ray(context, server.place * step, Math.max(step, 0.008), 190 * unit, 216 * unit);
        else ray(context, server.place * step, step * 0.72, 254 * unit, (258 + 72 * Math.sqrt(server.share / most)) * unit);
      }
      context.fill();
    }
    if (chosen) {
      context.fillStyle = colour('--ink');
      context.beginPath();
      ray(context, chosen.place * step, Math.max(step, 0.01), 338 * unit, 352 * unit);
      context.fill();
    }
    const bad = servers.filter((server) => ['down', 'unresolved', 'ejected'].includes(server.state)).length;
    setAttribute(this.#canvas, 'aria-label', `${servers.length} servers, ${bad} of them down or ejected; the table lists each of them.`);
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    const distance = Math.hypot(x, y) / (box.height / 688);
    if (distance < 185 || distance > 355) return null;
    const fraction = (Math.atan2(x, -y) / (2 * Math.PI) + 1) % 1;
    return this.#servers[Math.round(fraction * this.#servers.length) % this.#servers.length];
  }

  #point(server, event) {
    this.#tip.hidden = !server;
    if (!server) return;
    const box = this.#canvas.getBoundingClientRect();
    this.#tip.style.left = `${event.clientX - box.left}px`;
    this.#tip.style.top = `${event.clientY - box.top}px`;
    setText(this.#tip, `${server.name}: ${label(server.state)}, ${percent(server.share)}, ${server.inFlight} in flight, p99 ${millis(server.p99)}`);
  }
}

function ray(context, angle, width, from, to) {
  const [a, b] = [angle - width / 2, angle + width / 2];
  context.moveTo(from * Math.sin(a), -from * Math.cos(a));
  context.lineTo(to * Math.sin(a), -to * Math.cos(a));
  context.lineTo(to * Math.sin(b), -to * Math.cos(b));
  context.lineTo(from * Math.sin(b), -from * Math.cos(b));
  context.closePath();
}
