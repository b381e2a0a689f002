"""``docs/generated/matrix.html``: the whole matrix as one page that loads no other file.

`details` keeps what only the page has, `data` makes the JSON that the page carries, `rendering`
fills ``page.html.jinja``. ``style.css`` and ``script.js`` become parts of the page.
"""
