// The ring's rim, which turns as requests go by. The browser's compositor turns it: it costs the page nothing.

import { byId, draw, setText } from './dom.js';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const secondsATurn = 20;
/** The share of the way to the new speed that a frame takes. */
const damping = 0.12;

export class Turning {
  #turn;
  #speed = 0;
  #isStopped = false;

  constructor() {
    const rim = byId('rim');
    rim.append(draw('svg', { viewBox: '-270 -270 540 540' },
      draw('circle', { 'class': 'track', r: 235 }),
      draw('circle', { 'class': 'ticks', r: 235, 'stroke-dasharray': `2 ${(2 * Math.PI * 235) / 96 - 2}` }),
      arc('tail', -62, -24), arc('hand', -24, 0)));
    this.#turn = rim.firstChild.animate([{ transform: 'rotate(0deg)' }, { transform: 'rotate(360deg)' }], { duration: secondsATurn * 1000, iterations: Infinity });
    this.#turn.pause();
    const button = byId('turning');
    button.onclick = () => {
      this.#isStopped = !this.#isStopped;
      button.setAttribute('aria-pressed', this.#isStopped);
      setText(button, this.#isStopped ? 'Let the ring turn' : 'Stop the ring');
      this.#set();
    };
    still.onchange = () => this.#set();
  }

  /** A tenfold rate turns it faster by one step: a hundred thousand requests a second can't be seen, a change of speed can. */
  takeRate(rate) {
    this.#speed += (1.1 * Math.log10(1 + rate) - this.#speed) * damping;
    this.#set();
  }

  /** Nothing is known of requests any more. */
  stop() {
    this.#speed = 0;
    this.#set();
  }

  #set() {
    if (this.#isStopped || still.matches || this.#speed < 0.01) {
      this.#turn.pause();
      return;
    }
    this.#turn.updatePlaybackRate(Math.round(this.#speed * 100) / 100);
    if (this.#turn.playState !== 'running') this.#turn.play();
  }
}

function arc(name, from, to) {
  const at = (degrees) => `${235 * Math.sin((degrees * Math.PI) / 180)} ${-235 * Math.cos((degrees * Math.PI) / 180)}`;
  return draw('path', { 'class': name, d: `M${at(from)}A235 235 0 0 1 ${at(to)}` });
}
