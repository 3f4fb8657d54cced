// The table of servers: the data of the ring, and the actions.

import { byId, glyph, make, setAttribute, setGlyph, setText } from './dom.js';
import { age, count, errorShare, left, millis, percent, rate } from './format.js';
import { model } from './model.js';
import { isFailing, label, states } from './states.js';

const perPage = 50;
/** Minimum interval between sorting rows again. */
const restMs = 1000;

const columns = [
  { key: 'state', title: 'State', by: (server) => states.indexOf(server.state) },
  { key: 'name', title: 'Server', by: (server) => server.name },
  { key: 'weight', title: 'Weight', by: (server) => server.weight, isNumber: true },
  { key: 'share', title: 'Share', by: (server) => server.share, isNumber: true },
  { key: 'inFlight', title: 'In flight', by: (server) => server.inFlight, isNumber: true },
  { key: 'p99', title: 'p99', by: (server) => server.p99, isNumber: true },
  { key: 'errors', title: 'Errors', by: (server) => server.errorShare, isNumber: true },
  { key: 'requests', title: 'Requests', by: (server) => server.requests, isNumber: true },
];

export class Table {
  #rows = new Map();
  #body = byId('rows');
  #choose;
  #drain;
  #sort = { column: null, isDown: false };
  #page = 0;
  #order = [];
  #orderedAt = -Infinity;

  constructor(choose, drain) {
    this.#choose = choose;
    this.#drain = drain;
    byId('columns').append(...columns.map((column) => this.#head(column)), make('th', { scope: 'col' }, make('span', { 'class': 'unseen' }, 'Action')));
    byId('filter').oninput = () => this.#restart();
    byId('previous').onclick = () => this.#movePage(-1);
    byId('next').onclick = () => this.#movePage(1);
  }

  render(servers, chosen) {
    this.servers = servers;
    this.chosen = chosen;
    if (this.#order.length === 0 || this.#isDue()) {
      this.#order = this.#sorted(servers);
      this.#orderedAt = performance.now();
    }
    const known = new Set(servers);
    const shown = this.#order.filter((server) => known.has(server));
    const pages = Math.max(1, Math.ceil(shown.length / perPage));
    this.#page = Math.min(this.#page, pages - 1);
    this.#place(shown.slice(this.#page * perPage, (this.#page + 1) * perPage));
    byId('pages').hidden = pages === 1;
    setText(byId('page'), `${this.#page * perPage + 1} to ${Math.min(shown.length, (this.#page + 1) * perPage)} of ${count(shown.length)}`);
    byId('previous').disabled = this.#page === 0;
    byId('next').disabled = this.#page === pages - 1;
  }

  /** Not while the user points at or focuses the table. */
  #isDue() {
    return performance.now() - this.#orderedAt > restMs && !this.#body.matches(':hover, :focus-within');
  }

  #sorted(servers) {
    const wanted = byId('filter').value.trim().toLowerCase();
    const { column, isDown } = this.#sort;
    const some = servers.filter((server) => !wanted || `${server.name} ${server.url} ${label(server.state)}`.toLowerCase().includes(wanted));
    // Order of the ring, failing servers first.
    if (!column) return some.sort((a, b) => isFailing(b.state) - isFailing(a.state) || a.place - b.place);
    const order = column.isNumber || column.key === 'state'
      ? (a, b) => column.by(a) - column.by(b)
      : (a, b) => column.by(a).localeCompare(column.by(b), 'en', { numeric: true });
    return some.sort((a, b) => (isDown ? order(b, a) : order(a, b)) || a.place - b.place);
  }

  #head(column) {
    const button = make('button', { type: 'button' }, column.title);
    const head = make('th', { scope: 'col', 'aria-sort': 'none', ...(column.isNumber ? { 'class': 'number' } : {}) }, button);
    button.onclick = () => {
      // Numbers sort descending first; the third click restores the order of the ring.
      const isSame = this.#sort.column === column;
      const isFirst = isSame && this.#sort.isDown === Boolean(column.isNumber);
      this.#sort = isSame && !isFirst ? { column: null, isDown: false } : { column, isDown: isSame ? !this.#sort.isDown : Boolean(column.isNumber) };
      for (const other of byId('columns').querySelectorAll('[aria-sort]')) setAttribute(other, 'aria-sort', 'none');
      if (this.#sort.column) setAttribute(head, 'aria-sort', this.#sort.isDown ? 'descending' : 'ascending');
      this.#restart();
    };
    return head;
  }

