"""Who works on Harbour School, block B, and which elements and models they talk about.

Owns: names. Sees: parts.
"""

from parts import Element, ModelFile, ifc_guid

ARCHITECT = "ingrid.ødegård@example.com"
MEP = "sofia.costa@example.com"
STRUCTURE = "jörg.müller@example.org"
SITE = "amal.haddad@example.org"
CLIENT = "client.office@example.org"
EVERYONE = (ARCHITECT, MEP, STRUCTURE, SITE, CLIENT)

PROJECT = ("harbour-school-b", "Harbour School, block B")
IFC_PROJECT = ifc_guid("project")
STOREY_0, STOREY_1 = ifc_guid("storey 0"), ifc_guid("storey 1")


def element(name: str, *, tool: str | None = None, **flags: str) -> Element:
    """A building element by its IFC guid; ``tool`` adds the id it has where it was drawn."""
    return Element(ifc_guid(name), "Drawing Board 12" if tool else None, tool, tuple(flags.items()))


def tool_element(tool_id: str, system: str = "PipeWorks", **flags: str) -> Element:
    """A building element that has no IFC guid, only the id of its authoring tool."""
    return Element(None, system, tool_id, tuple(flags.items()))


def model(discipline: str, date: str, storey: str | None = None) -> ModelFile:
    """A model on the project's server."""
    name = f"block-b-{discipline}.ifc"
    return ModelFile(name, date, f"https://models.example.org/harbour-school/{name}", IFC_PROJECT, storey)
