"""A report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from html import escape

from procmaps.check.reports import Report, captioned, cut, shown
from procmaps.check.runner import Result

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --good: #1b7f3b; --soft: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7ddf9a; --soft: #aaa; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h1 code { overflow-wrap: anywhere; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line);
  border-radius: 6px; padding: .5rem .7rem; margin: .4rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; }
tr { border-top: 1px solid var(--line); }
th button { all: unset; cursor: pointer; font-weight: bold; }
th button:focus-visible { outline: 2px solid; }
td > code { white-space: nowrap; }
.pass { color: var(--good); } .not-run, summary, .source { color: var(--soft); }
.wrong, .lost, .invented, .rejected, .crash, .hang, .adapter-fault { color: var(--bad); }
.differences { width: auto; margin: .3rem 0; } .differences tr { border: 0; }
.differences td { padding: 0 1rem 0 0; color: var(--soft); }
.differences code { overflow-wrap: anywhere; color: CanvasText; white-space: pre-wrap; }
.count { display: inline-block; margin: 0 1.6rem .3rem 0; } .count strong { font-size: 1.5rem; }
summary { cursor: pointer; } input, select { font: inherit; }
@media (max-width: 40rem) {
  #results, #results > tbody, #results > tbody > tr, #results > tbody > tr > td { display: block; }
  #results thead, #results > tbody > tr[hidden] { display: none; }
  #results > tbody > tr > td { padding: .15rem 0; } .differences td { display: block; }
}
"""

# Sorting by a click on a heading, and hiding what was not asked for. The page is whole without it.
_SCRIPT = """
const body = document.querySelector('#results tbody');
const rows = [...body.rows];
document.querySelectorAll('#results th button').forEach((button, column) => {
  let turn = 1;
  button.addEventListener('click', () => {
    const key = row => row.cells[column].textContent.trim();
    rows.sort((a, b) => turn * key(a).localeCompare(key(b), 'en', { numeric: true }));
    turn = -turn;
    body.append(...rows);
  });
});
const text = document.querySelector('#text'), verdict = document.querySelector('#verdict');
function filter() {
  for (const row of rows) {
    const { value } = verdict;
    const asked = !value || value === row.dataset.verdict ||
      (value === 'fails' && 'fails' in row.dataset);
    const kept = asked &&
      row.textContent.toLowerCase().includes(text.value.toLowerCase());
    row.hidden = !kept;
  }
}
text.addEventListener('input', filter);
verdict.addEventListener('change', filter);
filter();
"""


def to_html(report: Report) -> str:
    """The page: counts, what was not as expected, and every case with its smallest dump."""
    command = escape(" ".join(report.command))
    counts = "".join(
        f'<span class="count {outcome}"><strong>{count}</strong> {outcome}</span>'
        for outcome, count in report.counts.items()
    )
    judged = ", ".join(report.judged) or "nothing but the number of mappings"
    # Where nothing was expected to fail, these would be the failures once more.
    surprises = "".join(
        f"<li>{escape(str(item))}</li>" for item in report.surprises if report.expected
    )
    fails = any(outcome not in ("pass", "not-run") for outcome in report.counts)
    options = '<option value="fails" selected>what fails</option>' if fails else ""
    options += "".join(f"<option>{outcome}</option>" for outcome in report.counts)
    rows = "\n".join(map(_row, report.results))
    headings = "".join(
        f"<th><button>{name}</button></th>" for name in ("Case", "Verdict", "What it shows")
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>procmaps check: {command}</title>
<style>{_STYLE}</style></head>
<body>
<h1>procmaps check: <code>{command}</code></h1>
<p>{counts}</p>
<p>Judged: {escape(judged)}.</p>
{f"<h2>Not as expected</h2><ul>{surprises}</ul>" if surprises else ""}
<p><label>Find <input id="text" type="search"></label>
<label>Verdict <select id="verdict"><option value="">all</option>
{options}</select></label></p>
<table id="results"><thead><tr>{headings}</tr></thead>
<tbody>
{rows}
</tbody></table>
<script>{_SCRIPT}</script>
</body></html>
"""


def _row(result: Result) -> str:
    verdict = result.verdict
    policies = f" ({', '.join(verdict.policies)})" if verdict.policies else ""
    fails = " data-fails" if result.smallest else ""
    return (
        f'<tr data-verdict="{verdict.outcome}"{fails}>'
        f"<td><code>{escape(result.case.id)}</code></td>"
        f'<td class="{verdict.outcome}">{escape(cut(verdict.key))}{policies}</td>'
        f"<td>{escape(result.case.shows)}{_details(result)}</td></tr>"
    )


def _details(result: Result) -> str:
    smallest = result.smallest
    if smallest is None:
        return f"<p>{escape(cut(result.verdict.detail))}</p>" if result.verdict.detail else ""
    differences = "".join(
        f"<tr><td>{escape(item.field)}</td>"
        f"<td>expected <code>{escape(cut(item.expected))}</code></td>"
        f"<td>got <code>{escape(cut(item.got))}</code></td></tr>"
        for item in smallest.verdict.differences
    )
    told = smallest.verdict.detail
    detail = f"<p>{escape(cut(told))}</p>" if told else ""
    dump = escape("\n".join(shown(smallest.case.data)))
    source = escape(result.case.source)
    return (
        f'{detail}<table class="differences">{differences}</table>'
        f"<details><summary>{captioned(smallest)}</summary><pre>{dump}</pre>"
        f'<p class="source">Source: {source}</p></details>'
    )
