"""Write the sample archives: ``python samples/build.py [OUT_FOLDER]``.

Owns: parcels → zip files. The same Pillow gives the same bytes on every run.
"""

import sys
import zipfile
from pathlib import Path

from hand_built import entries
from languages import many_languages
from parts import Parcel
from story_20 import first_handover, only_this_wall
from story_21 import coordination, site_walk
from story_30 import design_freeze, smallest, terrace

STORY = (
    first_handover,
    only_this_wall,
    coordination,
    site_walk,
    smallest,
    design_freeze,
    terrace,
    many_languages,
)
PACKED_AT = (2025, 6, 6, 12, 0, 0)


def pack(parcel: Parcel, folder: Path) -> Path:
    """Write one archive below the folder, with fixed time stamps."""
    path = folder / parcel.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries(parcel).items():
            info = zipfile.ZipInfo(name, PACKED_AT)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return path


def build(folder: Path) -> list[Path]:
    """Write all archives below a folder."""
    return [pack(tell(), folder) for tell in STORY]


def main() -> None:
    """Write the archives where the command line says, else beside this script."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for path in build(folder):
        print(f"{path.stat().st_size:>8,}  {path}")


if __name__ == "__main__":
    main()
