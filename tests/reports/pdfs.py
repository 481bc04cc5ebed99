"""What a PDF says and shows, read by another library than the one that writes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
from PIL.Image import Image


def text_of_pdf(content: bytes) -> str:
    """Its words, page after page, as somebody copies them; lines that were broken are one."""
    with _opened(content) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "\n".join(pages).replace("\r\n", " ")


def pictures_of_pdf(content: bytes) -> list[Image]:
    """Its pages as somebody sees them."""
    with _opened(content) as document:
        return [page.render(scale=1.5).to_pil() for page in document]


@contextmanager
def _opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(content)
    try:
        yield document
    finally:
        document.close()
