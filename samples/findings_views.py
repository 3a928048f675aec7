"""Samples that raise one finding each: viewpoints, pictures and files (F4xx).

Owns: archives as small as the finding allows. Sees: findings_container, quirk_words, quirk_zip.
"""

from collections.abc import Iterable

from findings_container import Raises, plain
from quirk_words import (
    CAMERA,
    CAMERA_30,
    ORTHOGONAL,
    c,
    issue,
    jpeg,
    png,
    point,
    t,
    v,
    view,
    viewed,
    viewed_30,
    visinfo,
)
from quirk_zip import Files, dotnet


def _seen(number: str, content: str) -> bytes:
    """One viewpoint of this content, with a snapshot."""
    return dotnet(viewed(number, issue(f"Raises {number}"), content=content))


def _seen_30(number: str, content: str) -> bytes:
    return dotnet(viewed_30(number, issue(f"Raises {number}"), content=content))


def _without(number: str, name: str) -> bytes:
    entries = viewed(number, issue(f"Raises {number}"))
    return dotnet({entry: data for entry, data in entries.items() if not entry.endswith(name)})


def _with(number: str, name: str, data: str | bytes, entries: Files | None = None) -> bytes:
    """One viewpoint with a snapshot, and one file of the topic's folder put in or in its place."""
    return dotnet({**(entries or viewed(number, issue(f"Raises {number}"))), f"{t(number)}/{name}": data})


def _selected(*guids: str) -> str:
    """Components of 2.1, a line each."""
    listed = "\n".join(f'<Component IfcGuid="{guid}"/>' for guid in guids)
    return f"<Components><Selection>\n{listed}\n</Selection><Visibility/></Components>{CAMERA}"


def _named(number: str, *views: str, **more: str | bytes) -> bytes:
    return dotnet(plain(number, rest="".join(views), **more))  # type: ignore[arg-type]


def _bitmap() -> str:
    points = point("Location", "0", "0", "0") + point("Normal", "0", "0", "1") + point("Up", "0", "1", "0")
    return f"{CAMERA}<Bitmap><Bitmap>PNG</Bitmap><Reference>plan.png</Reference>{points}<Height>3</Height></Bitmap>"


_LINE = f"<Lines><Line>{point('StartPoint', '0', '0', '0')}</Line></Lines>"
_ENDLESS = f"<Lines><Line>{point('StartPoint', '0', '0', 'INF')}{point('EndPoint', '0', '0', '1')}</Line></Lines>"
_RED = '<Coloring><Color Color="red"><Component IfcGuid="0123456789ABCDEFGHIJK$"/></Color></Coloring>'
_COLOUR = f"<Components><Visibility/>{_RED}</Components>"
_IFC = [f"{at:022d}" for at in range(1001)]
_BLIND = CAMERA.replace("<CameraDirection><X>0</X><Y>1</Y>", "<CameraDirection><X>0</X><Y>0</Y>")
_BARE = "<Components><Visibility/></Components>"

VIEWS: Iterable[Raises] = (
    Raises("F401", "viewpoint-file-missing", _without("F401", "viewpoint.bcfv")),
    Raises("F402", "snapshot-missing", _without("F402", "snapshot.png")),
    Raises("F403", "bitmap-missing", _seen("F403", _bitmap())),
    Raises("F404", "jpeg-called-png", _with("F404", "snapshot.png", jpeg(), viewed_30("F404", issue("Raises F404")))),
    Raises("F405", "no-camera", _seen("F405", _BARE)),
    Raises(
        "F406",
        "two-cameras-in-3.0",
        _seen_30("F406", ORTHOGONAL.replace("</Orth", "<AspectRatio>1.5</AspectRatio></Orth") + CAMERA_30),
    ),
    Raises("F407", "another-guid-in-the-file", _with("F407", "viewpoint.bcfv", visinfo(CAMERA, c("F407")))),
    Raises("F408", "undeclared-viewpoint", _with("F408", "other.bcfv", visinfo(CAMERA, c("F408")))),
    Raises("F409", "line-without-end", _seen("F409", CAMERA + _LINE)),
    Raises("F410", "endless-line", _seen("F410", CAMERA + _ENDLESS)),
    Raises("F411", "colour-by-name", _seen("F411", _COLOUR + CAMERA)),
    Raises("F412", "guids-of-36-characters", _seen("F412", _selected(*(v(f"F412 {at}") for at in range(12))))),
    Raises("F413", "snapshot-of-1600-pixels", _with("F413", "snapshot.png", png(1600, 2))),
    Raises(
        "F414",
        "jpeg-in-2.1",
        _named(
            "F414",
            view(v("F414"), snapshot="snapshot.jpg"),
            viewpoint_bcfv=visinfo(CAMERA, v("F414")),
            snapshot_jpg=jpeg(),
        ),
    ),
    Raises(
        "F415",
        "no-viewpoint.bcfv",
        _named(
            "F415", view(v("F415"), "north.bcfv", "north.png"), north_bcfv=visinfo(CAMERA, v("F415")), north_png=png()
        ),
    ),
    Raises(
        "F416", "no-snapshot", _named("F416", view(v("F416"), snapshot=""), viewpoint_bcfv=visinfo(CAMERA, v("F416")))
    ),
    Raises("F417", "camera-without-direction", _seen("F417", _BLIND)),
    Raises(
        "F418",
        "one-snapshot-for-two",
        _with(
            "F418",
            "second.bcfv",
            visinfo(CAMERA, c("F418")),
            plain(
                "F418",
                rest=view(v("F418")) + view(c("F418"), "second.bcfv"),
                viewpoint_bcfv=visinfo(CAMERA, v("F418")),
                snapshot_png=png(),
            ),
        ),
    ),
    Raises("F419", "thousand-and-one-components", _seen("F419", _selected(*_IFC))),
    Raises(
        "F420",
        "viewpoint-called-xml",
        _named("F420", view(v("F420"), "view.xml"), view_xml=visinfo(CAMERA, v("F420")), snapshot_png=png()),
    ),
)
