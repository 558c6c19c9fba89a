"""An invented study on disk: a codebook and three ads."""

from __future__ import annotations

import shutil
from pathlib import Path

from testing.paths import ROOT

CODEBOOK = """\
title = "Lighthouses"
version = "7"
label = "{id}: {name}"

[[profile]]
id = "1"
name = "Keeper"
definition = "Keeps the light."

[[profile]]
id = "2"
name = "Builder"
definition = "Builds the tower."

[[section]]
id = "tasks"
title = "Job Task Analysis"

[[section]]
id = "tools"
title = "Technology & Tool Analysis"
holds = "terms"

[[code]]
id = "TASK1"
name = "Lighting"
section = "tasks"
definition = "Lighting lamps."

[[code]]
id = "TASK2"
name = "Watching"
section = "tasks"
definition = "Looking out."

[[code]]
id = "TOOL1"
name = "Instruments"
section = "tools"
definition = "Instruments by name."
"""

SHORE = """\
Keeper of the Northern Light

You light the lamp at dusk. You watch the sea until dawn. You polish the mirrors every week.

   What you bring:
     * Experience with a barometer and a sextant;
     * Patience.
"""

ADS = {
    "11_shore_company.txt": SHORE,
    "12_harbour_office.txt": "Clerk of the Harbour\n\nYou write down which ships come in. You count the sacks.\n",
    "13_tower_works.txt": "Mason\n\nYou lay one stone upon another.\n",
}


def write_study(folder: Path, ads: dict[str, str] | None = None) -> Path:
    """Write `codebook.toml` and `ads/` into a folder; return the folder."""
    (folder / "ads").mkdir(parents=True, exist_ok=True)
    (folder / "codebook.toml").write_text(CODEBOOK, encoding="utf-8")
    for name, text in (ADS if ads is None else ads).items():
        (folder / "ads" / name).write_text(text, encoding="utf-8", newline="")
    return folder


def copy_shipped_study(folder: Path) -> Path:
    """Copy the study that comes with the program, without what others have coded in this clone; return the folder."""
    for name in ("ads", "references"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "codebook.toml", folder)
    for name in (".codebooks", "sanne", "daan", "model-example~e0840441"):
        if (ROOT / "sessions" / name).exists():
            shutil.copytree(ROOT / "sessions" / name, folder / "sessions" / name)
    return folder
