from pathlib import Path


def test_a_title_begins_its_line(checkout):
    checkout.write("book/two.md", "Written in C# for now.\n\n# Two #\n")
    assert checkout.book.titles[Path("book/two.md")] == "Two"
