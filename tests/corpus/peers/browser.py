"""Run a script in a page in Chromium, in a frame as wide as a screen that somebody has."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from tests.support.chromium import dom

# A window cannot be as narrow as a telephone; a frame can.
_FRAME = """<!DOCTYPE html>
<body style="margin: 0">
<iframe src="page.html{anchor}" style="border: 0; width: {width}px; height: 900px"></iframe>
<script>
addEventListener('message', event => {{
  const pre = document.createElement('pre');
  pre.id = 'found';
  pre.textContent = JSON.stringify(event.data);
  document.body.append(pre);
}});
</script>
"""

_SCRIPT = """
<script>
const later = milliseconds => new Promise(done => setTimeout(done, milliseconds));
const go = async hash => { location.hash = hash; await later(200); };
(async () => { parent.postMessage(await (async () => { SCRIPT })(), '*'); })()
  .catch(error => parent.postMessage({ error: String(error.stack) }, '*'));
</script>
</body>
"""


def run(page: str, script: str, folder: Path, *, width: int, anchor: str = "") -> dict[str, Any]:
    """Return what *script* returns, an async function's body. Skip the test without Chromium."""
    (folder / "page.html").write_text(page.replace("</body>", _SCRIPT.replace("SCRIPT", script)))
    frame = folder / "frame.html"
    frame.write_text(_FRAME.format(anchor=anchor, width=width))
    printed = dom(frame.as_uri(), folder)
    found = re.search(r'<pre id="found">(.*?)</pre>', printed, re.DOTALL)
    assert found, printed[-2000:]
    result: dict[str, Any] = json.loads(unescape(found[1]))
    assert "error" not in result, result["error"]
    return result
