'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const ran = data.peers.filter(peer => !peer.reason);
const $ = id => document.getElementById(id);
const BAD = 'wlirch';
const SECTIONS = ['names', 'parsers', 'classes', 'every', 'missing'];

// Return an element with attributes and children. Strings become text nodes, never markup.
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes))
    if (key === 'onclick') made.onclick = value; else made.setAttribute(key, value);
  made.append(...children);
  return made;
}
// Shares are cut, not rounded: 100 % means that every answer is right.
const percent = tally => tally.asked ? `${Math.floor(100 * (tally.asked - tally.failed) / tally.asked)} %` : '–';
const ofAsked = tally => tally.asked ? `${tally.failed}/${tally.asked}` : '–';
const rank = tally => tally.asked ? (tally.asked - tally.failed) / tally.asked : -1;
// What is known of a failure: its texts, and what it means.
function failureOf(peer, number) {
  const found = peer.failures[number];
  if (!found) return null;
  const [differences, detail, dump, weight, policy, caused] = found;
  return { differences, detail, dump, weight, policy, caused, plain: caused && !policy && peer.cells[number] !== 'a' };
}

// The least share of failures that is likely (Wilson, 95 %): small for 1 of 1, near the share for many.
function likelyShare(failed, asked) {
  if (!failed) return 0;
  const z = 1.96, share = failed / asked, half = z * z / (2 * asked);
  const spread = z * Math.sqrt(share * (1 - share) / asked + half / (2 * asked));
  return Math.max(0, (share + half - spread) / (1 + 2 * half));
}

// Return the parts of a text. Spaces at its ends, and more than one in a row, are marked.
function withGaps(text) {
  return text.split(/(^ +| +$| {2,})/).filter(Boolean).map(part =>
    /^ +$/.test(part) ? el('span', { class: 'gap', title: part.length === 1 ? 'a space' : `${part.length} spaces` }, part) : part);
}
const value = text => el('span', { class: 'mono value' }, ...withGaps(text));
for (const name of document.querySelectorAll('code.name')) name.replaceChildren(...withGaps(name.textContent));

// --- the legend ---------------------------------------------------------------------------------
const MEANING = {
  p: 'right', w: 'wrong: a record differs', l: 'lost: a mapping is missing', i: 'invented: an extra mapping',
  r: 'rejected: a legal dump was refused', c: 'crash', h: 'hang', apart: 'disputed, or a failure of the control, too',
};
for (const [letter, words] of Object.entries(MEANING))
  $('legend').append(el('li', {}, el('i', { class: letter }), words));

// --- sorting: each row has a key for each column ------------------------------------------------
function sortable(table, headings, rows) {
  const head = el('tr');
  headings.forEach(([title, kind, whole], column) => {
    const cell = el('th', { scope: 'col', class: kind || '', title: whole || title });
    const button = el('button', { type: 'button' }, title);
    button.onclick = () => {
      const down = cell.getAttribute('aria-sort') === 'ascending';
      for (const other of head.children) other.removeAttribute('aria-sort');
      cell.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const turn = down ? -1 : 1;
      rows.sort((a, b) => turn * (typeof a.keys[column] === 'number'
        ? a.keys[column] - b.keys[column]
        : String(a.keys[column]).localeCompare(b.keys[column], 'en', { numeric: true })));
      table.tBodies[0].append(...rows.map(row => row.element));
    };
    cell.append(button);
    head.append(cell);
  });
  table.tHead.append(head);
  table.tBodies[0].append(...rows.map(row => row.element));
}

// --- the parsers: the best share on dumps of kernels in use comes first -------------------------
const WEIGHTS = { mapping: 'Mapping lost or invented', refusal: 'Dump refused', value: 'Wrong value', blemish: 'Blemish' };
const LIKELY = { kernels: 'Kernels in use', 'other-systems': 'Other systems', hypothetical: 'Hypo\u00adthetical' };
const titleOf = peer => el('th', { scope: 'row' }, el('a', { href: '#' + peer.name }, peer.title),
  ...(peer.idiom ? [' ', el('small', { class: 'soft' }, 'idiom')] : []));
