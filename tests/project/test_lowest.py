"""The wheel is tested with the oldest versions that it supports."""

from tests.wheel.lowest import lowest

PYPROJECT = """
[project]
dependencies = ["attrs>=23.2", "lark>=1.1.9"]
[project.optional-dependencies]
cli = ["jinja2>=3.1", "rich>=13.7"]
elf = ["pyelftools>=0.32"]
test = ["pytest>=8"]
"""


def test_requirements_are_at_their_lower_bound_and_tools_as_installed() -> None:
    frozen = ["Jinja2==3.1.6", "attrs==26.1.0", "lark==1.3.1", "pytest==9.2.0"]
    frozen += ["pyelftools==0.33", "rich==15.0.0"]
    assert lowest(PYPROJECT, frozen) == [
        "attrs==23.2",
        "jinja2==3.1",
        "lark==1.1.9",
        "pyelftools==0.32",
        "pytest==9.2.0",
        "rich==13.7",
    ]
