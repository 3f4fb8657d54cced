// The ring's rim, which rotates with the request rate. The browser's compositor animates it, without cost for the page.

import { byId, draw, setText } from './dom.js';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const secondsPerRotation = 20;
/** Smoothing factor per frame. */
const damping = 0.12;

export class Rotation {
  #animation;
  #speed = 0;
  #isStopped = false;

  constructor() {
    const rim = byId('rim');
    rim.append(draw('svg', { viewBox: '-270 -270 540 540' },
      draw('circle', { 'class': 'track', r: 235 }),
      draw('circle', { 'class': 'ticks', r: 235, 'stroke-dasharray': `2 ${(2 * Math.PI * 235) / 96 - 2}` }),
      arc('tail', -62, -24), arc('hand', -24, 0)));
    this.#animation = rim.firstChild.animate([{ transform: 'rotate(0deg)' }, { transform: 'rotate(360deg)' }], { duration: secondsPerRotation * 1000, iterations: Infinity });
    this.#animation.pause();
    const button = byId('rotation');
    button.onclick = () => {
      this.#isStopped = !this.#isStopped;
      button.setAttribute('aria-pressed', this.#isStopped);
      setText(button, this.#isStopped ? 'Resume animation' : 'Pause animation');
      this.#set();
    };
    still.onchange = () => this.#set();
  }

  /** Ten times the rate adds a fixed step of speed: the logarithm keeps changes visible at any rate. */
  takeRate(rate) {
    this.#speed += (1.1 * Math.log10(1 + rate) - this.#speed) * damping;
    this.#set();
  }

  /** Stops when no rates are received. */
  stop() {
    this.#speed = 0;
    this.#set();
  }

  #set() {
    if (this.#isStopped || still.matches || this.#speed < 0.01) {
      this.#animation.pause();
      return;
    }
    this.#animation.updatePlaybackRate(Math.round(this.#speed * 100) / 100);
    if (this.#animation.playState !== 'running') this.#animation.play();
  }
}

function arc(name, from, to) {
  const at = (degrees) => `${235 * Math.sin((degrees * Math.PI) / 180)} ${-235 * Math.cos((degrees * Math.PI) / 180)}`;
  return draw('path', { 'class': name, d: `M${at(from)}A235 235 0 0 1 ${at(to)}` });
}
