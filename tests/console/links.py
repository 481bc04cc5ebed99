"""Where the links of a page lead."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin

from fastapi.testclient import TestClient


def links_of(page: str) -> list[str]:
    """What is linked on a page and what its forms are sent to, as it stands there; none to a place within it."""
    found = {unescape(link) for link in re.findall(r'(?:href|action)="([^"#]+)', page)}
    return sorted(found - {"data:,"})


def leading_nowhere(client: TestClient, address: str, opened: set[str]) -> list[str]:
    """The links of a page that don't open, and how each is answered.

    Args:
        opened: where links led that were opened already: most lead where one of another page did.
    """
    wrong = []
    page = client.get(address)
    if page.status_code != 200:
        wrong.append(f"{page.status_code} {address}")
    for link in links_of(page.text):
        there = urljoin(address, link)
        if there in opened:
            continue
        opened.add(there)
        if (status := client.get(there).status_code) != 200:
            wrong.append(f"{status} {link} on {address}")
    return wrong
