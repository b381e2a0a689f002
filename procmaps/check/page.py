"""A report as one HTML page that needs nothing else: no network, no other file."""

from __future__ import annotations

from html import escape

from procmaps.check.reports import Report, captioned, cut, shown
from procmaps.check.runner import Result

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --bad: #b3261e; --good: #1b7f3b; --soft: #777; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7ddf9a; --soft: #aaa; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; }
tr { border-top: 1px solid var(--line); }
th button { all: unset; cursor: pointer; font-weight: bold; }
th button:focus-visible { outline: 2px solid; }
.pass { color: var(--good); } .not-run { color: var(--soft); }
.wrong, .lost, .invented, .rejected, .crash, .hang, .adapter-fault { color: var(--bad); }
.differences tr { border: 0; } .differences td { padding: 0 .8rem 0 0; }
input, select { font: inherit; }
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
    const kept = (!verdict.value || row.dataset.verdict === verdict.value) &&
      row.textContent.toLowerCase().includes(text.value.toLowerCase());
    row.hidden = !kept;
  }
}
text.addEventListener('input', filter);
verdict.addEventListener('change', filter);
"""


def to_html(report: Report) -> str:
    """The page: counts, what was not as expected, and every case with its smallest dump."""
    command = escape(" ".join(report.command))
    counts = " · ".join(
        f'<span class="{outcome}">{count} {outcome}</span>'
        for outcome, count in report.counts.items()
    )
    judged = ", ".join(report.judged) or "nothing but the number of mappings"
    surprises = "".join(f"<li>{escape(str(item))}</li>" for item in report.surprises)
    options = "".join(f"<option>{outcome}</option>" for outcome in report.counts)
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
<label>Verdict <select id="verdict"><option value="">all</option>{options}</select></label></p>
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
    return (
        f'<tr data-verdict="{verdict.outcome}"><td><code>{escape(result.case.id)}</code></td>'
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
        f"<details><summary>{captioned(smallest)}</summary>{detail}"
        f'<table class="differences">{differences}</table><pre>{dump}</pre>'
        f"<p>Source: {source}</p></details>"
    )
