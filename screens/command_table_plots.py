"""Commands of the plots."""

from __future__ import annotations

from screens.commands import Command as C

PLOTS = (
    C(id="schools.plots", scope="schools", title="Plots", footer=20, keys=("p",),
      help="History of the estate as pictures: runs, changes, matching, who waits, decisions a minute."),
    C(id="overview.plots", scope="overview", title="Plots", footer=8, keys=("p",),
      help="History of this school as pictures: runs, changes, matching, who waits, decisions a minute."),
    C(id="plots.next", scope="plots", title="Next", footer=1, desk=False, keys=("]", "right"),
      help="The next figure."),
    C(id="plots.previous", scope="plots", title="Previous", footer=2, desk=False, keys=("[", "left"),
      help="The figure before."),
    C(id="plots.longer", scope="plots", title="Longer", footer=3, keys=("o",),
      help="Look further back: half a year, a year, three years, and round again."),
    C(id="plots.csv", scope="plots", title="Save as CSV", footer=4, keys=("e",),
      help="Write the figures behind the picture to a file that only you can read."),
)  # fmt: skip