  #restart() {
    this.#page = 0;
    this.#refresh();
  }

  #movePage(by) {
    this.#page += by;
    this.#refresh();
  }

  #refresh() {
    this.#order = [];
    this.render(this.servers ?? [], this.chosen);
  }

  #place(servers) {
    const wanted = servers.map((server) => {
      const row = this.#rows.get(server.id) ?? this.#row(server);
      this.#rows.set(server.id, row);
      row.show(server, server === this.chosen);
      return row.element;
    });
    if (wanted.length !== this.#body.children.length || wanted.some((element, i) => this.#body.children[i] !== element)) {
      this.#body.replaceChildren(...wanted);
      for (const id of this.#rows.keys()) {
        if (!servers.some((server) => server.id === id)) this.#rows.delete(id);
      }
    }
  }

  #row(server) {
    return new Row(server.id, () => this.#choose(server.id), () => this.#drain(server.id));
  }
}

class Row {
  constructor(id, choose, drain) {
    const cell = (key, ...children) => make('td', { 'data-field': key, ...(columns.find((column) => column.key === key)?.isNumber ? { 'class': 'number' } : {}) }, ...children);
    this.sign = glyph('down');
    this.state = make('span');
    this.name = make('button', { type: 'button', 'class': 'name' });
    this.url = make('span', { 'class': 'url' });
    this.why = make('span', { 'class': 'why' });
    this.bar = make('i');
    this.share = make('span');
    this.button = make('button', { type: 'button', 'data-act': 'drain' });
    this.name.onclick = choose;
    this.button.onclick = drain;
    this.cells = Object.fromEntries(['weight', 'inFlight', 'p99', 'errors', 'requests'].map((key) => [key, cell(key)]));
    this.element = make('tr', { 'data-server': id },
      cell('state', make('span', { 'class': 'state' }, this.sign, this.state)), cell('name', this.name, this.url, this.why), this.cells.weight,
      cell('share', make('span', { 'class': 'bar', 'aria-hidden': 'true' }, this.bar), this.share), this.cells.inFlight, this.cells.p99, this.cells.errors, this.cells.requests,
      make('td', { 'class': 'number' }, this.button));
  }

  show(server, isChosen) {
    setAttribute(this.element, 'class', isChosen ? 'is-chosen' : '');
    setAttribute(this.element, 'data-state', server.state);
    setGlyph(this.sign, server.state);
    setText(this.state, server.left === null ? label(server.state) : `${label(server.state)}, ${left(server.left)}`);
    setText(this.name, server.name);
    setText(this.url, server.url);
    setText(this.why, server.why ? `${server.why}, for ${age(model.frame.at - server.since)}` : '');
    setText(this.cells.errors, errorShare(server.errorShare));
    setAttribute(this.cells.errors, 'class', server.errorShare > 0 ? 'number some-failed' : 'number');
    setAttribute(this.cells.errors, 'title', `Error rate of the last minute. In total: ${count(server.status4xx)} 4xx, ${count(server.status5xx)} 5xx, ${count(server.failed)} failed`);
    setText(this.cells.weight, server.backup ? `${server.weight}, backup` : `${server.weight}`);
    setText(this.share, percent(server.share));
    this.bar.style.transform = `scaleX(${server.share.toFixed(3)})`;
    setText(this.cells.inFlight, server.max ? `${server.inFlight} of ${server.max}` : `${server.inFlight}`);
    setText(this.cells.p99, millis(server.p99));
    setText(this.cells.requests, count(server.requests));
    setAttribute(this.cells.requests, 'title', `${rate(server.rate)} requests/s`);
    const verb = server.drain ? 'Undrain' : 'Drain';
    setText(this.button, verb);
    setAttribute(this.button, 'aria-label', `${verb} ${server.name}`);
    this.button.disabled = server.state === 'leaving';
  }
}