function barOf(tally) {
  const words = Object.entries(tally.outcomes).map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  const bar = el('div', { class: 'bar', title: words || 'no failure' });
  bar.append(el('div', { class: 'p', style: `flex: ${tally.asked - tally.failed}` }));
  for (const letter of BAD) {
    const count = tally.outcomes[data.outcomes[letter]];
    if (count) bar.append(el('div', { class: letter, style: `flex: ${count}` }));
  }
  return bar;
}
sortable($('ranking'), [['Parser'], ['Right', 'number', 'Share of right answers, kernels in use'], ['Asked', 'number', 'Dumps of kernels in use that concern it'],
  ...Object.values(WEIGHTS).map(title => [title, 'number']), ['How'], ['Other systems', 'number'], ['Hypothetical', 'number'],
  ['Disputed', 'number'], ['With its control', 'number'], ['Language'], ['Version'], ['Released'], ['Source'], ['Reads'], ['Entry point']],
  ran.map(peer => {
    const kernels = peer.likely.kernels, others = [peer.likely['other-systems'], peer.likely.hypothetical];
    const weights = Object.keys(WEIGHTS).map(weight => kernels.weights[weight] || 0);
    return {
      keys: [peer.title, rank(kernels), kernels.asked, ...weights, kernels.failed, ...others.map(rank), peer.total.disputed,
        peer.total.anyway, peer.language, peer.version, peer.released, peer.source, peer.reads.join(), peer.entry_point],
      element: el('tr', { id: 'peer-' + peer.name },
        titleOf(peer),
        el('td', { class: 'number' }, percent(kernels)), el('td', { class: 'number' }, String(kernels.asked)),
        ...weights.map(count => el('td', { class: 'number' + (count ? '' : ' soft') }, String(count))),
        el('td', {}, barOf(kernels)), ...others.map(tally => el('td', { class: 'number' }, ofAsked(tally))),
        el('td', { class: 'number' }, String(peer.total.disputed)), el('td', { class: 'number' }, String(peer.total.anyway)),
        el('td', {}, peer.language), el('td', { class: 'wide mono' }, peer.version), el('td', {}, peer.released || '–'),
        el('td', {}, peer.source), el('td', {}, peer.reads.join(', ')), el('td', { class: 'wide mono' }, peer.entry_point)),
    };
  }));

// --- by class -----------------------------------------------------------------------------------
{
  // Group headings, above the headings that sort.
  const parts = el('tr', { class: 'parts' }, el('th'));
  for (const part of new Set(data.classes.map(item => item.part)))
    parts.append(el('th', { colspan: data.classes.filter(item => item.part === part).length }, part));
  $('grid').tHead.append(parts);
  sortable($('grid'), [['Parser'], ...data.classes.map(item => [item.short, 'turned', item.title])],
    ran.map(peer => {
      const row = el('tr', {}, titleOf(peer));
      const keys = [peer.title];
      peer.classes.forEach(({ asked, failed }, number) => {
        const words = asked ? `${failed} of ${asked} fail` : 'does not apply';
        const cell = el('td', { class: 'share', title: `${peer.title}: ${words}` });
        if (asked && !failed) { cell.append('✓', el('small', {}, String(asked))); cell.classList.add('p'); }
        else if (failed) {
          cell.append(el('a', { href: `#${peer.name}~${number}` }, String(failed), el('small', {}, `/${asked}`)));
          const dark = Math.round(80 * likelyShare(failed, asked) + 6);
          cell.style.background = `color-mix(in srgb, var(--rejected) ${dark}%, var(--card))`;
        }
        keys.push(asked ? failed / asked : 2);
        row.append(cell);
      });
      return { keys, element: row };
    }));
  data.classes.forEach((item, number) => $('class').append(el('option', { value: number }, item.title)));
}

// --- every dump: the largest table, drawn when its section comes near -----------------------------
let rows = null;
const meaningOf = found => !found.caused ? ', with and without the feature' : found.policy ? `, disputed: ${found.policy}` : '';
function drawEvery() {
  if (rows) return;
  rows = data.cases.map(([id, of, shows], number) => {
    const row = el('tr', {}, el('th', { scope: 'row', title: shows }, id));
    let broken = 0;
    const keys = [id];
    for (const peer of ran) {
      const letter = peer.cells[number], found = failureOf(peer, number);
      const cell = el('td', { class: 'cell ' + (letter === '.' ? '' : found && !found.plain ? 'apart' : letter) });
      if (letter === 'p') cell.textContent = '·';
      else if (found) {
        broken += found.plain;
        const words = `${peer.title}: ${data.outcomes[letter]}${meaningOf(found)}`;
        cell.append(el('a', { href: `#${peer.name}/${id}`, title: words }, letter.toUpperCase()));
      }
      keys.push(letter === '.' ? 9 : letter === 'p' ? 8 : found && !found.plain ? 7 : BAD.indexOf(letter));
      row.append(cell);
    }
    return { keys, element: row, text: (id + ' ' + shows).toLowerCase(), of, broken };
  });
  sortable($('matrix'), [['Dump'], ...ran.map(peer => [peer.title, 'turned'])], rows);
  filter();
}
function filter() {
  drawEvery();
  const text = $('text').value.toLowerCase(), of = $('class').value, broken = $('broken').checked;
  let kept = 0;
  for (const row of rows) {
    const keep = row.text.includes(text) && (of === '' || row.of === Number(of)) && (!broken || row.broken > 0);
    row.element.hidden = !keep;
    kept += keep;
  }
  $('count').textContent = `${kept} of ${rows.length} dumps`;
}
for (const id of ['text', 'class', 'broken']) $(id).addEventListener('input', filter);
new IntersectionObserver(seen => { if (seen.some(entry => entry.isIntersecting)) drawEvery(); },
  { rootMargin: '1000px' }).observe($('every'));

