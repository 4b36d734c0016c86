"""The rules of tools.checks on the real book: a red test names the rule."""

import pytest

from tools.book import Book
from tools.checks import OUTPUT_RULES, PAGE_RULES
from tools.output_rules import executed, outputs


@pytest.fixture(scope="module")
def book():
    return Book()


@pytest.fixture(scope="module")
def shown(book):
    pages = executed(book)
    if not pages:
        pytest.skip("no notebook has been executed: make notebooks")
    return outputs(pages)


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.__name__)
def test_the_book_keeps_the_rule(book, rule):
    assert [str(violation) for violation in rule(book)] == []


@pytest.mark.parametrize("rule", OUTPUT_RULES, ids=lambda rule: rule.__name__)
def test_the_outputs_keep_the_rule(shown, rule):
    assert [str(violation) for violation in rule(shown)] == []
