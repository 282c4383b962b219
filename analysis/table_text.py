"""A shown table as text, for terminals."""

from analysis.tables import ShownTable


def table_as_text(table: ShownTable) -> str:
    """Return a table in columns that are as wide as their longest cell, numbers to the right; notes go below.

    Long headings are broken at spaces, so that a terminal has room for all columns.
    """
    headings = [_broken(cell.text, max(9, *(len(row[place].text) for row in table.rows)))
                for place, cell in enumerate(table.head)]  # fmt: skip
    tallest = max(map(len, headings))
    lines = [[heading[line - tallest + len(heading)] if line >= tallest - len(heading) else "" for heading in headings]
             for line in range(tallest)]  # fmt: skip
    lines += [[cell.text for cell in row] for row in table.rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    written = [
        "  ".join(
            text.rjust(width) if cell.is_number else text.ljust(width)
            for text, width, cell in zip(line, widths, table.head, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.caption, "", *written, *table.notes])


def _broken(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