// --- the panel: one name, one case or one parser, selected by the URL's fragment ---------------------
const tryIt = (peer, id) => [
  el('h3', {}, 'Try it'),
  el('pre', { class: 'command' }, `python -m corpus.tools.matrix try ${peer.name} ${id}`),
  el('p', { class: 'soft' }, 'in a checkout of the project, after ', el('code', {}, 'make'), ' and ',
    el('code', {}, `python -m corpus.tools.matrix install ${peer.name}`),
    '. It prints the dump, the answer and what was expected.'),
];
function differencesOf(differences) {
  const table = el('table', {}, el('tr', {}, el('th', {}, ''), el('th', {}, 'Expected'), el('th', {}, 'Got')));
  for (const [field, expected, got] of differences)
    table.append(el('tr', {}, el('td', {}, field), el('td', {}, value(expected || '–')), el('td', {}, value(got || '–'))));
  return table;
}
const headOf = (peer, ...more) => el('h2', {}, el('a', { href: '#' + peer.name }, peer.title), ' ', ...more);

function nameFailure(peer, key) {
  const name = data.probes[key.replace(/\.[a-z_]+$/, '')], found = peer.probes[key];
  if (!name || !found) return [headOf(peer), el('p', {}, 'This name does not break it.')];
  const [how, shown] = found;
  return [
    headOf(peer), el('p', {}, value(name.name)), el('p', { class: 'soft' }, name.printed_for),
    el('p', {}, how, ' ', value(shown)),
    el('h3', {}, 'The dump'), el('pre', { id: 'dump' }, name.dump.join('\n')), ...tryIt(peer, `probes/${key}`),
  ];
}
function failure(peer, id) {
  const number = data.cases.findIndex(item => item[0] === id);
  const found = failureOf(peer, number);
  if (!found) return [headOf(peer), el('p', { class: 'mono' }, id), el('p', {}, 'It passes this case, or the case does not apply to it.')];
  const [, , shows, source, producer, likely, control] = data.cases[number];
  const letter = peer.cells[number];
  const meaning = !found.caused
    ? el('p', {}, 'It fails in the same way without the feature, so this is counted at the control only: ',
      el('a', { class: 'mono', href: `#${peer.name}/${control}` }, control), '.')
    : found.policy ? el('p', {}, `Disputed (${found.policy}): ${data.disputed[found.policy]} It is counted apart from the failures.`)
      : el('p', {}, `Weight: ${(WEIGHTS[found.weight] || '–').toLowerCase()}. Likely: ${data.likely[likely]}.`);
  return [
    headOf(peer, el('span', { class: 'chip ' + letter }, data.outcomes[letter])),
    el('p', { class: 'mono' }, id), el('p', {}, shows), meaning,
    ...(found.differences.length ? [el('h3', {}, 'Differences'), differencesOf(found.differences)] : []),
    ...(found.detail ? [el('h3', {}, 'Error message'), el('pre', {}, found.detail)] : []),
    el('h3', {}, 'The smallest dump that shows it'), el('pre', { id: 'dump' }, found.dump.join('\n')),
    ...tryIt(peer, id),
    el('p', { class: 'soft' }, `Case corpus/cases/${id} · printed by ${producer} · ${source}`),
  ];
}
function listOf(peer, numbers) {
  const list = el('table');
  for (const number of numbers) {
    const [id, , shows] = data.cases[number], letter = peer.cells[number];
    list.append(el('tr', {}, el('td', {}, el('span', { class: 'chip ' + letter }, data.outcomes[letter])),
      el('td', {}, el('a', { class: 'mono', href: `#${peer.name}/${id}` }, id), el('br'), el('span', { class: 'soft' }, shows))));
  }
  return list;
}
function overview(peer, chosen) {
  const numbers = Object.keys(peer.failures).filter(number => !chosen || data.cases[number][1] === Number(chosen));
  const parts = [['Failures', item => item.plain], ['Disputed', item => item.caused && item.policy],
    ['Failures of the control, too', item => !item.caused]].map(([title, belongs]) =>
    [title, numbers.filter(number => belongs(failureOf(peer, number)))]);
  const run = data.runs[peer.run], names = Object.keys(peer.probes);
  const tallies = Object.values(peer.likely);
  const share = (title, text) => el('tr', {}, el('td', {}, title), ...tallies.map(tally => el('td', {}, text(tally))));
  const shares = el('table', {},
    el('tr', {}, el('th', {}, 'Dumps'), ...Object.keys(peer.likely).map(likely => el('th', { title: data.likely[likely] }, LIKELY[likely]))),
    share('Right', percent), share('Asked', tally => String(tally.asked)),
    ...Object.entries(WEIGHTS).map(([weight, title]) => share(title, tally => String(tally.weights[weight] || 0))),
    share('Disputed', tally => String(tally.disputed)));
  return [
    el('h2', {}, peer.title),
    ...(chosen ? [el('p', {}, data.classes[chosen].title, ' · ', el('a', { href: '#' + peer.name }, 'all failures of this parser'))] : []),
    el('p', {}, `${peer.language}, ${peer.package} ${peer.version}`, peer.released ? ` of ${peer.released}` : '',
      ` from ${peer.source}. Entry point: `, el('code', {}, peer.entry_point), '. ',
      ...(/^https:\/\//.test(peer.project) ? [el('a', { href: peer.project, rel: 'noreferrer' }, 'Its project')] : [])),
    ...(peer.program === peer.title ? [] : [el('p', {}, `Counted as the program ${peer.program}, together with its other rows.`)]),
    el('p', { class: 'soft' }, `Run on ${run.date} from commit ${run.commit} on ${run.machine}.`),
    shares,
    el('h3', {}, 'Judged'), el('p', {}, peer.judged.join(', ') || '–'),
    el('h3', {}, 'Not judged'),
    ...(peer.unjudged.length ? [el('ul', { id: 'unjudged' }, ...peer.unjudged.map(text => el('li', {}, text)))]
      : [el('p', { class: 'soft' }, 'All other members: it does not return them.')]),
    ...(peer.note ? [el('p', { class: 'soft' }, peer.note)] : []),
    ...(peer.users ? [el('p', { class: 'soft' }, `Used by ${peer.users}.`)] : []),
    ...(names.length && !chosen ? [el('h3', {}, 'Names that break it'), el('ul', {}, ...names.map(key => el('li', {},
      el('a', { href: `#${peer.name}/probes/${key}` }, value(data.probes[key.replace(/\.[a-z_]+$/, '')].name)))))] : []),
    ...parts.flatMap(([title, chosenOnes]) => chosenOnes.length || title === 'Failures'
      ? [el('h3', {}, `${title}: ${chosenOnes.length}`), listOf(peer, chosenOnes)] : []),
  ];
}

// PEER, PEER~CLASS, PEER/CASE, PEER/probes/NAME, or a section
let under = '', scrolled = 0;
function close() { location.hash = under || 'whole'; }
function show() {
  const hash = decodeURIComponent(location.hash.slice(1));
  const [, of, chosen, id] = /^([^~/]*)(?:~(\d+))?(?:\/(.*))?$/.exec(hash) || [];
  const peer = ran.find(item => item.name === of), panel = $('detail'), wasOpen = document.body.classList.contains('open');
  if (peer && !wasOpen) scrolled = scrollY;
  if (!peer) under = SECTIONS.includes(hash) ? hash : '';
  if (under) document.body.dataset.alone = under; else delete document.body.dataset.alone;
  for (const link of $('sections').children)
    if (link.hash === '#' + (under || 'whole')) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
  if (under === 'every') drawEvery();
  panel.hidden = !peer;
  document.body.classList.toggle('open', Boolean(peer));
  if (peer) {
    const parts = !id ? overview(peer, chosen) : id.startsWith('probes/') ? nameFailure(peer, id.slice(7)) : failure(peer, id);
    panel.replaceChildren(el('button', { class: 'close', type: 'button', onclick: close }, '× Close'), ...parts);
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
    if (matchMedia('(max-width: 40rem)').matches) scrollTo({ top: 0, behavior: 'instant' });
  } else if (wasOpen) scrollTo({ top: scrolled, behavior: 'instant' });
  else if (under) scrollTo({ top: 0, behavior: 'instant' });
}
addEventListener('hashchange', show);
addEventListener('keydown', event => { if (event.key === 'Escape' && !$('detail').hidden) close(); });
show();
