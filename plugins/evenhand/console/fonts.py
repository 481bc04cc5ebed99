"""Letters that a reader's machine may lack: the fonts of reports, for pages in Chinese and notices in Thai.

A page names the fonts that machines usually have for a script before these, and each for its script alone: a browser
asks for one only where a page has a letter of it and the machine has none of those.
"""

from __future__ import annotations

from importlib.resources import as_file, files

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from evenhand.console.reader import say
from evenhand.console.seen import for_support, limited

router = APIRouter(prefix="/fonts")
# The package of a script's font, and its file there.
_FONTS = {
    "han": ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"),
    "thai": ("fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf"),
}
# They are of the installation, and stay as they are until it is another.
_KEPT_SECONDS = 7 * 24 * 3600


@router.get("/{script}")
@limited
@for_support
def font(script: str) -> FileResponse:
    """The font of a script."""
    if script not in _FONTS:
        raise HTTPException(
            404, say("there is no font %(font)s; there are %(there)s", font=script, there=", ".join(_FONTS))
        )
    package, name = _FONTS[script]
    with as_file(files(package) / name) as path:
        return FileResponse(
            path,
            media_type="font/ttf" if path.suffix == ".ttf" else "font/otf",
            headers={"cache-control": f"private, max-age={_KEPT_SECONDS}"},
        )
