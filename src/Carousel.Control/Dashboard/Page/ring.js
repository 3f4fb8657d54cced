// The ring with one focusable node per server.

import { byId, draw, setAttribute, setText } from './dom.js';
import { left, millis, percent, short } from './format.js';
import { isOff, label } from './states.js';

/** With more servers, names are along the spokes, and nodes have no share. */
const mostLarge = 14;
const middle = { x: 450, y: 360 };
const radius = 235;

export class Ring {
  #svg = byId('ring-few');
  #choose;
  #nodes = [];
  #key = '';

  constructor(choose) {
    this.#choose = choose;
    this.#svg.addEventListener('keydown', (event) => this.#moveFocus(event));
  }

  render(servers, chosen) {
    this.#build(servers);
    this.#svg.parentElement.classList.toggle('is-dense', servers.length > mostLarge);
    servers.forEach((server, i) => this.#nodes[i].show(server, server === chosen));
  }

  #build(servers) {
    const key = servers.map((server) => `${server.id} ${server.name}`).join('\n');
    if (key === this.#key) return;
    this.#key = key;
    const focused = this.#nodes.find((node) => node.group === document.activeElement)?.id;
    const isLarge = servers.length <= mostLarge;
    setAttribute(this.#svg, 'viewBox', isLarge ? '20 16 860 688' : '-40 -32 980 784');
    const size = isLarge ? 36 : Math.max(6, Math.min(18, (Math.PI * radius) / servers.length - 2));
    this.#nodes = servers.map((server, i) => new Node(server, (2 * Math.PI * i) / servers.length, size, isLarge));
    this.#svg.replaceChildren(...this.#nodes.map((node) => node.spoke), ...this.#nodes.map((node) => node.group));
    this.#nodes.forEach((node, i) => {
      setAttribute(node.group, 'tabindex', i === 0 ? 0 : -1);
      node.group.onclick = () => this.#choose(node.id);
      node.group.onfocus = () => this.#nodes.forEach((other) => setAttribute(other.group, 'tabindex', other === node ? 0 : -1));
    });
    this.#nodes.find((node) => node.id === focused)?.group.focus();
  }

  #moveFocus(event) {
    const at = this.#nodes.findIndex((node) => node.group === document.activeElement);
    const count = this.#nodes.length;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[event.key];
    if (at >= 0 && to !== undefined) {
      event.preventDefault();
      this.#nodes[(to + count) % count].group.focus();
    } else if (at >= 0 && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      this.#choose(this.#nodes[at].id);
    }
  }
}

class Node {
  constructor(server, angle, size, isLarge) {
    const [x, y] = [middle.x + radius * Math.sin(angle), middle.y - radius * Math.cos(angle)];
    this.id = server.id;
    this.isLarge = isLarge;
    this.spoke = draw('line', { 'class': 'spoke', x1: middle.x + (x - middle.x) * 0.5, y1: middle.y + (y - middle.y) * 0.5, x2: x, y2: y });
    const signSize = isLarge ? 15 : size * 1.1;
    this.sign = draw('use', { x: -signSize / 2, y: isLarge ? -21 : -signSize / 2, width: signSize, height: signSize });
    this.group = draw('g', { 'class': 'node', role: 'button', transform: `translate(${x} ${y})`, 'data-server': server.id },
      draw('circle', { 'class': 'halo', r: size + 6 }), draw('circle', { 'class': 'hit', r: Math.max(size, 12) }),
      draw('circle', { 'class': 'disc', r: size }), this.sign);
    if (isLarge) this.#addLabel(server, angle, size);
    else this.#addRadialName(server, angle, size);
  }

  show(server, isChosen) {
    const off = isOff(server.state);
    setAttribute(this.group, 'class', `node s-${server.state}${off ? ' off' : ''}${isChosen ? ' is-chosen' : ''}`);
    setAttribute(this.group, 'aria-label', `${server.name}: ${label(server.state)}, ${percent(server.share)} of the requests, ${server.inFlight} in flight`);
    setAttribute(this.group, 'aria-pressed', isChosen);
    setAttribute(this.sign, 'href', `#g-${server.state}`);
    setAttribute(this.spoke, 'stroke-width', (26 * Math.sqrt(server.share)).toFixed(1));
    setAttribute(this.spoke, 'visibility', server.share > 0 ? 'visible' : 'hidden');
    if (!this.isLarge) return;
    setText(this.share, percent(server.share));
    setText(this.state, server.state === 'up' ? `p99 ${millis(server.p99)}` : stateLine(server));
    setText(this.load, `${server.inFlight}${server.max ? ` of ${server.max}` : ''} in flight`);
  }

  /** Outside of the ring, beside the node; on the left half, text is right-aligned to it. */
  #addLabel(server, angle, size) {
    const sine = Math.sin(angle);
    const isBeside = Math.abs(sine) > 0.35;
    const anchor = !isBeside ? 'middle' : sine > 0 ? 'start' : 'end';
    const x = isBeside ? Math.sign(sine) * (size + 12) : 0;
    const isAbove = !isBeside && Math.cos(angle) > 0;
    const y = isBeside ? -13 : isAbove ? -size - 47 : size + 24;
    this.share = draw('text', { 'class': 'share', y: 15 });
    this.load = draw('text', { 'class': 'more', 'text-anchor': anchor, x, y: y + 19 });
    this.state = draw('text', { 'class': 'more', 'text-anchor': anchor, x, y: y + 36 });
    const name = draw('text', { 'class': 'name', 'text-anchor': anchor, x, y }, short(server.name, 20));
    this.group.append(this.share, name, this.load, this.state);
  }

  #addRadialName(server, angle, size) {
    const degrees = (angle * 180) / Math.PI;
    const isLeft = degrees > 180;
    const rotation = isLeft ? degrees + 90 : degrees - 90;
    this.group.append(draw('text', {
      'class': 'small', 'text-anchor': isLeft ? 'end' : 'start', transform: `rotate(${rotation}) translate(${isLeft ? -size - 8 : size + 8} 4)`,
    }, short(server.name, 16)));
  }
}

function stateLine(server) {
  return server.left !== null ? `${label(server.state)}, ${left(server.left)} left` : label(server.state);
}
