"""Edits the text of a YAML file, so that its comments, blank lines and odd spacing stay as they are.

Lines are put in, taken out and moved, and only an entry that changes is written anew, by itself. `judged` then holds
the result against what was meant.
"""

from bot.yaml_lines.blocks import Block, blocks_of, entry_lines, indented, outdented
from bot.yaml_lines.rewriting import CannotEdit, item_rewritten, judged, list_rewritten, mapping_rewritten
from bot.yaml_lines.rows import row_of, with_row
from bot.yaml_lines.writing import in_lines, written

__all__ = [
    "Block",
    "CannotEdit",
    "blocks_of",
    "entry_lines",
    "in_lines",
    "indented",
    "item_rewritten",
    "judged",
    "list_rewritten",
    "mapping_rewritten",
    "outdented",
    "row_of",
    "with_row",
    "written",
]
